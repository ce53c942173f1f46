//! Starts the loops, watches over them, and stops them in order.
//!
//! Every loop runs until it is told to stop. One that ends before is a fault: the process says which,
//! stops the others and exits with an error, so that whoever supervises it starts it anew.

mod housekeeping;
mod loops;
mod paging;
pub(crate) use loops::sleep;

use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::wiring::Holdfast;

/// Runs Holdfast until `stop`, or until a loop fails.
pub async fn serve(
    holdfast: Holdfast,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let address = listener
        .local_addr()
        .context("the listening socket has no address")?;
    let patience = Duration::from_secs(holdfast.config.server.stop_secs);
    let mut running = Running {
        tasks: JoinSet::new(),
        stop: stop.clone(),
    };
    loops::start(&holdfast, listener, &mut running)?;
    info!(%address, instance = %holdfast.instance, "Holdfast is running at http://{address}");
    let fault = running.until_stopped().await;
    stop.cancel();
    running.wind_down(patience).await;
    holdfast.health.stopped();
    fault.map_or(Ok(()), Err)
}

/// The loops that run.
pub(crate) struct Running {
    tasks: JoinSet<(&'static str, anyhow::Result<()>)>,
    pub(crate) stop: CancellationToken,
}

impl Running {
    /// Starts a loop.
    pub(crate) fn start<F>(&mut self, name: &'static str, run: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.tasks.spawn(async move { (name, run.await) });
    }

    /// Waits until somebody asks to stop, or a loop ends by itself.
    async fn until_stopped(&mut self) -> Option<anyhow::Error> {
        tokio::select! {
            // Loops that end because they were asked to are no fault.
            biased;
            () = self.stop.cancelled() => None,
            Some(ended) = self.tasks.join_next() => Some(fault(ended)),
        }
    }

    /// Gives the loops time to finish what is under way.
    async fn wind_down(&mut self, patience: Duration) {
        let all = async {
            while let Some(ended) = self.tasks.join_next().await {
                if let Ok((name, Err(error))) = ended {
                    error!(
                        loop_name = name,
                        error = format!("{error:#}"),
                        "a loop failed while stopping"
                    );
                }
            }
        };
        if tokio::time::timeout(patience, all).await.is_err() {
            error!(
                "some loops did not finish in time; what they held is taken up again at the next start"
            );
            self.tasks.abort_all();
        }
    }
}

fn fault(
    ended: Result<(&'static str, anyhow::Result<()>), tokio::task::JoinError>,
) -> anyhow::Error {
    match ended {
        Ok((name, Ok(()))) => anyhow::anyhow!("the {name} loop ended by itself"),
        Ok((name, Err(error))) => error.context(format!("the {name} loop failed")),
        // A panic's message may carry anything, so it stays out of the log.
        Err(_) => anyhow::anyhow!("a loop panicked"),
    }
}
