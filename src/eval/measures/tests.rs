use super::*;

/// (lowest, highest, read, score), in any order.
fn rows(said: &[(u8, u8, u8, f64)]) -> Vec<Observation> {
    let mut rows: Vec<Observation> = said
        .iter()
        .map(|&(lowest, highest, read, score)| Observation {
            lowest,
            highest,
            read,
            score,
        })
        .collect();
    rows.sort_by(|a, b| a.score.total_cmp(&b.score));
    rows
}

fn figure(measure: Measure, signal: Signal, rows: &[Observation]) -> Option<f64> {
    let weights = vec![1; rows.len()];
    measure.of(
        signal,
        Draw {
            rows,
            weights: &weights,
        },
    )
}

fn assert_close(found: Option<f64>, expected: f64) {
    let found = found.expect("a figure");
    assert!(
        (found - expected).abs() < 1e-12,
        "{found} is not {expected}"
    );
}

const SCORES: [f64; 12] = [
    0.05, 0.1, 0.1, 0.2, 0.35, 0.4, 0.4, 0.4, 0.55, 0.7, 0.9, 0.95,
];
const LABELS: [u8; 12] = [0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0];
const WEIGHTS: [u32; 12] = [1, 0, 2, 1, 1, 3, 0, 1, 2, 1, 0, 1];

/// Twelve rows with ties, called positive from .4 on.
fn twelve() -> Vec<Observation> {
    let said = LABELS.iter().zip(SCORES);
    said.map(|(&label, score)| Observation {
        lowest: label,
        highest: label,
        read: u8::from(score >= 0.4),
        score,
    })
    .collect()
}

fn twelve_levels() -> Vec<Observation> {
    let labels = [0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 0, 2];
    let read = [0, 0, 1, 1, 2, 2, 1, 3, 0, 3, 2, 3];
    let said = labels.into_iter().zip(read);
    let said: Vec<_> = said
        .map(|(label, read)| (label, label, read, 0.5))
        .collect();
    rows(&said)
}

#[test]
fn figures_agree_with_scikit_learn_on_scores_with_ties() {
    // scikit-learn 1.9.1: roc_auc_score, average_precision_score, f1_score (binary, macro).
    let rows = twelve();
    let of = |measure| figure(measure, Signal::Harassment, &rows);
    assert_close(of(Measure::Auroc), 0.597_222_222_222_222_2);
    assert_close(of(Measure::Auprc), 0.579_996_392_496_392_5);
    assert_close(of(Measure::F1), 0.615_384_615_384_615_4);
    assert_close(of(Measure::MacroF1), 0.580_419_580_419_580_4);
    assert_close(of(Measure::Ece), 0.366_666_666_666_666_64);
}

#[test]
fn kappa_agrees_with_scikit_learn() {
    // scikit-learn 1.9.1: cohen_kappa_score(weights="quadratic").
    assert_close(
        figure(Measure::QuadraticKappa, Signal::Crisis, &twelve_levels()),
        0.468_75,
    );
}

#[test]
fn a_row_drawn_twice_counts_twice_as_scikit_learn_weighs_it() {
    // The same functions with sample_weight.
    let rows = twelve();
    let of = |measure: Measure| {
        measure.of(
            Signal::Stigma,
            Draw {
                rows: &rows,
                weights: &WEIGHTS,
            },
        )
    };
    assert_close(of(Measure::Auroc), 0.4);
    assert_close(of(Measure::Auprc), 0.625);
    assert_close(of(Measure::F1), 0.625);
    let levels = twelve_levels();
    let kappa = Measure::QuadraticKappa.of(
        Signal::Crisis,
        Draw {
            rows: &levels,
            weights: &WEIGHTS,
        },
    );
    assert_close(kappa, 0.319_047_619_047_619_1);
}

#[test]
fn shares_count_only_the_rows_that_the_label_supports() {
    // Read by hand: two rows of 3 (one read as 1), one of 1 or 2, one of 0 or 1, one of 0 read as 2.
    let rows = rows(&[
        (3, 3, 3, 0.9),
        (3, 3, 1, 0.4),
        (1, 2, 2, 0.6),
        (0, 1, 0, 0.1),
        (0, 0, 2, 0.7),
        (2, 3, 0, 0.2),
    ]);
    let of = |measure| figure(measure, Signal::Crisis, &rows);
    assert_close(of(Measure::AnyAlertRecall), 3.0 / 4.0);
    assert_close(of(Measure::Recall), 1.0 / 3.0);
    assert_close(of(Measure::FalseAlarms), 1.0 / 2.0);
    assert_close(of(Measure::FalseAlarmsAtRest), 1.0);
    assert_close(of(Measure::CriticalMisses), 1.0 / 2.0);
    // Positives .9 .4 .2, negatives .1 .7; the row of 1 or 2 says nothing: 1/2 + 1/2 of pairs won by .4 and .2, both by .9.
    assert_close(of(Measure::Auroc), 4.0 / 6.0);
}

