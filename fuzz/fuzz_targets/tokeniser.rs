//! The learned reader's tokeniser never panics and cuts every text into pieces that the encoder knows; its windows leave
//! no piece unread and none is longer than the encoder reads.

#![no_main]

use std::sync::LazyLock;

use holdfast_models::encoder::Shape;
use holdfast_models::reader::{Reader, Reading};
use holdfast_models::tokeniser::Pieces;
use libfuzzer_sys::fuzz_target;

static READER: LazyLock<Reader> = LazyLock::new(|| {
    Reader::open(&holdfast_fuzz::artefact("encoder")).expect("the shipped artefact opens")
});
static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
    READER
        .artifact()
        .manifest
        .shape
        .expect("an encoder has a shape")
});

fuzz_target!(|text: &str| {
    let pieces = READER
        .tokeniser()
        .pieces(text)
        .expect("every text can be cut");
    pieces_must_be_of(text, &pieces);
    windows_must_cover(pieces.ids.len());

    let (text, parent) = text
        .split_once("\n\n")
        .map_or((text, None), |(text, parent)| (text, Some(parent)));
    let segments = READER
        .segments(&[Reading { text, parent }])
        .expect("every text can be cut");
    assert!(!segments.is_empty(), "a text that nobody reads");
    for window in segments {
        assert!(
            window.ids.len() <= SHAPE.positions,
            "a window of {} pieces",
            window.ids.len()
        );
        assert!(
            window.second <= window.ids.len(),
            "the parent begins behind the end"
        );
        ids_must_be_known(&window.ids);
    }
});

fn ids_must_be_known(ids: &[u32]) {
    assert!(
        ids.iter().all(|id| (*id as usize) < SHAPE.pieces),
        "a piece that the encoder does not know"
    );
}

fn pieces_must_be_of(text: &str, pieces: &Pieces) {
    ids_must_be_known(&pieces.ids);
    assert_eq!(pieces.ids.len(), pieces.bytes.len());
    let mut last = 0;
    for bytes in &pieces.bytes {
        assert!(
            text.get(bytes.clone()).is_some(),
            "{bytes:?} are not characters of the text"
        );
        assert!(bytes.start >= last, "{bytes:?} runs back behind {last}");
        last = bytes.start;
    }
}

fn windows_must_cover(pieces: usize) {
    let tokeniser = READER.tokeniser();
    let mut read = 0;
    for start in tokeniser.windows(pieces) {
        assert!(start <= read, "the pieces {read}..{start} are in no window");
        let window = tokeniser.window(start, pieces);
        assert!(
            window.end > read || pieces == 0,
            "the window {window:?} reads nothing new"
        );
        read = window.end;
    }
    assert_eq!(read, pieces, "the last pieces are in no window");
}
