//! From judged rows to report, gates, table and page.

use std::collections::BTreeMap;

use holdfast_domain::Timestamp;
use prometheus::Registry;

use super::gates::{self, Bound, Outcome, Verdict};
use super::judged::Answer;
use super::measures::{Measure, Signal};
use super::rows::Labels;
use super::*;
use crate::assess::TextToAssess;
use crate::assessor::Assessor;
use crate::config::Config;

/// A row that was read as it is labelled, with scores to match.
fn right(source: &str, labels: Labels) -> Judged {
    let crisis = labels.crisis.map_or(0, |(_, highest)| highest);
    let mut crisis_scores = [0.0; 4];
    crisis_scores[usize::from(crisis)] = 1.0;
    let binary = |label: Option<u8>| label.unwrap_or(0);
    Judged {
        source: source.to_owned(),
        functionality: Some("soup".to_owned()),
        lang: None,
        group: None,
        obfuscated: false,
        first_of_pair: false,
        labels,
        answer: Answer {
            crisis,
            crisis_scores,
            harassment: binary(labels.harassment),
            harassment_score: f64::from(binary(labels.harassment)),
            stigma: binary(labels.stigma),
            stigma_score: f64::from(binary(labels.stigma)),
            unscored: false,
        },
    }
}

fn labels(crisis: u8, harassment: u8, stigma: u8) -> Labels {
    Labels {
        crisis: Some((crisis, crisis)),
        harassment: Some(harassment),
        stigma: Some(stigma),
    }
}

/// Rows of every kind, obfuscated ones too, all read rightly.
fn perfect(source: &str) -> Vec<Judged> {
    let kinds = [
        (0, 0, 0),
        (1, 0, 0),
        (2, 0, 1),
        (3, 0, 0),
        (0, 1, 0),
        (0, 1, 1),
    ];
    let rows = kinds.into_iter().cycle().take(24).enumerate();
    rows.map(|(nth, (crisis, harassment, stigma))| Judged {
        obfuscated: nth >= 18,
        ..right(source, labels(crisis, harassment, stigma))
    })
    .collect()
}

fn report(judged: &[Judged]) -> Report {
    Report::of(judged, BTreeMap::new(), || {})
}

fn outcome(outcomes: &[Outcome], source: &str, what: &str) -> Outcome {
    let mut found = outcomes
        .iter()
        .filter(|one| one.source == source && one.what.contains(what));
    found.next().expect("a gate").clone()
}

#[test]
fn sources_are_told_apart_and_count_the_same_in_the_mean() {
    let mut judged: Vec<Judged> = (0..30).map(|_| right("a/one", labels(0, 1, 0))).collect();
    judged.extend((0..10).map(|_| Judged {
        answer: Answer::default(),
        ..right("b/two", labels(0, 1, 0))
    }));
    // Too few rows to count.
    judged.extend((0..9).map(|_| right("c/three", labels(0, 1, 0))));
    let report = report(&judged);
    let recall = |nth: usize| {
        let figure = report.sources[nth]
            .overall
            .figure(Signal::Harassment, Measure::Recall);
        figure.unwrap().value
    };
    assert_eq!((recall(0), recall(1)), (1.0, 0.0));
    let mean = &report.mean_over_sources[&Signal::Harassment][&Measure::Recall];
    assert_eq!((mean.value, mean.rows), (0.5, 2));
    assert_eq!(report.sources.len(), 3);
}

#[test]
fn obfuscated_rows_stand_apart_from_the_others() {
    let mut judged = perfect("corpus/dev");
    for row in judged.iter_mut().filter(|row| row.obfuscated) {
        row.answer = Answer::default();
    }
    let report = report(&judged);
    let source = report.source("corpus/dev").unwrap();
    let seen = |group: &Option<super::report::Group>| {
        let figure = group
            .as_ref()
            .unwrap()
            .figure(Signal::Any, Measure::Recall)
            .unwrap();
        (figure.value, figure.rows)
    };
    // Each six rows hold three crisis, two harassment and two stigma labels above 0.
    assert_eq!(seen(&source.obfuscated), (0.0, 7));
    assert_eq!(seen(&source.not_obfuscated), (1.0, 21));
    let gap = outcome(&gates::check(&report), "corpus/dev", "obfuscated");
    assert_eq!((gap.value, gap.verdict), (Some(1.0), Verdict::Missed));
}

#[test]
fn every_gate_of_the_corpus_is_held_by_a_perfect_reader() {
    let outcomes = gates::check(&report(&perfect("corpus/dev")));
    for one in outcomes.iter().filter(|one| one.source == "corpus/dev") {
        assert_eq!(one.verdict, Verdict::Held, "{one:?}");
    }
    assert!(gates::all_held(&outcomes));
}

#[test]
fn a_missed_goodbye_misses_the_gates_and_is_listed_with_its_figure() {
    let mut judged = perfect("corpus/dev");
    let goodbye = judged
        .iter_mut()
        .find(|row| row.labels.crisis == Some((3, 3)))
        .unwrap();
    goodbye.answer = Answer {
        crisis_scores: [1.0, 0.0, 0.0, 0.0],
        ..Answer::default()
    };
    let outcomes = gates::check(&report(&judged));
    let missed = outcome(&outcomes, "corpus/dev", "critical misses");
    // One of four rows of level 3.
    assert_eq!(
        (missed.value, missed.verdict),
        (Some(0.25), Verdict::Missed)
    );
    assert_eq!(missed.bound, Bound::AtMost(0.05));
    assert!(!gates::all_held(&outcomes));
    let told = table::gates(&outcomes);
    assert!(told.contains("MISSED") && told.contains("0.250"), "{told}");
}