#[test]
fn a_label_that_spans_the_threshold_says_nothing_about_it() {
    let spans = Observation {
        lowest: 1,
        highest: 3,
        read: 0,
        score: 0.1,
    };
    assert_eq!(spans.is_at_least(2), None);
    assert_eq!(spans.is_at_least(1), Some(true));
    assert_eq!(
        Observation {
            lowest: 0,
            highest: 1,
            ..spans
        }
        .is_at_least(2),
        Some(false)
    );
    let alone = [spans];
    for measure in [
        Measure::Recall,
        Measure::FalseAlarms,
        Measure::Ece,
        Measure::CriticalMisses,
    ] {
        assert_eq!(figure(measure, Signal::Crisis, &alone), None, "{measure:?}");
    }
}

#[test]
fn what_needs_both_kinds_of_rows_is_not_made_up_from_one() {
    let positives = rows(&[(1, 1, 1, 0.9), (1, 1, 0, 0.2)]);
    for measure in [
        Measure::F1,
        Measure::MacroF1,
        Measure::Auroc,
        Measure::Auprc,
    ] {
        assert_eq!(
            figure(measure, Signal::Harassment, &positives),
            None,
            "{measure:?}"
        );
    }
    assert_close(figure(Measure::Recall, Signal::Harassment, &positives), 0.5);
    let quiet = rows(&[(0, 0, 0, 0.1), (0, 0, 2, 0.2)]);
    assert_eq!(
        figure(Measure::QuadraticKappa, Signal::Crisis, &quiet),
        None
    );
    assert_eq!(figure(Measure::Recall, Signal::Crisis, &[]), None);
}

#[test]
fn nothing_found_is_an_f1_of_zero() {
    let silent = rows(&[(1, 1, 0, 0.1), (0, 0, 0, 0.2)]);
    assert_close(figure(Measure::F1, Signal::Stigma, &silent), 0.0);
    // Negatives: one left alone, one miss: 2 / (2 + 1), halved.
    assert_close(figure(Measure::MacroF1, Signal::Stigma, &silent), 1.0 / 3.0);
}

#[test]
fn calibration_is_the_gap_between_scores_and_shares() {
    // Bin 13 (.867 to .933): scores .9 and .9, one positive: gap .4. Bin 1: score .1, none positive: gap .1.
    let rows = rows(&[(1, 1, 1, 0.9), (0, 0, 1, 0.9), (0, 0, 0, 0.1)]);
    assert_close(
        figure(Measure::Ece, Signal::Harassment, &rows),
        (2.0 * 0.4 + 0.1) / 3.0,
    );
    let bins = reliability(
        Draw {
            rows: &rows,
            weights: &[1, 1, 1],
        },
        1,
    );
    assert_close(Some(bins[13].positives), 0.5);
    assert_close(Some(bins[13].rows), 2.0);
    assert_close(Some(bins[1].mean_score), 0.1);
    // A score of one belongs to the last bin.
    let sure = [Observation {
        lowest: 1,
        highest: 1,
        read: 1,
        score: 1.0,
    }];
    assert_close(
        Some(
            reliability(
                Draw {
                    rows: &sure,
                    weights: &[1],
                },
                1,
            )[14]
                .rows,
        ),
        1.0,
    );
}

#[test]
fn perfect_reading_is_perfect() {
    let rows = rows(&[
        (0, 0, 0, 0.0),
        (1, 1, 1, 0.2),
        (2, 2, 2, 0.8),
        (3, 3, 3, 1.0),
    ]);
    for measure in [
        Measure::QuadraticKappa,
        Measure::AnyAlertRecall,
        Measure::Recall,
        Measure::Auroc,
        Measure::Auprc,
    ] {
        assert_close(figure(measure, Signal::Crisis, &rows), 1.0);
    }
    assert_close(figure(Measure::CriticalMisses, Signal::Crisis, &rows), 0.0);
}
