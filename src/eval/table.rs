//! The report for a terminal.

use std::fmt::{self, Write};

use super::bootstrap::Figure;
use super::fairness::{Gap, Variant};
use super::gates::{Outcome, Verdict};
use super::measures::{Measure, Signal};
use super::report::{Figures, Group, ROWS_TO_COUNT, Report, SourceReport};

/// What is told of a group of a source; all else stands in the JSON.
const TOLD_OF_GROUPS: [Measure; 4] = [
    Measure::AnyAlertRecall,
    Measure::Recall,
    Measure::FalseAlarms,
    Measure::CriticalMisses,
];

/// The whole report.
pub fn report(report: &Report) -> String {
    let mut out = String::new();
    write(report, &mut out).expect("a string takes every character");
    out
}

fn write(report: &Report, out: &mut String) -> fmt::Result {
    for source in &report.sources {
        write_source(source, out)?;
    }
    if report.sources.len() > 1 {
        let sources = report.sources.len();
        writeln!(
            out,
            "Mean over {sources} sources (last column: how many of them support the figure with {ROWS_TO_COUNT} rows)"
        )?;
        write_figures(&report.mean_over_sources, out)?;
        writeln!(out)?;
    }
    write_fairness(&report.fairness, out)?;
    writeln!(
        out,
        "Intervals: 95 %, {} resamples. Kinds of rows are told without false alarms where there were none. A share of 0 or 100 % has an interval of no width: \
         read it with its rows.",
        report.resamples
    )
}

fn write_fairness(variants: &[Variant], out: &mut String) -> fmt::Result {
    if variants.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "Fairness: each variant, and in brackets the references of its sets (* where the difference is more than chance)"
    )?;
    for one in variants {
        let gap = |gap: &Gap| {
            let star = if gap.is_apart() { '*' } else { ' ' };
            let (share, reference) = (gap.share * 100.0, gap.reference * 100.0);
            format!(
                "{share:>3.0} % ({reference:>3.0} %) of {:>3}{star}",
                gap.rows
            )
        };
        let name = format!("{}: {}", one.axis, one.variant);
        let (alarms, misses) = (gap(&one.false_alarms), gap(&one.misses));
        writeln!(out, "  {name:<36}false alarms {alarms}   misses {misses}")?;
    }
    writeln!(out)
}

fn write_source(source: &SourceReport, out: &mut String) -> fmt::Result {
    let Group { rows, unscored, .. } = source.overall;
    write!(out, "{}: {rows} rows", source.source)?;
    if unscored > 0 {
        write!(
            out,
            ", {unscored} of them unscored for crisis and left to people"
        )?;
    }
    writeln!(out)?;
    write_figures(&source.overall.figures, out)?;
    let apart: Vec<&Group> = source
        .obfuscated
        .iter()
        .chain(&source.not_obfuscated)
        .collect();
    write_groups("obfuscated rows apart", &apart, out)?;
    write_groups(
        "by functionality",
        &source.functionalities.iter().collect::<Vec<_>>(),
        out,
    )?;
    write_groups(
        "by language",
        &source.languages.iter().collect::<Vec<_>>(),
        out,
    )?;
    writeln!(out)
}

fn write_figures(figures: &Figures, out: &mut String) -> fmt::Result {
    for (signal, measures) in figures {
        for (measure, figure) in measures {
            let name = format!("{} {}", signal.name(), measure.name(*signal));
            let (value, interval) = (value(*measure, figure.value), interval(*measure, figure));
            writeln!(
                out,
                "  {name:<38}{value:>7}  {interval:<16}{:>7}",
                figure.rows
            )?;
        }
    }
    Ok(())
}

fn write_groups(title: &str, groups: &[&Group], out: &mut String) -> fmt::Result {
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {title}")?;
    for group in groups {
        let told = told(group);
        let told = if told.is_empty() {
            "no false alarms".to_owned()
        } else {
            told.join("; ")
        };
        writeln!(out, "    {:<34}{:>6}  {told}", group.name, group.rows)?;
    }
    Ok(())
}

/// In whole percent; false alarms only where there are any.
fn told(group: &Group) -> Vec<String> {
    let of_signals = group
        .figures
        .iter()
        .filter(|(signal, _)| **signal != Signal::Any);
    of_signals
        .flat_map(|(signal, figures)| {
            let told = TOLD_OF_GROUPS.iter().filter_map(|measure| {
                let figure = figures.get(measure)?;
                let quiet = *measure == Measure::FalseAlarms && figure.value == 0.0;
                (!quiet).then(|| {
                    let name = measure.name(*signal);
                    format!("{} {name} {}", signal.name(), whole_percent(figure))
                })
            });
            told.collect::<Vec<_>>()
        })
        .collect()
}

fn whole_percent(figure: &Figure) -> String {
    let value = figure.value * 100.0;
    match figure.low.zip(figure.high) {
        Some((low, high)) => format!("{value:.0} % [{:.0}–{:.0}]", low * 100.0, high * 100.0),
        None => format!("{value:.0} %"),
    }
}

/// How every gate came out, and how many.
pub fn gates(outcomes: &[Outcome]) -> String {
    let mut out = String::from("Gates\n");
    for one in outcomes {
        let verdict = match one.verdict {
            Verdict::Held => "held",
            Verdict::Missed => "MISSED",
            Verdict::NotMeasured => "not measured",
        };
        let found = match (one.value, one.interval) {
            (Some(value), Some((low, high))) => format!("{value:.3} [{low:.3}–{high:.3}]"),
            (Some(value), None) => format!("{value:.3}"),
            (None, _) if one.verdict == Verdict::Missed => "its rows do not say".to_owned(),
            (None, _) => "no such source among the files".to_owned(),
        };
        let (bound, what) = (one.bound.to_string(), &one.what);
        let _ = writeln!(
            out,
            "  {verdict:<13}{:<26}{what:<44}{bound:<15}{found}",
            one.source
        );
    }
    let count = |verdict| outcomes.iter().filter(|one| one.verdict == verdict).count();
    let _ = writeln!(
        out,
        "{} held, {} missed, {} not measured",
        count(Verdict::Held),
        count(Verdict::Missed),
        count(Verdict::NotMeasured)
    );
    out
}

/// A figure for people: shares in percent, all else with three places.
pub(super) fn value(measure: Measure, value: f64) -> String {
    if measure.is_share() {
        format!("{:.1} %", value * 100.0)
    } else {
        format!("{value:.3}")
    }
}

pub(super) fn interval(measure: Measure, figure: &Figure) -> String {
    match (figure.low, figure.high) {
        (Some(low), Some(high)) if measure.is_share() => {
            format!("[{:.1}–{:.1}]", low * 100.0, high * 100.0)
        }
        (Some(low), Some(high)) => format!("[{low:.3}–{high:.3}]"),
        _ => "[too few]".to_owned(),
    }
}
