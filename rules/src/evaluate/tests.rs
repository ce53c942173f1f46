use holdfast_domain::Score;
use proptest::prelude::*;

use super::*;
use crate::facts::MessagePart;
use crate::ruleset::Source;
use crate::ruleset::tests::{clear_signals, compile, judge, policy, signal, with_facts};

fn rule(name: &str, phrase: &str, then: &str) -> Source {
    policy(
        &format!("{name}.yaml"),
        &format!("when:\n  phrase: {phrase}\nthen:\n  {then}"),
    )
}

fn shadow(source: Source) -> Source {
    Source {
        text: source.text.replace("mode: live", "mode: shadow"),
        ..source
    }
}

fn silent(kind: SignalKind, why: Unavailable) -> Signal {
    Signal::unavailable(kind, "encoder", "1", why)
}

#[test]
fn the_highest_level_of_all_matching_rules_wins() {
    let ruleset = compile(&[
        rule("crisis/a", "the sea", "crisis_level: soon"),
        rule("crisis/b", "the storm", "crisis_level: act_now"),
        rule("crisis/c", "the wind", "crisis_level: urgent"),
    ]);
    let level = |text| judge(&ruleset, text, &clear_signals()).crisis;
    assert_eq!(
        level("the sea, the storm and the wind"),
        CrisisReading::Level(CrisisLevel::ActNow)
    );
    assert_eq!(
        level("the wind and the sea"),
        CrisisReading::Level(CrisisLevel::Urgent)
    );
    assert_eq!(
        level("a quiet day"),
        CrisisReading::Level(CrisisLevel::None)
    );
}

#[test]
fn a_raise_lifts_the_level_only_when_its_own_condition_matches() {
    let ruleset = compile(&[policy(
        "crisis/a.yaml",
        "when:\n  signal: crisis\n  at_least: 0.3\nthen:\n  crisis_level: soon\nraise:\n  \
         - { when: { signal: crisis, at_least: 0.6 }, to: urgent }\n  \
         - { when: { signal: crisis, at_least: 0.9 }, to: act_now }",
    )]);
    for (score, level) in [(0.2, 0), (0.3, 1), (0.6, 2), (0.95, 3)] {
        let signals = [signal(SignalKind::Crisis, "encoder", score)];
        assert_eq!(
            judge(&ruleset, "text", &signals)
                .crisis
                .reading_level()
                .number(),
            level,
            "{score}"
        );
    }
}

#[test]
fn a_shadow_rule_is_recorded_and_changes_nothing() {
    let effects = "{ crisis_level: act_now, review: [harassment], labels: [x], hold_part: incitement, \
                   pre_screen: true, queue: q, suggest: [hide] }";
    let source = policy(
        "crisis/a.yaml",
        &format!("when:\n  phrase: the storm\nthen: {effects}"),
    );
    let without = judge(&compile(&[]), "the storm", &clear_signals());
    let with = judge(&compile(&[shadow(source)]), "the storm", &clear_signals());
    assert_eq!(with.matches.len(), 1);
    assert_eq!(with.matches[0].mode, RuleMode::Shadow);
    assert_eq!(
        Evaluation {
            matches: Vec::new(),
            ..with
        },
        without
    );
}

#[test]
fn a_silent_crisis_classifier_leaves_the_post_unscored_whatever_the_others_say() {
    let ruleset = compile(&[
        rule("crisis/a", "the storm", "crisis_level: urgent"),
        rule("crisis/b", "the deep", "pre_screen: true"),
    ]);
    let mut signals = clear_signals();
    signals.push(silent(SignalKind::Crisis, Unavailable::TimedOut));
    let reading = |text| judge(&ruleset, text, &signals).crisis;
    let unscored = |at_least, pre_screen| CrisisReading::Unscored {
        at_least,
        pre_screen,
        causes: vec![Unavailable::TimedOut],
    };
    assert_eq!(reading("the storm"), unscored(CrisisLevel::Urgent, false));
    assert_eq!(reading("the deep"), unscored(CrisisLevel::None, true));
    assert_eq!(reading("a quiet day"), unscored(CrisisLevel::None, false));
}

#[test]
fn the_pre_screen_of_the_lexicons_counts_where_a_classifier_is_silent_and_nowhere_else() {
    let ruleset = compile(&[]);
    let judged = |signals: &[Signal]| {
        with_facts("hm", signals, |facts| {
            ruleset.evaluate(&facts.with_pre_screen(true)).crisis
        })
    };
    let silent = [silent(SignalKind::Crisis, Unavailable::TimedOut)];
    assert_eq!(judged(&silent).reading_level(), CrisisLevel::Urgent);
    assert_eq!(judged(&clear_signals()).reading_level(), CrisisLevel::None);
}

#[test]
fn a_post_that_no_crisis_classifier_was_asked_about_is_unscored() {
    assert!(
        judge(&compile(&[]), "a quiet day", &[])
            .crisis
            .is_unscored()
    );
}

