//! The command line.

mod accounts;
mod assess;
mod config;
mod dead_letters;
mod demo;
mod eval;
mod generate;
mod intake;
mod levers;
mod model;
mod policy;
mod projections;
mod reading;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use crate::config::Config;

use crate::telemetry::{self, Telemetry};
pub(crate) use serve::stop_on_signal;

/// A safety pipeline for online peer-support communities.
#[derive(Debug, Parser)]
#[command(name = "holdfast", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The configuration file. Without one, the defaults and the environment count.
    #[arg(
        long,
        short,
        global = true,
        env = "HOLDFAST_CONFIG",
        value_name = "FILE"
    )]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs Holdfast: intake, judgement, queue, console and relay.
    Serve(serve::ServeArgs),
    /// Shows Holdfast at work: a made-up community, a broker in this process, a platform that obeys.
    Demo(demo::DemoArgs),
    /// Writes a made-up community's posts to a Kafka of yours.
    DemoFeed(demo::FeedArgs),
    /// Looks at what comes in.
    #[command(subcommand)]
    Intake(intake::IntakeCommand),
    /// Looks at records that could not be read, and puts them through again.
    #[command(subcommand)]
    DeadLetters(dead_letters::DeadLettersCommand),
    /// Stops and resumes everything that is asked of platforms, and sends again what was given up.
    #[command(subcommand)]
    Actions(levers::ActionsCommand),
    /// Checks and explains policies.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Judges texts from a file or standard input as the pipeline would, one JSON object a line. Records nothing.
    Assess(assess::AssessArgs),
    /// Says how often the pipeline is right on labelled texts, by source and kind.
    Eval(eval::EvalArgs),
    /// Says which versions of the learned models read, compares them, and records which should.
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Manages who may come in.
    #[command(subcommand)]
    User(accounts::UserCommand),
    /// Manages tokens of programs.
    #[command(subcommand)]
    Token(accounts::TokenCommand),
    /// Rebuilds what the queue reads from the log.
    #[command(subcommand)]
    Projections(projections::ProjectionsCommand),
    /// Checks and shows the configuration.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Writes every generated file anew: contracts, schemas, example configuration, metric list.
    Generate(generate::GenerateArgs),
}

/// Runs the command.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let Cli { global, command } = cli;
    match command {
        Command::Config(command) => return config::run(&global, &command),
        Command::Generate(args) => return generate::run(&args),
        Command::Policy(command) => return policy::run(&global, &command),
        Command::Assess(args) => return assess::run(&global, &args),
        Command::Eval(args) => return eval::run(&global, &args),
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the async runtime does not start")?;
    runtime.block_on(async move {
        match command {
            Command::Serve(args) => serve::run(&global, &args).await,
            Command::Demo(args) => demo::run(&args).await,
            Command::DemoFeed(args) => demo::feed(&args).await,
            Command::Intake(command) => intake::run(&global, &command).await,
            Command::DeadLetters(command) => dead_letters::run(&global, &command).await,
            Command::Actions(command) => levers::run(&global, &command).await,
            Command::Model(command) => model::run(&global, &command).await,
            Command::User(command) => accounts::user(&global, &command).await,
            Command::Token(command) => accounts::token(&global, &command).await,
            Command::Projections(command) => projections::run(&global, &command).await,
            Command::Config(_)
            | Command::Generate(_)
            | Command::Policy(_)
            | Command::Assess(_)
            | Command::Eval(_) => Ok(ExitCode::SUCCESS),
        }
    })
}

impl Global {
    /// The configuration in force.
    fn load(&self) -> anyhow::Result<Config> {
        Config::load(self.config.as_deref())
    }

    /// The same, with logging started by it.
    fn load_and_log(&self) -> anyhow::Result<(Config, Telemetry)> {
        let config = self.load()?;
        let telemetry = telemetry::start(&config.telemetry)?;
        Ok((config, telemetry))
    }
}

/// Prints an answer for the person at the terminal.
#[expect(clippy::print_stdout, reason = "a command line tool answers here")]
pub(crate) fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
