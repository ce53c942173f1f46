//! A post's text cut into stretches: plain, evidence, and what stays covered.
//!
//! Pure. What is covered leaves nothing behind: neither its words nor their number, since two
//! neighbouring covers become one and every cover looks the same. Escaping is the template's work;
//! the segments carry text as it was written.

use std::ops::Range;

use holdfast_domain::Span;

/// A stretch that some reason points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where, in the original text.
    pub span: Span,
    /// Which reason, as an index into the list that the page shows beside the text.
    pub reason: usize,
}

/// A piece of the text, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Words that nothing points at.
    Plain(String),
    /// Words that at least one reason rests on.
    Evidence {
        /// The words.
        text: String,
        /// The reasons, rising, each once.
        reasons: Vec<usize>,
    },
    /// Words that stay covered until they are revealed singly.
    Covered {
        /// Which cover, counted from 0 along the text.
        number: usize,
    },
}

/// Cuts `text` at the marks and covers.
///
/// Spans that reach past the end are shortened, spans that cut a character are widened to its
/// borders (a cover never shows half a character), and empty ones are left out.
pub fn highlight(text: &str, marks: &[Mark], covers: &[Span]) -> Vec<Segment> {
    let marks: Vec<(Range<usize>, usize)> = marks
        .iter()
        .map(|mark| (on_borders(text, mark.span), mark.reason))
        .filter(|(range, _)| !range.is_empty())
        .collect();
    let mut segments = Vec::new();
    let mut from = 0;
    for (number, cover) in covered(text, covers).into_iter().enumerate() {
        cut(text, from..cover.start, &marks, &mut segments);
        segments.push(Segment::Covered { number });
        from = cover.end;
    }
    cut(text, from..text.len(), &marks, &mut segments);
    segments
}

/// The covers as [`highlight`] counts them: on character borders, in order, neighbours joined.
pub fn covered(text: &str, covers: &[Span]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = covers
        .iter()
        .map(|&span| on_borders(text, span))
        .filter(|range| !range.is_empty())
        .collect();
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            // Two covers with only blanks between them read as one.
            Some(last) if range.start <= last.end || is_blank(text, last.end..range.start) => {
                last.end = last.end.max(range.end);
            }
            _ => joined.push(range),
        }
    }
    joined
}

fn is_blank(text: &str, range: Range<usize>) -> bool {
    text[range].chars().all(char::is_whitespace)
}

