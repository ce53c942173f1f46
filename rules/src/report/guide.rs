//! Runs the examples of `docs/writing-a-policy.md`.

use super::*;
use crate::plain::PlainNormaliser;
use crate::ruleset::tests::clear_signals;

const GUIDE: &str = include_str!("../../../docs/writing-a-policy.md");

/// The fenced blocks of the guide: language and content.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let mut blocks = Vec::new();
    let mut rest = GUIDE;
    while let Some((_, fenced)) = rest.split_once("\n```") {
        let (language, body) = fenced.split_once('\n').expect("a fence opens a line");
        let (content, after) = body.split_once("```").expect("a fence is closed");
        blocks.push((language, content));
        rest = after;
    }
    blocks
}

/// What lint and test say of one example.
fn verdict(text: &str) -> String {
    let file = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# "))
        .expect("an example names its file");
    let sources = [Source {
        file: file.to_owned(),
        text: text.to_owned(),
    }];
    let mut problems = lint_sources(&sources, &PlainNormaliser).problems;
    if problems.is_empty() {
        problems = test_sources(&sources, &PlainNormaliser, &|_| clear_signals()).problems;
    }
    let mut text = problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

#[test]
fn every_example_of_the_guide_does_what_the_guide_says() {
    let blocks = blocks();
    let examples = blocks
        .iter()
        .enumerate()
        .filter(|(_, (language, _))| *language == "yaml");
    let mut seen = 0;
    for (at, (_, text)) in examples {
        let promised = blocks
            .get(at + 1)
            .filter(|(language, _)| *language == "text")
            .map_or("", |(_, text)| text);
        // The hint for editors at the end belongs to no example.
        let promised = if promised.starts_with('#') {
            ""
        } else {
            promised
        };
        assert_eq!(verdict(text), promised);
        seen += 1;
    }
    assert_eq!(seen, 4, "examples in the guide");
}

#[test]
fn the_guide_names_every_condition_effect_and_step() {
    use crate::read::keys;
    let named =
        |key: &&str| GUIDE.contains(&format!("`{key}")) || GUIDE.contains(&format!(" {key}:"));
    let all = keys::CONDITION
        .iter()
        .chain(&keys::SIGNAL)
        .chain(&keys::EFFECT)
        .chain(&keys::STEP);
    let missing: Vec<_> = all.filter(|key| !named(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
