//! The linear tier never panics, reads every word and nothing else, and answers with probabilities whatever it reads.

#![no_main]

use std::sync::LazyLock;

use holdfast_models::Linear;
use holdfast_models::linear::Features;
use libfuzzer_sys::fuzz_target;

static TIER: LazyLock<Linear> = LazyLock::new(|| {
    Linear::open(&holdfast_fuzz::artefact("linear")).expect("the shipped artefact opens")
});

/// Features that a word has.
const A_WORD: usize = 5;

fuzz_target!(|text: &str| {
    let features: Vec<u64> = Features::of(text).collect();
    let is_word = |ch: char| ch.is_ascii_alphanumeric() || !ch.is_ascii() || ch == '\'';
    let words = text
        .split(|ch| !is_word(ch))
        .filter(|word| !word.is_empty())
        .count();
    assert_eq!(features.len(), A_WORD * words, "{words} words");
    let apart: Vec<u64> = Features::of(&text.replace(' ', ", \n")).collect();
    assert!(features == apart, "what stands between the words is read");

    let scores = TIER.read(text);
    let [soon, urgent, now] = scores.crisis;
    for score in [soon, urgent, now, scores.harassment, scores.stigma] {
        assert!((0.0..=1.0).contains(&score), "{score} is no probability");
    }
    assert!(
        soon >= urgent && urgent >= now,
        "the levels rise: {soon} {urgent} {now}"
    );
});
