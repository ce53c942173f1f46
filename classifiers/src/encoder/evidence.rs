//! Which words a learned score rests on: those without which it falls most.
//!
//! Every stretch that is shown was left out once, and the score was lower without it.

use std::ops::Range;

use holdfast_domain::SignalKind;
use holdfast_models::{ModelError, Reader, Reading, Scores};

use crate::JudgedText;

/// Stretches tried; longer texts are cut into longer stretches.
const MOST_TRIED: usize = 10;
/// A stretch of fewer words says little alone.
const FEWEST_WORDS: usize = 3;
/// A stretch of more words is cut.
const MOST_WORDS: usize = 12;
/// Stretches shown for one signal.
const MOST_SHOWN: usize = 2;
/// How far the log odds must fall for a stretch to be shown.
const SHOWN_FALL: f32 = 0.25;

/// For each of [`SignalKind::ALL`], the stretches of the normalised text that its score rests on; none
/// where the signal is not notable. Looks only into the window that was read most strongly: what a long
/// post costs more than a short one, it costs once.
pub(super) fn find(
    reader: &Reader,
    text: &JudgedText,
    whole: &Scores,
) -> Result<[Vec<Range<usize>>; 3], ModelError> {
    let mut tried: Vec<Tried> = Vec::new();
    let mut found: [Vec<Range<usize>>; 3] = Default::default();
    for ((kind, window), found) in SignalKind::ALL.iter().zip(&whole.strongest).zip(&mut found) {
        if super::main_score(*kind, whole) < super::SHOWN_FROM {
            continue;
        }
        let known = tried.iter().position(|one| one.window == *window);
        let at = if let Some(at) = known {
            at
        } else {
            tried.push(Tried::of(reader, text, window, whole)?);
            tried.len() - 1
        };
        *found = tried[at].shown(*kind);
    }
    Ok(found)
}

/// A window whose stretches were left out, one at a time.
struct Tried {
    /// The bytes of the text.
    window: Range<usize>,
    /// Bytes of the window.
    stretches: Vec<Range<usize>>,
    before: Scores,
    without: Vec<Scores>,
}

impl Tried {
    fn of(
        reader: &Reader,
        text: &JudgedText,
        window: &Range<usize>,
        whole: &Scores,
    ) -> Result<Self, ModelError> {
        let words = &text.text()[window.clone()];
        let stretches = stretches(words);
        let mut texts: Vec<String> = Vec::new();
        if stretches.len() > 1 {
            texts.extend(stretches.iter().map(|range| leave_out(words, range)));
            // A window of a longer text scores otherwise than the whole.
            texts.extend((words.len() < text.text().len()).then(|| words.to_owned()));
        }
        let readings: Vec<Reading<'_>> = texts
            .iter()
            .map(|text_left| Reading {
                text: text_left,
                parent: text.parent(),
            })
            .collect();
        let mut without = reader.read(&readings)?;
        let alone = without.split_off(without.len().min(stretches.len()));
        Ok(Self {
            window: window.clone(),
            before: alone.into_iter().next().unwrap_or_else(|| whole.clone()),
            stretches,
            without,
        })
    }

    /// The stretches without which a signal falls most; the only one, where there is one.
    fn shown(&self, kind: SignalKind) -> Vec<Range<usize>> {
        let before = strength(kind, &self.before);
        let falls = self.without.iter().map(|one| before - strength(kind, one));
        let mut falls: Vec<(f32, &Range<usize>)> = falls.zip(&self.stretches).collect();
        falls.sort_by(|a, b| b.0.total_cmp(&a.0));
        let fallen = falls.iter().filter(|(fall, _)| *fall >= SHOWN_FALL);
        let mut shown: Vec<&Range<usize>> = match self.stretches.as_slice() {
            [only] => vec![only],
            _ => fallen.take(MOST_SHOWN).map(|(_, range)| *range).collect(),
        };
        shown.sort_by_key(|range| range.start);
        let begin = self.window.start;
        let placed = shown
            .iter()
            .map(|range| begin + range.start..begin + range.end);
        placed.collect()
    }
}

/// How strongly a signal is read: log odds, over all crisis levels together.
fn strength(kind: SignalKind, scores: &Scores) -> f32 {
    let odds = |p: f32| {
        let p = p.clamp(1e-6, 1.0 - 1e-6);
        (p / (1.0 - p)).ln()
    };
    match kind {
        SignalKind::Crisis => scores.crisis.iter().map(|p| odds(*p)).sum::<f32>() / 3.0,
        _ => odds(super::main_score(kind, scores)),
    }
}

fn leave_out(text: &str, range: &Range<usize>) -> String {
    format!("{} {}", &text[..range.start], &text[range.end..])
}

/// Cuts a text at its stops, long parts at blanks, so that at most [`MOST_TRIED`] parts come out.
fn stretches(text: &str) -> Vec<Range<usize>> {
    let words = words(text);
    let most = MOST_WORDS.max(words.len().div_ceil(MOST_TRIED));
    let fewest = FEWEST_WORDS.max(words.len() / (2 * MOST_TRIED));
    let mut cut: Vec<Vec<Range<usize>>> = Vec::new();
    let mut open: Vec<Range<usize>> = Vec::new();
    for word in words {
        let stops = text[word.clone()].ends_with(['.', ',', '!', '?', ';', ':', ')'])
            || text[word.end..].starts_with('\n');
        open.push(word);
        if open.len() >= most || stops && open.len() >= fewest {
            cut.push(std::mem::take(&mut open));
        }
    }
    match cut.last_mut() {
        Some(last) if open.len() < fewest => last.extend(open),
        _ => cut.push(open),
    }
    let ends = |part: &Vec<Range<usize>>| Some(part.first()?.start..part.last()?.end);
    cut.iter().filter_map(ends).collect()
}

fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, ch) in text.char_indices() {
        match (start, ch.is_whitespace()) {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                words.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        words.push(from..text.len());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_stops_and_into_parts_of_bearable_length() {
        let text =
            "got the shopping in. washed up, sorted my papers for them and then i sat down. tired";
        let parts: Vec<&str> = stretches(text)
            .into_iter()
            .map(|range| &text[range])
            .collect();
        assert_eq!(
            parts,
            [
                "got the shopping in.",
                "washed up, sorted my papers for them and then i sat down. tired"
            ]
        );
        let long = "word ".repeat(2_000);
        assert!(stretches(&long).len() <= 11);
        assert!(stretches("").is_empty());
    }
}
