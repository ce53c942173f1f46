//! `holdfast config`.

use std::process::ExitCode;

use clap::Subcommand;

use super::{Global, say};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Says whether the configuration is right, and everything that is wrong with it.
    Check,
    /// Prints the configuration in force: defaults, file and environment together.
    Print,
}

pub(super) fn run(global: &Global, command: &ConfigCommand) -> anyhow::Result<ExitCode> {
    let config = global.load()?;
    match command {
        ConfigCommand::Print => say(config.to_toml()?),
        ConfigCommand::Check => {
            let problems = config.problems();
            problems.iter().for_each(say);
            if !problems.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
            say("the configuration is right");
        }
    }
    Ok(ExitCode::SUCCESS)
}
