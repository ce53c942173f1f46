//! Reading the tests beside a rule.

use holdfast_domain::signal::{Answer, LabelScore, Scored, Unavailable};
use holdfast_domain::{CrisisLevel, Signal};

use super::condition::{ROLES, read_score};
use super::effects::STEPS;
use super::{KINDS, SIGNALS};
use crate::policy::{Expect, PolicyTest, TestPost};
use crate::reader::{Fields, Reader};
use crate::verdict::Verdict;
use crate::yaml::{Node, Value};

pub(crate) const TEST_KEYS: [&str; 4] = ["text", "post", "signals", "expect"];
pub(crate) const POST_KEYS: [&str; 7] = [
    "kind",
    "community",
    "language",
    "author_role",
    "account_age",
    "age_band",
    "content_warning",
];
pub(crate) const TEST_SIGNAL_KEYS: [&str; 6] = [
    "signal",
    "classifier",
    "score",
    "level",
    "labels",
    "unavailable",
];
pub(crate) const EXPECT_KEYS: [&str; 5] = ["rule", "crisis_level", "labels", "review", "actions"];
pub(crate) const RANGE_KEYS: [&str; 2] = ["at_least", "at_most"];

const VERDICTS: [(&str, Verdict); 3] = [
    ("match", Verdict::Matched),
    ("no_match", Verdict::NotMatched),
    ("unknown", Verdict::Unknown),
];
const LEVELS: [(&str, CrisisLevel); 4] = [
    ("none", CrisisLevel::None),
    ("soon", CrisisLevel::Soon),
    ("urgent", CrisisLevel::Urgent),
    ("act_now", CrisisLevel::ActNow),
];
const REASONS: [(&str, Unavailable); 5] = [
    ("timed_out", Unavailable::TimedOut),
    ("failed", Unavailable::Failed),
    ("overloaded", Unavailable::Overloaded),
    ("language_not_covered", Unavailable::LanguageNotCovered),
    ("switched_off", Unavailable::SwitchedOff),
];

pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Vec<PolicyTest> {
    let items = reader.list(node, "tests");
    if items.is_empty() && matches!(node.value, Value::List(_)) {
        reader
            .problem(node.place, "'tests' is an empty list")
            .expected = Some("an example that must match and one that must not".to_owned());
    }
    items.iter().filter_map(|item| test(reader, item)).collect()
}

fn test(reader: &mut Reader<'_>, node: &Node) -> Option<PolicyTest> {
    let fields = reader.map(node, "a test", &TEST_KEYS)?;
    let text = reader.required(&fields, "text", "the text of the example");
    let text = text.and_then(|node| reader.text(node, "text"));
    let expect = reader.required(
        &fields,
        "expect",
        "match, no_match or unknown, or what the whole set must say",
    );
    let expect = expect.and_then(|node| expectation(reader, node));
    let post = fields
        .get("post")
        .map(|node| post(reader, node))
        .unwrap_or_default();
    let signals = fields.get("signals").map(|node| {
        let items = reader.list(node, "signals");
        items
            .iter()
            .filter_map(|item| signal(reader, item))
            .collect()
    });
    Some(PolicyTest {
        place: node.place,
        text: text?.to_owned(),
        post,
        signals,
        expect: expect?,
    })
}

fn post(reader: &mut Reader<'_>, node: &Node) -> TestPost {
    let mut post = TestPost::default();
    let Some(fields) = reader.map(node, "post", &POST_KEYS) else {
        return post;
    };
    for (key, value) in fields.entries() {
        match key.name.as_str() {
            "kind" => post.kind = reader.choice(value, "kind", &KINDS).unwrap_or(post.kind),
            "community" => {
                if let Some(name) = reader.text(value, "community") {
                    name.clone_into(&mut post.community);
                }
            }
            "language" => {
                let language = reader.text(value, "language");
                post.language = language.filter(|tag| *tag != "unknown").map(str::to_owned);
            }
            "author_role" => {
                post.author_role = reader
                    .choice(value, "author_role", &ROLES)
                    .unwrap_or(post.author_role);
            }
            "account_age" => post.account_age_secs = reader.duration(value, "account_age"),
            "age_band" => post.age_band = reader.text(value, "age_band").map(str::to_owned),
            "content_warning" => {
                post.content_warning = reader.flag(value, "content_warning").unwrap_or(false);
            }
            _ => {}
        }
    }
    post
}

