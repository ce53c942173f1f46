//! A platform that carries out what it is asked and reports back.

use std::time::Duration;

use jiff::Timestamp;
use rdkafka::ClientConfig;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::message::Message;
use serde_json::{Value, json};

use crate::{DemoError, Feed, Spoken};

/// How long the platform takes, so that a newcomer sees "sent, not confirmed" first.
const WORK: Duration = Duration::from_millis(1500);

/// Listens to `holdfast.actions.v1` and answers on `holdfast.action-results.v1`.
pub struct Platform {
    actions: StreamConsumer,
    answers: Feed,
}

impl Platform {
    /// Connects to brokers.
    pub fn connect(bootstrap: &str) -> Result<Self, DemoError> {
        let actions: StreamConsumer = ClientConfig::new()
            .set("bootstrap.servers", bootstrap)
            .set("group.id", "demo-platform")
            .set("auto.offset.reset", "earliest")
            .create()?;
        actions.subscribe(&["holdfast.actions.v1"])?;
        Ok(Self {
            actions,
            answers: Feed::connect(bootstrap)?,
        })
    }

    /// Carries out actions until the broker goes away. `now` tells the time of each answer.
    pub async fn run(self, now: impl Fn() -> Timestamp) -> Result<(), DemoError> {
        loop {
            let message = self.actions.recv().await?;
            let Some(command) = message
                .payload()
                .and_then(|bytes| serde_json::from_slice(bytes).ok())
            else {
                continue;
            };
            tokio::time::sleep(WORK).await;
            for answer in answers(&command, now()) {
                self.answers.send(&answer).await?;
            }
        }
    }
}

/// "Done", and for a message to a member "delivered" as well.
fn answers(command: &Value, now: Timestamp) -> Vec<Spoken> {
    let data = command.get("data").unwrap_or(command);
    let Some(action) = data.get("action_id").and_then(Value::as_str) else {
        return Vec::new();
    };
    let author = data
        .pointer("/target/author/pseudonym")
        .and_then(Value::as_str)
        .unwrap_or("unknown");
    let answer = |kind: &str, step: &str, data: Value| Spoken {
        topic: "holdfast.action-results.v1",
        key: author.to_owned(),
        event: json!({
            "specversion": "1.0",
            "id": format!("{action}-{step}"),
            "source": "/demo",
            "type": kind,
            "time": now.to_string(),
            "datacontenttype": "application/json",
            "data": data,
        }),
    };
    let done = json!({ "action_id": action, "outcome": "done", "platform": "demo" });
    let mut answers = vec![answer("holdfast.action.result.v1", "done", done)];
    if data.to_string().contains("\"outreach\"") {
        let delivered = json!({ "action_id": action, "platform": "demo" });
        answers.push(answer(
            "holdfast.outreach.delivered.v1",
            "delivered",
            delivered,
        ));
    }
    answers
}
