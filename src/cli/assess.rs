//! `holdfast assess`: NDJSON in, NDJSON out, through the pipeline as shipped.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::Global;
use super::reading::Reading;
use crate::assess::{TextToAssess, assess};
use crate::assessor::Assessor;

/// Texts that are read together.
const BATCH: usize = 64;

#[derive(Debug, Args)]
pub(super) struct AssessArgs {
    /// The file to read, one JSON object a line: id, text, and where known context (the post that it answers) and
    /// lang. `-` or nothing: standard input.
    file: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// Names the rules that matched and why.
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(global: &Global, args: &AssessArgs) -> anyhow::Result<ExitCode> {
    let assessor = args.reading.assessor(global)?;
    let input: Box<dyn BufRead> = match args.file.as_deref().filter(|file| file.as_os_str() != "-")
    {
        Some(file) => Box::new(BufReader::new(
            File::open(file).with_context(|| format!("{} cannot be read", file.display()))?,
        )),
        None => Box::new(io::stdin().lock()),
    };
    let mut run = Run {
        assessor: &assessor,
        explain: args.explain,
        out: io::BufWriter::new(io::stdout().lock()),
        progress: progress(),
        wrong: 0,
    };
    run.all(input)?;
    run.progress.finish_and_clear();
    Ok(if run.wrong == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn progress() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {pos} texts, {per_sec}, {elapsed}");
    ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

struct Run<'a, W: Write> {
    assessor: &'a Assessor,
    explain: bool,
    out: W,
    progress: ProgressBar,
    wrong: u64,
}

impl<W: Write> Run<'_, W> {
    fn all(&mut self, input: impl BufRead) -> anyhow::Result<()> {
        let mut waiting: Vec<Result<TextToAssess, String>> = Vec::new();
        for (at, line) in input.lines().enumerate() {
            let read = match line {
                Ok(line) if line.trim().is_empty() => continue,
                Ok(line) => serde_json::from_str(&line).map_err(|error| said(&error)),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    Err("it is not UTF-8".to_owned())
                }
                Err(error) => return Err(error).context("the input cannot be read on"),
            };
            waiting.push(read.map_err(|problem| format!("line {}: {problem}", at + 1)));
            if waiting.len() == BATCH {
                self.judge(&std::mem::take(&mut waiting))?;
            }
        }
        self.judge(&waiting)
    }

    /// Answers lines in their order; one that cannot be read answers with what is wrong with it.
    fn judge(&mut self, lines: &[Result<TextToAssess, String>]) -> anyhow::Result<()> {
        let texts: Vec<TextToAssess> = lines.iter().flatten().cloned().collect();
        let mut answers = assess(self.assessor, &texts, self.explain).into_iter();
        for line in lines {
            match line {
                Ok(_) => serde_json::to_writer(&mut self.out, &answers.next())?,
                Err(problem) => {
                    self.wrong += 1;
                    self.progress.suspend(|| complain(problem));
                    serde_json::to_writer(&mut self.out, &json!({ "id": null, "error": problem }))?;
                }
            }
            self.out.write_all(b"\n")?;
            self.progress.inc(1);
        }
        self.out.flush()?;
        Ok(())
    }
}

/// What is wrong, in words that hold nothing of the text.
fn said(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => {
            "it must be an object with `text` (a string), and where given `context` and `lang` (strings)"
                .to_owned()
        }
        _ => format!("it is no JSON object (column {})", error.column()),
    }
}

#[expect(clippy::print_stderr, reason = "a command line tool complains here")]
fn complain(problem: &str) {
    eprintln!("{problem}");
}
