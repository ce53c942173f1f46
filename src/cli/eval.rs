//! `holdfast eval`: labelled NDJSON in, how often the shipped pipeline is right out.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::reading::Reading;
use super::{Global, say};
use crate::eval::cascade::CascadeReport;
use crate::eval::{self, Labelled, Report, gates, page, table};

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// Files of labelled texts, one JSON object a line, also packed with gzip (.gz).
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Writes every figure as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes an HTML page with diagrams.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Checks what must be reached, and ends with 1 where it is not.
    #[arg(long)]
    gates: bool,
    /// Tells instead what the cascade overlooks and what it saves: posts that the encoder would not read.
    #[arg(long, conflicts_with_all = ["gates", "page"])]
    cascade: bool,
    #[command(flatten)]
    reading: Reading,
}

pub(super) fn run(global: &Global, args: &EvalArgs) -> anyhow::Result<ExitCode> {
    let assessor = args.reading.assessor(global)?;
    let rows = args.rows()?;
    let reading = progress(
        rows.len() as u64,
        "{pos}/{len} texts, {per_sec}, {eta} to go {wide_bar}",
    );
    if args.cascade {
        let cascade = global.load()?.classifiers.cascade;
        let report = CascadeReport::of(&assessor, &cascade, &rows, |done| reading.inc(done as u64));
        reading.finish_and_clear();
        say(report.to_string());
        if let Some(file) = &args.json {
            write(file, &format!("{:#}\n", json!(report)))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let (judged, versions) = eval::judge(&assessor, &rows, |done| reading.inc(done as u64));
    reading.finish_and_clear();
    let sources: BTreeSet<&str> = rows.iter().map(|row| row.source.as_str()).collect();
    let counting = progress(
        sources.len() as u64,
        "counting: {pos}/{len} sources {wide_bar}",
    );
    let report = Report::of(&judged, versions, || counting.inc(1));
    counting.finish_and_clear();
    args.tell(&report)
}

impl EvalArgs {
    fn rows(&self) -> anyhow::Result<Vec<Labelled>> {
        let (mut rows, mut seen) = (Vec::new(), BTreeSet::new());
        for file in &self.files {
            rows.extend(eval::read(file)?);
            let place = file.canonicalize()?;
            ensure!(seen.insert(place), "{} is named twice", file.display());
        }
        Ok(rows)
    }

    fn tell(&self, report: &Report) -> anyhow::Result<ExitCode> {
        let outcomes = if self.gates {
            gates::check(report)
        } else {
            Vec::new()
        };
        say(table::report(report));
        if let Some(file) = &self.json {
            let mut all = json!(report);
            if self.gates {
                all["gates"] = json!(outcomes);
            }
            write(file, &format!("{all:#}\n"))?;
        }
        if let Some(file) = &self.page {
            write(file, &page::page(report, &outcomes))?;
        }
        if !self.gates {
            return Ok(ExitCode::SUCCESS);
        }
        say(table::gates(&outcomes));
        Ok(if gates::all_held(&outcomes) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

fn progress(of: u64, template: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(of).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
