//! Reads typed values out of a YAML tree and collects every problem on the way, not only the first.

use crate::error::Problem;
use crate::yaml::{Key, Node, Place, Value};

/// Collects what is wrong with one file.
pub(crate) struct Reader<'f> {
    file: &'f str,
    pub(crate) problems: Vec<Problem>,
}

/// The known keys of one mapping.
pub(crate) struct Fields<'n> {
    place: Place,
    what: &'static str,
    entries: &'n [(Key, Node)],
}

impl<'n> Fields<'n> {
    /// The value behind a key.
    pub(crate) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries
            .iter()
            .find(|(key, _)| key.name == name)
            .map(|(_, node)| node)
    }

    /// All keys and values, in the order of the file.
    pub(crate) const fn entries(&self) -> &'n [(Key, Node)] {
        self.entries
    }
}

impl<'f> Reader<'f> {
    pub(crate) const fn new(file: &'f str) -> Self {
        Self {
            file,
            problems: Vec::new(),
        }
    }

    /// Notes a problem; what comes back can still be given an expectation.
    pub(crate) fn problem(&mut self, place: Place, found: impl Into<String>) -> &mut Problem {
        self.problems.push(Problem::error(self.file, place, found));
        self.problems.last_mut().expect("just pushed")
    }

    /// Notes that a value is not what it should be.
    pub(crate) fn wrong(&mut self, node: &Node, what: &str, expected: &str) {
        self.problem(node.place, format!("{what} is {}", node.describe()))
            .expected = Some(expected.to_owned());
    }

    /// Notes a name that nobody knows, with the nearest one that is known.
    pub(crate) fn unknown(&mut self, place: Place, what: &str, name: &str, known: &[&str]) {
        self.unknown_in(place, what, name, "", known);
    }

    fn unknown_in(&mut self, place: Place, what: &str, name: &str, within: &str, known: &[&str]) {
        let nearest = nearest(name, known);
        let problem = self.problem(
            place,
            format!("unknown {what} '{}'{within}", crate::yaml::shorten(name)),
        );
        problem.expected = Some(format!("one of {}", known.join(", ")));
        problem.nearest = nearest;
    }

