//! Which loops run, and how each is started.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::routing::get;
use holdfast_actions::{HandsParts, Heartbeat, Relay};
use holdfast_event_store::Pending;
use holdfast_ingest::kafka::{KafkaIntake, Surroundings};
use holdfast_review_queue::config::ReviewConfig;
use holdfast_review_queue::news::Follower;
use holdfast_review_queue::web::{Console, ConsoleTexts};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Running, housekeeping, paging};
use crate::crash::{CrashPoint, crash_at};
use crate::house::RealHouse;
use crate::pipeline::DeepStage;
use crate::telemetry::TracedSender;
use crate::wiring::Holdfast;
use crate::{canary, ops, scoring};

/// How long the deep stage sleeps when nothing waits.
const IDLE: Duration = Duration::from_millis(50);
/// How often the projector looks for what other instances appended.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Starts everything that this instance does.
pub(super) fn start(
    holdfast: &Holdfast,
    listener: TcpListener,
    running: &mut Running,
) -> anyhow::Result<()> {
    let assessor = &holdfast.assessor;
    assessor.start_shadows(&holdfast.config.classifiers);
    web(holdfast, listener, running)?;
    if holdfast.config.ingest.kafka.enabled {
        kafka(holdfast, running)?;
    }
    deep(holdfast, running);
    relay(holdfast, running)?;
    paging::watch(holdfast, running);
    disk(holdfast, running);
    projector(holdfast, running);
    news(holdfast, running);
    housekeeping::start(holdfast, running);
    if holdfast.config.canary.enabled {
        canary::start(holdfast, running)?;
    }
    Ok(())
}

fn web(holdfast: &Holdfast, listener: TcpListener, running: &mut Running) -> anyhow::Result<()> {
    let app = Router::new()
        .merge(holdfast_review_queue::router(holdfast.review.clone()))
        .merge(holdfast_review_queue::web::router(console(holdfast)))
        .merge(ops::router(holdfast))
        .merge(scoring::router(holdfast)?)
        .route(
            "/robots.txt",
            get(|| async { "User-agent: *\nDisallow: /\n" }),
        );
    let app = if holdfast.config.ingest.http.enabled {
        app.merge(ops::intake_router(holdfast))
    } else {
        app
    };
    let stop = running.stop.clone();
    running.start("web", async move {
        axum::serve(
            listener,
            app.into_make_service_with_connect_info::<std::net::SocketAddr>(),
        )
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
        .context("the web server failed")
    });
    Ok(())
}

fn console(holdfast: &Holdfast) -> Console {
    Console::new(holdfast.review.clone())
        .in_house(Arc::new(RealHouse {
            store: holdfast.store.clone(),
            health: Arc::clone(&holdfast.health),
            actions: holdfast.config.actions.clone(),
            phone: Some(holdfast.config.server.phone.clone()).filter(|phone| !phone.is_empty()),
        }))
        .with_texts(ConsoleTexts {
            policies: holdfast.assessor.policies(),
            templates: messages(&holdfast.config.review),
        })
}

fn messages(config: &ReviewConfig) -> Vec<(String, String)> {
    let messages = config.messages.iter();
    messages
        .map(|message| (message.name.clone(), message.text.clone()))
        .collect()
}

fn kafka(holdfast: &Holdfast, running: &mut Running) -> anyhow::Result<()> {
    let surroundings = Surroundings {
        handler: Arc::new(holdfast.pipeline.clone()),
        clock: Arc::clone(&holdfast.clock),
        metrics: holdfast.ingest_metrics.clone(),
    };
    let intake = KafkaIntake::start(&holdfast.config.ingest, surroundings)?;
    let control = intake.control();
    housekeeping::watch_kafka(holdfast, control.clone(), running);
    let stop = running.stop.clone();
    running.start("kafka", async move {
        let stopper = tokio::spawn({
            let control = control.clone();
            async move {
                stop.cancelled().await;
                control.stop();
            }
        });
        let ended = intake.ended().await;
        stopper.abort();
        Ok(ended?)
    });
    Ok(())
}

