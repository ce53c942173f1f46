//! One test for every check, each with a policy that breaks it and its nearest lawful neighbour.

use crate::error::Problem;
use crate::plain::PlainNormaliser;
use crate::ruleset::tests::policy;
use crate::ruleset::{Ruleset, Source};

const NOT_STAFF: &str =
    "when:\n  all:\n    - phrase: by the sea\n    - not: { author_role: [moderator, clinician] }\n";
const NO_CRISIS: &str = "applies: { crisis: none }\n";

fn problems(source: Source) -> Vec<Problem> {
    match Ruleset::compile(&[source], &PlainNormaliser) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().to_vec(),
    }
}

/// The rows that a policy breaks.
fn broken(file: &str, rest: &str) -> Vec<String> {
    let rows = problems(policy(file, rest))
        .into_iter()
        .map(|problem| problem.invariant.expect("a safety rule").row);
    rows.collect()
}

#[test]
fn n1_no_automatic_removal_or_suspension_on_crisis_content() {
    for step in ["remove", "suspend_author", "{ suspend_author: 7d }"] {
        let rest = format!("{NOT_STAFF}then:\n  crisis_level: urgent\n  automatic: [{step}]");
        assert_eq!(broken("crisis/a.yaml", &rest), ["N1"], "{step}");
    }
}

#[test]
fn n1_no_automatic_restriction_that_could_hit_crisis_content() {
    for step in ["hide", "collapse", "lock_reply", "{ limit_author: 24h }"] {
        let then = format!("then:\n  review: harassment\n  automatic: [{step}]");
        assert_eq!(
            broken("harassment/a.yaml", &format!("{NOT_STAFF}{then}")),
            ["N1"],
            "{step}"
        );
        let restricted = format!("{NO_CRISIS}{NOT_STAFF}{then}");
        assert!(
            broken("harassment/a.yaml", &restricted).is_empty(),
            "{step} away from crises"
        );
        let suggested = format!("{NOT_STAFF}{then}").replace("automatic", "suggest");
        assert!(
            broken("harassment/a.yaml", &suggested).is_empty(),
            "{step} as a suggestion"
        );
    }
}

#[test]
fn n1_an_automatic_hidden_part_must_tell_a_method_or_incite() {
    let rest = format!("{NOT_STAFF}then:\n  automatic: [hide_part, {{ outreach: part-hidden }}]");
    assert_eq!(broken("crisis/a.yaml", &rest), ["N1"]);
    let held = rest.replace("then:\n", "then:\n  hold_part: method_detail\n");
    assert!(broken("crisis/a.yaml", &held).is_empty());
}

#[test]
fn m3_a_part_is_hidden_only_together_with_a_message() {
    let rest = format!("{NOT_STAFF}then:\n  hold_part: method_detail\n  automatic: [hide_part]");
    assert_eq!(broken("crisis/a.yaml", &rest), ["M3"]);
}

#[test]
fn removal_and_suspension_are_only_ever_suggested() {
    let rest = format!("{NO_CRISIS}{NOT_STAFF}then:\n  review: harassment\n  automatic: [remove]");
    assert_eq!(broken("harassment/a.yaml", &rest), ["suggest-only"]);
    assert!(broken("harassment/a.yaml", &rest.replace("automatic", "suggest")).is_empty());
}

#[test]
fn automation_restricts_no_moderator_and_no_clinician() {
    for (when, allowed) in [
        ("  phrase: by the sea", false),
        (
            "  all:\n    - phrase: by the sea\n    - not: { author_role: moderator }",
            false,
        ),
        (
            "  any:\n    - phrase: by the sea\n    - not: { author_role: [moderator, clinician] }",
            false,
        ),
        (
            "  all:\n    - phrase: by the sea\n    - author_role: [member, peer]",
            true,
        ),
        (
            "  not:\n    any:\n      - author_role: [moderator, clinician]\n      - phrase: by the sea",
            true,
        ),
    ] {
        let rest =
            format!("{NO_CRISIS}when:\n{when}\nthen:\n  review: harassment\n  automatic: [hide]");
        let rows = broken("harassment/a.yaml", &rest);
        assert_eq!(rows.is_empty(), allowed, "{when}: {rows:?}");
        assert!(rows.iter().all(|row| row == "staff"));
    }
}

#[test]
fn automatic_steps_about_stigma_stop_at_a_label() {
    let rest = format!("{NO_CRISIS}{NOT_STAFF}then:\n  review: stigma\n  automatic: [collapse]");
    assert_eq!(broken("stigma/a.yaml", &rest), ["stigma-ladder"]);
    assert_eq!(
        broken("harassment/a.yaml", &rest),
        ["stigma-ladder"],
        "whatever its folder"
    );
    for step in ["{ label: words-matter }", "{ nudge: kinder-words }"] {
        assert!(
            broken("stigma/a.yaml", &rest.replace("collapse", step)).is_empty(),
            "{step}"
        );
    }
}

#[test]
fn n3_one_automatic_message_at_most() {
    let rest = format!(
        "{NOT_STAFF}then:\n  crisis_level: soon\n  automatic: [{{ outreach: here }}, {{ nudge: words }}]"
    );
    assert_eq!(broken("crisis/a.yaml", &rest), ["N3"]);
}

#[test]
fn a_rule_cannot_lower_a_level() {
    for level in ["none", "0"] {
        let rest = format!("{NOT_STAFF}then:\n  crisis_level: {level}");
        assert_eq!(broken("crisis/a.yaml", &rest), ["raise-only"]);
    }
    let raise = format!(
        "{NOT_STAFF}then:\n  crisis_level: soon\nraise:\n  - {{ when: {{ kind: dm }}, to: none }}"
    );
    assert_eq!(broken("crisis/a.yaml", &raise), ["raise-only"]);
}

#[test]
fn n7_a_rule_cannot_close_a_case() {
    assert_eq!(
        broken(
            "crisis/a.yaml",
            &format!("{NOT_STAFF}then:\n  suggest: [close]")
        ),
        ["N7"]
    );
}

#[test]
fn n6_a_rule_cannot_ask_for_disclosure() {
    assert_eq!(
        broken(
            "crisis/a.yaml",
            &format!("{NOT_STAFF}then:\n  suggest: [call_police]")
        ),
        ["N6"]
    );
}

#[test]
fn n2_method_words_do_not_stand_in_a_title_or_reason() {
    let rest =
        format!("{NOT_STAFF}then:\n  hold_part: method_detail").replace("by the sea", "REASON");
    assert_eq!(
        broken("crisis/a.yaml", &rest),
        ["N2"],
        "'a reason' is what the file gives"
    );
}

#[test]
fn a_rule_for_posts_without_crisis_cannot_ask_for_a_crisis_level() {
    let found = problems(policy(
        "crisis/a.yaml",
        &format!("{NO_CRISIS}{NOT_STAFF}then:\n  crisis_level: soon"),
    ));
    assert_eq!(found.len(), 1);
    assert!(found[0].found.contains("looks only at posts without one"));
}

#[test]
fn a_refusal_reads_like_this() {
    let rest = format!("{NOT_STAFF}then:\n  crisis_level: urgent\n  automatic: [remove]");
    insta::assert_snapshot!(problems(policy("crisis/a.yaml", &rest))[0]);
}
