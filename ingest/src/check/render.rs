//! A check as text for a terminal.

use std::fmt::Write as _;

use super::{CheckReport, KeyOrder};

/// Problems listed one by one.
const LISTED: usize = 10;

/// The report as text: totals, what is missing, the order, and the first records that cannot be read.
pub fn render(report: &CheckReport) -> String {
    let mut text = format!(
        "{}: {} records read, nothing committed\n",
        report.source,
        report.records.len()
    );
    for (becomes, count) in &report.becomes {
        line(&mut text, &format!("  {count:>6}  {becomes}"));
    }
    if report.findings.is_empty() && !report.records.is_empty() {
        line(&mut text, "nothing is missing");
    }
    for (finding, seen) in &report.findings {
        let first = seen.first.as_deref().unwrap_or("?");
        line(
            &mut text,
            &format!(
                "  {:>6}  {} (first: {first})",
                seen.records,
                finding.advice()
            ),
        );
    }
    line(&mut text, &order(report.key_order));
    for record in report
        .records
        .iter()
        .filter(|record| record.problem.is_some())
        .take(LISTED)
    {
        line(
            &mut text,
            &format!(
                "  {}: {}",
                record.origin,
                record.problem.as_deref().unwrap_or_default()
            ),
        );
    }
    text
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("writing to a string");
}

fn order(order: KeyOrder) -> String {
    match order {
        KeyOrder::Unknown => "no record names an author, so the key cannot be checked".to_owned(),
        KeyOrder::NotKeyed => "the lines are the order".to_owned(),
        KeyOrder::ByAuthor => {
            "the key is the author's pseudonym: each author's records come in order".to_owned()
        }
        KeyOrder::NotByAuthor {
            without_key,
            keyed_otherwise,
            authors_in_several_partitions,
        } => format!(
            "the key does NOT order by author: {without_key} records without a key, {keyed_otherwise} with another key, \
             {authors_in_several_partitions} authors in several partitions; key by author.pseudonym"
        ),
    }
}
