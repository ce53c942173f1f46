//! `holdfast serve`.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Global;
use crate::serve;
use crate::wiring::Holdfast;

#[derive(Debug, Args)]
pub(super) struct ServeArgs {}

pub(super) async fn run(global: &Global, _args: &ServeArgs) -> anyhow::Result<ExitCode> {
    let (config, _telemetry) = global.load_and_log()?;
    let listener = listen(config.server.listen).await?;
    let holdfast = Holdfast::assemble(config).await?;
    serve::serve(holdfast, listener, stop_on_signal()?).await?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn listen(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("{address} cannot be listened on; set server.listen to a free address")
    })
}

/// Cancelled at the first SIGTERM or Ctrl-C; the second one ends the process at once.
pub(crate) fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        for last in [false, true] {
            tokio::select! { _ = term.recv() => {} _ = int.recv() => {} }
            if last {
                std::process::exit(130);
            }
            tracing::info!("stopping; what is under way is finished first");
            token.cancel();
        }
    });
    Ok(stop)
}
