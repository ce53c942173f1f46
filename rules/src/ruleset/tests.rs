use holdfast_domain::signal::{Answer, Scored};
use holdfast_domain::{CommunityId, Score, Signal, SignalKind};

use super::*;
use crate::evaluate::Evaluation;
use crate::facts::Facts;
use crate::plain::PlainNormaliser;

/// A policy file around a condition and its effects.
pub(crate) fn policy(file: &str, rest: &str) -> Source {
    let id = file.trim_end_matches(".yaml").replace('/', ".");
    let text = format!(
        "id: {id}\nversion: 1\nmode: live\nowner: lead\ntitle: a title\nbecause: a reason\n{rest}\n\
         tests:\n  - {{ text: yes, expect: match }}\n"
    );
    Source {
        file: file.to_owned(),
        text,
    }
}

pub(crate) fn compile(sources: &[Source]) -> Ruleset {
    Ruleset::compile(sources, &PlainNormaliser).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn signal(kind: SignalKind, classifier: &str, score: f64) -> Signal {
    let score = Score::from_probability(score).unwrap();
    let scored = Scored {
        score,
        level: None,
        labels: Vec::new(),
        evidence: Vec::new(),
    };
    Signal {
        kind,
        classifier: classifier.to_owned(),
        version: "1".to_owned(),
        answer: Answer::Scored(scored),
    }
}

/// Every signal answered, nothing found.
pub(crate) fn clear_signals() -> Vec<Signal> {
    SignalKind::ALL
        .map(|kind| signal(kind, "lexicon", 0.0))
        .to_vec()
}

pub(crate) fn with_facts<T>(
    text: &str,
    signals: &[Signal],
    use_them: impl FnOnce(Facts<'_>) -> T,
) -> T {
    let community = CommunityId::new("harbour").unwrap();
    let normalised = PlainNormaliser.normalise(text);
    use_them(Facts {
        kind: holdfast_domain::post::PostKind::Post,
        community: &community,
        language: Some("en"),
        author_role: holdfast_domain::post::AuthorRole::Member,
        account_age_secs: None,
        age_band: None,
        content_warning: false,
        text: normalised.as_ref(),
        messages: &[],
        signals,
        pre_screen: false,
    })
}

pub(crate) fn judge(ruleset: &Ruleset, text: &str, signals: &[Signal]) -> Evaluation {
    with_facts(text, signals, |facts| ruleset.evaluate(&facts))
}

#[test]
fn the_digest_changes_with_meaning_and_not_with_layout() {
    let rule = |when: &str| {
        policy(
            "crisis/a.yaml",
            &format!("when:\n  {when}\nthen:\n  crisis_level: soon"),
        )
    };
    let digest = |sources: &[Source]| compile(sources).digest().to_owned();
    let plain = digest(&[rule("phrase: over and out")]);
    assert_eq!(plain.len(), 64);
    assert_eq!(
        plain,
        digest(&[rule("# a note\n  phrase: \"over and out\"")])
    );
    assert_ne!(plain, digest(&[rule("phrase: over and away")]));
    let other = policy(
        "crisis/b.yaml",
        "when:\n  phrase: by the sea\nthen:\n  crisis_level: soon",
    );
    let one_way = digest(&[rule("phrase: over and out"), other.clone()]);
    assert_eq!(
        one_way,
        digest(&[other, rule("phrase: over and out")]),
        "order of files"
    );
}

#[test]
fn one_wrong_policy_keeps_all_from_loading_and_every_problem_is_told() {
    let good = policy(
        "crisis/good.yaml",
        "when:\n  phrase: by the sea\nthen:\n  crisis_level: soon",
    );
    let bad = policy(
        "crisis/bad.yaml",
        "when:\n  phrse: x\nthen:\n  crisis_level: huge\n  lables: [a]",
    );
    let error = Ruleset::compile(&[good, bad], &PlainNormaliser).unwrap_err();
    assert_eq!(error.problems().len(), 3, "{error}");
}

/// The messages a writer meets, word for word.
#[test]
fn problems_name_place_finding_expectation_and_nearest_name() {
    let source = Source {
        file: "crisis/goodbye.yaml".to_owned(),
        text: [
            "id: crisis.godbye",
            "version: one",
            "mode: on",
            "owner: lead",
            "title: Farewell",
            "becuase: it matters",
            "applies: { kinds: [post, coment], speed: fast }",
            "when:",
            "  all:",
            "    - phrase: [goodbye forever, \"!\"]",
            "    - phrse: farewell",
            "    - regex: '(?=look)ahead'",
            "    - { phrase: so long, kind: post }",
            "    - signal: crysis",
            "      at_least: 1.6",
            "    - signal: crisis",
            "    - { signal: stigma, level: urgent, available: false }",
            "    - { account_age: { under: 7 } }",
            "    - any: []",
            "then:",
            "  crisis_level: none",
            "  queue: crisis",
            "  queue: other",
            "  suggest: [outreech, close, call_police, { limit_author: soon }, label]",
            "tests:",
            "  - { text: goodbye forever, expect: matches }",
            "  - { expect: no_match }",
        ]
        .join("\n"),
    };
    let problems = Ruleset::compile(&[source], &PlainNormaliser).unwrap_err();
    insta::assert_snapshot!(problems);
}

#[test]
fn a_syntax_error_tells_its_line_and_column() {
    let source = Source {
        file: "crisis/a.yaml".to_owned(),
        text: "id: crisis.a\nwhen: [phrase: x\n".to_owned(),
    };
    insta::assert_snapshot!(Ruleset::compile(&[source], &PlainNormaliser).unwrap_err());
}

#[test]
fn a_file_outside_the_four_folders_is_refused() {
    let source = policy(
        "misc/a.yaml",
        "when:\n  phrase: by the sea\nthen:\n  labels: [x]",
    );
    let error = Ruleset::compile(&[source], &PlainNormaliser)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("misc/a.yaml:1:5: the file lies in the wrong folder"),
        "{error}"
    );
}
