//! Texts that are too long.

/// Stands where a text was cut.
const CUT: &str = "\n[…]\n";

/// The text with its middle taken out so that it has at most `limit` bytes, and whether it was cut.
/// What people say first and last counts most, so both ends stay.
pub(crate) fn clip(text: String, limit: usize) -> (String, bool) {
    if text.len() <= limit {
        return (text, false);
    }
    let half = limit.saturating_sub(CUT.len()) / 2;
    let head = text.floor_char_boundary(half);
    let tail = text.ceil_char_boundary(text.len() - half);
    (format!("{}{CUT}{}", &text[..head], &text[tail..]), true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_text_stays_as_it_is() {
        assert_eq!(clip("short".to_owned(), 5), ("short".to_owned(), false));
    }

    proptest! {
        #[test]
        fn a_long_text_keeps_both_ends_within_the_limit(text in "\\PC{50,200}", limit in 20usize..49) {
            let (clipped, cut) = clip(text.clone(), limit);
            prop_assert!(cut);
            prop_assert!(clipped.len() <= limit);
            let (head, tail) = clipped.split_once(CUT).unwrap();
            prop_assert!(text.starts_with(head));
            prop_assert!(text.ends_with(tail));
        }
    }
}
