//! Phrase lists as data: what they say, how they are checked, and finding them in text.
//!
//! One file a signal and language, `lexicons/<signal>_<language>.toml`, read and checked by
//! [`file`](mod@file); all files are compiled into one [`LexiconSet`] that scans a normalised text once for all
//! signals and languages. Entries prove themselves: each carries `examples` that must match and `not`
//! that must not, and [`LexiconSet::broken_examples`] lists those that fail.
//!
//! # Phrases
//!
//! Words are compared after normalisation, whole words only.
//!
//! | written | matches |
//! | --- | --- |
//! | `end my life` | these words in a row; a comma or line break may stand between, a full stop not |
//! | `(kill\|hurt) myself` | either word; alternatives may have several words: `(kill\|do away with) myself` |
//! | `not? want` | with or without `not`; groups too: `(really want)?` |
//! | `suicid+` | words that begin so |
//! | `take * pills`, `*5` | up to 3 (or 5) words between, within one sentence |
//!
//! `unless` names contexts of the same file that take a match back: `before` and `after` (in the
//! same sentence, at most `within` words away), `around` (a longer phrase that covers the match),
//! `anywhere` in the text.

pub mod file;
mod fold_hash;
mod index;
mod pattern;
mod shipped;
#[cfg(test)]
mod tests;
mod tokens;

use std::ops::Range;

use holdfast_domain::{CrisisLevel, Score, SignalKind, Timestamp};
use sha2::{Digest, Sha256};

pub use self::file::{Lexicon, Reviewed};
use self::index::Index;
pub use self::shipped::{shipped, with_folder};
use crate::normalise::normalise;

/// A phrase found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit<'a> {
    /// What was found.
    pub entry: &'a Entry,
    /// Where, in bytes of the normalised text.
    pub range: Range<usize>,
}

/// One kind of thing said, with the phrases that say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Unique within its file.
    pub id: String,
    /// Of which signal it tells.
    pub signal: SignalKind,
    /// The language of its file (BCP 47).
    pub language: String,
    /// A label of the code book: a functionality, or a stigma attribution.
    pub category: String,
    /// For crisis: the urgency that it tells.
    pub level: CrisisLevel,
    /// How surely it tells the signal.
    pub weight: Score,
    /// Whether it serves the pre-screen alone.
    pub screen_only: bool,
    /// Texts that it must match.
    pub examples: Vec<String>,
    /// Texts that it must not match.
    pub counter_examples: Vec<String>,
}

/// An example that does not do what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenExample {
    /// The entry, as `file: entry`.
    pub entry: String,
    /// The example's text, which is the file's own and no member's.
    pub text: String,
    /// Whether it should match.
    pub should_match: bool,
}

/// Lexicons compiled for scanning.
#[derive(Debug)]
pub struct LexiconSet {
    lexicons: Vec<Lexicon>,
    index: Index,
}

impl LexiconSet {
    /// Compiles checked files.
    pub fn new(lexicons: Vec<Lexicon>) -> Self {
        let index = Index::build(&lexicons);
        Self { lexicons, index }
    }

    /// The files behind it.
    pub fn lexicons(&self) -> &[Lexicon] {
        &self.lexicons
    }

    /// A digest of all files, 16 hexadecimal digits: changes whenever an answer may.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for lexicon in &self.lexicons {
            hash.update(lexicon.digest);
        }
        let mut start = [0; 8];
        start.copy_from_slice(&hash.finalize()[..8]);
        format!("{:016x}", u64::from_be_bytes(start))
    }

    /// Languages with a file for this signal.
    pub fn languages(&self, signal: SignalKind) -> impl Iterator<Item = &str> {
        self.lexicons
            .iter()
            .filter(move |file| file.signal == signal)
            .map(|file| file.language.as_str())
    }

    /// What is said in a normalised text, contexts considered, from left to right.
    pub fn find(&self, normalised: &str) -> Vec<Hit<'_>> {
        self.index
            .find(normalised)
            .into_iter()
            .filter(|hit| !hit.entry.screen_only)
            .collect()
    }

    /// Whether a normalised text has any crisis wording at all: no context takes a match back, and
    /// single words count. For texts that nothing better could judge.
    pub fn pre_screen(&self, normalised: &str) -> bool {
        self.index.pre_screen(normalised)
    }

    /// Files that should have been reviewed again by then.
    pub fn expired_at(&self, now: Timestamp) -> impl Iterator<Item = &Lexicon> {
        self.lexicons.iter().filter(move |file| file.expires <= now)
    }

    /// Examples and counter-examples that do not do what their file says.
    pub fn broken_examples(&self) -> Vec<BrokenExample> {
        let mut broken = Vec::new();
        for lexicon in &self.lexicons {
            for entry in &lexicon.entries {
                let all = [(&entry.examples, true), (&entry.counter_examples, false)];
                for (text, should_match) in all
                    .iter()
                    .flat_map(|(texts, should)| texts.iter().map(|text| (text, *should)))
                {
                    if self.matches(entry, text) != should_match {
                        let entry = format!("{}: {}", lexicon.name, entry.id);
                        broken.push(BrokenExample {
                            entry,
                            text: text.clone(),
                            should_match,
                        });
                    }
                }
            }
        }
        broken
    }

    fn matches(&self, entry: &Entry, text: &str) -> bool {
        self.index
            .find(normalise(text).text())
            .iter()
            .any(|hit| hit.entry == entry)
    }
}
