//! From bytes of the normalised text back to bytes of the original.

use std::ops::Range;

/// A run of normalised bytes and the original bytes behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// First normalised byte.
    at: u32,
    /// First original byte.
    start: u32,
    /// One past the last original byte.
    end: u32,
    /// Whether byte `at + n` came from byte `start + n`; else the piece stands for its range whole.
    linear: bool,
}

/// Maps normalised bytes to original bytes, in both texts from left to right.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OffsetMap {
    pieces: Vec<Piece>,
}

impl OffsetMap {
    /// The next `len` bytes, which begin at `at`, came one by one from `start` on.
    pub(super) fn push_linear(&mut self, at: usize, start: usize, len: usize) {
        if len == 0 {
            return;
        }
        let (at, start, len) = (at as u32, start as u32, len as u32);
        if let Some(last) = self.pieces.last_mut()
            && last.linear
            && last.end == start
            && at - last.at == start - last.start
        {
            last.end += len;
            return;
        }
        self.pieces.push(Piece {
            at,
            start,
            end: start + len,
            linear: true,
        });
    }

    /// The next bytes, which begin at `at`, stand for `original` as a whole.
    pub(super) fn push_whole(&mut self, at: usize, original: Range<usize>) {
        let (start, end) = (original.start as u32, original.end as u32);
        self.pieces.push(Piece {
            at: at as u32,
            start,
            end,
            linear: false,
        });
    }

    /// The original range behind a range of normalised bytes. Both ends of `range` must lie on
    /// character boundaries of the normalised text.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        let Some(first) = self.piece_at(range.start) else {
            return 0..0;
        };
        let start = first.start_of(range.start);
        if range.is_empty() {
            return start..start;
        }
        let end = self
            .piece_at(range.end - 1)
            .map_or(start, |last| last.end_of(range.end));
        start..end.max(start)
    }

    /// Where the original of the last normalised byte ends.
    pub(super) fn end(&self) -> usize {
        self.pieces.last().map_or(0, |last| last.end as usize)
    }

    fn piece_at(&self, at: usize) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.at as usize <= at);
        self.pieces.get(after.saturating_sub(1))
    }
}

impl Piece {
    fn start_of(&self, at: usize) -> usize {
        if self.linear {
            self.step(at)
        } else {
            self.start as usize
        }
    }

    fn end_of(&self, at: usize) -> usize {
        if self.linear {
            self.step(at)
        } else {
            self.end as usize
        }
    }

    fn step(&self, at: usize) -> usize {
        (self.start as usize + at - self.at as usize).min(self.end as usize)
    }
}
