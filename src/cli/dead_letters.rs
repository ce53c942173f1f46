//! `holdfast dead-letters list|show|replay`.
//!
//! Shows what is known of a record without its content: a person reads that in the console, where the
//! reading is recorded.

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use holdfast_domain::{MessageId, Sensitive, TenantId};
use holdfast_event_store::DeadLetterSummary;

use super::{Global, say};
use crate::replay::{self, Replayed};
use crate::wiring::Holdfast;

#[derive(Debug, Subcommand)]
pub(super) enum DeadLettersCommand {
    /// Lists records that could not be read, the newest first.
    List {
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Whose.
        #[arg(long, default_value = "default")]
        tenant: String,
    },
    /// Shows where a record stood and what was wrong with it.
    Show {
        /// The record's id, from the list.
        id: MessageId,
    },
    /// Puts a record through again, after a mapping or a version was mended.
    Replay {
        /// The record's id, from the list.
        id: MessageId,
        /// Why. It stands in the log.
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(global: &Global, command: &DeadLettersCommand) -> anyhow::Result<ExitCode> {
    let holdfast = Holdfast::assemble(global.load()?).await?;
    match command {
        DeadLettersCommand::List { limit, tenant } => {
            let tenant = TenantId::new(tenant.clone())?;
            let letters = holdfast.store.dead_letters(&tenant, None, *limit).await?;
            for letter in &letters {
                say(line(letter));
            }
            say(format!("{} records", letters.len()));
        }
        DeadLettersCommand::Show { id } => {
            let letter = holdfast
                .store
                .dead_letter(*id)
                .await?
                .context("there is no such record")?;
            say(line(&letter.summary));
            let size = letter.raw.as_ref().map(|raw| raw.reveal().len());
            say(size.map_or("erased".to_owned(), |size| {
                format!("{size} bytes; read it in the console")
            }));
        }
        DeadLettersCommand::Replay { id, reason } => {
            let replayed = replay::replay(&holdfast, *id, Sensitive::new(reason.clone())).await?;
            say(match replayed {
                Replayed::Taken(outcome) => format!("taken in: {}", outcome.as_str()),
                Replayed::StillRejected(message) => format!("still not readable: {message}"),
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(letter: &DeadLetterSummary) -> String {
    let origin = serde_json::to_string(&letter.origin).unwrap_or_default();
    let class = letter.class.as_str();
    format!("{}  {class:<12} {origin}  {}", letter.id, letter.message)
}