#[test]
fn harassment_and_stigma_are_clear_only_when_somebody_answered() {
    let ruleset = compile(&[rule("harassment/a", "you fool", "review: harassment")]);
    let quiet = [silent(SignalKind::Harassment, Unavailable::Failed)];
    assert_eq!(
        judge(&ruleset, "hello", &quiet).harassment,
        Finding::Unknown
    );
    assert_eq!(
        judge(&ruleset, "hello", &clear_signals()).harassment,
        Finding::Clear
    );
    assert_eq!(
        judge(&ruleset, "you fool", &quiet).harassment,
        Finding::Review
    );
    assert_eq!(
        judge(&ruleset, "you fool", &clear_signals()).stigma,
        Finding::Clear
    );
}

#[test]
fn a_rule_that_could_not_be_answered_is_told_apart_from_one_that_did_not_match() {
    let ruleset = compile(&[policy(
        "crisis/a.yaml",
        "when:\n  account_age: { under: 7d }\nthen:\n  labels: [new]",
    )]);
    let evaluation = judge(&ruleset, "hello", &clear_signals());
    assert!(evaluation.matches.is_empty());
    assert_eq!(evaluation.undecided, [RuleId("crisis.a".to_owned())]);
}

#[test]
fn a_match_names_its_rule_version_reason_and_the_words_as_they_were_written() {
    let text = "First THE   Storm, then “it’s over”.";
    let ruleset = compile(&[policy(
        "crisis/a.yaml",
        "when:\n  all:\n    - phrase: [the storm, its over]\n    - not: { phrase: then }\n    - kind: chat\nthen:\n  crisis_level: soon",
    )]);
    let evaluation = with_facts(text, &clear_signals(), |facts| ruleset.evaluate(&facts));
    assert!(
        evaluation.matches.is_empty(),
        "held back by 'not' and 'kind'"
    );
    let ruleset = compile(&[rule(
        "crisis/a",
        "[the storm, its over]",
        "labels: [weather]",
    )]);
    let found = judge(&ruleset, text, &clear_signals()).matches.remove(0);
    assert_eq!(
        (found.rule.0.as_str(), found.version, found.because.as_str()),
        ("crisis.a", 1, "a reason")
    );
    let words: Vec<_> = found
        .evidence
        .iter()
        .map(|piece| &text[piece.span.range()])
        .collect();
    assert_eq!(words, ["THE   Storm", "it’s over"]);
    assert!(found.evidence.iter().all(|piece| piece.label == "weather"));
}

#[test]
fn evidence_across_messages_points_into_each_of_them() {
    // The line before, then the judged line, joined by a line break.
    let joined = "i want to\nstop the storm";
    let messages = MessagePart::oldest_first(&[0..9, 10..joined.len()]);
    let ruleset = compile(&[rule("crisis/a", "want to stop", "hold_part: method_detail")]);
    let evaluation = with_facts(joined, &clear_signals(), |facts| {
        ruleset.evaluate(&facts.with_messages(&messages))
    });
    let places: Vec<_> = evaluation.matches[0]
        .evidence
        .iter()
        .map(|piece| (piece.message, piece.span.range()))
        .collect();
    assert_eq!(places, [(0, 0..4), (1, 2..9)]);
    assert_eq!(
        evaluation.method_detail,
        [Span::new(0..4)],
        "only the judged post's own words are held"
    );
}

#[test]
fn held_parts_are_labelled_and_hidden_where_they_stand() {
    let ruleset = compile(&[policy(
        "crisis/a.yaml",
        "when:\n  all:\n    - phrase: [drop a, drop b]\n    - not: { author_role: [moderator, clinician] }\nthen:\n  \
         hold_part: method_detail\n  automatic: [hide_part, { outreach: part-hidden }]",
    )]);
    let evaluation = judge(&ruleset, "one drop a and drop b", &clear_signals());
    assert_eq!(
        evaluation.method_detail,
        [Span::new(4..10), Span::new(15..21)]
    );
    assert_eq!(evaluation.recommendation.labels, ["method_detail"]);
    let kinds: Vec<_> = evaluation
        .recommendation
        .automatic
        .iter()
        .map(ActionPart::kind)
        .collect();
    assert_eq!(
        kinds,
        [
            ActionKind::HidePart,
            ActionKind::HidePart,
            ActionKind::Outreach
        ]
    );
}

#[test]
fn nothing_is_hidden_and_nobody_written_to_when_the_words_stand_in_an_earlier_message() {
    let messages = [
        MessagePart {
            message: 1,
            range: 0..6,
        },
        MessagePart {
            message: 0,
            range: 7..11,
        },
    ];
    let ruleset = compile(&[policy(
        "crisis/a.yaml",
        "when:\n  all:\n    - phrase: drop a\n    - author_role: member\nthen:\n  hold_part: method_detail\n  \
         automatic: [hide_part, outreach]",
    )]);
    let evaluation = with_facts("drop a\ncalm", &clear_signals(), |facts| {
        ruleset.evaluate(&facts.with_messages(&messages))
    });
    assert_eq!(evaluation.matches.len(), 1);
    assert!(evaluation.recommendation.automatic.is_empty());
}

