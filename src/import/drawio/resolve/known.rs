//! What the catalogue and the file's own properties say of a shape.

use super::{
    captions::Captions,
    form::{self, Form},
    picture,
    scene::Scene,
};
use crate::{
    catalog::{Catalog, Look, Meaning, Recognised},
    import::properties::{self, Declared},
    model::{BoundaryType, ElementKind, properties::find},
};

/// The catalogue, asked about the cells of one page.
pub(super) struct Known<'w> {
    scene: &'w Scene<'w>,
    forms: &'w [Form],
    catalog: &'w Catalog,
    /// What each icon is by its key and picture alone.
    icons: Vec<Option<Recognised>>,
    /// The text that names each cell.
    names: Vec<Option<usize>>,
}

impl<'w> Known<'w> {
    /// Looks every icon and picture up.
    pub(super) fn new(scene: &'w Scene<'w>, forms: &'w [Form], captions: &Captions, catalog: &'w Catalog) -> Self {
        let mut known =
            Self { scene, forms, catalog, icons: vec![None; scene.nodes.len()], names: captions.by.clone() };
        for index in scene.vertices().filter(|i| matches!(forms[*i], Form::Icon | Form::Picture)) {
            known.icons[index] = known.recognise(index, &[], "");
        }
        known
    }

    /// What the shape `index` is when it is called `label`; `parts` are the icons inside that belong to it.
    pub(super) fn recognise(&self, index: usize, parts: &[usize], label: &str) -> Option<Recognised> {
        let node = &self.scene.nodes[index];
        let own = std::iter::once(index).chain(parts.iter().copied());
        let shapes: Vec<&str> = own.clone().flat_map(|i| form::keys(&self.scene.nodes[i].cell.style)).collect();
        let image = own.clone().find_map(|i| picture::name(&self.scene.nodes[i]));
        let suggested = match self.forms[index] {
            Form::Shape(kind) => kind,
            _ => None,
        };
        self.catalog.recognise(&Look {
            stated_kind: find(&node.cell.data, properties::KIND),
            stated_service: find(&node.cell.data, properties::SERVICE),
            shapes: &shapes,
            image: image.as_deref(),
            label,
            form: suggested,
        })
    }

    /// The type of the box `index` when it is called `label`, and what told it.
    pub(super) fn boundary_type(
        &self,
        index: usize,
        label: &str,
        icon: Option<&str>,
    ) -> Option<(BoundaryType, String)> {
        let style = &self.scene.nodes[index].cell.style;
        let (stroke, fill) = (style.colour("strokeColor"), style.colour("fillColor"));
        let own = style.get("grIcon").or_else(|| style.get("shape").filter(|s| s.starts_with("mxgraph.")));
        self.catalog.boundary_type(label, own.or(icon), stroke.as_deref(), fill.as_deref(), style.is_on("dashed"))
    }

    /// Whether an icon never stands for anything by itself.
    pub(super) fn is_decoration(&self, index: usize) -> bool {
        matches!(self.icons[index].as_ref().map(|r| &r.meaning), Some(Meaning::Decoration))
    }

    /// Whether an icon stands for a kind of box.
    pub(super) fn is_boundary_icon(&self, index: usize) -> bool {
        matches!(self.icons[index].as_ref().map(|r| &r.meaning), Some(Meaning::Boundary(_)))
    }

    /// Whether an icon stands for something that data flows between.
    pub(super) fn is_service(&self, index: usize) -> bool {
        matches!(self.icons[index].as_ref().map(|r| &r.meaning), Some(Meaning::Element { .. }))
    }

    /// Whether an icon shows a person or another outsider.
    pub(super) fn is_outsider(&self, index: usize) -> bool {
        let external = |m: &Meaning| matches!(m, Meaning::Element { kind: ElementKind::ExternalEntity, .. });
        self.icons[index].as_ref().is_some_and(|r| external(&r.meaning))
    }

    /// The name of what an icon shows.
    pub(super) fn icon_title(&self, index: usize) -> Option<&str> {
        self.icons[index].as_ref()?.title.as_deref()
    }

    /// The name of a service as its vendor writes it.
    pub(super) fn service_name(&self, key: &str) -> Option<String> {
        self.catalog.service(key).map(|s| s.name.clone())
    }

    /// Whether label or colours make the closed shape a boundary that separates.
    pub(super) fn is_boundary_box(&self, index: usize) -> bool {
        let name = self.names[index].unwrap_or(index);
        let told = self.boundary_type(index, &self.scene.nodes[name].label.text(), None);
        told.is_some_and(|(kind, _)| !matches!(kind, BoundaryType::Logical | BoundaryType::Service))
    }

    /// Whether the file says that the shape is an element.
    pub(super) fn is_stated_element(&self, index: usize) -> bool {
        properties::declared(&self.scene.nodes[index].cell.data) == Some(Declared::Element)
    }

    /// Whether the file says that the shape is a boundary.
    pub(super) fn is_stated_boundary(&self, index: usize) -> bool {
        properties::declared(&self.scene.nodes[index].cell.data) == Some(Declared::Boundary)
    }

    /// Whether the file says that the shape separates trust.
    pub(super) fn is_stated_trust(&self, index: usize) -> bool {
        let kind = find(&self.scene.nodes[index].cell.data, properties::KIND).map(str::to_lowercase);
        self.is_stated_boundary(index) && kind.is_some_and(|k| k.contains("trust"))
    }
}
