//! White space: one blank or one line break between words, none at the ends.

use super::cells::{Cell, Cells};

pub(super) fn tidy(cells: &mut Cells) -> bool {
    let before = cells.0.len();
    let mut kept: Vec<Cell> = Vec::with_capacity(before);
    for cell in &cells.0 {
        let Some(last) = kept.last_mut() else {
            if !is_blank(cell.ch) {
                kept.push(*cell);
            }
            continue;
        };
        if is_blank(cell.ch) && is_blank(last.ch) {
            last.end = last.end.max(cell.end);
            if cell.ch == '\n' {
                last.ch = '\n';
            }
        } else {
            kept.push(*cell);
        }
    }
    while kept.last().is_some_and(|cell| is_blank(cell.ch)) {
        kept.pop();
    }
    cells.0 = kept;
    cells.0.len() != before
}

fn is_blank(ch: char) -> bool {
    matches!(ch, ' ' | '\n')
}
