//! Which words a learned score rests on: those without which it falls most.
//!
//! Every stretch that is shown was left out once, and the score was lower without it.

use std::ops::Range;

use holdfast_domain::SignalKind;
use holdfast_models::{Reader, Reading, Scores};

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

/// For each of [`SignalKind::ALL`], the stretches of the normalised text that its score rests on.
pub(super) fn find(reader: &Reader, text: &JudgedText, whole: &Scores) -> [Vec<Range<usize>>; 3] {
    let tried = stretches(text.text());
    if tried.len() < 2 {
        let all: Vec<Range<usize>> = tried.into_iter().collect();
        return SignalKind::ALL.map(|kind| shown_if(super::main_score(kind, whole), &all));
    }
    let without: Vec<String> = tried
        .iter()
        .map(|left_out| leave_out(text.text(), left_out))
        .collect();
    let readings: Vec<Reading<'_>> = without
        .iter()
        .map(|text_left| Reading {
            text: text_left,
            parent: text.parent(),
        })
        .collect();
    let scores = reader.read(&readings);
    SignalKind::ALL.map(|kind| {
        let before = super::main_score(kind, whole);
        if before < super::SHOWN_FROM {
            return Vec::new();
        }
        let fall = |scores: &Scores| strength(kind, whole) - strength(kind, scores);
        let mut falls: Vec<(f32, &Range<usize>)> = scores.iter().map(fall).zip(&tried).collect();
        falls.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut shown: Vec<Range<usize>> = falls
            .iter()
            .take(MOST_SHOWN)
            .filter(|(fall, _)| *fall >= SHOWN_FALL)
            .map(|(_, range)| (*range).clone())
            .collect();
        shown.sort_by_key(|range| range.start);
        shown
    })
}

fn shown_if(score: f32, all: &[Range<usize>]) -> Vec<Range<usize>> {
    if score >= super::SHOWN_FROM {
        all.to_vec()
    } else {
        Vec::new()
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
