//! Encoder and linear tier on corpus rows: `./dev bench encoder`.
//!
//! Prints posts and word pieces a CPU-second, and writes what was read to a file, so that
//! `benches/encoder_comparators.py` reads the same with ONNX Runtime and with a BERT-base in `PyTorch`. With
//! the feature `rust-bert`, that backend reads it here: `./dev test-rust-bert`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark measures time and tells its figures"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use holdfast_models::encoder::{Precision, Segments};
use holdfast_models::{Linear, Reader, Reading, corpus};
use serde_json::json;

const POSTS: usize = 128;
const RUNS: usize = 5;

fn newest(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("artifacts")
        .join(name);
    let versions = fs::read_dir(folder).expect("artefacts are there");
    versions
        .map(|entry| entry.expect("an entry").path())
        .max()
        .expect("a version is there")
}

fn main() {
    let started = Instant::now();
    let reader = Reader::open(&newest("encoder")).expect("the encoder opens");
    println!(
        "cold start            {:>8.0} ms (digests, weights, tokeniser)",
        millis(started)
    );
    let rows = corpus::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/train.jsonl"));
    let rows = rows.expect("the corpus reads");
    let texts: Vec<String> = rows
        .iter()
        .step_by(rows.len() / POSTS)
        .take(POSTS)
        .map(|row| row.text.to_lowercase())
        .collect();
    let readings: Vec<Reading<'_>> = texts
        .iter()
        .map(|text| Reading { text, parent: None })
        .collect();
    let segments = reader.segments(&readings).expect("texts are cut");
    let pieces: usize = segments.iter().map(|one| one.ids.len()).sum();
    println!("posts                 {POSTS:>8}, {pieces} word pieces, one thread");
    let rounded = Reader::open_in(&newest("encoder"), Precision::EightBit).expect("it opens");
    for (name, reader) in [("encoder", &reader), ("in eight bits", &rounded)] {
        for batch in [1, 32, POSTS] {
            report(&format!("{name}, batches of {batch}"), pieces, || {
                for part in segments.chunks(batch) {
                    std::hint::black_box(reader.encoder().logits(part));
                }
            });
        }
    }
    #[cfg(feature = "rust-bert")]
    rust_bert(&reader, &segments, pieces);
    let linear = Linear::open(&newest("linear")).expect("the linear tier opens");
    report("linear tier", pieces, || {
        for text in &texts {
            std::hint::black_box(linear.read(text));
        }
    });
    write(&reader, &segments);
}

/// The same weights by the second backend, after proof that it does the same work.
#[cfg(feature = "rust-bert")]
fn rust_bert(reader: &Reader, segments: &[Segments], pieces: usize) {
    tch::set_num_threads(1);
    let started = Instant::now();
    let theirs = holdfast_models::rust_bert::RustBert::open(reader.artifact()).expect("it opens");
    println!("rust-bert opens in    {:>8.0} ms", millis(started));
    let ours = reader.encoder().logits(segments).concat();
    let same = theirs.logits(segments).expect("it reads").concat();
    let apart = ours.iter().zip(&same).map(|(a, b)| (a - b).abs());
    assert!(apart.fold(0.0, f32::max) < 1e-4, "both do the same work");
    for batch in [1, 32, POSTS] {
        report(&format!("rust-bert, batches of {batch}"), pieces, || {
            for part in segments.chunks(batch) {
                std::hint::black_box(theirs.logits(part).expect("it reads"));
            }
        });
    }
}

/// The median of some runs, with the slowest and the fastest.
fn report(what: &str, pieces: usize, run: impl Fn()) {
    run();
    let mut seconds: Vec<f64> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            run();
            started.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let rate = |seconds: f64| POSTS as f64 / seconds;
    println!(
        "{what:<22}{:>8.0} posts/s ({:.0} to {:.0}), {:.0} pieces/s",
        rate(seconds[RUNS / 2]),
        rate(seconds[RUNS - 1]),
        rate(seconds[0]),
        pieces as f64 / seconds[RUNS / 2],
    );
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// What was read and answered, for the comparators.
fn write(reader: &Reader, segments: &[Segments]) {
    let logits = reader.encoder().logits(segments);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("encoder-bench.json");
    let ids: Vec<&Vec<u32>> = segments.iter().map(|one| &one.ids).collect();
    let all = json!({ "ids": ids, "logits": logits });
    fs::write(&file, all.to_string()).expect("the file is written");
    println!("read and answered     {}", file.display());
}
