//! A normaliser for tools and tests that stand without the classifiers.

use std::ops::Range;

use holdfast_domain::{NormalisedText, Normaliser, Span};

/// Lower case, single spaces, no apostrophes; undoes no disguise. In the pipeline the classifiers'
/// normaliser takes its place.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainNormaliser;

struct Plain {
    text: String,
    /// For every byte of `text`, the range of the original that it came from.
    origin: Vec<Range<usize>>,
}

impl Normaliser for PlainNormaliser {
    fn normalise(&self, text: &str) -> Box<dyn NormalisedText> {
        let mut plain = Plain {
            text: String::with_capacity(text.len()),
            origin: Vec::new(),
        };
        for (at, ch) in text.char_indices() {
            let from = at..at + ch.len_utf8();
            if matches!(ch, '\'' | '’') {
                continue;
            }
            if ch.is_whitespace() {
                if !plain.text.ends_with(' ') {
                    plain.push(' ', &from);
                }
            } else {
                ch.to_lowercase().for_each(|lower| plain.push(lower, &from));
            }
        }
        Box::new(plain)
    }
}

impl Plain {
    fn push(&mut self, ch: char, from: &Range<usize>) {
        self.text.push(ch);
        self.origin.resize(self.text.len(), from.clone());
    }
}

impl NormalisedText for Plain {
    fn text(&self) -> &str {
        &self.text
    }

    fn original_span(&self, range: Range<usize>) -> Span {
        let start = self.origin.get(range.start).map_or(0, |from| from.start);
        let end = range
            .end
            .checked_sub(1)
            .and_then(|last| self.origin.get(last))
            .map_or(start, |from| from.end);
        Span::new(start..end.max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_points_at_what_was_written() {
        let original = "I CAN’T  go on";
        let plain = PlainNormaliser.normalise(original);
        assert_eq!(plain.text(), "i cant go on");
        let at = plain.text().find("cant go").unwrap();
        assert_eq!(
            &original[plain.original_span(at..at + 7).range()],
            "CAN’T  go"
        );
    }
}
