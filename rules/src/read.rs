//! From a policy file to a [`Policy`], with every problem found on the way.

mod condition;
mod effects;
mod examples;

use holdfast_domain::post::PostKind;
use holdfast_domain::rule_match::RuleMode;
use holdfast_domain::{CrisisLevel, Normaliser, RuleId, SignalKind};

pub(crate) use self::condition::read_condition;
use crate::error::Problem;
use crate::policy::{Applies, Policy, Raise, Topic};
use crate::reader::Reader;
use crate::safety;
use crate::yaml::{self, Node, Place, Value};

/// Larger than any policy that a person could review.
const MAX_FILE_BYTES: usize = 256 * 1024;

pub(crate) const POLICY_KEYS: [&str; 12] = [
    "id",
    "version",
    "mode",
    "owner",
    "title",
    "because",
    "applies",
    "when",
    "then",
    "raise",
    "false_positives",
    "tests",
];
pub(crate) const APPLIES_KEYS: [&str; 4] = ["kinds", "communities", "locales", "crisis"];
pub(crate) const RAISE_KEYS: [&str; 2] = ["when", "to"];

pub(crate) const SIGNALS: [(&str, SignalKind); 3] = [
    ("crisis", SignalKind::Crisis),
    ("harassment", SignalKind::Harassment),
    ("stigma", SignalKind::Stigma),
];
pub(crate) const KINDS: [(&str, PostKind); 5] = [
    ("post", PostKind::Post),
    ("comment", PostKind::Comment),
    ("chat", PostKind::Chat),
    ("dm", PostKind::Dm),
    ("profile", PostKind::Profile),
];
const LEVELS: [(&str, CrisisLevel); 3] = [
    ("soon", CrisisLevel::Soon),
    ("urgent", CrisisLevel::Urgent),
    ("act_now", CrisisLevel::ActNow),
];

/// A file read: the policy where it could be made out, and its canonical bytes.
pub(crate) struct Read {
    pub(crate) policy: Option<Policy>,
    pub(crate) canonical: Vec<u8>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads one file; `file` is its path below the policies' folder.
pub(crate) fn read_policy(file: &str, source: &str, normaliser: &dyn Normaliser) -> Read {
    let mut reader = Reader::new(file);
    let mut canonical = Vec::new();
    let policy = if source.len() > MAX_FILE_BYTES {
        reader.problem(
            Place { line: 1, column: 1 },
            "the file is larger than 256 kB",
        );
        None
    } else {
        match yaml::parse(source) {
            Ok(tree) => {
                tree.canonical(&mut canonical);
                FileReader {
                    reader: &mut reader,
                    normaliser,
                    file,
                }
                .policy(&tree)
            }
            Err(error) => {
                reader.problem(error.place, error.message);
                None
            }
        }
    };
    Read {
        policy,
        canonical,
        problems: reader.problems,
    }
}

struct FileReader<'r, 'f> {
    reader: &'r mut Reader<'f>,
    normaliser: &'r dyn Normaliser,
    file: &'f str,
}

impl FileReader<'_, '_> {
    fn policy(&mut self, tree: &Node) -> Option<Policy> {
        let fields = self.reader.map(tree, "the policy", &POLICY_KEYS)?;
        let id = self.reader.required(
            &fields,
            "id",
            "the folder and file name, such as crisis.goodbye",
        );
        let version = self.reader.required(
            &fields,
            "version",
            "a whole number, raised with every change",
        );
        let mode = self.reader.required(
            &fields,
            "mode",
            "live, or shadow to record matches without effect",
        );
        let owner = self
            .reader
            .required(&fields, "owner", "who answers for the rule");
        let title =
            self.reader
                .required(&fields, "title", "what the rule looks for, in a few words");
        let because = self.reader.required(
            &fields,
            "because",
            "why it matters, shown beside every match",
        );
        let when = self.reader.required(&fields, "when", "the condition");
        let then = self
            .reader
            .required(&fields, "then", "what a match asks for");
        let tests = self.reader.required(
            &fields,
            "tests",
            "examples that must match and that must not",
        );

        // Everything is read before anything is given up, so that all problems are found at once.
        let id = id.and_then(|node| self.id(node));
        let version = version.and_then(|node| self.reader.count(node, "version"));
        let modes = [("live", RuleMode::Live), ("shadow", RuleMode::Shadow)];
        let mode = mode.and_then(|node| self.reader.choice(node, "mode", &modes));
        let owner = owner.and_then(|node| self.reader.text(node, "owner"));
        let title = title.and_then(|node| self.reader.text(node, "title"));
        let because = because.and_then(|node| self.reader.text(node, "because"));
        let applies = fields
            .get("applies")
            .map(|node| self.applies(node))
            .unwrap_or_default();
        let condition = when.and_then(|node| read_condition(self.reader, self.normaliser, node));
        let effects = then.and_then(|node| effects::read(self.reader, node));
        let raise = fields
            .get("raise")
            .map(|node| self.raise(node))
            .unwrap_or_default();
        fields
            .get("false_positives")
            .map(|node| self.reader.texts(node, "false_positives"));
        let examples = tests
            .map(|node| examples::read(self.reader, node))
            .unwrap_or_default();
        owner?;
        let (topic, id) = id?;
        Some(Policy {
            file: self.file.to_owned(),
            topic,
            id,
            version: version?,
            mode: mode?,
            title: title?.to_owned(),
            because: because?.to_owned(),
            applies,
            when: condition?,
            then: effects?,
            raise,
            tests: examples,
            then_place: then?.place,
            tests_place: tests?.place,
        })
    }

