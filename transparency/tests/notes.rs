//! Notes, keys, checkpoints and proof files: the formats that others know, read strictly.

use holdfast_transparency::checkpoint::{Checkpoint, Trust};
use holdfast_transparency::error::{
    CheckpointError, KeyError, NotaryError, NoteError, ProofFileError,
};
use holdfast_transparency::export::Line;
use holdfast_transparency::hash::NodeHash;
use holdfast_transparency::notary::Notary;
use holdfast_transparency::note::{MAX_SIGNATURES, Note, SignerKey, VerifierKey};
use holdfast_transparency::proof::ProofFile;
use holdfast_transparency::tree::{Frontier, Inclusion};
use proptest::prelude::*;

/// From the documentation of the format's first implementation.
const THEIR_PRIVATE: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const THEIR_PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const THEIR_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
/// From the specification.
const SPEC_PUBLIC: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const SPEC_NOTE: &str = "This is an example message.\n\n\
    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

const ORIGIN: &str = "holdfast.example/log";

fn key(name: &str, seed: u8) -> SignerKey {
    SignerKey::from_seed(name, &[seed; 32]).unwrap()
}

fn ours() -> SignerKey {
    key(ORIGIN, 1)
}

fn signed(text: &str, keys: &[SignerKey]) -> String {
    let mut note = Note::new(text).unwrap();
    for key in keys {
        note.sign(key);
    }
    note.to_string()
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.to_owned(),
        size: 3,
        root: NodeHash([7; 32]),
        extensions: Vec::new(),
    }
}

#[test]
fn notes_and_keys_of_other_implementations_read_and_are_made_alike() {
    let private = SignerKey::parse(THEIR_PRIVATE).unwrap();
    assert_eq!(private.reveal(), THEIR_PRIVATE);
    assert_eq!(private.verifier().to_string(), THEIR_PUBLIC);
    let text = THEIR_NOTE.split_once("\n\n").unwrap().0;
    assert_eq!(signed(&format!("{text}\n"), &[private]), THEIR_NOTE);
    for (public, note) in [(THEIR_PUBLIC, THEIR_NOTE), (SPEC_PUBLIC, SPEC_NOTE)] {
        let keys = [VerifierKey::parse(public).unwrap()];
        let note = Note::parse(note.as_bytes()).unwrap();
        assert_eq!(note.signed_by(&keys).unwrap(), [&keys[0]]);
    }
}

#[test]
fn a_private_key_does_not_show_itself() {
    let key = ours();
    assert_eq!(format!("{key:?}"), format!("SignerKey({ORIGIN}, ***)"));
    assert_eq!(
        SignerKey::parse(&key.reveal()).unwrap().verifier(),
        key.verifier()
    );
}

#[test]
fn keys_that_are_damaged_or_of_another_kind_are_refused() {
    let good = ours().verifier().to_string();
    let parts: Vec<&str> = good.splitn(3, '+').collect();
    let with = |name: &str, id: &str, bytes: &str| format!("{name}+{id}+{bytes}");
    let refusal = |text: String| VerifierKey::parse(&text).unwrap_err();
    assert!(matches!(refusal(String::new()), KeyError::Form { .. }));
    assert!(matches!(
        refusal(good.to_uppercase()),
        KeyError::Form { .. }
    ));
    assert!(matches!(
        refusal(format!("{good}\n")),
        KeyError::Form { .. }
    ));
    assert!(matches!(refusal(format!("{good}=")), KeyError::Form { .. }));
    assert!(matches!(
        refusal(good[..good.len() - 1].to_owned()),
        KeyError::Form { .. }
    ));
    assert_eq!(refusal(with("", parts[1], parts[2])), KeyError::Name);
    assert_eq!(refusal(with("a b", parts[1], parts[2])), KeyError::Name);
    assert_eq!(refusal(with("other", parts[1], parts[2])), KeyError::Id);
    assert_eq!(refusal(with(parts[0], "00000000", parts[2])), KeyError::Id);
    let wrong_kind = "BB//////////////////////////////////////////";
    assert_eq!(
        refusal(with(parts[0], parts[1], wrong_kind)),
        KeyError::Kind { kind: 4 }
    );
    assert_eq!(
        refusal(with(parts[0], parts[1], "AQ==")),
        KeyError::Kind { kind: 1 }
    );
    // The neutral element: any text has a signature under it.
    let weak = "AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(refusal(with(parts[0], parts[1], weak)), KeyError::Unusable);
    let private = ours().reveal();
    assert!(matches!(
        SignerKey::parse(&good),
        Err(KeyError::Form { .. })
    ));
    assert_eq!(
        SignerKey::parse(&private.replace(ORIGIN, "other")).unwrap_err(),
        KeyError::Id
    );
}

