//! A label as written, HTML or text, into the plain lines that a person reads.

use html5gum::{Token, Tokenizer};

/// A label as plain text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Label {
    /// Its lines without blank ones; white space is collapsed.
    pub(super) lines: Vec<String>,
    /// Its first heading, where it has one.
    pub(super) heading: Option<String>,
    /// Whether it holds a table.
    pub(super) table: bool,
    /// Whether it is a list.
    pub(super) list: bool,
    /// Where the first picture inside comes from.
    pub(super) picture: Option<String>,
}

impl Label {
    /// Reads `value`; `html` says whether the style asks for markup.
    pub(super) fn read(value: &str, html: bool) -> Self {
        if value.starts_with("%3CmxGraphModel") || value.starts_with("<mxGraphModel") {
            return Self::default(); // a clipboard accident of draw.io: a copied drawing pasted as text
        }
        if html && value.contains(['<', '&']) {
            return Self::from_html(value);
        }
        let mut label = Self::default();
        value.split(['\n', '\r']).for_each(|line| label.push_line(line));
        label
    }

    /// The whole label on one line.
    pub(super) fn text(&self) -> String {
        self.lines.join(" ")
    }

    /// Whether there is nothing to read.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Number of characters on all lines.
    pub(super) fn length(&self) -> usize {
        self.lines.iter().map(|l| l.chars().count()).sum()
    }

    fn push_line(&mut self, line: &str) {
        let words: Vec<&str> =
            line.split(|c: char| c.is_whitespace() || is_invisible(c)).filter(|w| !w.is_empty()).collect();
        if !words.is_empty() {
            self.lines.push(words.join(" "));
        }
    }

    fn from_html(value: &str) -> Self {
        let mut label = Self::default();
        let mut line = String::new();
        let mut silent: Option<Vec<u8>> = None;
        let mut heading_from = None;
        for token in Tokenizer::new(value) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let name: &[u8] = &tag.name;
                    match name {
                        b"style" | b"script" | b"title" if !tag.self_closing => silent = Some(name.to_vec()),
                        b"table" => label.table = true,
                        b"li" => label.list = true,
                        b"img" if label.picture.is_none() => {
                            label.picture =
                                tag.attributes.get(b"src".as_slice()).map(|v| String::from_utf8_lossy(v).into_owned());
                        }
                        _ => {}
                    }
                    if breaks_line(name) {
                        label.push_line(&std::mem::take(&mut line));
                    } else if matches!(name, b"td" | b"th") {
                        line.push(' ');
                    }
                    if is_heading(name) {
                        heading_from = Some(label.lines.len());
                    }
                }
                Token::EndTag(tag) => {
                    let name: &[u8] = &tag.name;
                    if silent.as_deref() == Some(name) {
                        silent = None;
                    }
                    if breaks_line(name) {
                        label.push_line(&std::mem::take(&mut line));
                    }
                    if is_heading(name)
                        && let Some(from) = heading_from.take()
                        && label.heading.is_none()
                    {
                        label.heading = label.lines.get(from..).map(|l| l.join(" ")).filter(|h| !h.is_empty());
                    }
                }
                Token::String(text) if silent.is_none() => line.push_str(&String::from_utf8_lossy(&text)),
                _ => {}
            }
        }
        label.push_line(&line);
        label
    }
}

fn breaks_line(tag: &[u8]) -> bool {
    matches!(
        tag,
        b"br"
            | b"div"
            | b"p"
            | b"pre"
            | b"table"
            | b"tr"
            | b"ul"
            | b"ol"
            | b"li"
            | b"blockquote"
            | b"hr"
            | b"section"
            | b"article"
    ) || is_heading(tag)
}

fn is_heading(tag: &[u8]) -> bool {
    matches!(tag, [b'h', b'1'..=b'6'])
}

/// Characters that take no room on the page.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{AD}')
        || (c.is_control() && c != '\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(value: &str) -> String {
        Label::read(value, true).text()
    }

    #[test]
    fn markup_becomes_lines_and_entities_are_decoded_once() {
        assert_eq!(text("<div>Orders</div><div>API</div>"), "Orders API");
        assert_eq!(text("Orders<br>API &amp;amp; co"), "Orders API &amp; co");
        assert_eq!(text("a&nbsp;&nbsp;b"), "a b");
        assert_eq!(text("<b>unclosed <i>tags"), "unclosed tags");
        assert_eq!(text("x<style>p{}</style>y"), "xy");
        assert_eq!(Label::read("a < b", false).text(), "a < b");
    }

    #[test]
    fn headings_tables_and_pictures_are_seen() {
        let label = Label::read(
            "<h1>batch/</h1><p>what it is</p><table><tr><td>a</td><td>b</td></tr></table><img src=x.svg>",
            true,
        );
        assert_eq!(label.heading.as_deref(), Some("batch/"));
        assert!(label.table);
        assert_eq!(label.lines, ["batch/", "what it is", "a b"]);
        assert_eq!(label.picture.as_deref(), Some("x.svg"));
    }

    #[test]
    fn a_drawing_pasted_as_text_is_no_label() {
        assert!(Label::read("%3CmxGraphModel%3E%3Croot%3E", true).is_empty());
    }

    proptest! {
        #[test]
        fn any_value_gives_clean_lines(value in any::<String>(), html in any::<bool>()) {
            for line in Label::read(&value, html).lines {
                prop_assert!(!line.is_empty() && line.trim() == line && !line.contains(['\n', '\r']));
            }
        }
    }
}
