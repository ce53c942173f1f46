//! A comparison for people.

use std::fmt::Write as _;

use holdfast_domain::SignalKind;
use serde_json::Value;

use super::{Change, Comparison, SignalChanges, Verdict};
use crate::levels::Direction;

/// The table, then up to `most` changes of each signal and direction.
pub(crate) fn table(comparison: &Comparison, most: usize) -> String {
    let mut out = String::new();
    summary(&mut out, comparison).expect("writing to a string");
    for (kind, changes) in &comparison.signals {
        for direction in [Direction::Up, Direction::Down] {
            list(&mut out, *kind, direction, changes, most).expect("writing to a string");
        }
    }
    out.trim_end().to_owned()
}

fn summary(out: &mut String, all: &Comparison) -> std::fmt::Result {
    writeln!(
        out,
        "{}: {} in service, {} the candidate; {} texts",
        all.classifier, all.live, all.candidate, all.texts
    )?;
    let unscored = &all.unscored;
    if unscored.live + unscored.candidate > 0 {
        writeln!(
            out,
            "without a whole answer: {} in service, {} with the candidate; these reach a person",
            unscored.live, unscored.candidate
        )?;
    }
    writeln!(
        out,
        "\nsignal           up     down     same  better*   worse*"
    )?;
    for (kind, changes) in &all.signals {
        let judged = |count: usize| match changes.labelled() {
            0 => "-".to_owned(),
            _ => count.to_string(),
        };
        write!(
            out,
            "{:<10} {:>8} {:>8} {:>8} {:>8} {:>8}",
            kind.as_str(),
            changes.up,
            changes.down,
            changes.same,
            judged(changes.better),
            judged(changes.worse)
        )?;
        if changes.unknown > 0 {
            write!(out, "  ({} not known)", changes.unknown)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "* of the changes, by the labels; - where none has one")
}

fn list(
    out: &mut String,
    kind: SignalKind,
    direction: Direction,
    changes: &SignalChanges,
    most: usize,
) -> std::fmt::Result {
    let these = changes.changes.iter();
    let these: Vec<&Change> = these
        .filter(|change| change.direction() == direction)
        .collect();
    if these.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{kind} {}: {}", direction.as_str(), these.len())?;
    for change in these.iter().take(most) {
        write!(out, "  {} → {}  {}", change.from, change.to, id(&change.id))?;
        match change.verdict {
            Some(Verdict::Better) => write!(out, "  better")?,
            Some(Verdict::Worse) => write!(out, "  worse")?,
            Some(Verdict::Neither) | None => {}
        }
        writeln!(out)?;
        if let Some(text) = &change.text {
            let line = text.reveal().replace(['\n', '\r'], " ");
            writeln!(out, "         {line}")?;
        }
    }
    if these.len() > most {
        writeln!(out, "  and {} more; --json lists all", these.len() - most)?;
    }
    Ok(())
}

fn id(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
