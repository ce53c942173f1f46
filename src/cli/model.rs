//! `holdfast model list|compare|promote|demote`: which versions read, and which should.

mod compare;
mod list;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use holdfast_domain::event::ReleasedModel;
use holdfast_domain::{Clock, IdSource, Sensitive, Timestamp};
use holdfast_event_store::AnyStore;

use super::{Global, say};
use crate::assessor::models::NEWEST;
use crate::config::Config;
use crate::in_service::{Model, Promotions};
use crate::system;

#[derive(Debug, Subcommand)]
pub(super) enum ModelCommand {
    /// Lists the versions that are there, whether they are what was released, and which of them read.
    List(list::ListArgs),
    /// Says which texts get another level when another version reads. Records nothing.
    Compare(compare::CompareArgs),
    /// Records that a version reads from the next start on, where the settings name none.
    Promote(Change),
    /// Records that a promotion is taken back: what read before reads again from the next start on.
    Demote(Change),
}

#[derive(Debug, Args)]
pub(super) struct Change {
    /// The version: the name of its folder.
    version: String,
    /// Why. It stands in the log.
    #[arg(long, value_name = "TEXT")]
    because: String,
    /// Of which classifier.
    #[arg(long, value_enum, default_value_t = Model::Encoder)]
    classifier: Model,
}

pub(super) async fn run(global: &Global, command: &ModelCommand) -> anyhow::Result<ExitCode> {
    match command {
        ModelCommand::List(args) => list::run(global, args).await,
        ModelCommand::Compare(args) => compare::run(global, args).await,
        ModelCommand::Promote(change) => promote(global, change).await,
        ModelCommand::Demote(change) => demote(global, change).await,
    }
}

async fn promote(global: &Global, change: &Change) -> anyhow::Result<ExitCode> {
    let tools = Tools::open(global).await?;
    let told = tools
        .promotions()
        .promote(
            &tools.config.classifiers,
            change.classifier,
            &change.version,
            Sensitive::new(change.because.clone()),
        )
        .await?;
    tools.told(change.classifier, &told);
    Ok(ExitCode::SUCCESS)
}

async fn demote(global: &Global, change: &Change) -> anyhow::Result<ExitCode> {
    let tools = Tools::open(global).await?;
    let because = Sensitive::new(change.because.clone());
    let told = tools
        .promotions()
        .demote(change.classifier, &change.version, because)
        .await?;
    tools.told(change.classifier, &told);
    Ok(ExitCode::SUCCESS)
}

/// The settings and the log.
struct Tools {
    config: Config,
    store: Arc<dyn AnyStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl Tools {
    async fn open(global: &Global) -> anyhow::Result<Self> {
        let config = global.load()?;
        let (clock, ids) = (system::clock(), system::ids());
        let store = holdfast_event_store::connect(&config.store, clock.clone()).await?;
        Ok(Self {
            config,
            store,
            clock,
            ids,
        })
    }

    fn promotions(&self) -> Promotions<'_> {
        Promotions {
            log: self.store.as_ref(),
            clock: self.clock.as_ref(),
            ids: self.ids.as_ref(),
        }
    }

    /// Says what was recorded, and where it does not count.
    fn told(&self, model: Model, (from, to): &(ReleasedModel, ReleasedModel)) {
        say(format!(
            "recorded: {model} {} in place of {}; each instance reads with it from its next start on",
            to.version, from.version
        ));
        let setting = model.setting(&self.config.classifiers);
        if setting != NEWEST {
            say(format!(
                "but classifiers.{model} = \"{setting}\" in these settings, and that wins; set it to \"{NEWEST}\" to read \
                 with what is promoted"
            ));
        }
    }
}

fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_micros())
        .map_or_else(|_| at.to_string(), |at| format!("{at:.0}"))
}
