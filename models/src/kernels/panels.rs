//! How weights are laid out for products: panels of outputs, so that one pass over the inputs serves all of
//! a panel's outputs from one stretch of memory.

use std::ops::Range;

/// Outputs of a panel: two registers of sixteen numbers.
pub(super) const PANEL: usize = 32;
/// Rows that are multiplied at once: twelve rows of two registers, and some to spare.
pub(super) const TILE: usize = 12;
/// Rows that pass all panels before the next: few enough to stay in a core's cache.
pub(super) const BLOCK: usize = 5 * TILE;

/// A part of a product: some rows with one panel.
pub(super) struct Part {
    pub(super) rows: Range<usize>,
    pub(super) panel: usize,
    /// Outputs of the panel that are there; the last panel may be filled up.
    pub(super) outputs: Range<usize>,
}

/// Calls `work` for every part of a product of `rows` rows with `outputs` outputs.
pub(super) fn for_each(rows: usize, outputs: usize, mut work: impl FnMut(&Part)) {
    for block in (0..rows).step_by(BLOCK) {
        let block = block..rows.min(block + BLOCK);
        for panel in 0..outputs.div_ceil(PANEL) {
            for first in block.clone().step_by(TILE) {
                work(&Part {
                    rows: first..block.end.min(first + TILE),
                    panel,
                    outputs: panel * PANEL..outputs.min((panel + 1) * PANEL),
                });
            }
        }
    }
}

/// Calls the variant of a function that is made for `$rows` rows.
macro_rules! for_rows {
    ($rows:expr, $function:ident($($argument:expr),* $(,)?)) => {
        match $rows {
            1 => $function::<1>($($argument),*),
            2 => $function::<2>($($argument),*),
            3 => $function::<3>($($argument),*),
            4 => $function::<4>($($argument),*),
            5 => $function::<5>($($argument),*),
            6 => $function::<6>($($argument),*),
            7 => $function::<7>($($argument),*),
            8 => $function::<8>($($argument),*),
            9 => $function::<9>($($argument),*),
            10 => $function::<10>($($argument),*),
            11 => $function::<11>($($argument),*),
            _ => $function::<12>($($argument),*),
        }
    };
}
pub(super) use for_rows;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_meets_every_output_once() {
        for (rows, outputs) in [(1, 1), (12, 32), (61, 118), (130, 33)] {
            let mut met = vec![0; rows * outputs];
            for_each(rows, outputs, |part| {
                assert!(!part.rows.is_empty() && part.rows.len() <= TILE);
                for row in part.rows.clone() {
                    for output in part.outputs.clone() {
                        met[row * outputs + output] += 1;
                    }
                }
            });
            assert!(
                met.iter().all(|times| *times == 1),
                "{rows} rows, {outputs} outputs"
            );
        }
    }
}