    /// A mapping with these keys and no others.
    pub(crate) fn map<'n>(
        &mut self,
        node: &'n Node,
        what: &'static str,
        keys: &[&str],
    ) -> Option<Fields<'n>> {
        let Value::Map(entries) = &node.value else {
            self.wrong(
                node,
                what,
                &format!("a mapping with keys out of {}", keys.join(", ")),
            );
            return None;
        };
        for (at, (key, _)) in entries.iter().enumerate() {
            if !keys.contains(&key.name.as_str()) {
                self.unknown_in(key.place, "key", &key.name, &format!(" in {what}"), keys);
            } else if entries[..at]
                .iter()
                .any(|(earlier, _)| earlier.name == key.name)
            {
                self.problem(key.place, format!("'{}' stands twice in {what}", key.name))
                    .expected = Some("every key once".to_owned());
            }
        }
        Some(Fields {
            place: node.place,
            what,
            entries,
        })
    }

    /// The value behind a key that must be there.
    pub(crate) fn required<'n>(
        &mut self,
        fields: &Fields<'n>,
        name: &str,
        expected: &str,
    ) -> Option<&'n Node> {
        let found = fields.get(name);
        if found.is_none() {
            self.problem(
                fields.place,
                format!("'{name}' is missing in {}", fields.what),
            )
            .expected = Some(expected.to_owned());
        }
        found
    }

    /// A text that is not empty.
    pub(crate) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match &node.value {
            Value::Scalar { text, .. } if !text.trim().is_empty() => Some(text),
            _ => {
                self.wrong(node, what, "a text");
                None
            }
        }
    }

    /// A yes or no.
    pub(crate) fn flag(&mut self, node: &Node, what: &str) -> Option<bool> {
        match &node.value {
            Value::Scalar { text, plain: true } if text == "true" => Some(true),
            Value::Scalar { text, plain: true } if text == "false" => Some(false),
            _ => {
                self.wrong(node, what, "true or false");
                None
            }
        }
    }

    /// A whole number of at least 1.
    pub(crate) fn count(&mut self, node: &Node, what: &str) -> Option<u32> {
        let number = match &node.value {
            Value::Scalar { text, plain: true } => text.parse().ok().filter(|number| *number > 0),
            _ => None,
        };
        if number.is_none() {
            self.wrong(node, what, "a whole number of 1 or more");
        }
        number
    }

    /// The items of a list; a single value counts as a list of one.
    pub(crate) fn items<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.value {
            Value::List(items) if items.is_empty() => {
                self.problem(node.place, format!("{what} is an empty list"))
                    .expected = Some("at least one entry".to_owned());
                &[]
            }
            Value::List(items) => items,
            _ => std::slice::from_ref(node),
        }
    }

    /// The items of what must be written as a list, possibly an empty one.
    pub(crate) fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        if let Value::List(items) = &node.value {
            items
        } else {
            self.wrong(node, what, "a list (lines that begin with '- ')");
            &[]
        }
    }

    /// Texts, one or many.
    pub(crate) fn texts(&mut self, node: &Node, what: &str) -> Vec<(String, Place)> {
        self.items(node, what)
            .iter()
            .filter_map(|item| Some((self.text(item, what)?.to_owned(), item.place)))
            .collect()
    }

    /// One of a few names.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        node: &Node,
        what: &str,
        known: &[(&str, T)],
    ) -> Option<T> {
        let name = self.text(node, what)?;
        let found = known
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            self.unknown(node.place, what, name, &names);
        }
        found
    }

    /// Some of a few names, one or many.
    pub(crate) fn choices<T: Copy>(
        &mut self,
        node: &Node,
        what: &str,
        known: &[(&str, T)],
    ) -> Vec<T> {
        self.items(node, what)
            .iter()
            .filter_map(|item| self.choice(item, what, known))
            .collect()
    }

    /// Names made of small letters, digits and `_`, one or many.
    pub(crate) fn names(&mut self, node: &Node, what: &str) -> Vec<String> {
        let texts = self.texts(node, what);
        texts
            .into_iter()
            .filter_map(|(name, place)| {
                let fits = name.len() <= 64
                    && name.bytes().all(|b| {
                        b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b)
                    });
                if !fits {
                    self.problem(
                        place,
                        format!("{what} is '{}'", crate::yaml::shorten(&name)),
                    )
                    .expected = Some("small letters, digits, '_' and '-', at most 64".to_owned());
                }
                fits.then_some(name)
            })
            .collect()
    }

    /// A stretch of time such as `7d`, `24h`, `30m` or `90s`, in seconds.
    pub(crate) fn duration(&mut self, node: &Node, what: &str) -> Option<u64> {
        let seconds = match &node.value {
            Value::Scalar { text, .. } => parse_duration(text),
            _ => None,
        };
        if seconds.is_none() {
            self.wrong(node, what, "a number with d, h, m or s, such as 7d or 24h");
        }
        seconds
    }
}

fn parse_duration(text: &str) -> Option<u64> {
    let unit = match text.as_bytes().last()? {
        b'd' => 86_400,
        b'h' => 3_600,
        b'm' => 60,
        b's' => 1,
        _ => return None,
    };
    text[..text.len() - 1]
        .parse::<u64>()
        .ok()?
        .checked_mul(unit)
        .filter(|seconds| *seconds > 0)
}

/// The known name that `name` was probably meant to be.
fn nearest(name: &str, known: &[&str]) -> Option<String> {
    let distance = |known: &str| strsim::damerau_levenshtein(&name.to_lowercase(), known);
    known
        .iter()
        .map(|known| (distance(known), *known))
        .min()
        // More than a third wrong is another word.
        .filter(|(distance, known)| *distance * 3 <= known.len().max(name.len()).max(3))
        .map(|(_, known)| known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_its_neighbour_and_a_foreign_one_finds_none() {
        let known = ["phrase", "regex", "author_role"];
        assert_eq!(nearest("phrse", &known).as_deref(), Some("phrase"));
        assert_eq!(
            nearest("Author_Role", &known).as_deref(),
            Some("author_role")
        );
        assert_eq!(nearest("velocity", &known), None);
    }

    #[test]
    fn durations_are_read_with_their_unit_and_nothing_else() {
        assert_eq!(parse_duration("7d"), Some(604_800));
        for wrong in [
            "",
            "7",
            "d",
            "-1h",
            "0s",
            "1.5h",
            "99999999999999999999d",
            "99999999999999999d",
        ] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }
}
