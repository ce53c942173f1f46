use std::path::Path;

use super::*;
use crate::plain::PlainNormaliser;
use crate::report::{lint_sources, test_sources};
use crate::ruleset::read_folder;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/policies"))
}

#[test]
fn every_policy_of_the_folder_is_compiled_into_the_program() {
    let mut shipped = sources();
    shipped.sort_by(|a, b| a.file.cmp(&b.file));
    assert_eq!(shipped, read_folder(folder()).unwrap());
}

#[test]
fn the_shipped_policies_are_safe_and_well_tested() {
    let report = lint_sources(&sources(), &PlainNormaliser);
    assert!(report.problems.is_empty(), "{}", report.to_text());
}

#[test]
fn the_tests_beside_the_shipped_policies_hold() {
    let report = test_sources(&sources(), &PlainNormaliser, &|_| {
        crate::ruleset::tests::clear_signals()
    });
    assert!(report.is_ok(), "{}", report.to_text());
    assert!(
        report.tests >= 2 * report.rules,
        "{} tests for {} rules",
        report.tests,
        report.rules
    );
}

#[test]
fn the_canary_is_recognised_and_opens_nothing() {
    let ruleset = crate::Ruleset::builtin(&PlainNormaliser).unwrap();
    let evaluation = crate::ruleset::tests::judge(
        &ruleset,
        CANARY_TEXT,
        &crate::ruleset::tests::clear_signals(),
    );
    assert!(
        evaluation
            .matches
            .iter()
            .any(|found| found.rule.0 == "system.canary")
    );
    assert!(!evaluation.crisis.protects());
}
