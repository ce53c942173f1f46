use super::*;
use crate::ruleset::tests::{clear_signals, compile, judge, policy};

#[test]
fn hits_are_counted_by_rule_and_mode_and_begin_at_zero() {
    let registry = Registry::new();
    let metrics = RuleMetrics::register(&registry).unwrap();
    let ruleset = compile(&[
        policy(
            "crisis/a.yaml",
            "when:\n  phrase: the storm\nthen:\n  labels: [x]",
        ),
        policy(
            "crisis/b.yaml",
            "when:\n  phrase: the sea\nthen:\n  labels: [x]",
        ),
    ]);
    metrics.ruleset_in_force(&ruleset);
    metrics.matched(&judge(&ruleset, "the storm", &clear_signals()).matches);
    let count = |rule: &str| metrics.hits.with_label_values(&[rule, "live"]).get();
    assert_eq!(
        (count("crisis.a"), count("crisis.b"), metrics.rules.get()),
        (1, 0, 2)
    );
    assert_eq!(registry.gather().len(), 2);
}
