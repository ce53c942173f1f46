//! `holdfast demo` and `holdfast demo-feed`.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;
use holdfast_demo::{Community, Feed};

use super::say;
use crate::demo;

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Where the console answers.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Which story the community tells.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Args)]
pub(super) struct FeedArgs {
    /// The brokers, `host:port` separated by commas.
    #[arg(long, env = "HOLDFAST_TEST_KAFKA")]
    brokers: String,
    /// Which story the community tells.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many posts and reports; without it, until stopped.
    #[arg(long)]
    count: Option<u64>,
    /// As fast as the broker takes them, rather than at a readable pace.
    #[arg(long)]
    fast: bool,
}

pub(super) async fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    demo::run(args.listen, args.seed).await?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn feed(args: &FeedArgs) -> anyhow::Result<ExitCode> {
    let (feed, mut community) = (Feed::connect(&args.brokers)?, Community::new(args.seed));
    let stop = super::serve::stop_on_signal()?;
    let mut sent = 0;
    while args.count.is_none_or(|count| sent < count) && !stop.is_cancelled() {
        feed.send(&community.next(demo::now())).await?;
        sent += 1;
        if !args.fast {
            crate::serve::sleep(community.pause(), &stop).await;
        }
    }
    say(format!("{sent} records sent"));
    Ok(ExitCode::SUCCESS)
}