#[test]
fn of_several_signatures_the_known_must_fit_and_the_unknown_are_passed_over() {
    let (ours, next, witness) = (ours(), key(ORIGIN, 2), key("witness.example", 3));
    let note = signed("text\n", &[witness.clone(), ours.clone(), next.clone()]);
    let parsed = Note::parse(note.as_bytes()).unwrap();
    assert_eq!(parsed.to_string(), note);
    let keys = [next.verifier(), ours.verifier()];
    assert_eq!(parsed.signed_by(&keys).unwrap(), [&keys[1], &keys[0]]);
    assert_eq!(parsed.signed_by(&keys[..1]).unwrap(), [&keys[0]]);
    assert_eq!(parsed.signed_by(&[]), Err(NoteError::NotTrusted));
    let stranger = [key(ORIGIN, 9).verifier(), key("elsewhere", 1).verifier()];
    assert_eq!(parsed.signed_by(&stranger), Err(NoteError::NotTrusted));
    // One key fits; the other is known too, and its signature is of another text.
    let changed = note.replace("text\n\n", "test\n\n");
    let resigned = signed("test\n", std::slice::from_ref(&ours));
    let ours_line = resigned.lines().last().unwrap();
    let lines: Vec<&str> = changed.lines().collect();
    let mixed = format!(
        "{}\n\n{}\n{}\n{}\n",
        lines[0], lines[2], ours_line, lines[4]
    );
    let mixed = Note::parse(mixed.as_bytes()).unwrap();
    assert!(mixed.signed_by(&[ours.verifier()]).is_ok());
    let name = ORIGIN.to_owned();
    assert_eq!(
        mixed.signed_by(&keys),
        Err(NoteError::WrongSignature { name })
    );
}

#[test]
fn notes_that_another_reader_could_take_differently_are_refused() {
    let good = signed("one\n\ntwo\n", &[ours()]);
    let read = |note: String| Note::parse(note.as_bytes());
    assert_eq!(read(good.clone()).unwrap().text(), "one\n\ntwo\n");
    let refusal = |note: String| read(note).unwrap_err();
    let line = NoteError::SignatureLine { line: 1 };
    assert_eq!(refusal(String::new()), NoteError::NoSignatures);
    assert_eq!(refusal("text\n".to_owned()), NoteError::NoSignatures);
    assert_eq!(refusal("text\n\n".to_owned()), NoteError::NoSignatures);
    assert_eq!(refusal(good.trim_end().to_owned()), NoteError::NoSignatures);
    assert_eq!(refusal(format!("{good}\n")), NoteError::NoSignatures);
    assert_eq!(refusal(good.replace("two", "tw\to")), NoteError::Characters);
    assert_eq!(refusal(good.replace('\n', "\r\n")), NoteError::Characters);
    assert_eq!(refusal(good.replace('—', "-")), line);
    assert_eq!(refusal(good.replace("— ", "—\u{a0}")), line);
    assert_eq!(refusal(good.replace("example/log ", "example/log  ")), line);
    assert_eq!(refusal(good.replace("holdfast.example", "a+b")), line);
    assert_eq!(
        refusal(good.replace("holdfast.example", "a\u{2003}b")),
        line
    );
    assert_eq!(refusal("text\n\n— name AAAAAA==\n".to_owned()), line);
    assert_eq!(refusal("text\n\n— name AAAAAAB=\n".to_owned()), line);
    assert_eq!(refusal("text\n\n— name AAAAAAA\n".to_owned()), line);
    assert!(read("text\n\n— name AAAAAAA=\n".to_owned()).is_ok());
    assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteError::Characters));
    let signature = good.lines().last().unwrap();
    let many = |count| format!("text\n\n{}", format!("{signature}\n").repeat(count));
    assert!(read(many(MAX_SIGNATURES)).is_ok());
    assert_eq!(
        refusal(many(MAX_SIGNATURES + 1)),
        NoteError::TooManySignatures
    );
    assert_eq!(refusal("a".repeat(1_000_001)), NoteError::TooLarge);
    assert_eq!(Note::new("no line end"), Err(NoteError::Text));
}