fn on_borders(text: &str, span: Span) -> Range<usize> {
    let Range { start, end } = span.range();
    if start >= end || start >= text.len() {
        return 0..0;
    }
    let (mut start, mut end) = (start, end.min(text.len()));
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// Cuts one uncovered stretch at every border of a mark.
fn cut(
    text: &str,
    within: Range<usize>,
    marks: &[(Range<usize>, usize)],
    segments: &mut Vec<Segment>,
) {
    let mut borders: Vec<usize> = marks
        .iter()
        .flat_map(|(range, _)| [range.start, range.end])
        .filter(|border| within.contains(border))
        .chain([within.start, within.end])
        .collect();
    borders.sort_unstable();
    borders.dedup();
    for pair in borders.windows(2) {
        let range = pair[0]..pair[1];
        let mut reasons: Vec<usize> = marks
            .iter()
            .filter(|(mark, _)| mark.start <= range.start && range.end <= mark.end)
            .map(|(_, reason)| *reason)
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        let text = text[range].to_owned();
        segments.push(if reasons.is_empty() {
            Segment::Plain(text)
        } else {
            Segment::Evidence { text, reasons }
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark(range: Range<usize>, reason: usize) -> Mark {
        Mark {
            span: Span::new(range),
            reason,
        }
    }

    fn plain(text: &str) -> Segment {
        Segment::Plain(text.to_owned())
    }

    fn evidence(text: &str, reasons: &[usize]) -> Segment {
        Segment::Evidence {
            text: text.to_owned(),
            reasons: reasons.to_vec(),
        }
    }

    #[test]
    fn overlapping_reasons_are_cut_so_that_every_word_names_all_of_its_reasons() {
        let segments = highlight(
            "this is goodbye, everyone",
            &[mark(8..15, 0), mark(5..10, 1)],
            &[],
        );
        assert_eq!(
            segments,
            [
                plain("this "),
                evidence("is ", &[1]),
                evidence("go", &[0, 1]),
                evidence("odbye", &[0]),
                plain(", everyone"),
            ]
        );
    }

    #[test]
    fn neighbouring_covers_look_like_one() {
        let text = "take the red pills now please";
        let segments = highlight(text, &[], &[Span::new(9..12), Span::new(13..18)]);
        assert_eq!(
            segments,
            [
                plain("take the "),
                Segment::Covered { number: 0 },
                plain(" now please"),
            ]
        );
    }

    #[test]
    fn a_mark_under_a_cover_says_nothing_about_the_covered_words() {
        let segments = highlight("abc def ghi", &[mark(0..11, 0)], &[Span::new(4..7)]);
        assert_eq!(
            segments,
            [
                evidence("abc ", &[0]),
                Segment::Covered { number: 0 },
                evidence(" ghi", &[0]),
            ]
        );
    }

    #[test]
    fn a_cover_that_cuts_a_character_hides_all_of_it() {
        let segments = highlight("a🙂b", &[], &[Span::new(2..3)]);
        assert_eq!(
            segments,
            [plain("a"), Segment::Covered { number: 0 }, plain("b")]
        );
    }

    fn any_span() -> impl Strategy<Value = Span> {
        (0_usize..60, 0_usize..20).prop_map(|(start, length)| Span::new(start..start + length))
    }

    fn visible(segments: &[Segment]) -> String {
        segments
            .iter()
            .map(|segment| match segment {
                Segment::Plain(text) | Segment::Evidence { text, .. } => text.as_str(),
                Segment::Covered { .. } => "",
            })
            .collect()
    }

    proptest! {
        #[test]
        fn without_covers_the_segments_spell_the_text(
            text in "\\PC{0,40}",
            spans in prop::collection::vec(any_span(), 0..6),
        ) {
            let marks: Vec<Mark> = spans.iter().enumerate()
                .map(|(reason, &span)| Mark { span, reason }).collect();
            prop_assert_eq!(visible(&highlight(&text, &marks, &[])), text);
        }

        #[test]
        fn whatever_is_marked_the_covered_bytes_are_in_no_segment(
            text in "[a-z é🙂]{0,40}",
            marks in prop::collection::vec(any_span(), 0..6),
            covers in prop::collection::vec(any_span(), 0..6),
        ) {
            let marks: Vec<Mark> = marks.iter().enumerate()
                .map(|(reason, &span)| Mark { span, reason }).collect();
            let segments = highlight(&text, &marks, &covers);
            let mut expected = String::new();
            let mut from = 0;
            for range in covered(&text, &covers) {
                expected.push_str(&text[from..range.start]);
                from = range.end;
            }
            expected.push_str(&text[from..]);
            prop_assert_eq!(visible(&segments), expected);
            for span in &covers {
                for at in span.range().start..span.range().end.min(text.len()) {
                    prop_assert!(covered(&text, &covers).iter().any(|range| range.contains(&at)));
                }
            }
        }

        #[test]
        fn what_is_covered_cannot_be_told_from_the_segments(
            before in "[a-z ]{0,10}x", secret in "[a-z🙂]{1,20}", other in "[a-z🙂]{1,20}", after in "x[a-z ]{0,10}",
        ) {
            let show = |hidden: &str| {
                let text = format!("{before}{hidden}{after}");
                let span = Span::new(before.len()..before.len() + hidden.len());
                highlight(&text, &[], &[span])
            };
            prop_assert_eq!(show(&secret), show(&other));
        }

        #[test]
        fn every_marked_byte_outside_a_cover_names_its_reason(
            text in "[a-zé ]{1,40}", span in any_span(),
        ) {
            let segments = highlight(&text, &[Mark { span, reason: 7 }], &[]);
            let marked: usize = segments.iter().map(|segment| match segment {
                Segment::Evidence { text, reasons } => {
                    assert_eq!(reasons, &[7]);
                    text.len()
                }
                _ => 0,
            }).sum();
            prop_assert_eq!(marked, on_borders(&text, span).len());
        }
    }
}
