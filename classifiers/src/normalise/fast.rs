//! The fast path: plain ASCII that carries no sign of disguise, in one pass.

use super::{Normalised, OffsetMap};

/// What a byte means to the fast path.
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const SPACE: u8 = 4;
/// Stands for a letter inside a word (`@`, `$`, …).
const SYMBOL: u8 = 8;
/// Joins or splits a disguised word (`.`, `-`, …).
const SPLIT: u8 = 16;
/// Not for the fast path: control characters, bytes outside ASCII.
const ALIEN: u8 = 32;

const CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        table[at] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b' ' | b'\n' | b'\r' | b'\t' => SPACE,
            b'@' | b'$' | b'!' | b'*' | b'|' | b'#' => SYMBOL,
            b'.' | b'-' | b'_' | b'/' | b'~' | b'+' | b',' | b'=' | b':' | b'^' | b'<' | b'>'
            | b'\\' | b'(' | b')' | b'[' | b']' | b'{' | b'}' => SPLIT,
            0x20..=0x7e => 0,
            _ => ALIEN,
        };
        at += 1;
    }
    table
}

/// Normalises text that needs no more than case, white space and apostrophes; `None` where anything
/// looks like disguise. Its answer is always the slow path's.
pub(super) fn normalise_plain(original: &str) -> Option<Normalised> {
    let bytes = original.as_bytes();
    if is_doubtful(bytes) {
        None
    } else {
        Some(copy(bytes))
    }
}

fn is_doubtful(bytes: &[u8]) -> bool {
    // `word` is the length of the present run of letters, `single` tells of a one-letter word before.
    let (mut word, mut repeats, mut doubled, mut single) = (0u32, 0u32, 0u32, false);
    let (mut last_class, mut last_letter) = (SPACE, 0u8);
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == b'\'' {
            continue;
        }
        let class = CLASS[byte as usize];
        if class == LETTER {
            if last_class & (DIGIT | SYMBOL) != 0 {
                return true;
            }
            let letter = byte | 0x20;
            repeats = if last_class == LETTER && letter == last_letter {
                repeats + 1
            } else {
                0
            };
            doubled += u32::from(repeats == 1);
            word += 1;
            if repeats >= 2 || doubled >= 3 || word > 24 {
                return true;
            }
            last_letter = letter;
        } else {
            if class == ALIEN || last_class == LETTER && is_disguise(class, bytes.get(at + 1)) {
                return true;
            }
            if word == 1 && class != 0 {
                if single {
                    return true;
                }
                single = true;
            } else if word > 1 {
                single = false;
            }
            (word, doubled, repeats) = (0, 0, 0);
        }
        last_class = class;
    }
    word == 1 && single
}

/// Whether what follows a letter begins a disguise: a digit, or a symbol or splitter inside a word.
fn is_disguise(class: u8, next: Option<&u8>) -> bool {
    let next = next.map_or(SPACE, |&byte| CLASS[byte as usize]);
    class == DIGIT || class & (SYMBOL | SPLIT) != 0 && next & (LETTER | DIGIT | SYMBOL) != 0
}

fn copy(bytes: &[u8]) -> Normalised {
    let mut text = Vec::with_capacity(bytes.len());
    let mut map = OffsetMap::default();
    let mut from = 0;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if CLASS[byte as usize] == SPACE {
            let end = white_space_end(bytes, at);
            let one = end == at + 1 && !text.is_empty() && end < bytes.len();
            if !one || byte == b'\t' || byte == b'\r' {
                flush(&mut text, &mut map, bytes, from..at);
                if !text.is_empty() && end < bytes.len() {
                    let breaks = bytes[at..end]
                        .iter()
                        .any(|byte| matches!(byte, b'\n' | b'\r'));
                    map.push_whole(text.len(), at..end);
                    text.push(if breaks { b'\n' } else { b' ' });
                }
                from = end;
            }
            at = end;
        } else {
            if byte == b'\'' && is_inside_word(bytes, at) {
                flush(&mut text, &mut map, bytes, from..at);
                from = at + 1;
            }
            at += 1;
        }
        if at == bytes.len() {
            flush(&mut text, &mut map, bytes, from..at);
        }
    }
    // Only ASCII came in, so the bytes are text.
    Normalised {
        text: String::from_utf8(text).unwrap_or_default(),
        map,
    }
}

fn flush(text: &mut Vec<u8>, map: &mut OffsetMap, bytes: &[u8], range: std::ops::Range<usize>) {
    map.push_linear(text.len(), range.start, range.len());
    text.extend(bytes[range].iter().map(u8::to_ascii_lowercase));
}

fn white_space_end(bytes: &[u8], start: usize) -> usize {
    let more = bytes[start..]
        .iter()
        .take_while(|&&byte| CLASS[byte as usize] == SPACE)
        .count();
    start + more
}

fn is_inside_word(bytes: &[u8], at: usize) -> bool {
    let atom = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(|&byte| CLASS[byte as usize] & (LETTER | DIGIT | SYMBOL) != 0)
    };
    atom(at.checked_sub(1)) && atom(Some(at + 1))
}
