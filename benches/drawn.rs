//! Drawn pages of any size, for measuring: ordinary ones, and shapes that make careless code slow.

use std::fmt::Write as _;

/// Ways to fill a page.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Boxes,
    Star,
    Chain,
    Grid,
    Labels,
    Nested,
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [Self::Boxes, Self::Star, Self::Chain, Self::Grid, Self::Labels, Self::Nested];

    /// A page of `count` cells, connectors or things, as the kind has it.
    pub(super) fn page(self, count: usize) -> String {
        match self {
            Self::Boxes => boxes(count),
            Self::Star => star(count),
            Self::Chain => chain(count),
            Self::Grid => grid(count.isqrt()),
            Self::Labels => labels(count),
            Self::Nested => nested(count),
        }
    }
}

/// Style and label of what stands on the pages.
const THINGS: [(&str, &str); 8] = [
    ("shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.lambda;", "Order handler"),
    ("shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.dynamodb;", "Orders"),
    ("shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.sqs;", "Mail queue"),
    ("shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.s3;", "Uploads"),
    ("shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.api_gateway;", "Public API"),
    ("shape=mxgraph.aws4.user;", "Customer"),
    ("shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.rds;", "Ledger"),
    ("rounded=1;whiteSpace=wrap;html=1;", "Billing service"),
];

/// Pixels from one thing to the next.
const STEP: usize = 120;

/// A page of about `cells` cells: elements in boxes in boxes, security groups laid across them by place alone, and
/// connectors between neighbours, every other one attached to nothing.
fn boxes(cells: usize) -> String {
    let elements = cells * 45 / 100;
    let mut page = Page::new(elements);
    let rows = elements.div_ceil(page.row);
    page.container("cloud", "1", "AWS Cloud", "group_aws_cloud_alt", (0, 0, page.row * STEP, rows * STEP));
    // A subnet takes 6 x 6 places, a network 4 x 4 subnets.
    let (across, down) = (page.row.div_ceil(24), rows.div_ceil(24));
    for (x, y) in (0..down).flat_map(|y| (0..across).map(move |x| (x, y))) {
        page.container(&format!("v{x}-{y}"), "cloud", "VPC", "group_vpc", (x * 24 * STEP, y * 24 * STEP, 2870, 2870));
    }
    let (across, down) = (page.row.div_ceil(6), rows.div_ceil(6));
    for (x, y) in (0..down).flat_map(|y| (0..across).map(move |x| (x, y))) {
        let (network, place) = (format!("v{}-{}", x / 4, y / 4), (x % 4 * 6 * STEP, y % 4 * 6 * STEP, 710, 710));
        page.container(&format!("s{x}-{y}"), &network, "Private subnet", "group_security_group", place);
        let across = (x * 6 * STEP + 300, y * 6 * STEP + 300, 700, 230);
        page.container(&format!("g{x}-{y}"), "1", "Security group", "group_security_group", across);
    }
    for i in 0..elements {
        page.thing(i, &format!("{} {i}", THINGS[i % THINGS.len()].1));
    }
    for i in 1..elements {
        if i % 2 == 0 { page.floating(i - 1, i) } else { page.attached(i - 1, i, "HTTPS") }
    }
    page.end()
}

/// One thing with `edges` connectors.
fn star(edges: usize) -> String {
    let leaves = edges.min(2_000);
    let mut page = Page::new(leaves);
    (0..=leaves).for_each(|i| page.thing(i, &format!("Part {i}")));
    (0..edges).for_each(|i| page.attached(0, 1 + i % leaves.max(1), ""));
    page.end()
}

/// `count` things, each calling the next.
fn chain(count: usize) -> String {
    let mut page = Page::new(count);
    (0..count).for_each(|i| page.thing(i, &format!("Step {i}")));
    (1..count).for_each(|i| page.attached(i - 1, i, "calls"));
    page.end()
}

/// `side` times `side` things, each calling the one to the right and the one below.
fn grid(side: usize) -> String {
    let mut page = Page { row: side, ..Page::new(0) };
    (0..side * side).for_each(|i| page.thing(i, &format!("Node {i}")));
    for i in 0..side * side {
        if i % side + 1 < side {
            page.attached(i, i + 1, "");
        }
        if i + side < side * side {
            page.attached(i, i + side, "");
        }
    }
    page.end()
}

