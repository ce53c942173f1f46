//! Letters spaced out (`k i l l`), dotted out (`d.i.e`) and words broken in two (`sui-cide`).

use std::ops::Range;

use super::cells::{Cells, is_atom};
use super::segment;
use super::vocabulary::{LONGEST, vocabulary};

/// What stands between the letters of a disguised word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// Nothing but blanks, this many.
    Blanks(usize),
    /// This mark, perhaps between blanks.
    Mark(char),
    /// Something that no disguise uses.
    Other,
}

pub(super) fn join(cells: &mut Cells) -> bool {
    let words = cells.runs(is_atom);
    let mut dropped = vec![false; cells.0.len()];
    let mut joined: Vec<Range<usize>> = Vec::new();
    for chain in chains(cells, &words) {
        join_chain(cells, &words[chain], &mut dropped, &mut joined);
    }
    mend_broken(cells, &words, &mut dropped);
    if !dropped.contains(&true) {
        return false;
    }
    segment::mark_breaks(cells, &joined, &mut dropped);
    cells.drop_marked(&dropped)
}

/// Runs of words of one letter, with nothing but gaps between them.
fn chains(cells: &Cells, words: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut chains = Vec::new();
    let mut start = 0;
    for at in 0..words.len() {
        let breaks = words[at].len() != 1
            || at > start && gap(cells, &words[at - 1], &words[at]) == Gap::Other;
        if breaks {
            chains.push(start..at);
            start = if words[at].len() == 1 { at } else { at + 1 };
        }
    }
    chains.push(start..words.len());
    chains.retain(|chain| chain.len() >= 3);
    chains
}

fn gap(cells: &Cells, left: &Range<usize>, right: &Range<usize>) -> Gap {
    let between = &cells.0[left.end..right.start];
    if between.len() > 5 {
        return Gap::Other;
    }
    let mut mark = None;
    for cell in between {
        match cell.ch {
            ' ' => {}
            '.' | '-' | '_' | '/' | '~' | '+' | ',' | '=' | '^' | ':' | '\\' if mark.is_none() => {
                mark = Some(cell.ch);
            }
            _ => return Gap::Other,
        }
    }
    mark.map_or(Gap::Blanks(between.len()), Gap::Mark)
}

/// Joins the words of a chain: the narrowest gap binds letters, wider ones part words.
fn join_chain(
    cells: &Cells,
    letters: &[Range<usize>],
    dropped: &mut [bool],
    joined: &mut Vec<Range<usize>>,
) {
    let gaps: Vec<Gap> = letters
        .windows(2)
        .map(|pair| gap(cells, &pair[0], &pair[1]))
        .collect();
    let Some(&binding) = gaps.iter().min_by_key(|gap| match gap {
        Gap::Mark(_) => 0,
        Gap::Blanks(width) => *width,
        Gap::Other => usize::MAX,
    }) else {
        return;
    };
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for (at, gap) in gaps.iter().enumerate() {
        if *gap != binding {
            words.push(start..at + 1);
            start = at + 1;
        }
    }
    words.push(start..letters.len());
    let enough = match binding {
        Gap::Mark(_) => 3,
        _ => 4,
    };
    let longest = words.iter().map(Range::len).max().unwrap_or(0);
    let count = letters
        .iter()
        .filter(|letter| cells.ch(letter.start).is_alphabetic())
        .count();
    let known = letters.len() == 3 && vocabulary().is_disguised_often(&spelt(cells, letters));
    if count < 2 || !(known || longest >= 3 && letters.len() >= enough) {
        return;
    }
    for word in words.into_iter().filter(|word| word.len() > 1) {
        for pair in letters[word.clone()].windows(2) {
            dropped[pair[0].end..pair[1].start].fill(true);
        }
        joined.push(letters[word.start].start..letters[word.end - 1].end);
    }
}

fn spelt(cells: &Cells, words: &[Range<usize>]) -> String {
    words
        .iter()
        .flat_map(Clone::clone)
        .map(|at| cells.ch(at))
        .collect()
}

/// Mends a word that single marks break apart, when the whole is one that people disguise and its
/// parts are no words of their own (`self-harm` stays).
fn mend_broken(cells: &Cells, words: &[Range<usize>], dropped: &mut [bool]) {
    let known = vocabulary();
    let touches = |at: usize| {
        let (left, right) = (&words[at], &words[at + 1]);
        right.start == left.end + 1 && matches!(gap(cells, left, right), Gap::Mark(_))
    };
    let mut start = 0;
    while start + 1 < words.len() {
        let mut end = start;
        while end + 1 < words.len() && touches(end) {
            end += 1;
        }
        let parts = &words[start..=end];
        if parts.len() > 1 && parts[parts.len() - 1].end - parts[0].start <= 2 * LONGEST {
            let whole = known.is_disguised_often(&spelt(cells, parts));
            let odd = parts.iter().any(|part| {
                part.len() < 3 || !known.knows(&spelt(cells, std::slice::from_ref(part)))
            });
            if whole && odd {
                for pair in parts.windows(2) {
                    dropped[pair[0].end..pair[1].start].fill(true);
                }
            }
        }
        start = end + 1;
    }
}
