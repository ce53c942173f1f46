//! Undoes disguise in text, and remembers where every byte came from.
//!
//! What it takes away: case, Unicode compatibility forms, accents, look-alikes from other scripts,
//! invisible characters, stacked combining marks, leetspeak, letters spaced or dotted out, stretched
//! letters, masks (`s*icide`) and emoji, which come out as the words that they stand for (`:pill:`). What
//! it keeps: plain numbers, sentence punctuation, other scripts. The result is lower case, and
//! normalising it again changes nothing.
//!
//! It knows no phrases; which words matter is the lexicons' business. An altered word is read with
//! the help of `lexicons/words_*.txt`; to teach it a new reading, add the word there.
//!
//! Plain ASCII takes a fast path of one pass; anything doubtful takes the slow path, whose stages
//! ([`lookalikes`], [`join`], [`leet`], [`squeeze`], [`tidy`]) run until none changes anything. Each
//! stage only ever removes cells or turns symbols into letters, so that ends; a bound of
//! [`MOST_PASSES`] keeps hostile text linear.

mod cells;
mod emoji;
mod fast;
mod fold;
mod join;
mod leet;
mod lookalikes;
mod offsets;
mod segment;
mod squeeze;
mod tables;
#[cfg(test)]
mod tests;
mod tidy;
mod vocabulary;

use std::ops::Range;

use holdfast_domain::{NormalisedText, Normaliser, Span};

use self::cells::Cells;
pub use self::offsets::OffsetMap;
pub(crate) use self::vocabulary::vocabulary;

/// Passes of the slow path; ordinary text needs two, the second of which finds nothing to do.
const MOST_PASSES: usize = 6;

/// A normalised text with the way back to the original.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Normalised {
    text: String,
    map: OffsetMap,
}

impl Normalised {
    /// The normalised text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where each byte of [`text`](Self::text) came from.
    pub const fn map(&self) -> &OffsetMap {
        &self.map
    }

    /// The bytes of the original that `range` of the normalised text came from. Both ends lie on
    /// character boundaries of the original, whatever `range` is.
    pub fn original_span(&self, range: Range<usize>) -> Range<usize> {
        let start = floor_boundary(&self.text, range.start);
        if start == self.text.len() {
            return self.map.end()..self.map.end();
        }
        let end = ceil_boundary(&self.text, range.end.max(range.start));
        self.map.original(start..end)
    }
}

impl NormalisedText for Normalised {
    fn text(&self) -> &str {
        &self.text
    }

    fn original_span(&self, range: Range<usize>) -> Span {
        Span::new(Self::original_span(self, range))
    }
}

/// Normalises one text (at most 4 GiB). Never fails; see the module for what it does.
pub fn normalise(original: &str) -> Normalised {
    fast::normalise_plain(original).unwrap_or_else(|| normalise_thoroughly(original))
}

fn normalise_thoroughly(original: &str) -> Normalised {
    let mut cells: Cells = fold::fold(original);
    for _ in 0..MOST_PASSES {
        let mut changed = lookalikes::unmask(&mut cells);
        changed |= join::join(&mut cells);
        changed |= leet::decode(&mut cells);
        changed |= squeeze::squeeze(&mut cells);
        changed |= segment::segment(&mut cells);
        changed |= tidy::tidy(&mut cells);
        if !changed {
            break;
        }
    }
    cells.into_normalised()
}

/// The normaliser behind the domain's port.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextNormaliser;

impl Normaliser for TextNormaliser {
    fn normalise(&self, text: &str) -> Box<dyn NormalisedText> {
        Box::new(normalise(text))
    }
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}
