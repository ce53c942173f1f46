//! YAML as a tree in which every key and value knows its line and column.
//!
//! Only what a policy needs: one document of mappings, lists and scalars. Anchors and tags are
//! refused, since they hide from a reader what a file says.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

/// Deeper nesting than any readable policy has.
const MAX_DEPTH: usize = 32;

/// A place in a file; both counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl From<Marker> for Place {
    fn from(marker: Marker) -> Self {
        Self {
            line: marker.line() as u32,
            column: marker.col() as u32 + 1,
        }
    }
}

/// One value and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Scalar { text: String, plain: bool },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) place: Place,
}

impl Node {
    /// What it is, in the words of an error.
    pub(crate) fn describe(&self) -> String {
        match &self.value {
            Value::Scalar { text, plain: true } if text.is_empty() => "nothing".to_owned(),
            Value::Scalar { text, .. } => format!("'{}'", shorten(text)),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }

    /// The value behind a key, where this is a mapping that has it.
    #[cfg(test)]
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(entries) => entries
                .iter()
                .find(|(key, _)| key.name == name)
                .map(|(_, node)| node),
            _ => None,
        }
    }

    /// The same value whatever its comments, quotes, order of keys and layout were: what a digest
    /// is taken over. Lengths stand before texts, so that no two trees look alike.
    pub(crate) fn canonical(&self, out: &mut Vec<u8>) {
        match &self.value {
            Value::Scalar { text, .. } => push_text(out, b's', text),
            Value::List(items) => {
                out.extend_from_slice(format!("l{}:", items.len()).as_bytes());
                for item in items {
                    item.canonical(out);
                }
            }
            Value::Map(entries) => {
                let mut sorted: Vec<_> = entries.iter().collect();
                sorted.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
                out.extend_from_slice(format!("m{}:", sorted.len()).as_bytes());
                for (key, node) in sorted {
                    push_text(out, b'k', &key.name);
                    node.canonical(out);
                }
            }
        }
    }
}

fn push_text(out: &mut Vec<u8>, tag: u8, text: &str) {
    out.push(tag);
    out.extend_from_slice(format!("{}:", text.len()).as_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// At most 40 characters of a text, for an error.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Why a text is no tree, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl From<ScanError> for SyntaxError {
    fn from(error: ScanError) -> Self {
        Self {
            place: Place::from(*error.marker()),
            message: format!("not valid YAML: {}", error.info()),
        }
    }
}

fn refuse<T>(place: Place, message: &str) -> Result<T, SyntaxError> {
    Err(SyntaxError {
        place,
        message: message.to_owned(),
    })
}

/// Reads one document.
pub(crate) fn parse(source: &str) -> Result<Node, SyntaxError> {
    let mut builder = Builder {
        parser: Parser::new_from_str(source),
        depth: 0,
    };
    let node = builder.document()?;
    builder.expect_end()?;
    Ok(node)
}

struct Builder<'s> {
    parser: Parser<'s, saphyr_parser::StrInput<'s>>,
    depth: usize,
}

impl<'s> Builder<'s> {
    fn next(&mut self) -> Result<(Event<'s>, Place), SyntaxError> {
        match self.parser.next_event() {
            Some(event) => {
                let (event, span) = event?;
                Ok((event, span.start.into()))
            }
            None => Ok((Event::StreamEnd, Place::default())),
        }
    }

    fn document(&mut self) -> Result<Node, SyntaxError> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd, _) => {
                    return refuse(Place { line: 1, column: 1 }, "the file is empty");
                }
                (event, place) => return self.node(event, place),
            }
        }
    }

    fn expect_end(&mut self) -> Result<(), SyntaxError> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentEnd | Event::Nothing, _) => {}
                (_, place) => return refuse(place, "a second document: one file holds one policy"),
            }
        }
    }

    fn node(&mut self, event: Event<'s>, place: Place) -> Result<Node, SyntaxError> {
        match event {
            Event::Alias(_) => refuse(place, "an alias ('*name'): write the value out"),
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _)
                if anchor > 0 =>
            {
                refuse(place, "an anchor ('&name'): write the value out")
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                refuse(place, "a tag ('!name'): policies have none")
            }
            Event::Scalar(text, style, ..) => Ok(Node {
                place,
                value: Value::Scalar {
                    text: null_is_empty(text.into_owned(), style),
                    plain: style == ScalarStyle::Plain,
                },
            }),
            Event::SequenceStart(..) => self.nested(place, Self::list),
            Event::MappingStart(..) => self.nested(place, Self::map),
            _ => refuse(place, "not valid YAML: a value was expected here"),
        }
    }

    fn nested(
        &mut self,
        place: Place,
        read: fn(&mut Self) -> Result<Value, SyntaxError>,
    ) -> Result<Node, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return refuse(place, "nested too deeply: at most 32 levels");
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(Node { place, value })
    }

    fn list(&mut self) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, place) => items.push(self.node(event, place)?),
            }
        }
    }

    fn map(&mut self) -> Result<Value, SyntaxError> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Value::Map(entries)),
                (Event::Scalar(name, ..), place) => Key {
                    name: name.into_owned(),
                    place,
                },
                (_, place) => return refuse(place, "a key that is no plain word"),
            };
            let (event, place) = self.next()?;
            entries.push((key, self.node(event, place)?));
        }
    }
}

/// YAML's spellings of nothing.
fn null_is_empty(text: String, style: ScalarStyle) -> String {
    if style == ScalarStyle::Plain && matches!(text.as_str(), "~" | "null") {
        String::new()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_value_knows_its_place() {
        let tree = parse("a: 1\nlist:\n  - x\n  - key: värde\n").unwrap();
        let Value::List(items) = &tree.get("list").unwrap().value else {
            panic!("a list")
        };
        assert_eq!(items[0].place, Place { line: 3, column: 5 });
        assert_eq!(
            items[1].get("key").unwrap().place,
            Place {
                line: 4,
                column: 10
            }
        );
    }

    #[test]
    fn layout_comments_and_order_of_keys_do_not_change_the_canonical_form() {
        let canonical = |source: &str| {
            let mut out = Vec::new();
            parse(source).unwrap().canonical(&mut out);
            out
        };
        assert_eq!(
            canonical("a: 1\nb: [x, 'y']\n"),
            canonical("# note\nb:\n  - x\n  - y\na: \"1\"\n")
        );
        assert_ne!(canonical("a: [x, y]"), canonical("a: ['x, y']"));
    }

    #[test]
    fn anchors_tags_second_documents_and_deep_nesting_are_refused() {
        for source in [
            "a: &x 1\nb: *x",
            "a: !yes 1",
            "a: 1\n---\nb: 2\n",
            "",
            &"[".repeat(40),
        ] {
            assert!(parse(source).is_err(), "{source}");
        }
    }
}
