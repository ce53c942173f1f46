//! Minimal pairs: two rows written side by side, the same words with another meaning.
//!
//! Files do not mark them. Taken are neighbours in one source that share at least a fifth of their different words:
//! two that merely stand beside each other share about a tenth.

use std::collections::HashSet;

use super::Labelled;

/// The least share of common words, of all words of both.
const ALIKE: f64 = 0.2;

/// The places of rows that form a pair with the row after them.
pub(super) fn first_of_pairs(rows: &[Labelled]) -> Vec<usize> {
    let neighbours = rows.windows(2).enumerate();
    let pairs =
        neighbours.filter(|(_, two)| two[0].source == two[1].source && alike(&two[0], &two[1]));
    pairs.map(|(at, _)| at).collect()
}

fn alike(a: &Labelled, b: &Labelled) -> bool {
    let (a, b) = (words(a), words(b));
    let common = a.intersection(&b).count() as f64;
    common > 0.0 && common / (a.union(&b).count() as f64) >= ALIKE
}

fn words(row: &Labelled) -> HashSet<String> {
    let text = row.text.text.reveal().to_lowercase();
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
