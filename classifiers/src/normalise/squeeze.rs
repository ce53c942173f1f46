//! Stretched letters: `dieeee`, `ssuuiicciiddee`.

use std::ops::Range;

use super::cells::Cells;
use super::vocabulary::vocabulary;

pub(super) fn squeeze(cells: &mut Cells) -> bool {
    let mut dropped = vec![false; cells.0.len()];
    for word in cells.runs(|ch| ch.is_ascii_alphabetic()) {
        let runs = letter_runs(cells, &word);
        let stretched = runs.iter().any(|run| run.len() >= 3);
        let doubled = runs.iter().filter(|run| run.len() == 2).count() >= 3;
        if stretched || doubled {
            squeeze_word(cells, &runs, stretched, &mut dropped);
        }
    }
    cells.drop_marked(&dropped)
}

fn letter_runs(cells: &Cells, word: &Range<usize>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in word.clone() {
        match runs.last_mut() {
            Some(run) if cells.ch(run.start) == cells.ch(at) => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Shortens the runs to the known word they spell; an unknown stretched word gets single letters.
fn squeeze_word(cells: &mut Cells, runs: &[Range<usize>], stretched: bool, dropped: &mut [bool]) {
    let lengths = match best_lengths(cells, runs) {
        Some(lengths) => lengths,
        None if stretched => runs
            .iter()
            .map(|run| if run.len() >= 3 { 1 } else { run.len() })
            .collect(),
        None => return,
    };
    // A word of one letter would join its neighbours; it keeps two.
    let single = lengths.iter().sum::<usize>() == 1;
    for (run, length) in runs.iter().zip(lengths) {
        let length = if single { 2 } else { length }.min(run.len());
        let end = cells.0[run.end - 1].end;
        let last_kept = run.start + length - 1;
        if last_kept + 1 < run.end {
            cells.0[last_kept].end = cells.0[last_kept].end.max(end);
        }
        dropped[run.start + length..run.end].fill(true);
    }
}

/// Of the words that the runs can spell with one or two letters each, the preferred one.
fn best_lengths(cells: &Cells, runs: &[Range<usize>]) -> Option<Vec<usize>> {
    let open: Vec<usize> = (0..runs.len())
        .filter(|run| runs[*run].len() >= 2)
        .collect();
    let whole: String = runs
        .iter()
        .flat_map(Clone::clone)
        .map(|at| cells.ch(at))
        .collect();
    if runs.len() > 20 || vocabulary().knows(&whole) {
        return None;
    }
    // With many doubled letters, all of them are the stretch; else each may be real.
    let choices: Vec<u32> = if open.len() > 6 {
        vec![0]
    } else {
        (0..1 << open.len()).collect()
    };
    let lengths = |choice: u32| -> Vec<usize> {
        let mut lengths = vec![1; runs.len()];
        for (bit, run) in open.iter().enumerate() {
            lengths[*run] = 1 + (choice >> bit & 1) as usize;
        }
        lengths
    };
    let spelt = |lengths: &[usize]| -> String {
        let letters = runs
            .iter()
            .zip(lengths)
            .map(|(run, length)| cells.ch(run.start).to_string().repeat(*length));
        letters.collect()
    };
    let ranked = choices.into_iter().map(lengths).filter_map(|lengths| {
        vocabulary()
            .rank(&spelt(&lengths))
            .map(|rank| (rank, lengths))
    });
    ranked.min().map(|(_, lengths)| lengths)
}
