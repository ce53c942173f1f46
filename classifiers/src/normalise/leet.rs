//! Digits and symbols that stand for letters: `su1c1d@l`, `k!ll`, `s*icide`.

use std::ops::Range;

use super::cells::{Cells, is_atom, is_symbol};
use super::vocabulary::{LONGEST, Slot, vocabulary};

/// What may follow a number without being a disguise (`20mg`, `3rd`, `2pm`, `10k`).
const UNITS: &[&str] = &[
    "am", "pm", "st", "nd", "rd", "th", "s", "m", "k", "kg", "mg", "g", "lb", "lbs", "cm", "mm",
    "ml", "l", "h", "hr", "hrs", "min", "mins", "sec", "secs", "x", "y", "yr", "yrs", "yo", "d",
    "w", "wk", "wks", "p", "e", "gb", "mb", "kb", "km", "mph", "bn", "in", "ft", "hz", "c", "f",
    "oz", "mo", "kcal", "cal", "bpm", "v",
];

/// Reads disguised words; says whether any was.
pub(super) fn decode(cells: &mut Cells) -> bool {
    let mut dropped = vec![false; cells.0.len()];
    let mut decoded = 0;
    for word in cells.runs(is_atom) {
        decoded += usize::from(decode_word(cells, word, &mut dropped));
    }
    if decoded >= 2 {
        decoded += usize::from(read_lone_ones(cells));
    }
    cells.drop_marked(&dropped);
    decoded > 0
}

/// In a text full of leetspeak, a lone `1` before a word is the writer.
fn read_lone_ones(cells: &mut Cells) -> bool {
    let mut changed = false;
    for word in cells.runs(is_atom) {
        let at = word.start;
        let before_word = cells.ch(at + 1) == ' ' && cells.ch(at + 2).is_alphabetic();
        if word.len() == 1 && cells.ch(at) == '1' && before_word {
            cells.0[at].ch = 'i';
            changed = true;
        }
    }
    changed
}

fn decode_word(cells: &mut Cells, word: Range<usize>, dropped: &mut [bool]) -> bool {
    let Some(word) = trimmed(cells, word) else {
        return false;
    };
    let text: String = cells.0[word.clone()].iter().map(|cell| cell.ch).collect();
    if !is_disguise(&text) || is_address(cells, &word) {
        return false;
    }
    if let Some(reading) = reading(&text) {
        for (cell, letter) in cells.0[word].iter_mut().zip(reading.chars()) {
            cell.ch = letter;
        }
        return true;
    }
    let spliced: String = text.chars().filter(|ch| !is_symbol(*ch)).collect();
    if text.contains(['*', '#', '|', '!']) && vocabulary().is_disguised_often(&spliced) {
        for at in word {
            dropped[at] = is_symbol(cells.ch(at));
        }
        return true;
    }
    false
}

/// The word without symbols that merely surround it: `wow!`, `*sigh*`, `#tag`. A leading `$` or `@`
/// may be a letter.
fn trimmed(cells: &Cells, word: Range<usize>) -> Option<Range<usize>> {
    let (mut start, mut end) = (word.start, word.end);
    while end > start && is_symbol(cells.ch(end - 1)) {
        end -= 1;
    }
    while start < end && matches!(cells.ch(start), '!' | '*' | '#' | '|') {
        start += 1;
    }
    (start < end).then_some(start..end)
}

fn is_disguise(text: &str) -> bool {
    let letters = text.chars().filter(|ch| ch.is_alphabetic()).count();
    let others = text.chars().count() - letters;
    if letters == 0 || others == 0 || text.len() > 2 * LONGEST {
        return false;
    }
    let unit = text.trim_start_matches(|ch: char| ch.is_ascii_digit() || is_symbol(ch));
    !(text.starts_with(|ch: char| ch.is_ascii_digit() || matches!(ch, '$' | '£' | '€'))
        && UNITS.contains(&unit))
}

/// Whether the word is part of a web or mail address, which is left as it is.
fn is_address(cells: &Cells, word: &Range<usize>) -> bool {
    let ahead = |at: usize| cells.ch(at) == '.' && cells.ch(at + 1).is_alphabetic();
    let mail = cells.0[word.clone()].iter().any(|cell| cell.ch == '@') && ahead(word.end);
    let path = cells.before(word.start) == '/' && cells.before(word.start.saturating_sub(1)) == '/';
    mail || path
}

fn slot(ch: char) -> Option<Slot> {
    Some(match ch {
        'a'..='z' => Slot::Letter(ch as u8),
        '0' => Slot::OneOf(b"o"),
        '1' | '!' | '|' => Slot::OneOf(b"il"),
        '3' | '€' => Slot::OneOf(b"e"),
        '4' | '@' => Slot::OneOf(b"a"),
        '5' | '$' => Slot::OneOf(b"s"),
        '6' => Slot::OneOf(b"gb"),
        '7' => Slot::OneOf(b"t"),
        '8' => Slot::OneOf(b"b"),
        '9' => Slot::OneOf(b"g"),
        '£' => Slot::OneOf(b"l"),
        '¥' => Slot::OneOf(b"y"),
        '¢' => Slot::OneOf(b"c"),
        '*' | '#' => Slot::Any,
        _ => return None,
    })
}

/// How a word is read: as a known word that fits, else letter by letter where the disguise is plain.
fn reading(text: &str) -> Option<String> {
    let slots: Vec<Slot> = text.chars().map(slot).collect::<Option<_>>()?;
    let open = slots.iter().filter(|slot| **slot == Slot::Any).count();
    let letters = slots
        .iter()
        .filter(|slot| matches!(slot, Slot::Letter(_)))
        .count();
    if open <= 2
        && open <= letters
        && let Some(known) = vocabulary().reading(&slots)
    {
        return Some(known.to_owned());
    }
    letter_by_letter(text, &slots)
}

/// Unknown words are read only where digits sit between letters: names, new slang.
fn letter_by_letter(text: &str, slots: &[Slot]) -> Option<String> {
    let enclosed = [text.chars().next(), text.chars().last()]
        .iter()
        .flatten()
        .all(char::is_ascii_alphabetic);
    let letters = slots
        .iter()
        .filter(|slot| matches!(slot, Slot::Letter(_)))
        .count();
    if !enclosed || letters * 2 < slots.len() || text.len() > LONGEST {
        return None;
    }
    let read = |slot: &Slot| match slot {
        Slot::Letter(letter) => Some(char::from(*letter)),
        Slot::OneOf(letters) => letters.first().map(|letter| char::from(*letter)),
        Slot::Any => None,
    };
    slots.iter().map(read).collect()
}
