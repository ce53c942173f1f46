//! `holdfast actions stop|resume|parked|resend`: the lever for the worst hour, and what was given up.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use holdfast_actions::{Levers, ParkedMessage, Resending};
use holdfast_domain::{Actor, Clock, IdSource, MessageId, Sensitive, TenantId, Timestamp};
use holdfast_event_store::AnyStore;

use super::{Global, say};
use crate::system;

#[derive(Debug, Subcommand)]
pub(super) enum ActionsCommand {
    /// Nothing is asked of platforms any more, on any instance, within seconds. Alerts go on.
    Stop(Pull),
    /// Actions leave again; what waited goes in order, unless its time is over.
    Resume(Pull),
    /// Lists messages that were given up, alerts among them, the newest first; no content.
    Parked {
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Whose.
        #[arg(long, default_value = "default")]
        tenant: String,
    },
    /// Sends a message again that was given up, after its receiver was mended.
    Resend {
        /// The message's id, from the list.
        id: MessageId,
        /// Why. It stands in the log.
        #[arg(long)]
        reason: String,
    },
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
    let tools = Tools { store, clock, ids };
    match command {
        ActionsCommand::Stop(pull) => {
            let (tenant, reason) = pull.read()?;
            let levers = tools.levers();
            levers
                .stop_actions(&tenant, Actor::Operator, reason)
                .await?;
            say("actions are stopped; alerts go on");
        }
        ActionsCommand::Resume(pull) => {
            let (tenant, reason) = pull.read()?;
            let levers = tools.levers();
            levers
                .resume_actions(&tenant, Actor::Operator, reason)
                .await?;
            say("actions leave again");
        }
        ActionsCommand::Parked { limit, tenant } => {
            let tenant = TenantId::new(tenant.clone())?;
            let parked = tools.resending().parked(&tenant, *limit).await?;
            for message in &parked {
                say(line(message));
            }
            say(format!("{} messages", parked.len()));
        }
        ActionsCommand::Resend { id, reason } => {
            let reason = Sensitive::new(reason.clone());
            tools
                .resending()
                .resend(*id, Actor::Operator, reason)
                .await?;
            say("it leaves within a second or two, unless actions are stopped");
        }
    }
    Ok(ExitCode::SUCCESS)
}

struct Tools {
    store: Arc<dyn AnyStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl Tools {
    fn levers(&self) -> Levers<'_> {
        Levers {
            log: self.store.as_ref(),
            clock: self.clock.as_ref(),
            ids: self.ids.as_ref(),
        }
    }

    fn resending(&self) -> Resending<'_> {
        Resending {
            log: self.store.as_ref(),
            outbox: self.store.as_ref(),
            clock: self.clock.as_ref(),
            ids: self.ids.as_ref(),
        }
    }
}

impl Pull {
    fn read(&self) -> anyhow::Result<(TenantId, Sensitive<String>)> {
        let tenant = TenantId::new(self.tenant.clone())?;
        Ok((tenant, Sensitive::new(self.reason.clone())))
    }
}

fn line(parked: &ParkedMessage) -> String {
    let message = &parked.message;
    let kind = message.message.kind.as_str();
    let why = parked.why.map_or_else(
        // Only of actions the log says why; anything else is refused or late.
        || if parked.in_time { "refused" } else { "expired" }.to_owned(),
        |why| {
            serde_json::to_value(why)
                .ok()
                .and_then(|name| name.as_str().map(str::to_owned))
                .unwrap_or_default()
        },
    );
    let case = message
        .message
        .case
        .map_or_else(|| "-".to_owned(), |case| case.to_string());
    let until = if parked.in_time {
        "until"
    } else {
        "too late since"
    };
    format!(
        "{}  {kind:<14} {why:<12} case {case}  put {}, {} attempts, {until} {}",
        message.message.id,
        moment(message.put_at),
        message.attempts,
        moment(message.message.not_after)
    )
}

fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_micros())
        .map_or_else(|_| at.to_string(), |at| format!("{at:.0}"))
}
