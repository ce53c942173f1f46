//! The lexicons never panic on a normalised text; what they find are whole words of it, from left to right, with a way
//! back to the original; and no crisis wording is found that the pre-screen would have missed.

#![no_main]

use std::sync::LazyLock;

use holdfast_classifiers::lexicon::{Hit, shipped};
use holdfast_classifiers::{LexiconSet, normalise};
use holdfast_domain::SignalKind;
use libfuzzer_sys::fuzz_target;

static LEXICONS: LazyLock<std::sync::Arc<LexiconSet>> =
    LazyLock::new(|| shipped().expect("the shipped lexicons are right"));

fuzz_target!(|original: &str| {
    let normalised = normalise(original);
    let text = normalised.text();
    let hits = LEXICONS.find(text);
    for hit in &hits {
        must_be_whole_words(text, hit);
        let span = normalised.original_span(hit.range.clone());
        assert!(!span.is_empty(), "evidence that points at nothing");
        assert!(
            original.get(span.clone()).is_some(),
            "{span:?} are not characters of the original"
        );
    }
    assert!(
        hits.is_sorted_by_key(|hit| hit.range.start),
        "the hits are not in the order of the text"
    );
    let crisis = hits
        .iter()
        .any(|hit| hit.entry.signal == SignalKind::Crisis);
    assert!(
        !crisis || LEXICONS.pre_screen(text),
        "crisis wording that the pre-screen misses"
    );
});

fn must_be_whole_words(text: &str, hit: &Hit<'_>) {
    let Some(found) = text.get(hit.range.clone()) else {
        panic!("{:?} are not characters of the text", hit.range);
    };
    assert!(
        found.starts_with(char::is_alphanumeric),
        "does not begin with a word"
    );
    let (before, after) = (&text[..hit.range.start], &text[hit.range.end..]);
    assert!(
        !before.ends_with(char::is_alphanumeric),
        "begins inside a word"
    );
    assert!(
        !after.starts_with(char::is_alphanumeric),
        "ends inside a word"
    );
}
