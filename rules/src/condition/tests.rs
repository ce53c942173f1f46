use std::collections::BTreeMap;

use holdfast_domain::post::{AuthorRole, PostKind};
use holdfast_domain::signal::{LabelScore, Scored, Unavailable};
use proptest::prelude::*;

use super::*;
use crate::ruleset::tests::{compile, policy, signal, with_facts};

/// A formula over numbered unknowns, each a condition on a language of that name.
fn formula() -> impl Strategy<Value = Condition> {
    let leaf =
        (0u8..6).prop_map(|number| test(Test::Leaf(Leaf::Language(vec![number.to_string()]))));
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| test(Test::All(parts))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| test(Test::Any(parts))),
            inner.prop_map(|part| test(Test::Not(Box::new(part)))),
        ]
    })
}

fn test(test: Test) -> Condition {
    Condition {
        place: Place::default(),
        test,
    }
}

fn not(condition: Condition) -> Condition {
    test(Test::Not(Box::new(condition)))
}

/// Answers for the numbered unknowns.
struct Answers(BTreeMap<String, Verdict>);

impl World for Answers {
    fn answer(&self, leaf: &Leaf) -> Verdict {
        match leaf {
            Leaf::Language(names) => self.0[&names[0]],
            _ => unreachable!("formulas have no other leaves"),
        }
    }
}

fn answers() -> impl Strategy<Value = [Verdict; 6]> {
    let verdict = prop_oneof![
        Just(Verdict::Matched),
        Just(Verdict::NotMatched),
        Just(Verdict::Unknown)
    ];
    prop::collection::vec(verdict, 6).prop_map(|list| list.try_into().unwrap())
}

fn world(answers: [Verdict; 6]) -> Answers {
    Answers(
        answers
            .iter()
            .enumerate()
            .map(|(number, verdict)| (number.to_string(), *verdict))
            .collect(),
    )
}

proptest! {
    #[test]
    fn not_all_is_any_not_and_the_other_way_round(
        parts in prop::collection::vec(formula(), 1..4),
        answers in answers(),
    ) {
        let world = world(answers);
        let negated: Vec<_> = parts.iter().cloned().map(not).collect();
        let (all, any) = (test(Test::All(parts.clone())), test(Test::Any(parts)));
        prop_assert_eq!(not(all).verdict(&world), test(Test::Any(negated.clone())).verdict(&world));
        prop_assert_eq!(not(any).verdict(&world), test(Test::All(negated)).verdict(&world));
    }

    #[test]
    fn learning_what_was_unknown_never_turns_a_definite_answer_round(
        formula in formula(),
        before in answers(),
        learnt in prop::collection::vec(any::<bool>(), 6),
    ) {
        let answer = formula.verdict(&world(before));
        let mut after = before;
        for (verdict, learnt) in after.iter_mut().zip(learnt) {
            if *verdict == Verdict::Unknown {
                *verdict = learnt.into();
            }
        }
        let later = formula.verdict(&world(after));
        prop_assert_ne!(later, Verdict::Unknown, "everything is known");
        if answer != Verdict::Unknown {
            prop_assert_eq!(answer, later);
        }
    }

    #[test]
    fn the_order_of_parts_does_not_matter(
        parts in prop::collection::vec(formula(), 1..5),
        answers in answers(),
    ) {
        let world = world(answers);
        let mut turned = parts.clone();
        turned.reverse();
        for join in [Test::All, Test::Any] {
            prop_assert_eq!(test(join(parts.clone())).verdict(&world), test(join(turned.clone())).verdict(&world));
        }
    }
}

