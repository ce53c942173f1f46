//! `holdfast generate`: every generated file, from the types.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::say;
use crate::config::example;
use crate::metrics::document;
use crate::scoring::openapi::openapi;

#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    /// The project's folder.
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<ExitCode> {
    let root = &args.root;
    let mut changed = holdfast_ingest::contract::write_contracts(&root.join("ingest/contracts"))?;
    changed += holdfast_actions::contract::write_contracts(&root.join("actions/contracts"))?;
    for (path, content) in [
        ("holdfast.example.toml", example::example()?),
        ("docs/metrics.md", document()?),
        ("docs/scoring-over-http.openapi.json", openapi()?),
        (
            "review-queue/openapi.json",
            holdfast_review_queue::openapi(),
        ),
        (
            "rules/policies/policy.schema.json",
            holdfast_rules::schema::policy_schema(),
        ),
    ] {
        changed += usize::from(write(&root.join(path), &content)?);
    }
    say(format!("{changed} generated files changed"));
    Ok(ExitCode::SUCCESS)
}

/// Writes a file where its content differs. Answers whether it did.
fn write(path: &Path, content: &str) -> anyhow::Result<bool> {
    if std::fs::read_to_string(path).is_ok_and(|present| present == content) {
        return Ok(false);
    }
    std::fs::write(path, content)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(true)
}
