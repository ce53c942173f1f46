use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::*;
use crate::yaml::{self, Node, Value};

/// The tree as JSON, plain scalars read as YAML does.
fn json(node: &Node) -> Json {
    match &node.value {
        Value::Scalar { text, plain: true } => match text.as_str() {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            number => serde_json::from_str::<serde_json::Number>(number)
                .map_or(Json::String(text.clone()), Json::Number),
        },
        Value::Scalar { text, .. } => Json::String(text.clone()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, node)| (key.name.clone(), json(node)))
            .collect(),
    }
}

#[test]
fn the_checked_in_schema_is_current() {
    let checked_in = include_str!("../../policies/policy.schema.json");
    assert_eq!(checked_in, policy_schema(), "run `holdfast generate`");
}

#[test]
fn every_shipped_policy_fits_the_schema_types() {
    for source in crate::builtin::sources() {
        let tree = yaml::parse(&source.text).unwrap();
        let read = serde_json::from_value::<PolicyFile>(json(&tree));
        assert!(read.is_ok(), "{}: {}", source.file, read.err().unwrap());
    }
}

/// The keys that the schema knows for a type.
fn schema_keys(name: Option<&str>) -> BTreeSet<String> {
    let schema: Json = serde_json::from_str(&policy_schema()).unwrap();
    let found = name.map_or(&schema, |name| &schema["$defs"][name]);
    found["properties"]
        .as_object()
        .unwrap_or_else(|| panic!("{name:?}"))
        .keys()
        .cloned()
        .collect()
}

#[test]
fn the_schema_and_the_reader_know_the_same_keys() {
    use crate::read::keys;
    let condition: Vec<_> = keys::CONDITION
        .iter()
        .chain(&["signal"])
        .chain(&keys::SIGNAL)
        .copied()
        .collect();
    for (name, keys) in [
        (None, &keys::POLICY[..]),
        (Some("AppliesFile"), &keys::APPLIES),
        (Some("RaiseFile"), &keys::RAISE),
        (Some("ConditionFile"), &condition),
        (Some("AgeFile"), &keys::ACCOUNT_AGE),
        (Some("EffectsFile"), &keys::EFFECT),
        (Some("TestFile"), &keys::TEST),
        (Some("PostFile"), &keys::POST),
        (Some("TestSignalFile"), &keys::TEST_SIGNAL),
        (Some("ExpectSetFile"), &keys::EXPECT),
        (Some("LevelBoundsFile"), &keys::RANGE),
    ] {
        let reader: BTreeSet<_> = keys.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(schema_keys(name), reader, "{name:?}");
    }
}
