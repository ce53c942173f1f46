//! `holdfast policy lint|test|explain`.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use prometheus::Registry;

use super::{Global, say};
use crate::assessor::Assessor;
use crate::system;

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Says everything that is wrong with policies: form, words, safety.
    Lint(Folder),
    /// Runs the examples that stand in the policies.
    Test(Folder),
    /// Shows which conditions a text meets and why. Records nothing.
    Explain(Explain),
}

#[derive(Debug, Args)]
pub(super) struct Folder {
    /// The folder of policies; without one, those in force.
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
    /// For programs.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The text; without one, standard input.
    text: Option<String>,
    /// Rules that did not match as well.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    folder: Folder,
}

pub(super) fn run(global: &Global, command: &PolicyCommand) -> anyhow::Result<ExitCode> {
    let (PolicyCommand::Lint(folder) | PolicyCommand::Test(folder)) = command else {
        let PolicyCommand::Explain(explain) = command else {
            return Ok(ExitCode::SUCCESS);
        };
        return self::explain(global, explain);
    };
    let mut config = global.load()?;
    if let Some(policies) = &folder.policies {
        config.rules.policies = Some(policies.clone());
    }
    let report = match command {
        PolicyCommand::Lint(_) => crate::assessor::lint(&config)?,
        _ => crate::assessor::test(&config)?,
    };
    say(if folder.json {
        report.to_json().to_string()
    } else {
        report.to_text()
    });
    Ok(if report.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn explain(global: &Global, explain: &Explain) -> anyhow::Result<ExitCode> {
    let mut config = global.load()?;
    if let Some(policies) = &explain.folder.policies {
        config.rules.policies = Some(policies.clone());
    }
    let text = if let Some(text) = &explain.text {
        text.clone()
    } else {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("standard input is not UTF-8 text")?;
        text
    };
    let assessor = Assessor::assemble(&config, &Registry::new(), system::clock().now())?;
    let explanation = assessor.explain(&text.into())?;
    say(if explain.folder.json {
        explanation.to_json().to_string()
    } else {
        explanation.to_text(explain.all)
    });
    Ok(ExitCode::SUCCESS)
}
