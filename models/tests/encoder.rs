//! The shipped encoder gives the answers that it was released with, whatever it is read beside.

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_models::encoder::Segments;
use holdfast_models::{ModelError, Reader, Reading};
use serde::Deserialize;

/// What the training's own code answered for texts of the development corpus.
#[derive(Deserialize)]
struct Golden {
    text: String,
    parent: Option<String>,
    ids: Vec<u32>,
    second: usize,
    logits: Vec<f32>,
}

fn shipped() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts/encoder");
    let versions = fs::read_dir(folder).unwrap();
    versions.map(|entry| entry.unwrap().path()).max().unwrap()
}

fn golden() -> Vec<Golden> {
    serde_json::from_slice(&fs::read(shipped().join("golden.json")).unwrap()).unwrap()
}

#[test]
fn texts_become_the_word_pieces_that_the_training_read() {
    let reader = Reader::open(&shipped()).unwrap();
    for one in golden() {
        let reading = Reading {
            text: &one.text,
            parent: one.parent.as_deref(),
        };
        let segments = reader.segments(&[reading]).unwrap();
        assert_eq!(segments[0].ids, one.ids);
        assert_eq!(segments[0].second, one.second);
    }
}

#[test]
fn answers_are_those_of_the_training_alone_and_in_any_company() {
    let reader = Reader::open(&shipped()).unwrap();
    let golden = golden();
    let texts: Vec<Segments> = golden
        .iter()
        .map(|one| Segments {
            ids: one.ids.clone(),
            second: one.second,
        })
        .collect();
    let together = reader.encoder().logits(&texts);
    for ((one, text), together) in golden.iter().zip(&texts).zip(&together) {
        let alone = &reader.encoder().logits(std::slice::from_ref(text))[0];
        for ((wanted, together), alone) in one.logits.iter().zip(together).zip(alone) {
            assert!(
                (wanted - together).abs() < 1e-3,
                "{wanted} became {together}"
            );
            assert!(
                (together - alone).abs() < 1e-4,
                "{together} alone is {alone}"
            );
        }
    }
}

#[test]
fn a_changed_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(shipped()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let tokenizer = folder.path().join("tokenizer.json");
    let mut changed = fs::read(&tokenizer).unwrap();
    changed.push(b'\n');
    fs::write(&tokenizer, changed).unwrap();
    let refused = Reader::open(folder.path()).err().unwrap();
    assert!(matches!(refused, ModelError::Digest { .. }), "{refused}");
}

#[test]
fn one_sentence_in_a_long_post_is_found() {
    let reader = Reader::open(&shipped()).unwrap();
    let padding = "we talked about the garden and the bus was late again. ".repeat(180);
    let risk = "i am going to kill myself tonight, goodbye everyone.";
    let long = format!("{padding}{risk} {padding}");
    let scores = reader.read(&[Reading {
        text: &long,
        parent: None,
    }]);
    let window = scores.unwrap()[0].strongest[0].clone();
    assert!(window.len() < long.len() / 4);
    assert!(long[window].contains("kill myself"));
    let read = |text| reader.read(&[Reading { text, parent: None }]).unwrap()[0].crisis[1];
    assert!(read(&padding) < 0.2, "padding reads {}", read(&padding));
    assert!(
        read(&long) > 0.7,
        "the sentence in it reads {}",
        read(&long)
    );
}

#[test]
fn nothing_and_strange_texts_are_read_without_harm() {
    let reader = Reader::open(&shipped()).unwrap();
    let flood = "😀".repeat(20_000);
    for text in ["", " ", "\u{202e}\u{200b}", "もう生きていたくない", &flood] {
        let scores = reader.read(&[Reading {
            text,
            parent: Some(""),
        }]);
        let scores = &scores.unwrap()[0];
        assert!(scores.crisis.iter().all(|p| (0.0..=1.0).contains(p)));
    }
}
