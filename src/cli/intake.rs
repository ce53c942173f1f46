//! `holdfast intake check|file|resume`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use holdfast_domain::{PlatformId, TenantId};
use holdfast_ingest::file::{FileIntake, Progress};
use holdfast_ingest::{Decoder, check as intake};

use super::{Global, say};
use crate::system;
use crate::wiring::Holdfast;

#[derive(Debug, Subcommand)]
pub(super) enum IntakeCommand {
    /// Reads up to 1,000 records of a topic or file, commits nothing, and says what each would become.
    Check(Check),
    /// Takes a file of events in, one a line, for look-back: no page, no clock, no action.
    File(File),
    /// Lets a stopped partition go on, and records the range that nobody screened.
    Resume(Resume),
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// A topic of the configured Kafka.
    #[arg(long, conflicts_with = "file", required_unless_present = "file")]
    topic: Option<String>,
    /// A file, one event a line.
    #[arg(long)]
    file: Option<PathBuf>,
    /// For programs.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct File {
    /// The file, one event a line.
    path: PathBuf,
    /// Whose customer.
    #[arg(long, default_value = "default")]
    tenant: String,
    /// The platform, where an event does not name one.
    #[arg(long, default_value = "platform")]
    platform: String,
    /// A further platform that its events may name; may be given several times.
    #[arg(long = "also-platform")]
    also_platforms: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Resume {
    /// The topic.
    #[arg(long)]
    topic: String,
    /// The partition.
    #[arg(long)]
    partition: i32,
    /// Why. It stands in the log, with the range that nobody screened.
    #[arg(long)]
    reason: String,
}

pub(super) async fn run(global: &Global, command: &IntakeCommand) -> anyhow::Result<ExitCode> {
    match command {
        IntakeCommand::Check(check) => self::check(global, check),
        IntakeCommand::File(file) => self::file(global, file).await,
        IntakeCommand::Resume(resume) => self::resume(global, resume).await,
    }
}

fn check(global: &Global, check: &Check) -> anyhow::Result<ExitCode> {
    let config = global.load()?.ingest;
    let clock = system::clock();
    let report = match (&check.topic, &check.file) {
        (Some(topic), _) => intake::check_topic(&config, topic, clock.as_ref(), intake::RECORDS)?,
        (None, Some(file)) => {
            let subscription = config
                .kafka
                .subscriptions
                .first()
                .cloned()
                .unwrap_or_default();
            let decoder = Decoder::new(&config, subscription.tenant, subscription.platform)
                .with_platforms(&subscription.platforms);
            intake::check_file(file, &decoder, clock.as_ref(), intake::RECORDS)?
        }
        (None, None) => anyhow::bail!("name a --topic or a --file"),
    };
    say(if check.json {
        serde_json::to_string_pretty(&report)?
    } else {
        intake::render(&report)
    });
    Ok(ExitCode::SUCCESS)
}

async fn file(global: &Global, file: &File) -> anyhow::Result<ExitCode> {
    let (config, _telemetry) = global.load_and_log()?;
    let holdfast = Holdfast::assemble(config).await?;
    let (tenant, platform) = (
        TenantId::new(&file.tenant)?,
        PlatformId::new(&file.platform)?,
    );
    let also: Vec<PlatformId> = file
        .also_platforms
        .iter()
        .map(PlatformId::new)
        .collect::<Result<_, _>>()?;
    let intake = FileIntake {
        handler: Arc::new(holdfast.pipeline.clone()),
        decoder: Decoder::new(&holdfast.config.ingest, tenant, platform).with_platforms(&also),
        batch: holdfast.config.ingest.batch,
        clock: Arc::clone(&holdfast.clock),
        metrics: holdfast.ingest_metrics.clone(),
    };
    let report = intake.run(&file.path, &Progress::on_terminal()).await?;
    say(format!(
        "{} lines taken in ({} not readable, now dead letters), {} taken in before",
        report.taken, report.rejected, report.skipped
    ));
    Ok(ExitCode::SUCCESS)
}

/// Moves the stored position to where the partition's records begin now, and records what was missed.
async fn resume(global: &Global, resume: &Resume) -> anyhow::Result<ExitCode> {
    let holdfast = Holdfast::assemble(global.load()?).await?;
    let (topic, partition) = (&resume.topic, resume.partition);
    let resumed = crate::resume::resume(&holdfast, topic, partition, &resume.reason).await?;
    say(format!(
        "{topic}/{partition} goes on at {}; what stood from {} on was not screened, and the log says so",
        resumed.to, resumed.from
    ));
    Ok(ExitCode::SUCCESS)
}
