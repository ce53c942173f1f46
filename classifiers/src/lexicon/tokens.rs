//! The words of a normalised text.

use std::ops::Range;

/// A word and the sentence it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Counted from 0; a full stop, question or exclamation mark ends one, a row of dots does not.
    pub(super) sentence: u32,
}

impl Token {
    pub(super) const fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Runs of letters and digits, with the marks of their script.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 5);
    let mut sentence = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let end = word_end(text, at);
        if end > at {
            tokens.push(Token {
                start: at as u32,
                end: end as u32,
                sentence,
            });
            at = end;
            continue;
        }
        if ends_sentence(bytes, at) {
            sentence += 1;
        }
        at += char_len(bytes[at]);
    }
    tokens
}

fn word_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < bytes.len() {
        if bytes[at].is_ascii() {
            if !bytes[at].is_ascii_alphanumeric() {
                break;
            }
            at += 1;
        } else {
            let Some(ch) = text[at..].chars().next() else {
                break;
            };
            // Marks of Indic and other scripts continue a word.
            if !(ch.is_alphanumeric() || unicode_normalization::char::is_combining_mark(ch)) {
                break;
            }
            at += ch.len_utf8();
        }
    }
    at
}

/// A single `.`, or `!`, `?`, `;` before white space or the end.
fn ends_sentence(bytes: &[u8], at: usize) -> bool {
    let next = bytes.get(at + 1).copied().unwrap_or(b' ');
    let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
    match bytes[at] {
        b'.' => next.is_ascii_whitespace() && before != b'.',
        b'!' | b'?' | b';' => next.is_ascii_whitespace(),
        _ => false,
    }
}

const fn char_len(first: u8) -> usize {
    match first {
        0..=0x7f => 1,
        0xe0..=0xef => 3,
        0xf0.. => 4,
        _ => 2,
    }
}
