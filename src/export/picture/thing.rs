//! Elements by their kind, and boundaries by their type.

use super::{
    PictureOptions,
    canvas::{Canvas, escaped, number, width, wrapped},
};
use crate::model::{Basis, BoundaryType, Diagram, Element, ElementKind, Outline, Point, Rect, TrustBoundary};

/// Size of labels.
const LABEL: u8 = 11;

/// Size of what stands below a label.
const SMALL: u8 = 9;

/// Where each element is drawn; those that the file gives no place stand in rows below the others.
pub(super) fn places(diagram: &Diagram) -> Vec<Rect> {
    let drawn = |rect: &Rect| rect.width > 0.0 && rect.height > 0.0 && rect.x.is_finite() && rect.y.is_finite();
    let floor = diagram.elements.iter().filter_map(|e| e.place).filter(drawn).map(|r| r.y + r.height);
    let floor = floor.fold(0.0_f64, f64::max) + 80.0;
    let mut next = 0_u32;
    let place = |element: &Element| {
        element.place.filter(drawn).unwrap_or_else(|| {
            let (column, row) = (next % 8, next / 8);
            next += 1;
            Rect { x: 150.0 * f64::from(column), y: floor + 110.0 * f64::from(row), width: 110.0, height: 60.0 }
        })
    };
    diagram.elements.iter().map(place).collect()
}

/// Draws every boundary, the largest first, so that what is inside stays visible.
pub(super) fn boundaries(diagram: &Diagram, canvas: &mut Canvas) {
    let mut order: Vec<&TrustBoundary> = diagram.boundaries.iter().collect();
    order.sort_by(|a, b| area(b).total_cmp(&area(a)));
    for boundary in order {
        let Some(outline) = &boundary.place else { continue };
        let colour = colour(boundary.kind);
        let dash = if boundary.kind.separates_trust() { " stroke-dasharray=\"7 4\"" } else { "" };
        canvas.push(&format!(
            "<g data-boundary=\"{}\" class=\"ts-boundary\"><title>{}</title>",
            escaped(&boundary.id),
            escaped(&format!("{} ({}), known by {}", boundary.label, boundary.kind.title(), boundary.because)),
        ));
        let corner = match outline {
            Outline::Box(rect) => {
                canvas.reach_rect(*rect);
                canvas.push(&format!(
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\" fill=\"{colour}\" fill-opacity=\"0.05\" stroke=\"{colour}\" stroke-width=\"1.5\"{dash}/>",
                    number(rect.x),
                    number(rect.y),
                    number(rect.width),
                    number(rect.height)
                ));
                Point { x: rect.x + 6.0, y: rect.y + 14.0 }
            }
            Outline::Polygon(points) | Outline::Line(points) => {
                let closed = matches!(outline, Outline::Polygon(_));
                curve(points, closed, colour, dash, canvas)
            }
        };
        let kind = boundary.kind.title();
        let says_kind = boundary.label.to_lowercase().contains(&kind.to_lowercase());
        let text = if says_kind { boundary.label.clone() } else { format!("{} · {kind}", boundary.label) };
        let room = if let Outline::Box(rect) = outline { rect.width.max(80.0) } else { 220.0 };
        let text = wrapped(&text, room, LABEL, 1).join("");
        canvas.reach(corner.x + width(&text, LABEL), corner.y);
        canvas.push(&format!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{LABEL}\" font-weight=\"600\" fill=\"{colour}\">{}</text></g>",
            number(corner.x),
            number(corner.y),
            escaped(&text)
        ));
    }
}

/// Draws a curve, and gives the place for its label.
fn curve(points: &[Point], closed: bool, colour: &str, dash: &str, canvas: &mut Canvas) -> Point {
    for point in points {
        canvas.reach(point.x, point.y);
    }
    let fill = if closed { colour } else { "none" };
    let dash = if dash.is_empty() { " stroke-dasharray=\"7 4\"" } else { dash };
    canvas.push(&format!(
        "<path d=\"{}{}\" fill=\"{fill}\" fill-opacity=\"0.05\" stroke=\"{colour}\" stroke-width=\"2\"{dash}/>",
        super::line::path(points),
        if closed { "Z" } else { "" }
    ));
    let highest = points.iter().copied().min_by(|a, b| a.y.total_cmp(&b.y)).unwrap_or_default();
    Point { x: highest.x + 6.0, y: highest.y + 4.0 }
}

fn area(boundary: &TrustBoundary) -> f64 {
    match &boundary.place {
        Some(Outline::Box(rect)) => rect.width * rect.height,
        Some(Outline::Polygon(_)) => f64::MAX,
        _ => 0.0,
    }
}

/// The colour that AWS diagrams use for such a group, or one like it, legible on light and dark grounds.
fn colour(kind: BoundaryType) -> &'static str {
    match kind {
        BoundaryType::AwsCloud => "#5a6b86",
        BoundaryType::AwsAccount => "#cd2264",
        BoundaryType::Region | BoundaryType::AvailabilityZone | BoundaryType::Subnet => "#1b87b8",
        BoundaryType::PrivateSubnet => "#00908f",
        BoundaryType::Vpc => "#8c4fff",
        BoundaryType::PublicSubnet => "#5f8a10",
        BoundaryType::SecurityGroup => "#dd344c",
        BoundaryType::AutoScalingGroup | BoundaryType::Service => "#cf6400",
        BoundaryType::OnPremises => "#6b7a90",
        BoundaryType::Internet => "#7d6b4f",
        BoundaryType::ThirdParty => "#b0601a",
        BoundaryType::TrustBoundary => "#c62828",
        BoundaryType::Logical => "#828a92",
    }
}

