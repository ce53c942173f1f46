//! The report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.

mod bars;
mod reliability;

use std::fmt::{self, Display, Write};

use super::gates::{Outcome, Verdict};
use super::report::{Figures, Group, Report, SourceReport};
use super::table::{interval, value};

const STYLE: &str = include_str!("page/page.css");

/// The page.
pub fn page(report: &Report, gates: &[Outcome]) -> String {
    let mut out = String::new();
    write(report, gates, &mut out).expect("a string takes every character");
    out
}

fn write(report: &Report, gates: &[Outcome], out: &mut String) -> fmt::Result {
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>How often Holdfast is right</title><style>{STYLE}</style></head><body><main>\
         <h1>How often Holdfast is right</h1>\
         <p>Sources are never pooled: each counts by itself, then the same in the mean. Whiskers are 95 % bootstrap \
         intervals ({} resamples); a share of 0 or 100 % has none to show, so read it with its rows. \
         <span class=\"more\">Blue bars</span>: more is better. <span class=\"less\">Brown bars</span>: less is better.</p>",
        report.resamples
    )?;
    write_contents(report, out)?;
    write_gates(gates, out)?;
    if report.sources.len() > 1 {
        out.push_str("<section id=\"mean\"><h2>Mean over sources</h2>");
        write_figures(&report.mean_over_sources, "sources", out)?;
        out.push_str("</section>");
    }
    for (nth, source) in report.sources.iter().enumerate() {
        write_source(nth, source, out)?;
    }
    write_versions(report, out)?;
    out.push_str("</main></body></html>\n");
    Ok(())
}

fn write_contents(report: &Report, out: &mut String) -> fmt::Result {
    out.push_str("<nav aria-label=\"Sources\"><ul>");
    for (nth, source) in report.sources.iter().enumerate() {
        let name = Escaped(&source.source);
        write!(
            out,
            "<li><a href=\"#source-{nth}\">{name}</a> ({})</li>",
            source.overall.rows
        )?;
    }
    out.push_str("</ul></nav>");
    Ok(())
}

fn write_gates(gates: &[Outcome], out: &mut String) -> fmt::Result {
    if gates.is_empty() {
        return Ok(());
    }
    out.push_str(
        "<section id=\"gates\"><h2>Gates</h2><div class=\"wide\"><table><thead><tr><th scope=\"col\">Outcome</th>\
         <th scope=\"col\">Source</th><th scope=\"col\">What</th><th scope=\"col\">Must be</th>\
         <th scope=\"col\">Is</th></tr></thead><tbody>",
    );
    for one in gates {
        let (class, verdict) = match one.verdict {
            Verdict::Held => ("held", "held"),
            Verdict::Missed => ("missed", "missed"),
            Verdict::NotMeasured => ("open", "not measured"),
        };
        let found = one
            .value
            .map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
        write!(
            out,
            "<tr><td class=\"{class}\">{verdict}</td><td>{}</td><td>{}</td><td>{}</td><td>{found}</td></tr>",
            Escaped(one.source),
            Escaped(&one.what),
            one.bound
        )?;
    }
    out.push_str("</tbody></table></div></section>");
    Ok(())
}

fn write_source(nth: usize, source: &SourceReport, out: &mut String) -> fmt::Result {
    let Group { rows, unscored, .. } = source.overall;
    let name = Escaped(&source.source);
    write!(
        out,
        "<section id=\"source-{nth}\"><h2>{name}</h2><p>{rows} rows"
    )?;
    if unscored > 0 {
        write!(
            out,
            ", {unscored} of them unscored for crisis and left to people"
        )?;
    }
    out.push_str(".</p>");
    write_figures(&source.overall.figures, "rows", out)?;
    if !source.reliability.is_empty() {
        out.push_str("<h3>Reliability</h3><p>A point is the rows of one bin of scores, a larger one holds more. Across: their mean score; up: the share of positives among them. On the line, scores mean what they say.</p><div class=\"row\">");
        for (&signal, bins) in &source.reliability {
            reliability::write(signal, bins, out)?;
        }
        out.push_str("</div>");
    }
    let apart: Vec<&Group> = source
        .obfuscated
        .iter()
        .chain(&source.not_obfuscated)
        .collect();
    write_groups("Obfuscated rows apart", &apart, out)?;
    write_groups(
        "By functionality",
        &source.functionalities.iter().collect::<Vec<_>>(),
        out,
    )?;
    write_groups(
        "By language",
        &source.languages.iter().collect::<Vec<_>>(),
        out,
    )?;
    out.push_str("</section>");
    Ok(())
}

fn write_figures(figures: &Figures, of: &str, out: &mut String) -> fmt::Result {
    for (signal, measures) in figures {
        write!(out, "<h3>{}</h3>", signal.name())?;
        bars::write(*signal, measures, of, out)?;
    }
    Ok(())
}

/// Groups as a table: shares tell more there than bars of a handful of rows.
fn write_groups(title: &str, groups: &[&Group], out: &mut String) -> fmt::Result {
    if groups.is_empty() {
        return Ok(());
    }
    write!(
        out,
        "<details><summary>{title} ({})</summary><div class=\"wide\"><table><thead><tr><th scope=\"col\">Rows that \
         show</th><th scope=\"col\">Rows</th><th scope=\"col\">Figure</th><th scope=\"col\">Value</th>\
         <th scope=\"col\">95 %</th><th scope=\"col\">On rows</th></tr></thead><tbody>",
        groups.len()
    )?;
    for group in groups {
        for (signal, figures) in &group.figures {
            for (measure, figure) in figures {
                write!(
                    out,
                    "<tr><th scope=\"row\">{}</th><td>{}</td><td>{} {}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                    Escaped(&group.name),
                    group.rows,
                    signal.name(),
                    measure.name(*signal),
                    value(*measure, figure.value),
                    interval(*measure, figure),
                    figure.rows
                )?;
            }
        }
    }
    out.push_str("</tbody></table></div></details>");
    Ok(())
}

fn write_versions(report: &Report, out: &mut String) -> fmt::Result {
    out.push_str("<section id=\"versions\"><h2>What answered</h2><dl>");
    for (name, version) in &report.versions {
        write!(
            out,
            "<dt>{}</dt><dd>{}</dd>",
            Escaped(name),
            Escaped(version)
        )?;
    }
    out.push_str("</dl></section>");
    Ok(())
}

/// Text that cannot be taken for markup.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                _ => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}
