//! Character by character: case, compatibility forms, accents, invisible characters, emoji.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::cells::{Cells, is_atom};
use super::{emoji, tables};

/// So many of the same emoji are kept in a row.
const MOST_ALIKE: usize = 2;

pub(super) fn fold(original: &str) -> Cells {
    let mut cells = Cells(Vec::with_capacity(original.len() + original.len() / 8));
    let mut chars = original.char_indices().peekable();
    while let Some((at, ch)) = chars.next() {
        let range = at..at + ch.len_utf8();
        if tables::is_invisible(ch) {
            // Selectors and joiners belong to the character before; the others to nobody.
            if matches!(ch, '\u{34F}' | '\u{FE00}'..='\u{FE0F}' | '\u{200D}') {
                cells.extend_last(range.end);
            }
        } else if matches!(ch, '\u{1F3FB}'..='\u{1F3FF}') {
            // The colour of a skin changes no meaning.
            cells.extend_last(range.end);
        } else if tables::regional_letter(ch).is_some() {
            let mut letters = vec![(range.clone(), ch)];
            while let Some(&(at, next)) = chars.peek()
                && tables::regional_letter(next).is_some()
            {
                letters.push((at..at + next.len_utf8(), next));
                chars.next();
            }
            push_regional(&mut cells, &letters);
        } else {
            fold_char(&mut cells, ch, range);
        }
    }
    drop_apostrophes(&mut cells);
    cells
}

/// Two regional letters are a flag; more spell a word.
fn push_regional(cells: &mut Cells, letters: &[(Range<usize>, char)]) {
    for (range, ch) in letters {
        match tables::regional_letter(*ch) {
            Some(letter) if letters.len() > 2 => cells.push(letter, range.clone()),
            _ => cells.push(' ', range.clone()),
        }
    }
}

fn fold_char(cells: &mut Cells, ch: char, range: Range<usize>) {
    if ch.is_ascii() {
        push_ascii(cells, ch, range);
    } else if let Some(word) = emoji::word(ch) {
        push_emoji(cells, word, range);
    } else if let Some(text) = tables::fixed(ch) {
        text.chars().for_each(|ch| cells.push(ch, range.clone()));
    } else if ch.is_whitespace() {
        cells.push(
            if matches!(ch, '\u{2028}' | '\u{2029}' | '\u{85}') {
                '\n'
            } else {
                ' '
            },
            range,
        );
    } else if matches!(ch, '\u{AC00}'..='\u{D7A3}') {
        // Hangul syllables stay whole; taking them apart helps nobody.
        cells.push(ch, range);
    } else {
        decompose(cells, ch, range);
    }
}

fn push_ascii(cells: &mut Cells, ch: char, range: Range<usize>) {
    match ch {
        '\n' | '\r' => cells.push('\n', range),
        '\t' | '\u{B}' | '\u{C}' => cells.push(' ', range),
        _ if ch.is_ascii_control() => {}
        _ => cells.push(ch.to_ascii_lowercase(), range),
    }
}

/// An emoji comes out as `:word:`, a word of its own that still shows what it was. A row of the same one
/// says no more than a few do, and a flood of them must not push a sentence out of sight.
fn push_emoji(cells: &mut Cells, word: &str, range: Range<usize>) {
    let before = cells.0.len();
    if !cells.before(before).is_whitespace() {
        cells.push(' ', range.start..range.start);
    }
    let from = cells.0.len();
    cells.push(':', range.clone());
    word.chars().for_each(|ch| cells.push(ch, range.clone()));
    cells.push(':', range.clone());
    cells.push(' ', range.end..range.end);
    let (said, new) = cells.0.split_at(from);
    let repeated = said
        .rchunks_exact(new.len())
        .take(MOST_ALIKE)
        .filter(|one| {
            one.iter()
                .map(|cell| cell.ch)
                .eq(new.iter().map(|cell| cell.ch))
        })
        .count();
    if repeated == MOST_ALIKE {
        cells.0.truncate(before);
        cells.extend_last(range.end);
    }
}

fn decompose(cells: &mut Cells, ch: char, range: Range<usize>) {
    for lower in ch.to_lowercase() {
        decompose_compatible(lower, |part| {
            if is_combining_mark(part) {
                push_mark(cells, part, &range);
                return;
            }
            // Decomposing may uncover an emoji (`↮`), capitals (`ℌ`) and characters of the table (`ǆ`).
            if let Some(word) = emoji::word(part).filter(|_| part != ch) {
                push_emoji(cells, word, range.clone());
                return;
            }
            for part in part.to_lowercase() {
                match tables::fixed(part) {
                    Some(text) => text.chars().for_each(|ch| cells.push(ch, range.clone())),
                    None if is_combining_mark(part) => push_mark(cells, part, &range),
                    None if part.is_ascii() => push_ascii(cells, part, range.clone()),
                    None if tables::is_invisible(part) => {}
                    None => cells.push(part, range.clone()),
                }
            }
        });
    }
}

/// Accents, harakat and stacked marks go; vowel signs that are part of a script's spelling stay,
/// except on a letter they cannot belong to.
fn push_mark(cells: &mut Cells, mark: char, range: &Range<usize>) {
    let on_spelt_script = cells
        .0
        .last()
        .is_some_and(|cell| tables::takes_marks(cell.ch));
    if tables::is_decoration(mark) || !on_spelt_script {
        cells.extend_last(range.end);
    } else {
        cells.push(mark, range.clone());
    }
}

/// `can't` and `cant` are the same word.
fn drop_apostrophes(cells: &mut Cells) {
    if !cells.0.iter().any(|cell| cell.ch == '\'') {
        return;
    }
    let inside = |at: usize| {
        cells.ch(at) == '\'' && at > 0 && is_atom(cells.ch(at - 1)) && is_atom(cells.ch(at + 1))
    };
    let dropped: Vec<bool> = (0..cells.0.len()).map(inside).collect();
    cells.drop_marked(&dropped);
}
