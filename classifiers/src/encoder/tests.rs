use std::path::Path;

use holdfast_domain::{SignalKind, Span};

use super::*;

fn classifier() -> EncoderClassifier {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/artifacts/encoder");
    let versions = std::fs::read_dir(folder).unwrap();
    let newest = versions.map(|entry| entry.unwrap().path()).max().unwrap();
    EncoderClassifier::new(Arc::new(Reader::open(&newest).unwrap()))
}

fn judged(classifier: &EncoderClassifier, text: &JudgedText) -> Vec<Signal> {
    let batch = std::slice::from_ref(text);
    classifier.judge(batch).unwrap().pop().unwrap()
}

fn scored(signals: &[Signal], kind: SignalKind) -> &Scored {
    let signal = signals.iter().find(|signal| signal.kind == kind).unwrap();
    signal.scored().unwrap()
}

const GOODBYE: &str = "the cat is at my sister's. paid the rent up to june. i can't do another night of this, so i won't. thank you all for being kind";

#[test]
fn a_goodbye_without_the_usual_words_is_heard_and_supper_is_not() {
    let classifier = classifier();
    let goodbye = judged(&classifier, &JudgedText::of_text(GOODBYE));
    let supper = judged(
        &classifier,
        &JudgedText::of_text(
            "the cat is at my sister's. i could murder a pizza, anyone up for supper?",
        ),
    );
    let crisis = scored(&goodbye, SignalKind::Crisis);
    assert!(crisis.level >= Some(CrisisLevel::Urgent), "{crisis:?}");
    assert_eq!(
        scored(&supper, SignalKind::Crisis).level,
        Some(CrisisLevel::None)
    );
    let labels = crisis.labels.iter().map(|label| label.label.as_str());
    assert!(
        scoring::CRISIS_LABELS
            .iter()
            .all(|label| labels.clone().any(|one| one == *label))
    );
}

/// Cuts bytes out of a text.
fn without(text: &str, span: Span) -> String {
    let range = span.range();
    format!("{}{}", &text[..range.start], &text[range.end..])
}

#[test]
fn evidence_is_what_the_score_rests_on_in_the_text_as_it_was_written() {
    let classifier = classifier();
    let written = format!("ok so. I m\u{200b}ade s0up today! {GOODBYE}");
    let signals = judged(&classifier, &JudgedText::of_text(&written));
    let crisis = scored(&signals, SignalKind::Crisis);
    let shown = |evidence: &Evidence| written[evidence.span.range()].contains("another night");
    assert!(crisis.evidence.iter().any(shown), "{:?}", crisis.evidence);
    for evidence in &crisis.evidence {
        let rest = without(&written, evidence.span);
        let less = judged(&classifier, &JudgedText::of_text(&rest));
        let less = scored(&less, SignalKind::Crisis).score;
        assert!(less < crisis.score, "{less:?} without {:?}", evidence.span);
        assert!(!written[evidence.span.range()].contains("s0up"));
    }
}

#[test]
fn a_reply_is_read_beside_the_post_that_it_answers() {
    let classifier = classifier();
    let alone = judged(
        &classifier,
        &JudgedText::of_text("same. every single night"),
    );
    let beside =
        JudgedText::of_text("same. every single night").answering("i lie awake wanting to be dead");
    let beside = judged(&classifier, &beside);
    assert!(scored(&beside, SignalKind::Crisis).score > scored(&alone, SignalKind::Crisis).score);
}

#[test]
fn silence_in_a_language_that_it_does_not_know_is_no_answer() {
    let classifier = classifier();
    let text = JudgedText::of_text("tänään kävin kaupassa enkä jaksanut enää mitään muuta tehdä");
    let signals = judged(&classifier, &text);
    let harassment = signals
        .iter()
        .find(|one| one.kind == SignalKind::Harassment)
        .unwrap();
    assert_eq!(
        harassment.answer,
        Answer::Unavailable(Unavailable::LanguageNotCovered)
    );
}

#[test]
fn the_same_text_gets_the_same_answer_in_any_batch() {
    let classifier = classifier();
    let long = JudgedText::of_text(&"the bus was late and it rained ".repeat(30));
    let texts = [
        long,
        JudgedText::of_text(GOODBYE),
        JudgedText::of_text("lol"),
    ];
    let together = classifier.judge(&texts).unwrap();
    let alone = judged(&classifier, &texts[1]);
    let (together, alone) = (
        scored(&together[1], SignalKind::Crisis),
        scored(&alone, SignalKind::Crisis),
    );
    assert!(
        together
            .score
            .millionths()
            .abs_diff(alone.score.millionths())
            < 100
    );
    assert_eq!(together.evidence, alone.evidence);
}