#[test]
fn checkpoints_read_back_and_odd_ones_are_refused() {
    let good = checkpoint().to_string();
    assert_eq!(Checkpoint::parse(&good).unwrap(), checkpoint());
    let extended = format!("{good}more\n");
    assert_eq!(Checkpoint::parse(&extended).unwrap().extensions, ["more"]);
    let refusal = |text: String| Checkpoint::parse(&text).unwrap_err();
    assert_eq!(refusal(String::new()), CheckpointError::Lines);
    assert_eq!(refusal("\n\n\n".to_owned()), CheckpointError::Lines);
    assert_eq!(refusal(good.trim_end().to_owned()), CheckpointError::Lines);
    assert_eq!(refusal(format!("{good}\n")), CheckpointError::Lines);
    assert_eq!(refusal(format!("{good}\nmore\n")), CheckpointError::Lines);
    for size in ["03", "+3", "-3", "3 ", "0x3", "9223372036854775808", "٣"] {
        let text = good.replace("\n3\n", &format!("\n{size}\n"));
        assert_eq!(refusal(text), CheckpointError::Size, "{size}");
    }
    let root = checkpoint().root.to_base64();
    for other in ["AAAA", &root.replace('=', ""), &root.replace("c=", "d=")] {
        assert_eq!(refusal(good.replace(&root, other)), CheckpointError::Root);
    }
}

#[test]
fn a_checkpoint_is_believed_only_of_the_right_log_by_the_right_key() {
    let trust = Trust::in_key(ours().verifier());
    let note = signed(&checkpoint().to_string(), &[ours()]);
    assert_eq!(trust.open(note.as_bytes()).unwrap(), checkpoint());
    let changed = note.replace("\n3\n", "\n4\n");
    assert!(matches!(
        trust.open(changed.as_bytes()),
        Err(CheckpointError::Note(NoteError::WrongSignature { .. }))
    ));
    let other_log = Trust::new("holdfast.example/other", vec![ours().verifier()]);
    assert!(matches!(
        other_log.open(note.as_bytes()),
        Err(CheckpointError::Origin { .. })
    ));
    let other_key = Trust::in_key(key(ORIGIN, 2).verifier());
    assert!(matches!(
        other_key.open(note.as_bytes()),
        Err(CheckpointError::Note(NoteError::NotTrusted))
    ));
}

#[test]
fn a_notary_goes_on_from_what_it_signed_and_from_nothing_else() {
    let trust = Trust::in_key(ours().verifier());
    let mut notary = Notary::start(ORIGIN, vec![ours()]).unwrap();
    (0..5_u8).for_each(|event| notary.push(&[event; 32]));
    let last = trust.open(notary.sign().as_bytes()).unwrap();
    assert_eq!(last, notary.checkpoint());
    let kept = notary.frontier().clone();
    let mut resumed = Notary::resume(ORIGIN, vec![ours()], kept.clone(), &last).unwrap();
    assert_eq!(resumed.size(), 5);
    notary.push(&[5; 32]);
    resumed.push(&[5; 32]);
    assert_eq!(resumed.sign(), notary.sign());

    let resume = |origin: &str, frontier: &Frontier| {
        Notary::resume(origin, vec![ours()], frontier.clone(), &last).unwrap_err()
    };
    let fork = NotaryError::Fork { size: 5 };
    assert_eq!(resume(ORIGIN, notary.frontier()), fork);
    let other: Frontier = (0..5_u8)
        .map(|event| NodeHash::leaf(&[event + 1; 32]))
        .collect();
    assert_eq!(resume(ORIGIN, &other), fork);
    assert!(matches!(
        resume("elsewhere", &kept),
        NotaryError::OtherLog { .. }
    ));
    assert_eq!(
        Notary::start("a\nb", vec![ours()]).unwrap_err(),
        NotaryError::Origin
    );
    assert_eq!(
        Notary::start(ORIGIN, vec![]).unwrap_err(),
        NotaryError::NoKey
    );
}

