//! Reading conditions.

use holdfast_domain::post::AuthorRole;
use holdfast_domain::{CrisisLevel, Normaliser, Score};
use regex::{Regex, RegexBuilder};

use super::{KINDS, SIGNALS, read_level};
use crate::condition::{Condition, Leaf, Phrase, PhraseTest, SignalTest, Test};
use crate::reader::{Fields, Reader};
use crate::yaml::{Node, Place, Value};

/// Enough for any readable pattern; keeps one rule from filling the memory.
const MAX_REGEX_BYTES: usize = 1024 * 1024;

/// Every condition is a mapping with one of these.
pub(crate) const CONDITION_KEYS: [&str; 13] = [
    "all",
    "any",
    "not",
    "phrase",
    "word",
    "regex",
    "kind",
    "author_role",
    "account_age",
    "age_band",
    "content_warning",
    "language",
    "signal",
];
/// What may stand beside `signal`.
pub(crate) const SIGNAL_KEYS: [&str; 5] = ["classifier", "at_least", "level", "label", "available"];
pub(crate) const ACCOUNT_AGE_KEYS: [&str; 2] = ["under", "over"];

pub(crate) const ROLES: [(&str, AuthorRole); 5] = [
    ("member", AuthorRole::Member),
    ("peer", AuthorRole::Peer),
    ("moderator", AuthorRole::Moderator),
    ("clinician", AuthorRole::Clinician),
    ("bot", AuthorRole::Bot),
];

/// Reads one condition with everything below it.
pub(crate) fn read_condition(
    reader: &mut Reader<'_>,
    normaliser: &dyn Normaliser,
    node: &Node,
) -> Option<Condition> {
    ConditionReader { reader, normaliser }.condition(node)
}

struct ConditionReader<'r, 'f> {
    reader: &'r mut Reader<'f>,
    normaliser: &'r dyn Normaliser,
}

impl ConditionReader<'_, '_> {
    fn condition(&mut self, node: &Node) -> Option<Condition> {
        let Value::Map(entries) = &node.value else {
            self.reader.wrong(
                node,
                "a condition",
                "a key such as phrase, signal, all, any or not",
            );
            return None;
        };
        let test = if entries.iter().any(|(key, _)| key.name == "signal") {
            Test::Leaf(Leaf::Signal(self.signal(node)?))
        } else {
            self.single(node)?
        };
        Some(Condition {
            place: node.place,
            test,
        })
    }

    fn single(&mut self, node: &Node) -> Option<Test> {
        let fields = self.reader.map(node, "a condition", &CONDITION_KEYS)?;
        let known: Vec<_> = fields
            .entries()
            .iter()
            .filter(|(key, _)| CONDITION_KEYS.contains(&key.name.as_str()))
            .collect();
        let (key, value) = match known.as_slice() {
            [] => {
                if fields.entries().is_empty() {
                    self.reader.wrong(
                        node,
                        "a condition",
                        "a key such as phrase, signal, all, any or not",
                    );
                }
                return None;
            }
            [only] => only,
            [_, second, ..] => {
                self.reader
                    .problem(
                        second.0.place,
                        format!("'{}' is a second condition here", second.0.name),
                    )
                    .expected = Some(
                    "one condition an entry; join several in a list under 'all' or 'any'"
                        .to_owned(),
                );
                return None;
            }
        };
        match key.name.as_str() {
            "all" => self.parts(value, "all").map(Test::All),
            "any" => self.parts(value, "any").map(Test::Any),
            "not" => Some(Test::Not(Box::new(self.condition(value)?))),
            name => self.leaf(name, value).map(Test::Leaf),
        }
    }

    fn parts(&mut self, node: &Node, what: &str) -> Option<Vec<Condition>> {
        let items = self.reader.list(node, what);
        if items.is_empty() && matches!(node.value, Value::List(_)) {
            self.reader
                .problem(node.place, format!("'{what}' is an empty list"))
                .expected = Some("at least one condition".to_owned());
        }
        let parts: Vec<_> = items
            .iter()
            .filter_map(|item| self.condition(item))
            .collect();
        // A condition that could not be read makes the whole unreadable; the rest was read for its problems.
        (!parts.is_empty() && parts.len() == items.len()).then_some(parts)
    }

    fn leaf(&mut self, name: &str, node: &Node) -> Option<Leaf> {
        let some = |list: bool, leaf: Leaf| list.then_some(leaf);
        match name {
            "phrase" | "word" => self.phrases(node, name).map(Leaf::Phrase),
            "regex" => self.regex(node).map(Leaf::Regex),
            "kind" => {
                let kinds = self.reader.choices(node, "kind", &KINDS);
                some(!kinds.is_empty(), Leaf::Kind(kinds))
            }
            "author_role" => {
                let roles = self.reader.choices(node, "author_role", &ROLES);
                some(!roles.is_empty(), Leaf::AuthorRole(roles))
            }
            "account_age" => self.account_age(node),
            "age_band" => {
                let bands: Vec<_> = self
                    .reader
                    .texts(node, name)
                    .into_iter()
                    .map(|(band, _)| band)
                    .collect();
                some(!bands.is_empty(), Leaf::AgeBand(bands))
            }
            "language" => {
                let tags: Vec<_> = self
                    .reader
                    .texts(node, name)
                    .into_iter()
                    .map(|(tag, _)| tag)
                    .collect();
                some(!tags.is_empty(), Leaf::Language(tags))
            }
            _ => self.reader.flag(node, name).map(Leaf::ContentWarning),
        }
    }

