use super::*;
use crate::plain::PlainNormaliser;
use crate::ruleset::tests::{clear_signals, policy};

fn source(tests: &str) -> Source {
    let mut source = policy(
        "crisis/a.yaml",
        "when:\n  phrase: [over the edge, 'cliff*']\nthen:\n  crisis_level: urgent\n  labels: [edge]",
    );
    let at = source.text.find("tests:").unwrap();
    source.text.replace_range(at.., tests);
    source
}

fn run(tests: &str) -> Report {
    test_sources(&[source(tests)], &PlainNormaliser, &|_| clear_signals())
}

#[test]
fn tests_that_hold_make_a_good_report() {
    let report = run(
        "tests:\n  - { text: over the edge, expect: match }\n  - { text: cliffs, expect: { rule: match, \
                      crisis_level: urgent, labels: [edge], review: [crisis] } }\n  - { text: calm, expect: no_match }\n",
    );
    assert!(report.is_ok(), "{}", report.to_text());
    assert_eq!(report.to_text(), "1 file, 1 rule, 3 tests: all is well\n");
    assert_eq!(report.to_json()["ok"], true);
}

#[test]
fn every_expectation_can_fail_and_the_text_of_a_test_is_never_shown() {
    let report = run(
        "tests:\n  - { text: the secret sentence, expect: match }\n  - { text: secret cliff, expect: \
                      { rule: no_match, crisis_level: { at_most: soon }, labels: [other], review: [harassment], \
                      actions: [hide] } }\n",
    );
    assert!(!report.is_ok());
    assert!(
        !report.to_text().contains("secret") && !report.to_json().to_string().contains("secret")
    );
    insta::assert_snapshot!(report.to_text());
}

#[test]
fn a_policy_without_both_kinds_of_test_gets_advice_and_still_loads() {
    let report = lint_sources(
        &[source("tests:\n  - { text: cliffs, expect: match }\n")],
        &PlainNormaliser,
    );
    assert!(report.is_ok());
    insta::assert_snapshot!(report.to_text());
}

#[test]
fn a_rule_that_contradicts_itself_gets_advice() {
    let when = "when:\n  all:\n    - phrase: by the sea\n    - not: { phrase: by the sea }\nthen:\n  labels: [x]";
    let report = lint_sources(&[policy("crisis/a.yaml", when)], &PlainNormaliser);
    assert!(
        report.to_text().contains("the rule can never match"),
        "{}",
        report.to_text()
    );
}

#[test]
fn classifiers_are_asked_only_where_a_test_names_no_signals() {
    let asked = std::cell::Cell::new(0);
    let classify = |_: &str| {
        asked.set(asked.get() + 1);
        clear_signals()
    };
    let source = source(
        "tests:\n  - { text: cliffs, expect: match }\n  - { text: calm, signals: [], expect: no_match }\n",
    );
    test_sources(&[source], &PlainNormaliser, &classify);
    assert_eq!(asked.get(), 1);
}
