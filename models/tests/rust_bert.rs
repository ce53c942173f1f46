//! `rust_bert` on libtorch reads what our own forward pass reads, whatever else is in the batch.

#![expect(
    clippy::print_stdout,
    reason = "`./dev test-rust-bert` shows how far both lie apart"
)]

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_models::encoder::Segments;
use holdfast_models::rust_bert::RustBert;
use holdfast_models::{Reader, Reading, Scores, corpus};

/// How far two scores of one text may lie apart.
const NEAR: f32 = 1e-4;

fn shipped() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts/encoder");
    let versions = fs::read_dir(folder).unwrap();
    versions.map(|entry| entry.unwrap().path()).max().unwrap()
}

/// Rows of the development corpus, all those with the post that they answer among them, and texts of extreme length:
/// nothing, one word, several windows.
fn golden() -> Vec<(String, Option<String>)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/dev.jsonl");
    let rows = corpus::read(&corpus).unwrap();
    let long: String = rows.iter().take(60).map(|row| row.text.as_str()).collect();
    let mut texts = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        if at % 12 == 0 || row.context.is_some() {
            texts.push((row.text.to_lowercase(), row.context));
        }
    }
    for text in ["", "hi", "i am going to kill myself tonight", &long] {
        texts.push((text.to_owned(), None));
    }
    texts
}

fn readings(texts: &[(String, Option<String>)]) -> Vec<Reading<'_>> {
    let mut readings = Vec::new();
    for (text, parent) in texts {
        readings.push(Reading {
            text,
            parent: parent.as_deref(),
        });
    }
    readings
}

/// Every probability of a text.
fn probabilities(scores: &Scores) -> Vec<f32> {
    let signals = [&scores.crisis[..], &[scores.harassment, scores.stigma]].concat();
    [
        signals,
        scores.attributions.clone(),
        scores.functionalities.clone(),
    ]
    .concat()
}

fn furthest(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let apart = ours
        .iter()
        .zip(theirs)
        .map(|(ours, theirs)| (ours - theirs).abs());
    // `max` would pass over what is no number.
    apart.fold(0.0, |most, one| if one <= most { most } else { one })
}

fn segments(reader: &Reader) -> Vec<Segments> {
    reader.segments(&readings(&golden())).unwrap()
}

#[test]
fn texts_get_the_scores_that_the_default_backend_gives_them() {
    let texts = golden();
    let readings = readings(&texts);
    let ours = Reader::open(&shipped()).unwrap().read(&readings).unwrap();
    let theirs = Reader::open_rust_bert(&shipped()).unwrap();
    let theirs = theirs.read(&readings).unwrap();
    let mut most = 0.0_f32;
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let apart = furthest(&probabilities(ours), &probabilities(theirs));
        assert!(apart <= NEAR, "{apart} apart: {ours:?} and {theirs:?}");
        most = most.max(apart);
    }
    println!("scores of {} texts: at most {most:.1e} apart", ours.len());
}

#[test]
fn raw_answers_agree_in_batches_of_short_and_long_texts_with_and_without_a_second_segment() {
    let reader = Reader::open(&shipped()).unwrap();
    let theirs = RustBert::open(reader.artifact()).unwrap();
    let segments = segments(&reader);
    let lengths = segments.iter().map(|text| text.ids.len());
    assert!(lengths.clone().min().unwrap() < 4 && lengths.max().unwrap() > 180);
    let second = |text: &&Segments| text.second < text.ids.len();
    assert!(segments.iter().filter(second).count() > 5);
    let ours = reader.encoder().logits(&segments);
    let theirs = theirs.logits(&segments).unwrap();
    let apart = furthest(&ours.concat(), &theirs.concat());
    println!(
        "raw answers of {} texts: at most {apart:.1e} apart",
        ours.len()
    );
    assert!(apart <= NEAR, "{apart} apart");
}

#[test]
fn a_text_is_read_alone_as_beside_much_longer_ones() {
    let reader = Reader::open(&shipped()).unwrap();
    let theirs = RustBert::open(reader.artifact()).unwrap();
    let mut segments = segments(&reader);
    segments.sort_by_key(|text| text.ids.len());
    let (short, long) = (&segments[1], segments.last().unwrap());
    // Few enough to share one batch, so that the short one is filled up to the length of the long one.
    let together = theirs.logits(&[short.clone(), long.clone()]).unwrap();
    let alone = theirs.logits(std::slice::from_ref(short)).unwrap();
    let apart = furthest(&together[0], &alone[0]);
    assert!(apart <= NEAR, "{apart} apart");
}