/// The verdict of a condition, written as in a file, for some facts.
fn verdict_of(condition: &str, signals: &[Signal], change: impl FnOnce(&mut Facts<'_>)) -> Verdict {
    let file = policy(
        "crisis/a.yaml",
        &format!("when:\n  {condition}\nthen:\n  labels: [x]"),
    );
    let ruleset = compile(&[file]);
    with_facts("I said goodbye to the harbour.", signals, |mut facts| {
        change(&mut facts);
        let hits = ruleset.matcher.find(facts.text.text());
        ruleset.policies[0].when.verdict(&Scene {
            facts: &facts,
            hits: &hits,
        })
    })
}

fn plainly(condition: &str) -> Verdict {
    verdict_of(condition, &[], |_| {})
}

#[test]
fn text_conditions_see_the_normalised_text() {
    assert_eq!(
        plainly("phrase: [nothing here, Said GOODBYE]"),
        Verdict::Matched
    );
    assert_eq!(plainly("word: harb"), Verdict::NotMatched);
    assert_eq!(plainly("word: harb*"), Verdict::Matched);
    assert_eq!(plainly("regex: 'good\\w+ to'"), Verdict::Matched);
    assert_eq!(plainly("not: { regex: '^goodbye' }"), Verdict::Matched);
}

#[test]
fn what_the_platform_does_not_say_is_unknown_even_under_not() {
    for condition in ["account_age: { under: 7d }", "age_band: 13-17"] {
        assert_eq!(plainly(condition), Verdict::Unknown, "{condition}");
        assert_eq!(
            plainly(&format!("not: {{ {condition} }}")),
            Verdict::Unknown,
            "not {condition}"
        );
    }
    let nameless = verdict_of("language: en", &[], |facts| facts.language = None);
    assert_eq!(nameless, Verdict::Unknown);
}

#[test]
fn facts_about_post_and_author_are_compared() {
    assert_eq!(plainly("kind: [chat, post]"), Verdict::Matched);
    assert_eq!(
        plainly("author_role: [moderator, clinician]"),
        Verdict::NotMatched
    );
    assert_eq!(plainly("content_warning: true"), Verdict::NotMatched);
    let aged = |condition: &str| {
        verdict_of(condition, &[], |facts| {
            facts.account_age_secs = Some(86_400);
            facts.age_band = Some("13-17");
            facts.author_role = AuthorRole::Peer;
            facts.kind = PostKind::Dm;
        })
    };
    assert_eq!(
        aged("account_age: { under: 7d, over: 1h }"),
        Verdict::Matched
    );
    assert_eq!(aged("account_age: { under: 1d }"), Verdict::NotMatched);
    assert_eq!(aged("{ age_band: [13-17] }"), Verdict::Matched);
    assert_eq!(aged("author_role: peer"), Verdict::Matched);
    assert_eq!(aged("kind: dm"), Verdict::Matched);
}

#[test]
fn a_language_covers_its_varieties_and_not_its_neighbours() {
    assert!(speaks(&["en".to_owned()], "en-GB"));
    assert!(speaks(&["en".to_owned()], "EN"));
    assert!(!speaks(&["en".to_owned()], "enm"));
    assert!(!speaks(&["de-at".to_owned()], "de"));
}

fn crisis(score: f64, level: Option<CrisisLevel>, labels: &[(&str, f64)]) -> Signal {
    let score_of = |p| Score::from_probability(p).unwrap();
    let labels = labels
        .iter()
        .map(|(label, p)| LabelScore {
            label: (*label).to_owned(),
            score: score_of(*p),
        })
        .collect();
    let scored = Scored {
        score: score_of(score),
        level,
        labels,
        evidence: Vec::new(),
    };
    Signal {
        answer: Answer::Scored(scored),
        ..signal(SignalKind::Crisis, "lexicon", 0.0)
    }
}

fn silent(classifier: &str) -> Signal {
    Signal::unavailable(SignalKind::Crisis, classifier, "1", Unavailable::TimedOut)
}

fn asked(condition: &str, signals: &[Signal]) -> Verdict {
    verdict_of(condition, signals, |_| {})
}

#[test]
fn a_silent_classifier_or_one_never_asked_is_unknown_not_innocent() {
    let condition = "{ signal: crisis, classifier: lexicon, at_least: 0.5 }";
    assert_eq!(asked(condition, &[]), Verdict::Unknown);
    assert_eq!(asked(condition, &[silent("lexicon")]), Verdict::Unknown);
    assert_eq!(
        asked(&format!("not: {condition}"), &[silent("lexicon")]),
        Verdict::Unknown
    );
}

#[test]
fn one_fitting_answer_is_enough_and_a_silent_second_classifier_leaves_a_no_open() {
    let condition = "{ signal: crisis, at_least: 0.5 }";
    let (high, low) = (crisis(0.5, None, &[]), crisis(0.49, None, &[]));
    assert_eq!(
        asked(condition, &[high, silent("encoder")]),
        Verdict::Matched
    );
    assert_eq!(
        asked(condition, &[low.clone(), silent("encoder")]),
        Verdict::Unknown
    );
    assert_eq!(asked(condition, &[low]), Verdict::NotMatched);
}

#[test]
fn a_label_has_its_own_score_and_all_that_is_asked_must_hold_for_one_answer() {
    let signals = [crisis(
        0.9,
        Some(CrisisLevel::Urgent),
        &[("goodbye_explicit", 0.4), ("self_harm", 0.9)],
    )];
    assert_eq!(
        asked(
            "{ signal: crisis, label: goodbye_explicit, at_least: 0.5 }",
            &signals
        ),
        Verdict::NotMatched
    );
    assert_eq!(
        asked(
            "{ signal: crisis, label: [goodbye_explicit, self_harm], at_least: 0.5 }",
            &signals
        ),
        Verdict::Matched
    );
    assert_eq!(
        asked("{ signal: crisis, level: soon }", &signals),
        Verdict::Matched
    );
    assert_eq!(
        asked("{ signal: crisis, level: act_now }", &signals),
        Verdict::NotMatched
    );
    assert_eq!(
        asked("{ signal: crisis, level: soon }", &[crisis(0.9, None, &[])]),
        Verdict::Unknown
    );
}

#[test]
fn availability_itself_can_be_asked() {
    let condition = "{ signal: crisis, classifier: encoder, available: false }";
    assert_eq!(asked(condition, &[silent("encoder")]), Verdict::Matched);
    assert_eq!(
        asked(condition, &[crisis(0.1, None, &[])]),
        Verdict::Unknown,
        "never asked"
    );
    let answered = Signal {
        classifier: "encoder".to_owned(),
        ..crisis(0.1, None, &[])
    };
    assert_eq!(asked(condition, &[answered]), Verdict::NotMatched);
}
