//! `holdfast actions stop|resume`: the lever for the worst hour.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use holdfast_actions::Levers;
use holdfast_domain::{Actor, Sensitive, TenantId};

use super::{Global, say};
use crate::system;

#[derive(Debug, Subcommand)]
pub(super) enum ActionsCommand {
    /// Nothing is asked of platforms any more, on any instance, within seconds. Alerts go on.
    Stop(Pull),
    /// Actions leave again; what waited goes in order, unless its time is over.
    Resume(Pull),
}

#[derive(Debug, Args)]
pub(super) struct Pull {
    /// Why. It stands in the log.
    #[arg(long)]
    reason: String,
    /// Whose actions.
    #[arg(long, default_value = "default")]
    tenant: String,
}

pub(super) async fn run(global: &Global, command: &ActionsCommand) -> anyhow::Result<ExitCode> {
    let config = global.load()?;
    let (clock, ids) = (system::clock(), system::ids());
    let store = holdfast_event_store::connect(&config.store, clock.clone()).await?;
    let levers = Levers {
        log: store.as_ref(),
        clock: clock.as_ref(),
        ids: ids.as_ref(),
    };
    let (ActionsCommand::Stop(pull) | ActionsCommand::Resume(pull)) = command;
    let tenant = TenantId::new(pull.tenant.clone())?;
    let reason = Sensitive::new(pull.reason.clone());
    match command {
        ActionsCommand::Stop(_) => {
            levers
                .stop_actions(&tenant, Actor::Operator, reason)
                .await?;
            say("actions are stopped; alerts go on");
        }
        ActionsCommand::Resume(_) => {
            levers
                .resume_actions(&tenant, Actor::Operator, reason)
                .await?;
            say("actions leave again");
        }
    }
    Ok(ExitCode::SUCCESS)
}
