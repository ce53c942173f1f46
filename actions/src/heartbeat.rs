//! The sign of life: silence itself raises the alarm.
//!
//! A marked synthetic post travels the real way; where it comes out, and only there, a configured
//! address is called that raises an alarm when it is *not* called. With output to Kafka the place is
//! [`listen`], a consumer of the canary's topic; with other outputs it is the handing over itself.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::{Clock, Timestamp};
use rdkafka::Message;
use rdkafka::consumer::{Consumer, StreamConsumer};
use reqwest::{Client, Url};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::config::{ActionsConfig, HeartbeatConfig};
use crate::contract::{Canary, Channel, CloudEvent};
use crate::error::SetupError;
use crate::kafka::{client_config, topic_of};
use crate::metrics::Metrics;
use crate::webhook::{Guard, chain, client};

/// Calls the configured address for every synthetic post that arrives in time.
pub struct Heartbeat {
    target: Option<(Client, Url)>,
    max_age: Duration,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
}

impl std::fmt::Debug for Heartbeat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heartbeat")
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

impl Heartbeat {
    /// Checks the address.
    pub fn new(
        config: &HeartbeatConfig,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Result<Self, SetupError> {
        let target = match &config.url {
            None => None,
            Some(url) => {
                let guard = Guard::new(&config.allow_hosts);
                let url = guard
                    .check_url(url)
                    .map_err(|problem| SetupError::new("actions.heartbeat.url", problem))?;
                let client = client(&guard, Duration::from_secs(10))
                    .map_err(|error| SetupError::new("actions.heartbeat", error.to_string()))?;
                Some((client, url))
            }
        };
        Ok(Self {
            target,
            max_age: Duration::from_secs(config.max_age_secs),
            clock,
            metrics,
        })
    }

    /// A synthetic post that was put at `put_at` has arrived.
    pub async fn arrived(&self, put_at: Timestamp) {
        let result = if self.clock.now().since(put_at) > self.max_age {
            warn!("a synthetic post arrived too late to count as a sign of life");
            "late"
        } else {
            self.call().await
        };
        self.metrics.heartbeats.with_label_values(&[result]).inc();
    }

    async fn call(&self) -> &'static str {
        let Some((client, url)) = &self.target else {
            return "sent";
        };
        let answer = client.get(url.clone()).send().await;
        match answer.and_then(reqwest::Response::error_for_status) {
            Ok(_) => {
                debug!("sign of life sent");
                "sent"
            }
            Err(error) => {
                let error = chain(&error.without_url());
                warn!(error, "the heartbeat's address does not answer");
                "failed"
            }
        }
    }
}

/// Receives the canary from its topic until `stop`, and lets `heartbeat` know.
pub async fn listen(
    config: &ActionsConfig,
    heartbeat: Arc<Heartbeat>,
    stop: CancellationToken,
) -> Result<(), SetupError> {
    let topic = topic_of(&config.kafka, Channel::Canary);
    let broken =
        |error: rdkafka::error::KafkaError| SetupError::new("actions.kafka", error.to_string());
    let mut settings = client_config(&config.kafka)?;
    for producer_only in [
        "enable.idempotence",
        "acks",
        "linger.ms",
        "partitioner",
        "delivery.timeout.ms",
    ] {
        settings.remove(producer_only);
    }
    let consumer: StreamConsumer = settings
        .set(
            "group.id",
            format!("{}holdfast-canary", config.kafka.topic_prefix),
        )
        .set("auto.offset.reset", "latest")
        .set("allow.auto.create.topics", "true")
        .create()
        .map_err(broken)?;
    consumer.subscribe(&[&topic]).map_err(broken)?;
    loop {
        let received = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            received = consumer.recv() => received,
        };
        match received {
            Ok(message) => {
                let canary = message.payload().and_then(decode);
                if let Some(canary) = canary {
                    heartbeat.arrived(canary.put_at.0).await;
                }
            }
            Err(error) => {
                warn!(%error, topic, "the canary's topic cannot be read yet");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn decode(payload: &[u8]) -> Option<Canary> {
    let event: CloudEvent<Canary> = serde_json::from_slice(payload).ok()?;
    (event.event_type == Channel::Canary.event_type()).then_some(event.data)
}