    fn phrases(&mut self, node: &Node, what: &str) -> Option<PhraseTest> {
        let texts = self.reader.texts(node, what);
        let written = texts.len();
        let phrases: Vec<_> = texts
            .into_iter()
            .filter_map(|(text, place)| self.phrase(&text, place, what == "word"))
            .collect();
        (written > 0 && phrases.len() == written).then_some(PhraseTest { phrases, set: 0 })
    }

    fn phrase(&mut self, text: &str, place: Place, single_word: bool) -> Option<Phrase> {
        let open_end = text.ends_with('*');
        let normalised = self.normaliser.normalise(text.trim_end_matches('*'));
        let normalised = normalised.text().trim();
        if normalised.chars().filter(|ch| ch.is_alphanumeric()).count() < 2 {
            self.reader
                .problem(
                    place,
                    format!("'{text}' has fewer than two letters after normalising"),
                )
                .expected = Some("a word or phrase that means something by itself".to_owned());
            return None;
        }
        if single_word && normalised.contains(char::is_whitespace) {
            self.reader
                .problem(place, format!("'{text}' is more than one word"))
                .expected = Some("a single word; use 'phrase' for several".to_owned());
            return None;
        }
        Some(Phrase {
            text: normalised.to_owned(),
            open_end,
        })
    }

    fn regex(&mut self, node: &Node) -> Option<Regex> {
        let pattern = self.reader.text(node, "regex")?;
        let compiled = RegexBuilder::new(pattern)
            .size_limit(MAX_REGEX_BYTES)
            .dfa_size_limit(MAX_REGEX_BYTES)
            .nest_limit(50)
            .build();
        match compiled {
            Ok(regex) if regex.is_match("") => {
                self.reader
                    .problem(
                        node.place,
                        "the regex matches an empty text, and so every post",
                    )
                    .expected = Some("a pattern that needs at least one character".to_owned());
                None
            }
            Ok(regex) => Some(regex),
            Err(regex::Error::CompiledTooBig(_)) => {
                self.reader
                    .problem(node.place, "the regex is too large when compiled")
                    .expected = Some("smaller repetitions, or a list of phrases".to_owned());
                None
            }
            Err(error) => {
                let reason = error.to_string();
                let reason = reason
                    .lines()
                    .last()
                    .unwrap_or_default()
                    .trim_start_matches("error: ")
                    .to_owned();
                self.reader
                    .problem(node.place, format!("not a valid regex: {reason}"))
                    .expected =
                    Some("linear-time syntax, without look-around and back-references".to_owned());
                None
            }
        }
    }

    fn account_age(&mut self, node: &Node) -> Option<Leaf> {
        let fields = self.reader.map(node, "account_age", &ACCOUNT_AGE_KEYS)?;
        let under_secs = fields
            .get("under")
            .map(|node| self.reader.duration(node, "under"));
        let over_secs = fields
            .get("over")
            .map(|node| self.reader.duration(node, "over"));
        if under_secs.is_none() && over_secs.is_none() {
            self.reader.wrong(
                node,
                "account_age",
                "'under' or 'over' with a time, such as under: 7d",
            );
            return None;
        }
        let (under_secs, over_secs) = (under_secs.unwrap_or(None), over_secs.unwrap_or(None));
        Some(Leaf::AccountAge {
            under_secs,
            over_secs,
        })
    }

    fn signal(&mut self, node: &Node) -> Option<SignalTest> {
        let mut keys = vec!["signal"];
        keys.extend(SIGNAL_KEYS);
        let fields = self.reader.map(node, "a signal condition", &keys)?;
        let kind = self
            .reader
            .choice(fields.get("signal")?, "signal", &SIGNALS);
        let classifier = fields
            .get("classifier")
            .and_then(|node| self.reader.text(node, "classifier"));
        let at_least = fields
            .get("at_least")
            .and_then(|node| read_score(self.reader, node));
        let level: Option<CrisisLevel> = fields
            .get("level")
            .and_then(|node| read_level(self.reader, node));
        let labels = fields
            .get("label")
            .map(|node| self.reader.names(node, "label"))
            .unwrap_or_default();
        let available = fields
            .get("available")
            .and_then(|node| self.reader.flag(node, "available"));
        self.check_signal(&fields, available);
        Some(SignalTest {
            kind: kind?,
            classifier: classifier.map(str::to_owned),
            at_least,
            level,
            labels,
            available,
        })
    }

    fn check_signal(&mut self, fields: &Fields<'_>, available: Option<bool>) {
        let asks = |name: &str| fields.get(name).is_some();
        let signal = fields.get("signal").expect("asked for by the caller");
        if !["at_least", "level", "label", "available"]
            .into_iter()
            .any(asks)
        {
            self.reader
                .problem(signal.place, "the signal condition asks nothing")
                .expected = Some("at_least, level, label or available beside it".to_owned());
        }
        if available == Some(false) && ["at_least", "level", "label"].into_iter().any(asks) {
            self.reader
                .problem(
                    signal.place,
                    "a classifier that did not answer has no score, level or label",
                )
                .expected = Some("'available: false' alone".to_owned());
        }
        if let (Some(level), Value::Scalar { text, .. }) = (fields.get("level"), &signal.value)
            && text != "crisis"
        {
            self.reader
                .problem(level.place, format!("'{text}' has no level"))
                .expected = Some("level beside 'signal: crisis' only".to_owned());
        }
    }
}

/// A score from 0 to 1.
pub(crate) fn read_score(reader: &mut Reader<'_>, node: &Node) -> Option<Score> {
    let score = match &node.value {
        Value::Scalar { text, plain: true } => text
            .parse()
            .ok()
            .and_then(|p: f64| Score::from_probability(p).ok()),
        _ => None,
    };
    if score.is_none() {
        reader.wrong(node, "the score", "a number from 0 to 1");
    }
    score
}