fn signal(reader: &mut Reader<'_>, node: &Node) -> Option<Signal> {
    let fields = reader.map(node, "a test's signal", &TEST_SIGNAL_KEYS)?;
    let kind = reader.required(&fields, "signal", "crisis, harassment or stigma");
    let kind = kind.and_then(|node| reader.choice(node, "signal", &SIGNALS));
    let classifier = reader.required(
        &fields,
        "classifier",
        "the classifier's name, such as lexicon",
    );
    let classifier = classifier.and_then(|node| reader.text(node, "classifier"));
    let answer = if let Some(node) = fields.get("unavailable") {
        reader
            .choice(node, "reason", &REASONS)
            .map(Answer::Unavailable)
    } else {
        scored(reader, &fields)
    };
    Some(Signal {
        kind: kind?,
        classifier: classifier?.to_owned(),
        version: "test".to_owned(),
        answer: answer?,
    })
}

fn scored(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Answer> {
    let score = reader.required(
        fields,
        "score",
        "a number from 0 to 1, or 'unavailable' with a reason",
    );
    let score = score.and_then(|node| read_score(reader, node));
    let level = fields
        .get("level")
        .and_then(|node| reader.choice(node, "level", &LEVELS));
    let labels = fields
        .get("labels")
        .map(|node| reader.names(node, "labels"))
        .unwrap_or_default();
    let score = score?;
    let labels = labels
        .into_iter()
        .map(|label| LabelScore { label, score })
        .collect();
    Some(Answer::Scored(Scored {
        score,
        level,
        labels,
        evidence: Vec::new(),
    }))
}

/// `match`, or a mapping of what the whole set must say.
fn expectation(reader: &mut Reader<'_>, node: &Node) -> Option<Expect> {
    if let Value::Scalar { .. } = &node.value {
        let rule = reader.choice(node, "expectation", &VERDICTS)?;
        return Some(Expect {
            rule: Some(rule),
            ..Expect::default()
        });
    }
    let fields = reader.map(node, "expect", &EXPECT_KEYS)?;
    if fields.entries().is_empty() {
        reader.wrong(node, "expect", "at least one expectation");
    }
    let known: Vec<_> = STEPS.iter().map(|name| (*name, *name)).collect();
    let mut expect = Expect::default();
    for (key, value) in fields.entries() {
        match key.name.as_str() {
            "rule" => expect.rule = reader.choice(value, "expectation", &VERDICTS),
            "crisis_level" => expect.level = level_range(reader, value),
            "labels" => expect.labels = reader.names(value, "labels"),
            "review" => expect.review = reader.choices(value, "review", &SIGNALS),
            "actions" => {
                let names = reader.choices(value, "step", &known);
                expect.actions = names.into_iter().map(str::to_owned).collect();
            }
            _ => {}
        }
    }
    Some(expect)
}

/// A level, or a mapping with `at_least` and `at_most`.
fn level_range(
    reader: &mut Reader<'_>,
    node: &Node,
) -> Option<std::ops::RangeInclusive<CrisisLevel>> {
    if let Value::Scalar { .. } = &node.value {
        let level = reader.choice(node, "crisis level", &LEVELS)?;
        return Some(level..=level);
    }
    let fields = reader.map(node, "crisis_level", &RANGE_KEYS)?;
    let mut bound = |name: &str, open: CrisisLevel| match fields.get(name) {
        Some(node) => reader.choice(node, "crisis level", &LEVELS),
        None => Some(open),
    };
    let (least, most) = (
        bound("at_least", CrisisLevel::None)?,
        bound("at_most", CrisisLevel::ActNow)?,
    );
    Some(least..=most)
}
