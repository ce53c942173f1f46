//! Reading what a match asks for.

use holdfast_domain::ActionPart;
use holdfast_domain::safety::Invariant;

use super::{SIGNALS, read_raised_level};
use crate::attribution;
use crate::policy::{Attributions, Effects, Held, Step, StepPart};
use crate::reader::Reader;
use crate::safety;
use crate::yaml::{Node, Place, Value};

pub(crate) const EFFECT_KEYS: [&str; 9] = [
    "crisis_level",
    "pre_screen",
    "labels",
    "attributions",
    "queue",
    "review",
    "hold_part",
    "suggest",
    "automatic",
];
pub(crate) const STEPS: [&str; 11] = [
    "hide_part",
    "hide",
    "collapse",
    "label",
    "nudge",
    "outreach",
    "lock_reply",
    "limit_author",
    "suspend_author",
    "remove",
    "restore",
];
const HELD: [(&str, Held); 2] = [
    ("method_detail", Held::MethodDetail),
    ("incitement", Held::Incitement),
];

pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Effects> {
    let fields = reader.map(node, "then", &EFFECT_KEYS)?;
    if fields.entries().is_empty() {
        reader.wrong(node, "then", "at least one effect");
    }
    let mut effects = Effects::default();
    for (key, value) in fields.entries() {
        match key.name.as_str() {
            "crisis_level" => effects.level = read_raised_level(reader, value),
            "pre_screen" => effects.pre_screen = reader.flag(value, "pre_screen").unwrap_or(false),
            "labels" => effects.labels = reader.names(value, "labels"),
            "attributions" => effects.attributions = attributions(reader, value),
            "queue" => effects.queue = reader.names(value, "queue").into_iter().next(),
            "review" => effects.review = reader.choices(value, "review", &SIGNALS),
            "hold_part" => effects.hold_part = reader.choice(value, "hold_part", &HELD),
            "suggest" => effects.suggest = steps(reader, value, "suggest"),
            "automatic" => effects.automatic = steps(reader, value, "automatic"),
            _ => {}
        }
    }
    Some(effects)
}

fn attributions(reader: &mut Reader<'_>, node: &Node) -> Attributions {
    if matches!(&node.value, Value::Scalar { text, .. } if text == "from_signals") {
        return Attributions::FromSignals;
    }
    let known: Vec<_> = attribution::ALL.iter().map(|name| (*name, *name)).collect();
    Attributions::These(
        reader
            .choices(node, "attribution", &known)
            .into_iter()
            .map(str::to_owned)
            .collect(),
    )
}

fn steps(reader: &mut Reader<'_>, node: &Node, what: &str) -> Vec<Step> {
    reader
        .items(node, what)
        .iter()
        .filter_map(|item| step(reader, item))
        .collect()
}

/// A step is a bare name, or a name with what it needs: `outreach: template`, `limit_author: 24h`.
fn step(reader: &mut Reader<'_>, node: &Node) -> Option<Step> {
    let (name, place, argument) = match &node.value {
        Value::Scalar { text, .. } => (text.as_str(), node.place, None),
        Value::Map(entries) if entries.len() == 1 => (
            entries[0].0.name.as_str(),
            entries[0].0.place,
            Some(&entries[0].1),
        ),
        _ => {
            reader.wrong(
                node,
                "a step",
                "a name, or one name with its setting, such as outreach: goodbye",
            );
            return None;
        }
    };
    if !STEPS.contains(&name) {
        unknown_step(reader, place, name);
        return None;
    }
    let part = part(reader, name, place, argument)?;
    Some(Step { place, part })
}

fn unknown_step(reader: &mut Reader<'_>, place: Place, name: &str) {
    if matches!(name, "close" | "close_case") {
        reader
            .problem(place, "a rule cannot close a case")
            .breaks(safety::of(Invariant::N7SecondPersonCloses));
    } else if matches!(name, "disclose" | "call_police" | "emergency_services") {
        reader
            .problem(place, format!("a rule cannot ask for '{name}'"))
            .breaks(safety::PEOPLE_DECIDE_DISCLOSURE);
    } else {
        reader.unknown(place, "step", name, &STEPS);
    }
}

fn part(
    reader: &mut Reader<'_>,
    name: &str,
    place: Place,
    argument: Option<&Node>,
) -> Option<StepPart> {
    let whole = match name {
        "label" => ActionPart::Label {
            label: needed(reader, name, place, argument, "label: help-nearby")
                .and_then(|node| word(reader, node, name))?,
        },
        "nudge" => ActionPart::Nudge {
            template: needed(reader, name, place, argument, "nudge: kinder-words")
                .and_then(|node| word(reader, node, name))?,
        },
        "limit_author" => ActionPart::LimitAuthor {
            secs: needed(reader, name, place, argument, "limit_author: 24h")
                .and_then(|node| reader.duration(node, name))?,
        },
        "outreach" => ActionPart::Outreach {
            template: argument.and_then(|node| word(reader, node, name)),
        },
        "suspend_author" => ActionPart::SuspendAuthor {
            secs: argument.and_then(|node| reader.duration(node, name)),
        },
        bare => {
            if let Some(node) = argument {
                reader.wrong(node, bare, "no setting");
            }
            return Some(bare_part(bare));
        }
    };
    Some(StepPart::Whole(whole))
}

fn bare_part(name: &str) -> StepPart {
    StepPart::Whole(match name {
        "hide_part" => return StepPart::HidePart,
        "hide" => ActionPart::Hide,
        "collapse" => ActionPart::Collapse,
        "lock_reply" => ActionPart::LockReply,
        "remove" => ActionPart::Remove,
        _ => ActionPart::Restore,
    })
}

/// The setting of a step that cannot do without.
fn needed<'n>(
    reader: &mut Reader<'_>,
    name: &str,
    place: Place,
    argument: Option<&'n Node>,
    example: &str,
) -> Option<&'n Node> {
    if argument.is_none() {
        let problem = reader.problem(place, format!("'{name}' stands alone"));
        problem.expected = Some(format!("its setting, such as {example}"));
    }
    argument
}

fn word(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<String> {
    reader.names(node, what).into_iter().next()
}
