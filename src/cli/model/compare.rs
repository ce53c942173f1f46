//! `holdfast model compare`.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use prometheus::Registry;
use serde_json::json;

use super::{Global, Tools, say};
use crate::assessor::Assessor;
use crate::assessor::models::OFF;
use crate::compare::{Versions, compare, read, table};
use crate::config::Config;
use crate::in_service::{Model, in_service};
use crate::system;

#[derive(Debug, Args)]
pub(in crate::cli) struct CompareArgs {
    /// Files of texts, one JSON object a line, as `holdfast assess` reads them or labelled as for `holdfast eval`.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The version that might read.
    #[arg(long, value_name = "VERSION")]
    candidate: String,
    /// The version to compare with. Without it, the one in service.
    #[arg(long, value_name = "VERSION")]
    live: Option<String>,
    /// Of which classifier. The linear tier's levels are those of the first stage.
    #[arg(long, value_enum, default_value_t = Model::Encoder)]
    classifier: Model,
    /// A folder of policies to judge by instead of those in force.
    #[arg(long, value_name = "DIR")]
    policy: Option<PathBuf>,
    /// For programs: every change.
    #[arg(long)]
    json: bool,
    /// Lists so many changes of each signal and direction.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    most: usize,
    /// Shows the texts whose level changes. They are members' words: mind who sees the screen.
    #[arg(long)]
    show_text: bool,
}

pub(super) async fn run(global: &Global, args: &CompareArgs) -> anyhow::Result<ExitCode> {
    let mut config = global.load()?;
    if let Some(policies) = &args.policy {
        config.rules.policies = Some(policies.clone());
    }
    let live = match &args.live {
        Some(live) => live.clone(),
        None => in_service_now(global, args.classifier).await?,
    };
    ensure!(
        live != args.candidate,
        "{live} is both in service and the candidate: name two versions"
    );
    let versions = Versions {
        live: args.assessor(&config, &live)?,
        candidate: args.assessor(&config, &args.candidate)?,
    };
    let mut rows = Vec::new();
    for file in &args.files {
        rows.extend(read(file)?);
    }
    let progress = progress(rows.len() as u64);
    let done = |texts: usize| progress.inc(texts as u64);
    let compared = compare(args.classifier, &versions, &rows, args.show_text, done);
    progress.finish_and_clear();
    if args.json {
        say(format!("{:#}", json!(compared)));
    } else {
        say(table(&compared, args.most));
    }
    Ok(ExitCode::SUCCESS)
}

async fn in_service_now(global: &Global, model: Model) -> anyhow::Result<String> {
    let tools = Tools::open(global).await?;
    let record = tools.promotions().record().await?;
    let live = in_service(&tools.config.classifiers, model, &record)?;
    let (version, _) = live.with_context(|| {
        format!("no {model} is in service by these settings: name a version with --live")
    })?;
    Ok(version)
}

impl CompareArgs {
    fn assessor(&self, config: &Config, version: &str) -> anyhow::Result<Assessor> {
        let mut config = config.clone();
        if self.classifier == Model::Linear {
            OFF.clone_into(&mut config.classifiers.encoder);
        }
        self.classifier.set(&mut config.classifiers, version);
        Assessor::assemble(&config, &Registry::new(), system::clock().now())
            .with_context(|| format!("{} {version} cannot read", self.classifier))
    }
}

fn progress(of: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{pos}/{len} texts, {per_sec}, {eta} to go {wide_bar}");
    ProgressBar::new(of).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
