use crate::ruleset::tests::{clear_signals, compile, policy, with_facts};

#[test]
fn an_explanation_shows_what_passed_failed_or_is_unknown_and_the_words_behind_it() {
    let ruleset = compile(&[
        policy(
            "crisis/edge.yaml",
            "when:\n  all:\n    - phrase: [over the edge, far out]\n    - not: { phrase: only joking }\n    - any:\n        - \
             { signal: crisis, at_least: 0.5 }\n        - regex: 'ed.e'\nthen:\n  crisis_level: urgent\nraise:\n  - { when: \
             { account_age: { under: 7d } }, to: act_now }",
        ),
        policy(
            "crisis/young.yaml",
            "when:\n  age_band: 13-17\nthen:\n  labels: [minor]",
        ),
        policy(
            "crisis/other.yaml",
            "applies: { kinds: chat }\nwhen:\n  phrase: over the edge\nthen:\n  labels: [x]",
        ),
    ]);
    let text = "I am Over  the Edge.";
    let explanation = with_facts(text, &clear_signals(), |facts| {
        ruleset.explain(&facts, text)
    });
    insta::assert_snapshot!(explanation.to_text(true));
    assert!(
        explanation
            .to_text(false)
            .ends_with("1 further rules did not match\n")
    );
    assert_eq!(
        explanation.to_json()["rules"][0]["condition"]["parts"][0]["evidence"][0]["words"],
        "Over  the Edge"
    );
}
