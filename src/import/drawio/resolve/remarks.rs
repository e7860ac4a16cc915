//! What is drawn in a way that cannot be read, said cell by cell.

use super::{form::Form, scene::Scene};
use crate::model::{Notice, NoticeLevel};

/// Notices about arrows that are mere shapes, and about diagrams inside the diagram.
pub(super) fn remarks(scene: &Scene<'_>, forms: &[Form]) -> Vec<Notice> {
    scene.vertices().filter_map(|index| remark(scene, forms, index)).collect()
}

fn remark(scene: &Scene<'_>, forms: &[Form], index: usize) -> Option<Notice> {
    let node = &scene.nodes[index];
    let embedded = ["plantUmlData", "mermaidData"].iter().any(|key| node.cell.data.contains_key(*key));
    let (code, message) = if embedded {
        ("embedded-diagram", "it is a picture of a PlantUML or Mermaid text, which is not read; draw it with shapes")
    } else if forms[index] == Form::Arrow {
        ("arrow-shape", "it is an arrow drawn as a shape, which connects nothing; use a connector")
    } else {
        return None;
    };
    Some(Notice::cell(NoticeLevel::Warning, code, &node.id, message))
}