    /// The id, which must say where the file lies: so a match leads back to its file.
    fn id(&mut self, node: &Node) -> Option<(Topic, RuleId)> {
        let id = self.reader.text(node, "id")?;
        let expected = self.file.trim_end_matches(".yaml").replace('/', ".");
        let topic = match expected.split('.').next()? {
            "system" => Some(Topic::System),
            name => SIGNALS
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, kind)| Topic::Signal(*kind)),
        };
        let Some(topic) = topic.filter(|_| expected.matches('.').count() == 1) else {
            self.reader
                .problem(node.place, "the file lies in the wrong folder")
                .expected = Some("crisis/, harassment/, stigma/ or system/".to_owned());
            return None;
        };
        if id != expected {
            self.reader
                .problem(node.place, format!("id is {}", node.describe()))
                .expected = Some(format!("'{expected}', as the file is called"));
            return None;
        }
        Some((topic, RuleId(expected)))
    }

    fn applies(&mut self, node: &Node) -> Applies {
        let Some(fields) = self.reader.map(node, "applies", &APPLIES_KEYS) else {
            return Applies::default();
        };
        let mut applies = Applies::default();
        if let Some(node) = fields.get("kinds") {
            applies.kinds = self.reader.choices(node, "kind", &KINDS);
        }
        if let Some(node) = fields.get("communities") {
            applies.communities = self.all_or_some(node, "communities");
        }
        if let Some(node) = fields.get("locales") {
            applies.locales = self.all_or_some(node, "locales");
        }
        if let Some(node) = fields.get("crisis") {
            applies.only_without_crisis = self
                .reader
                .choice(node, "crisis scope", &[("none", ())])
                .is_some();
        }
        applies
    }

    /// Names, or `*` for all.
    fn all_or_some(&mut self, node: &Node, what: &str) -> Vec<String> {
        let names: Vec<_> = self
            .reader
            .texts(node, what)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        if names.iter().any(|name| name == "*") {
            Vec::new()
        } else {
            names
        }
    }

    fn raise(&mut self, node: &Node) -> Vec<Raise> {
        let mut raises = Vec::new();
        for item in self.reader.list(node, "raise") {
            let Some(fields) = self.reader.map(item, "raise", &RAISE_KEYS) else {
                continue;
            };
            let when = self
                .reader
                .required(&fields, "when", "the further condition");
            let to = self.reader.required(&fields, "to", "the higher level");
            let when = when.and_then(|node| read_condition(self.reader, self.normaliser, node));
            let to = to.and_then(|node| read_raised_level(self.reader, node));
            if let (Some(when), Some(to)) = (when, to) {
                raises.push(Raise { when, to });
            }
        }
        raises
    }
}

/// A crisis level that a rule asks for; never `none`, since rules only raise.
pub(crate) fn read_raised_level(reader: &mut Reader<'_>, node: &Node) -> Option<CrisisLevel> {
    if matches!(&node.value, Value::Scalar { text, .. } if matches!(text.as_str(), "none" | "0")) {
        let problem = reader.problem(node.place, "a rule cannot lower a level to 'none'");
        problem.expected = Some("soon, urgent or act_now".to_owned());
        problem.breaks(safety::ONLY_RAISES);
        return None;
    }
    read_level(reader, node)
}

/// A crisis level above `none`, by name or number.
pub(crate) fn read_level(reader: &mut Reader<'_>, node: &Node) -> Option<CrisisLevel> {
    if let Value::Scalar { text, .. } = &node.value
        && let Ok(number) = text.parse::<u8>()
    {
        let level = CrisisLevel::from_number(number).filter(|level| *level > CrisisLevel::None);
        if level.is_none() {
            reader.wrong(node, "crisis level", "soon (1), urgent (2) or act_now (3)");
        }
        return level;
    }
    reader.choice(node, "crisis level", &LEVELS)
}

/// The keys of every mapping of a policy file.
#[cfg(test)]
pub(crate) mod keys {
    pub(crate) use super::condition::{
        ACCOUNT_AGE_KEYS as ACCOUNT_AGE, CONDITION_KEYS as CONDITION, SIGNAL_KEYS as SIGNAL,
    };
    pub(crate) use super::effects::{EFFECT_KEYS as EFFECT, STEPS as STEP};
    pub(crate) use super::examples::{
        EXPECT_KEYS as EXPECT, POST_KEYS as POST, RANGE_KEYS as RANGE, TEST_KEYS as TEST,
        TEST_SIGNAL_KEYS as TEST_SIGNAL,
    };
    pub(crate) use super::{APPLIES_KEYS as APPLIES, POLICY_KEYS as POLICY, RAISE_KEYS as RAISE};
}
