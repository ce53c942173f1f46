//! Letters of other scripts that pose as Latin ones.

use super::cells::Cells;
use super::tables;

/// Replaces posing letters; leaves real Russian, Greek and Armenian alone.
///
/// A word that mixes them with Latin letters is disguise. A word wholly of twins (`соре`) is read as
/// Latin only where no word of the text needs a letter that Latin lacks.
pub(super) fn unmask(cells: &mut Cells) -> bool {
    if !cells
        .0
        .iter()
        .any(|cell| tables::is_confusable_script(cell.ch))
    {
        return false;
    }
    let words = cells.runs(char::is_alphanumeric);
    let mut twins = Vec::new();
    let mut foreign = false;
    let mut changed = false;
    for word in words {
        let letters = &mut cells.0[word.clone()];
        let strange = |ch: char| tables::is_confusable_script(ch);
        if !letters.iter().any(|cell| strange(cell.ch)) {
            continue;
        }
        let mixed = letters.iter().any(|cell| cell.ch.is_ascii_alphabetic());
        if mixed
            && letters
                .iter()
                .all(|cell| !strange(cell.ch) || tables::disguised(cell.ch).is_some())
        {
            for cell in letters {
                cell.ch = tables::disguised(cell.ch)
                    .filter(|_| strange(cell.ch))
                    .unwrap_or(cell.ch);
            }
            changed = true;
        } else if letters
            .iter()
            .all(|cell| !strange(cell.ch) || tables::twin(cell.ch).is_some())
        {
            twins.push(word);
        } else {
            foreign = true;
        }
    }
    if foreign {
        return changed;
    }
    for cell in twins.iter().flat_map(Clone::clone) {
        if let Some(latin) = tables::twin(cells.0[cell].ch) {
            cells.0[cell].ch = latin;
            changed = true;
        }
    }
    changed
}
