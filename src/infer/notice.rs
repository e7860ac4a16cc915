//! What a reader should know about the diagram as a model, beyond its threats.

use super::{candidate::Candidate, scene::Scene};
use crate::model::{Notice, NoticeLevel};

/// Notices about elements drawn where their service does not live, about calls that browsers make, and about controls
/// that are not looked for.
pub(super) fn notices(scene: &Scene<'_>, raised: &[Candidate<'_>]) -> Vec<Notice> {
    let mut found = Vec::new();
    for (i, element) in scene.diagram.elements.iter().enumerate().filter(|(i, _)| scene.is_misplaced(*i)) {
        let service = scene.service(i).map_or("its service", |s| s.name.as_str());
        let message = format!(
            "“{}” is drawn inside a network, but {service} is reached through a public endpoint of the Region: it gets no \
             credit for lying in a private network",
            element.label
        );
        found.push(Notice::cell(NoticeLevel::Info, "element-misplaced", &element.id, message));
    }
    for pages in &scene.topology.pages {
        let labels: Vec<&str> = pages.called.iter().map(|c| scene.label(*c)).collect();
        let message = format!(
            "“{}” holds pages and opens no connections: what it is drawn to call ({}) is taken to be called by the \
             browsers that load them",
            scene.label(pages.store),
            labels.join(", ")
        );
        let cell = scene.element(pages.store).map_or("", |e| e.id.as_str());
        found.push(Notice::cell(NoticeLevel::Info, "pages-call", cell, message));
    }
    if !scene.is_detailed() {
        let silent = raised.iter().filter(|c| c.rule.standing).count();
        if silent > 0 {
            let message = format!(
                "supporting controls such as logging, backup and keys are not drawn; {silent} threats about missing ones \
                 are not raised, because a sketch without any of them says nothing"
            );
            found.push(Notice::general(NoticeLevel::Info, "supporting-controls-not-drawn", message));
        }
    }
    found
}
