//! `holdfast projections rebuild|verify`.

use std::process::ExitCode;

use clap::Subcommand;

use super::{Global, say};
use crate::wiring::Holdfast;

#[derive(Debug, Subcommand)]
pub(super) enum ProjectionsCommand {
    /// Fills the queue's rows anew from the log while the old ones serve, then swaps them in.
    Rebuild,
}

pub(super) async fn run(global: &Global, command: &ProjectionsCommand) -> anyhow::Result<ExitCode> {
    let ProjectionsCommand::Rebuild = command;
    let (config, _telemetry) = global.load_and_log()?;
    let holdfast = Holdfast::assemble(config).await?;
    holdfast.projector().rebuild().await?;
    say("the queue was rebuilt from the log");
    Ok(ExitCode::SUCCESS)
}