/// Draws every element with its label, its service and its badge.
pub(super) fn elements(diagram: &Diagram, places: &[Rect], options: &PictureOptions, canvas: &mut Canvas) {
    for (element, rect) in diagram.elements.iter().zip(places) {
        let scope = if element.stated.scope.is_out() { ", out of scope" } else { "" };
        canvas.reach_rect(*rect);
        canvas.push(&format!(
            "<g data-element=\"{}\" class=\"ts-element\"{}><title>{}</title>{}",
            escaped(&element.id),
            if scope.is_empty() { "" } else { " opacity=\"0.55\"" },
            escaped(&format!(
                "{} ({}{}{scope}), known by {}: {}",
                element.label,
                element.kind.title(),
                element.service_name.as_ref().map(|s| format!(", {s}")).unwrap_or_default(),
                element.provenance.basis,
                element.provenance.detail
            )),
            shape(element, *rect)
        ));
        label(element, *rect, canvas);
        if let Some(badge) = options.elements.get(&element.id) {
            canvas.badge(rect.x + rect.width, rect.y, &badge.text, badge.severity);
        }
        canvas.push("</g>");
    }
}

/// A rectangle for an external entity, a rounded one for a process, a cylinder for a store; dashed where guessed.
fn shape(element: &Element, rect: Rect) -> String {
    let (fill, class) = match element.kind {
        ElementKind::ExternalEntity => ("#f1f3f5", "ts-external_entity"),
        ElementKind::Process => ("#e6f0fb", "ts-process"),
        ElementKind::DataStore => ("#eaf6ec", "ts-data_store"),
    };
    let dash = if element.provenance.basis == Basis::Guess { " stroke-dasharray=\"3 3\"" } else { "" };
    let look = format!("class=\"{class}\" fill=\"{fill}\" stroke=\"#3c4a57\" stroke-width=\"1.3\"{dash}");
    let (x, y, w, h) = (rect.x, rect.y, rect.width, rect.height);
    if element.kind == ElementKind::DataStore {
        let lid = lid(rect);
        let (left, right, top, bottom) = (number(x), number(x + w), number(y + lid), number(y + h - lid));
        let (rx, ry) = (number(w / 2.0), number(lid));
        return format!(
            "<path {look} d=\"M{left} {top}A{rx} {ry} 0 0 1 {right} {top}V{bottom}A{rx} {ry} 0 0 1 {left} {bottom}Z\"/><path {look} fill-opacity=\"0\" d=\"M{left} {top}A{rx} {ry} 0 0 0 {right} {top}\"/>"
        );
    }
    let round = if element.kind == ElementKind::Process { w.min(h) * 0.35 } else { 0.0 };
    format!(
        "<rect {look} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
        number(x),
        number(y),
        number(w),
        number(h),
        number(round)
    )
}

/// The label inside of the shape where it fits, else below it, and the service's name under it.
fn label(element: &Element, rect: Rect, canvas: &mut Canvas) {
    let middle = rect.centre();
    let (room, line_height) =
        (rect.width - 8.0, |size: u8, lines: &[String]| 1.2 * f64::from(size) * lines.len() as f64);
    let named = element.service_name.as_deref().filter(|name| !name.eq_ignore_ascii_case(&element.label));
    // A word that would have to be broken is better read below the shape.
    let words_fit = element.label.split_whitespace().all(|word| width(word, LABEL) <= room);
    let inside = wrapped(&element.label, room, LABEL, 4);
    let service = named.map(|name| wrapped(name, room.max(120.0), SMALL, 1)).unwrap_or_default();
    let service_inside = service.iter().all(|line| width(line, SMALL) <= room);
    let lid = if element.kind == ElementKind::DataStore { lid(rect) } else { 0.0 };
    let height = line_height(LABEL, &inside) + if service_inside { line_height(SMALL, &service) } else { 0.0 };
    let fits = words_fit && height <= rect.height - 2.0 * lid - 4.0;
    let below_shape = rect.y + rect.height + 3.0;
    if !fits {
        let lines = wrapped(&element.label, rect.width.max(120.0), LABEL, 3);
        canvas.centred(middle.x, below_shape, &lines, LABEL, "ts-text");
        canvas.centred(middle.x, below_shape + line_height(LABEL, &lines), &service, SMALL, "ts-quiet");
        return;
    }
    let top = middle.y + lid / 2.0 - height / 2.0;
    canvas.centred(middle.x, top, &inside, LABEL, "ts-text");
    let under = if service_inside { top + line_height(LABEL, &inside) } else { below_shape };
    canvas.centred(middle.x, under, &service, SMALL, "ts-quiet");
}

/// Half the height of a cylinder's lid.
fn lid(rect: Rect) -> f64 {
    (rect.height / 7.0).min(rect.width / 6.0).clamp(2.0, 12.0)
}