#[test]
fn a_proof_file_proves_one_event_years_later() {
    let trust = Trust::in_key(ours().verifier());
    let mut notary = Notary::start(ORIGIN, vec![ours()]).unwrap();
    (0..11_u8).for_each(|event| notary.push(&[event; 32]));
    let leaves = (0..11_u8).map(|event| NodeHash::leaf(&[event; 32]));
    let file = ProofFile {
        extra: Some(vec![6; 32]),
        index: 7,
        path: Inclusion::prove(7, 11, leaves).unwrap().path,
        checkpoint: notary.sign(),
    };
    let text = file.to_string();
    let read = ProofFile::parse(text.as_bytes()).unwrap();
    assert_eq!(read, file);
    assert_eq!(read.check(&[7; 32], &trust).unwrap().size, 11);
    assert!(matches!(
        read.check(&[8; 32], &trust),
        Err(ProofFileError::Proof(_))
    ));
    let plain = ProofFile {
        extra: None,
        ..file.clone()
    };
    assert_eq!(
        ProofFile::parse(plain.to_string().as_bytes()).unwrap(),
        plain
    );

    let refusal = |text: String| ProofFile::parse(text.as_bytes()).unwrap_err();
    assert_eq!(
        refusal(text.replace("@v1", "@v2")),
        ProofFileError::FirstLine
    );
    assert_eq!(
        refusal(text.replace("index 7", "index 07")),
        ProofFileError::Index
    );
    assert_eq!(
        refusal(text.replace("index 7\n", "")),
        ProofFileError::Index
    );
    assert_eq!(
        refusal(text.replace("extra ", "extra  ")),
        ProofFileError::Extra
    );
    let last_hash = file.path.last().unwrap().to_base64();
    let damaged = text.replace(&last_hash, "AAAA");
    assert_eq!(
        refusal(damaged),
        ProofFileError::Hash {
            number: file.path.len()
        }
    );
    assert_eq!(
        refusal(text.replace("\n\n", "\n")),
        ProofFileError::NoCheckpoint
    );
}

/// Texts near to those that read well: parts of good ones, cut, joined and damaged.
fn nearly(good: String) -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), 0..6_u8, any::<u8>());
    prop::collection::vec(edit, 0..6).prop_map(move |edits| {
        let mut bytes = good.clone().into_bytes();
        for (at, how, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, byte),
                3 => bytes.insert(at, b'\n'),
                4 => bytes.truncate(at),
                _ => bytes.extend_from_within(at..),
            }
        }
        bytes
    })
}

/// All that reads bytes from outside, on the same bytes. What reads must be written as it stood.
fn read_all(bytes: &[u8]) {
    let trust = Trust::in_key(ours().verifier());
    let text = String::from_utf8_lossy(bytes);
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
    }
    if let Ok(checkpoint) = Checkpoint::parse(&text) {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Ok(file) = ProofFile::parse(bytes) {
        assert_eq!(file.to_string().as_bytes(), bytes);
        let _ = file.check(&[7; 32], &trust);
    }
    if let Ok(key) = VerifierKey::parse(&text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = SignerKey::parse(&text) {
        assert_eq!(key.reveal(), text);
    }
    if let Ok(checkpoint) = trust.open(bytes) {
        // Whatever was done to the note: what is believed was signed.
        assert_eq!(checkpoint, notary().checkpoint());
    }
    let _ = (Line::parse(bytes), Frontier::from_bytes(bytes));
}

fn notary() -> Notary {
    let mut notary = Notary::start(ORIGIN, vec![ours()]).unwrap();
    (0..3_u8).for_each(|event| notary.push(&[event; 32]));
    notary
}

fn goods() -> [String; 5] {
    let notary = notary();
    let leaves = (0..3_u8).map(|event| NodeHash::leaf(&[event; 32]));
    let file = ProofFile {
        extra: Some(vec![1]),
        index: 1,
        path: Inclusion::prove(1, 3, leaves).unwrap().path,
        checkpoint: notary.sign(),
    };
    [
        notary.sign(),
        checkpoint().to_string(),
        file.to_string(),
        ours().verifier().to_string(),
        ours().reveal(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }

    #[test]
    fn any_text_of_the_formats_letters_is_answered(text in "[—A+/=1-9a \n]{0,120}") {
        read_all(text.as_bytes());
    }

    #[test]
    fn damaged_texts_are_answered_and_what_still_reads_is_written_as_it_stood(
        bytes in prop::sample::select(goods().to_vec()).prop_flat_map(nearly),
    ) {
        read_all(&bytes);
    }
}
