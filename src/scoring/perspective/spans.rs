//! The parts of a text that are scored singly.

use std::ops::Range;

/// More parts are joined, so that the work stays bounded.
const MOST: usize = 24;

/// The sentences of a text, blanks around them left out, as byte ranges; at most [`MOST`].
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next_is_blank = letters.peek().is_none_or(|(_, next)| next.is_whitespace());
        let stops = matches!(letter, '.' | '!' | '?' | '…') && next_is_blank;
        if stops || matches!(letter, '\n' | '。' | '！' | '？') {
            let end = at + letter.len_utf8();
            found.extend(trimmed(text, start..end));
            start = end;
        }
    }
    found.extend(trimmed(text, start..text.len()));
    joined(&found)
}

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = start + part.trim().len();
    (start < end).then_some(start..end)
}

fn joined(found: &[Range<usize>]) -> Vec<Range<usize>> {
    let together = found.len().div_ceil(MOST).max(1);
    let ends = |part: &[Range<usize>]| Some(part.first()?.start..part.last()?.end);
    found.chunks(together).filter_map(ends).collect()
}

/// A byte range in UTF-16 code units, as that service counts.
pub(super) fn in_utf16(text: &str, range: &Range<usize>) -> Range<usize> {
    let units = |part: &str| part.encode_utf16().count();
    let begin = units(&text[..range.start]);
    begin..begin + units(&text[range.clone()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        let parts = sentences(text);
        parts.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn a_text_is_cut_at_its_stops() {
        assert_eq!(
            parts("  What a name?! Sorry, v1.2 is fine.\nI like yours "),
            ["What a name?!", "Sorry, v1.2 is fine.", "I like yours"]
        );
        assert_eq!(parts(" . "), ["."]);
        assert!(parts("").is_empty());
    }

    #[test]
    fn a_long_text_has_a_bounded_number_of_parts_and_none_is_left_out() {
        let text = "One more. ".repeat(1000);
        let parts = sentences(&text);
        assert!(parts.len() <= MOST);
        assert_eq!(parts.first().unwrap().start, 0);
        assert_eq!(parts.last().unwrap().end, text.trim_end().len());
    }

    #[test]
    fn places_are_counted_in_utf_16() {
        let text = "😀 é. Go.";
        let parts = sentences(text);
        assert_eq!(in_utf16(text, &parts[0]), 0..5);
        assert_eq!(in_utf16(text, &parts[1]), 6..9);
    }
}
