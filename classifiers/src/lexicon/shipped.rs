//! The lexicons that come with Holdfast.

use std::sync::LazyLock;

use super::{Lexicon, LexiconSet};
use crate::error::LexiconError;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../lexicons/", $name, ".toml")))),*]
    };
}

/// Name and content of every shipped file.
const FILES: &[(&str, &str)] = files![
    "crisis_en",
    "harassment_en",
    "stigma_en",
    "crisis_es",
    "crisis_fr",
    "crisis_de",
    "crisis_pt",
    "crisis_it",
    "crisis_nl",
    "crisis_pl",
    "crisis_tr",
    "crisis_hi-Latn",
    "crisis_ar",
];

static SHIPPED: LazyLock<Result<LexiconSet, LexiconError>> = LazyLock::new(|| {
    let files: Result<Vec<_>, _> = FILES.iter().map(|(name, content)| Lexicon::parse(name, content)).collect();
    LexiconSet::new(files?)
});

/// The shipped lexicons, compiled once a process. The error would be a mistake in a shipped file,
/// which the tests of this crate rule out.
pub fn shipped() -> Result<&'static LexiconSet, LexiconError> {
    SHIPPED.as_ref().map_err(Clone::clone)
}
