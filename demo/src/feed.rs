//! Puts what a community writes on Kafka.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};

use crate::{DemoError, Spoken};

/// A producer, as any platform would have.
pub struct Feed(FutureProducer);

impl Feed {
    /// Connects to brokers.
    pub fn connect(bootstrap: &str) -> Result<Self, DemoError> {
        Ok(Self(
            ClientConfig::new()
                .set("bootstrap.servers", bootstrap)
                .create()?,
        ))
    }

    /// Sends one thing and waits until the broker has it.
    pub async fn send(&self, spoken: &Spoken) -> Result<(), DemoError> {
        self.send_raw(
            spoken.topic,
            &spoken.key,
            spoken.event.to_string().as_bytes(),
        )
        .await
    }

    /// Sends any bytes as if they were an event, in structured mode.
    pub async fn send_raw(&self, topic: &str, key: &str, value: &[u8]) -> Result<(), DemoError> {
        let content_type = Header {
            key: "content-type",
            value: Some("application/cloudevents+json"),
        };
        let record = FutureRecord::to(topic)
            .key(key)
            .payload(value)
            .headers(OwnedHeaders::new().insert(content_type));
        self.0
            .send(record, Duration::from_secs(30))
            .await
            .map_err(|(error, _)| error)?;
        Ok(())
    }
}
