//! The slow path's working form: one cell a character, each with its place in the original.

use std::ops::Range;

use super::{Normalised, OffsetMap};

/// A character and the original bytes it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) ch: char,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// Symbols that stand for letters inside words.
pub(super) fn is_symbol(ch: char) -> bool {
    matches!(
        ch,
        '@' | '$' | '!' | '*' | '|' | '#' | '€' | '£' | '¥' | '¢'
    )
}

/// What a disguised word is made of: letters, digits and the symbols that stand for letters.
pub(super) fn is_atom(ch: char) -> bool {
    ch.is_alphanumeric() || is_symbol(ch)
}

/// A text as cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cells(pub(super) Vec<Cell>);

impl Cells {
    /// Appends `ch`, which came from `original`.
    pub(super) fn push(&mut self, ch: char, original: Range<usize>) {
        self.0.push(Cell {
            ch,
            start: original.start as u32,
            end: original.end as u32,
        });
    }

    /// The last cell grows over a mark that was dropped behind it.
    pub(super) fn extend_last(&mut self, end: usize) {
        if let Some(last) = self.0.last_mut() {
            last.end = last.end.max(end as u32);
        }
    }

    /// The character at `at`, or a line break outside the text.
    pub(super) fn ch(&self, at: usize) -> char {
        self.0.get(at).map_or('\n', |cell| cell.ch)
    }

    /// The character before `at`, or a line break at the beginning.
    pub(super) fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or('\n', |at| self.ch(at))
    }

    /// Ranges of neighbouring cells that satisfy `wanted`, from left to right.
    pub(super) fn runs(&self, wanted: impl Fn(char) -> bool) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut start = None;
        for (at, cell) in self.0.iter().enumerate() {
            match (wanted(cell.ch), start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    runs.push(from..at);
                    start = None;
                }
                _ => {}
            }
        }
        runs.extend(start.map(|from| from..self.0.len()));
        runs
    }

    /// Drops the cells that are marked; says whether there were any.
    pub(super) fn drop_marked(&mut self, dropped: &[bool]) -> bool {
        let before = self.0.len();
        let mut at = 0;
        self.0.retain(|_| {
            at += 1;
            !dropped[at - 1]
        });
        self.0.len() != before
    }

    pub(super) fn into_normalised(self) -> Normalised {
        let mut text = String::with_capacity(self.0.len() + self.0.len() / 8);
        let mut map = OffsetMap::default();
        let same = |a: &Cell, b: &Cell| (a.start, a.end) == (b.start, b.end);
        for (at, cell) in self.0.iter().enumerate() {
            let (start, end) = (cell.start as usize, cell.end as usize);
            let follows = at
                .checked_sub(1)
                .is_some_and(|before| same(&self.0[before], cell));
            let alone = !follows && !self.0.get(at + 1).is_some_and(|next| same(next, cell));
            if alone && end - start == cell.ch.len_utf8() {
                map.push_linear(text.len(), start, end - start);
            } else if !follows {
                map.push_whole(text.len(), start..end);
            }
            text.push(cell.ch);
        }
        Normalised { text, map }
    }
}