#[test]
fn rules_together_send_one_automatic_message_and_never_lose_the_one_that_explains() {
    let ruleset = compile(&[
        rule(
            "crisis/a",
            "the sea",
            "automatic: [{ nudge: kinder-words }, { label: sea }]",
        ),
        rule("crisis/b", "the storm", "automatic: [{ outreach: first }]"),
        rule(
            "crisis/c",
            "the wind",
            "automatic: [{ outreach: second }, { label: sea }]",
        ),
    ]);
    let evaluation = judge(&ruleset, "the sea, the storm, the wind", &clear_signals());
    let outreach = ActionPart::Outreach {
        template: Some("first".to_owned()),
    };
    let label = ActionPart::Label {
        label: "sea".to_owned(),
    };
    assert_eq!(evaluation.recommendation.automatic, [outreach, label]);
}

#[test]
fn a_rule_for_posts_without_crisis_waits_for_the_reading_of_all_others() {
    let mut calm = rule("harassment/a", "you fool", "review: harassment");
    calm.text = calm
        .text
        .replace("when:", "applies: { crisis: none }\nwhen:");
    let ruleset = compile(&[calm, rule("crisis/z", "the storm", "crisis_level: soon")]);
    let matched =
        |text, signals: &[Signal]| judge(&ruleset, text, signals).harassment == Finding::Review;
    assert!(matched("you fool", &clear_signals()));
    assert!(!matched("you fool, the storm", &clear_signals()), "level 1");
    let unscored = [silent(SignalKind::Crisis, Unavailable::Overloaded)];
    assert!(!matched("you fool", &unscored), "unscored");
}

#[test]
fn scope_keeps_rules_to_their_posts_and_takes_posts_of_unknown_language_in() {
    let mut scoped = rule("crisis/a", "the storm", "crisis_level: soon");
    scoped.text = scoped.text.replace(
        "when:",
        "applies: { kinds: post, communities: harbour, locales: [en] }\nwhen:",
    );
    let ruleset = compile(&[scoped]);
    let matches = |change: &dyn Fn(&mut Facts<'_>)| {
        with_facts("the storm", &clear_signals(), |mut facts| {
            change(&mut facts);
            ruleset.evaluate(&facts).matches.len() == 1
        })
    };
    assert!(matches(&|_| {}));
    assert!(matches(&|facts| facts.language = None));
    assert!(!matches(&|facts| facts.language = Some("fr")));
    assert!(!matches(
        &|facts| facts.kind = holdfast_domain::post::PostKind::Chat
    ));
}

#[test]
fn attributions_come_from_the_labels_of_the_stigma_classifiers() {
    let ruleset = compile(&[policy(
        "stigma/a.yaml",
        "when:\n  signal: stigma\n  at_least: 0.5\nthen:\n  review: stigma\n  attributions: from_signals",
    )]);
    let mut found = signal(SignalKind::Stigma, "lexicon", 0.8);
    if let Answer::Scored(scored) = &mut found.answer {
        scored.labels = ["blame_weakness", "obfuscated_stigma", "social_distance"]
            .map(|label| holdfast_domain::signal::LabelScore {
                label: label.to_owned(),
                score: Score::ONE,
            })
            .to_vec();
    }
    assert_eq!(
        judge(&ruleset, "text", &[found]).attributions,
        ["blame", "social_distance"]
    );
}

#[test]
fn the_queue_of_the_most_urgent_match_wins() {
    let ruleset = compile(&[
        rule(
            "crisis/a",
            "the sea",
            "{ crisis_level: soon, queue: shore }",
        ),
        rule(
            "crisis/b",
            "the storm",
            "{ crisis_level: urgent, queue: lifeboat }",
        ),
    ]);
    let evaluation = judge(&ruleset, "the sea in the storm", &clear_signals());
    assert_eq!(evaluation.recommendation.queue.as_deref(), Some("lifeboat"));
}

proptest! {
    #[test]
    fn the_same_facts_give_the_same_evaluation_and_evidence_lies_on_character_boundaries(
        words in prop::collection::vec("(the|storm|SEA|ſ|é|🌊|drop|\\s|a)", 0..30),
    ) {
        let text = words.concat();
        let ruleset = compile(&[
            rule("crisis/a", "[the storm, 'sea*', 'éa*']", "crisis_level: soon"),
            policy("crisis/b.yaml", "when:\n  regex: 'drop.a|🌊'\nthen:\n  hold_part: method_detail"),
        ]);
        let first = judge(&ruleset, &text, &clear_signals());
        prop_assert_eq!(&first, &judge(&ruleset, &text, &clear_signals()));
        for piece in first.matches.iter().flat_map(|found| &found.evidence) {
            prop_assert!(text.get(piece.span.range()).is_some_and(|words| !words.is_empty()));
        }
    }
}