fn deep(holdfast: &Holdfast, running: &mut Running) {
    let pending: Arc<dyn Pending> = holdfast.store.clone();
    let batch = holdfast.config.server.deep_batch;
    let stage = DeepStage::new(
        holdfast.pipeline.clone(),
        pending,
        holdfast.instance.clone(),
        batch,
    );
    let (stop, health) = (running.stop.clone(), Arc::clone(&holdfast.health));
    running.start("deep", async move {
        let mut pause = Pause::new(IDLE);
        while !stop.is_cancelled() {
            match stage.step().await {
                Ok(0) => {
                    health.beat("deep");
                    pause.idle(&stop).await;
                }
                Ok(_) => {
                    health.beat("deep");
                    pause.reset();
                }
                Err(error) if error.is_transient() => {
                    tracing::warn!(%error, "the deep stage tries again");
                    pause.backoff(&stop).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    });
}

fn relay(holdfast: &Holdfast, running: &mut Running) -> anyhow::Result<()> {
    let config = holdfast.config.actions.clone();
    let metrics = holdfast.action_metrics.clone();
    let heartbeat = Arc::new(Heartbeat::new(
        &config.heartbeat,
        Arc::clone(&holdfast.clock),
        metrics.clone(),
    )?);
    let parts = HandsParts {
        log: holdfast.store.clone(),
        outbox: holdfast.store.clone(),
        content: holdfast.store.clone(),
        intake: holdfast.store.clone(),
        leadership: holdfast.store.clone(),
        control: holdfast.store.clone(),
        sender: Arc::new(TracedSender(holdfast_actions::sender(&config)?)),
        heartbeat: Arc::clone(&heartbeat),
        pulse: Arc::clone(&holdfast.pulse),
        clock: Arc::clone(&holdfast.clock),
        ids: Arc::clone(&holdfast.ids),
        metrics,
        holder: holdfast.instance.clone(),
        crash: Some(Arc::new(|| crash_at(CrashPoint::MidRelay))),
    };
    let relay = Relay::new(config.clone(), parts);
    let stop = running.stop.clone();
    running.start("relay", async move {
        relay.run(stop).await;
        Ok(())
    });
    if config.output == holdfast_actions::config::Output::Kafka {
        let stop = running.stop.clone();
        running.start("heartbeat", async move {
            Ok(holdfast_actions::heartbeat::listen(&config, heartbeat, stop).await?)
        });
    }
    Ok(())
}

/// Ends the process when the disk fails: what a later write reports would not be true.
fn disk(holdfast: &Holdfast, running: &mut Running) {
    let (store, stop) = (holdfast.store.clone(), running.stop.clone());
    running.start("store", async move {
        tokio::select! {
            () = stop.cancelled() => Ok(()),
            () = store.disk_failed() => Err(anyhow::anyhow!(
                "the disk failed while writing; look at the disk, then start Holdfast again: what is \
                 not recorded stays with its source and is taken in then"
            )),
        }
    });
}

/// Tells those who watch the queue what changed.
fn news(holdfast: &Holdfast, running: &mut Running) {
    let (store, news) = (holdfast.store.clone(), holdfast.review.news.clone());
    let (follower, stop) = (
        Follower::new(store.clone(), store, news),
        running.stop.clone(),
    );
    running.start("news", async move { Ok(follower.run(stop).await?) });
}

/// Carries the log into the queue's rows.
fn projector(holdfast: &Holdfast, running: &mut Running) {
    let projector = holdfast.projector();
    let (mut appended, stop) = (holdfast.store.appended(), running.stop.clone());
    let health = Arc::clone(&holdfast.health);
    running.start("projector", async move {
        let mut pause = Pause::new(LOOK_AGAIN);
        while !stop.is_cancelled() {
            match projector.catch_up().await {
                Ok(()) => {
                    pause.reset();
                    health.beat("projector");
                    tokio::select! {
                        () = stop.cancelled() => {}
                        _ = appended.changed() => {}
                        () = tokio::time::sleep(LOOK_AGAIN) => {}
                    }
                }
                Err(error) if error.is_transient() => {
                    tracing::warn!(%error, "the queue's rows wait for the store");
                    pause.backoff(&stop).await;
                }
                // An event that this build cannot read: skipping it would lose facts.
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    });
}

/// Sleeps between looks: a little when there is nothing to do, longer after each failure.
struct Pause {
    idle: Duration,
    failures: u32,
}

impl Pause {
    const fn new(idle: Duration) -> Self {
        Self { idle, failures: 0 }
    }

    const fn reset(&mut self) {
        self.failures = 0;
    }

    async fn idle(&mut self, stop: &CancellationToken) {
        self.reset();
        sleep(self.idle, stop).await;
    }

    async fn backoff(&mut self, stop: &CancellationToken) {
        let length = Duration::from_millis(100) * 2_u32.pow(self.failures.min(6));
        self.failures += 1;
        sleep(length, stop).await;
    }
}

/// Sleeps, or stops sleeping when asked to stop.
pub(crate) async fn sleep(length: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = tokio::time::sleep(length) => {}
        () = stop.cancelled() => {}
    }
}
