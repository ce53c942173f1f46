//! Text as every classifier and rule sees it, with the way back to what was written.

use std::ops::Range;

use crate::Span;

/// A normalised text and its map to the original.
pub trait NormalisedText: Send + Sync {
    /// The normalised text.
    fn text(&self) -> &str;

    /// Where in the original the bytes `range` of [`text`](Self::text) came from, on character
    /// boundaries.
    fn original_span(&self, range: Range<usize>) -> Span;
}

/// Undoes disguise: case, look-alikes, leetspeak, spacing, invisible characters.
///
/// Rules import the domain alone, so the composition root hands them the normaliser through this
/// port; phrases of policies pass through it when they are compiled.
pub trait Normaliser: Send + Sync {
    /// Normalises one text. Never fails: unusual input comes out as it went in.
    fn normalise(&self, text: &str) -> Box<dyn NormalisedText>;
}
