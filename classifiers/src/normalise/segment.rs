//! Words run together: letters joined from a spelt-out sentence, or typed without blanks.

use std::ops::Range;

use super::cells::{Cell, Cells};
use super::vocabulary::{LONGEST, vocabulary};

/// From this length on a word is taken apart wherever it stands.
const SURELY_SEVERAL: usize = 25;
/// The longest run that is taken apart.
const LONGEST_RUN: usize = 160;

/// Parts very long runs of letters into known words.
pub(super) fn segment(cells: &mut Cells) -> bool {
    let long: Vec<_> = cells
        .runs(char::is_alphanumeric)
        .into_iter()
        .filter(|run| (SURELY_SEVERAL..=LONGEST_RUN).contains(&run.len()))
        .collect();
    let mut changed = false;
    for run in long.into_iter().rev() {
        let word: String = cells.0[run.clone()].iter().map(|cell| cell.ch).collect();
        for at in breaks(&word).into_iter().rev() {
            let place = cells.0[run.start + at].start;
            cells.0.insert(
                run.start + at,
                Cell {
                    ch: ' ',
                    start: place,
                    end: place,
                },
            );
            changed = true;
        }
    }
    changed
}

/// Within `joined` stretches, keeps one dropped separator where two known words meet.
pub(super) fn mark_breaks(cells: &mut Cells, joined: &[Range<usize>], dropped: &mut [bool]) {
    for stretch in joined {
        let kept: Vec<usize> = stretch.clone().filter(|at| !dropped[*at]).collect();
        let word: String = kept.iter().map(|at| cells.ch(*at)).collect();
        if word.len() < 5 || vocabulary().knows(&word) {
            continue;
        }
        for at in breaks(&word) {
            let separator = kept[at] - 1;
            cells.0[separator].ch = ' ';
            dropped[separator] = false;
        }
    }
}

/// Where the words of a run begin, except the first; empty where it is not made of known words, or
/// is one.
fn breaks(run: &str) -> Vec<usize> {
    if !run.bytes().all(|byte| byte.is_ascii_lowercase()) || run.len() > LONGEST_RUN {
        return Vec::new();
    }
    // best[end] = (cost, start of the last word) of the cheapest way to spell run[..end].
    let mut best: Vec<Option<(u32, usize)>> = vec![None; run.len() + 1];
    best[0] = Some((0, 0));
    for end in 1..=run.len() {
        for start in end.saturating_sub(LONGEST)..end {
            let (Some((cost, _)), Some(word)) = (best[start], word_cost(&run[start..end])) else {
                continue;
            };
            if best[end].is_none_or(|(known, _)| cost + word < known) {
                best[end] = Some((cost + word, start));
            }
        }
    }
    let mut starts = Vec::new();
    let mut end = run.len();
    while let Some((_, start)) = best[end].filter(|_| end > 0) {
        starts.push(start);
        end = start;
    }
    starts.retain(|start| *start > 0);
    starts.reverse();
    if best[run.len()].is_some() {
        starts
    } else {
        Vec::new()
    }
}

/// Rare words and many words cost more.
fn word_cost(word: &str) -> Option<u32> {
    if matches!(word, "i" | "a") {
        return Some(14);
    }
    vocabulary().rank(word).map(|rank| 12 + rank.max(1).ilog2())
}