/// `count` things that all bear the same label.
fn labels(count: usize) -> String {
    let mut page = Page::new(count);
    (0..count).for_each(|i| page.thing(i, "Customer database"));
    (1..count).for_each(|i| page.attached(i - 1, i, "reads"));
    page.end()
}

/// `count` things that all stand in 50 boxes, one in the other.
fn nested(count: usize) -> String {
    let mut page = Page::new(count);
    let (width, height) = (page.row * STEP, count.div_ceil(page.row) * STEP);
    for depth in 0..50 {
        let parent = if depth == 0 { "1".to_owned() } else { format!("n{}", depth - 1) };
        page.container(&format!("n{depth}"), &parent, &format!("Zone {depth}"), "group_vpc", (0, 0, width, height));
    }
    (0..count).for_each(|i| page.thing(i, &format!("{} {i}", THINGS[i % THINGS.len()].1)));
    (1..count).for_each(|i| page.attached(i - 1, i, ""));
    page.end()
}

struct Page {
    xml: String,
    /// Things side by side before the next row starts.
    row: usize,
}

impl Page {
    /// A page for `things` things, about as wide as it is high.
    fn new(things: usize) -> Self {
        let xml = "<mxfile><diagram id=\"p\" name=\"Page\"><mxGraphModel><root><mxCell id=\"0\"/>\n\
                   <mxCell id=\"1\" parent=\"0\"/>\n";
        Self { xml: xml.to_owned(), row: things.isqrt().next_multiple_of(6).max(6) }
    }

    fn end(mut self) -> String {
        self.xml.push_str("</root></mxGraphModel></diagram></mxfile>\n");
        self.xml
    }

    fn write(&mut self, cell: std::fmt::Arguments<'_>) {
        self.xml.write_fmt(cell).expect("a string takes all that is written to it");
    }

    /// The upper left corner of a place.
    fn place(&self, i: usize) -> (usize, usize) {
        (i % self.row * STEP, i / self.row * STEP)
    }

    fn thing(&mut self, i: usize, label: &str) {
        let style = THINGS[i % THINGS.len()].0;
        let (x, y) = self.place(i);
        self.write(format_args!(
            "<mxCell id=\"e{i}\" value=\"{label}\" style=\"{style}\" vertex=\"1\" parent=\"1\"><mxGeometry x=\"{}\" \
             y=\"{}\" width=\"48\" height=\"48\" as=\"geometry\"/></mxCell>\n",
            x + 30,
            y + 30
        ));
    }

    fn container(&mut self, id: &str, parent: &str, label: &str, icon: &str, at: (usize, usize, usize, usize)) {
        let (x, y, width, height) = at;
        self.write(format_args!(
            "<mxCell id=\"{id}\" value=\"{label}\" style=\"shape=mxgraph.aws4.group;grIcon=mxgraph.aws4.{icon};\
             container=1;fillColor=none;verticalAlign=top;\" vertex=\"1\" parent=\"{parent}\"><mxGeometry x=\"{x}\" \
             y=\"{y}\" width=\"{width}\" height=\"{height}\" as=\"geometry\"/></mxCell>\n"
        ));
    }

    fn attached(&mut self, from: usize, to: usize, label: &str) {
        self.write(format_args!(
            "<mxCell id=\"f{}\" value=\"{label}\" style=\"endArrow=classic;html=1;\" edge=\"1\" parent=\"1\" \
             source=\"e{from}\" target=\"e{to}\"><mxGeometry relative=\"1\" as=\"geometry\"/></mxCell>\n",
            self.xml.len()
        ));
    }

    /// A connector that only ends near two things.
    fn floating(&mut self, from: usize, to: usize) {
        let ((x0, y0), (x1, y1)) = (self.place(from), self.place(to));
        let (x0, x1) = if x0 < x1 { (x0 + 84, x1 + 24) } else { (x0 + 24, x1 + 84) };
        let (y0, y1) = (y0 + 54, y1 + 54);
        self.write(format_args!(
            "<mxCell id=\"f{}\" style=\"endArrow=classic;html=1;\" edge=\"1\" parent=\"1\"><mxGeometry relative=\"1\" \
             as=\"geometry\"><mxPoint x=\"{x0}\" y=\"{y0}\" as=\"sourcePoint\"/><mxPoint x=\"{x1}\" y=\"{y1}\" \
             as=\"targetPoint\"/></mxGeometry></mxCell>\n",
            self.xml.len()
        ));
    }
}