#[test]
fn a_gate_without_its_source_is_not_measured_and_nothing_measured_is_no_success() {
    let outcomes = gates::check(&report(&perfect("elsewhere/dev")));
    assert!(
        outcomes
            .iter()
            .all(|one| one.verdict == Verdict::NotMeasured)
    );
    assert!(!gates::all_held(&outcomes));
    // The source is there, but nobody labelled what the gate asks for.
    let unlabelled = report(&[right("dev/sad", Labels::default())]);
    assert_eq!(
        outcome(&gates::check(&unlabelled), "dev/sad", "false alarms").verdict,
        Verdict::Missed
    );
}

#[test]
fn everyday_stress_counts_below_level_two_though_its_label_spans_two_levels() {
    let labels = Labels {
        crisis: Some((0, 1)),
        ..Labels::default()
    };
    let mut judged = vec![right("dev/sad", labels); 50];
    let held = outcome(&gates::check(&report(&judged)), "dev/sad", "false alarms");
    assert_eq!((held.value, held.verdict), (Some(0.0), Verdict::Held));
    judged[0].answer.crisis = 2;
    let missed = outcome(&gates::check(&report(&judged)), "dev/sad", "false alarms");
    assert_eq!(
        (missed.value, missed.verdict),
        (Some(0.02), Verdict::Missed)
    );
}

#[test]
fn a_pair_is_right_where_the_higher_label_has_the_higher_score() {
    let pair = |high: f64, low: f64| {
        let mut two = vec![
            right("a/one", labels(0, 1, 0)),
            right("a/one", labels(0, 0, 0)),
        ];
        two[0].first_of_pair = true;
        two[0].answer.harassment_score = high;
        two[1].answer.harassment_score = low;
        two
    };
    let mut judged = pair(0.4, 0.3);
    judged.extend(pair(0.2, 0.3));
    judged.extend(pair(0.3, 0.3));
    let report = report(&judged);
    let ordered = report.sources[0]
        .overall
        .figure(Signal::Harassment, Measure::PairsOrdered);
    let ordered = ordered.unwrap();
    assert_eq!(ordered.rows, 3);
    assert!((ordered.value - 1.0 / 3.0).abs() < 1e-12);
    // Crisis labels are alike in all of them: nothing to order.
    assert!(
        report.sources[0]
            .overall
            .figure(Signal::Crisis, Measure::PairsOrdered)
            .is_none()
    );
}

#[test]
fn a_page_needs_nothing_else_and_takes_names_for_names() {
    let mut judged = perfect("corpus/dev");
    judged[0].functionality = Some("<script>alert(1)</script>".to_owned());
    let report = report(&judged);
    let page = page::page(&report, &gates::check(&report));
    assert!(!page.contains("<script") && !page.contains("http"));
    assert!(page.contains("&lt;script&gt;"));
    assert!(page.contains("prefers-color-scheme: dark"));
    for signal in ["crisis", "harassment", "stigma"] {
        assert!(page.contains(&format!("Reliability of the {signal} score")));
    }
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    assert!(!page.contains("NaN"));
}

#[test]
fn every_figure_stands_in_the_json_by_name() {
    let all = serde_json::to_value(report(&perfect("corpus/dev"))).unwrap();
    let overall = &all["sources"][0]["overall"]["figures"];
    assert_eq!(overall["crisis"]["quadratic_kappa"]["value"], 1.0);
    assert_eq!(overall["crisis"]["critical_misses"]["rows"], 4);
    assert_eq!(overall["stigma"]["macro_f1"]["high"], 1.0);
    assert!(all["mean_over_sources"]["harassment"]["auroc"]["low"].is_number());
    assert_eq!(
        all["sources"][0]["reliability"]["crisis"]
            .as_array()
            .unwrap()
            .len(),
        15
    );
}

fn labelled(text: &str, labels: Labels) -> Labelled {
    Labelled {
        text: TextToAssess {
            id: text.len().into(),
            text: text.into(),
            context: None,
            lang: Some("en".to_owned()),
        },
        source: "corpus/dev".to_owned(),
        labels,
        functionality: None,
        group: None,
    }
}

#[test]
fn rows_go_through_the_pipeline_and_come_out_with_their_labels() {
    let mut config = Config::default();
    "off".clone_into(&mut config.classifiers.encoder);
    "off".clone_into(&mut config.classifiers.linear);
    let assessor = Assessor::assemble(&config, &Registry::new(), Timestamp::default()).unwrap();
    let mut rows: Vec<Labelled> = (0..70)
        .map(|_| labelled("I made soup for the group", labels(0, 0, 0)))
        .collect();
    rows.push(labelled("I am going to end my life", labels(3, 0, 0)));
    rows.push(labelled("I am going to end my shift", labels(0, 0, 0)));
    let mut done = Vec::new();
    let (judged, versions) = judge(&assessor, &rows, |batch| done.push(batch));
    assert_eq!(done, [64, 8]);
    assert!(versions.contains_key("policies"));
    let (soup, goodbye) = (&judged[0], &judged[70]);
    assert_eq!((soup.answer.crisis, goodbye.answer.crisis), (0, 3));
    assert!(goodbye.first_of_pair && !judged[69].first_of_pair && !judged[71].first_of_pair);
    let report = report(&judged);
    let overall = &report.sources[0].overall;
    for measure in [Measure::AnyAlertRecall, Measure::PairsOrdered] {
        let figure = overall.figure(Signal::Crisis, measure).unwrap();
        assert_eq!((figure.value, figure.rows), (1.0, 1));
    }
    assert!(table::report(&report).starts_with("corpus/dev: 72 rows"));
}
