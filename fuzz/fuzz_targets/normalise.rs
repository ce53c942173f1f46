//! The normaliser never panics, has nothing left to do after it has run, says truly where everything came from, and
//! does not blow a text up.

#![no_main]

use holdfast_classifiers::normalise;
use holdfast_classifiers::normalise::Normalised;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|original: &str| {
    let normalised = normalise(original);
    let text = normalised.text();
    assert!(
        text.len() <= 16 * original.len(),
        "{} bytes became {}",
        original.len(),
        text.len()
    );
    assert_eq!(
        normalise(text).text(),
        text,
        "normalised again it is another text"
    );
    spans_must_lie_in(original, &normalised);
});

fn spans_must_lie_in(original: &str, normalised: &Normalised) {
    let text = normalised.text();
    let mut last = 0..0;
    for (at, ch) in text.char_indices() {
        let span = normalised.original_span(at..at + ch.len_utf8());
        assert!(
            original.get(span.clone()).is_some(),
            "{span:?} are not characters of the original"
        );
        assert!(
            span.start >= last.start && span.end >= last.end,
            "{span:?} runs back behind {last:?}"
        );
        // A range that no caller should ask for gets an answer all the same.
        let odd = normalised.original_span(at + 1..at + 9);
        assert!(
            original.get(odd.clone()).is_some(),
            "{odd:?} are not characters of the original"
        );
        last = span;
    }
    let whole = normalised.original_span(0..usize::MAX);
    assert!(
        original.get(whole.clone()).is_some(),
        "{whole:?} are not characters of the original"
    );
}
