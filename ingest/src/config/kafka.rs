//! The section `[ingest.kafka]`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use holdfast_domain::{PlatformId, Sensitive, TenantId};
use schemars::JsonSchema;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::contract::Topic;

/// The Kafka intake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaConfig {
    /// Whether to read from Kafka at all; `false` when absent.
    pub enabled: bool,
    /// Where the brokers are, `host:port` with commas between. `localhost:9092` when absent.
    pub bootstrap_servers: String,
    /// The consumer group. All instances of one deployment share it; another group starts from the
    /// beginning. `holdfast` when absent.
    pub group: String,
    /// Which topics belong to whom. One subscription with all defaults when absent.
    pub subscriptions: Vec<Subscription>,
    /// What happens at start when a topic does not exist; `wait` when absent.
    pub missing_topic: MissingTopic,
    /// How long a partition that is taken away may finish its batch. Milliseconds, 5,000 when absent.
    pub drain_ms: u64,
    /// How often a stopped partition looks whether an operator let it go on. Milliseconds, 5,000 when
    /// absent.
    pub stopped_poll_ms: u64,
    /// Any property of librdkafka, over the ones that Holdfast sets: TLS (`security.protocol`,
    /// `ssl.ca.location`, …), SASL (`sasl.mechanism`, `sasl.username`, …) and everything else.
    pub properties: Properties,
    /// Properties whose value stands in a file, for secrets: `{ "sasl.password" = "/run/secrets/kafka" }`.
    /// A newline at the end is dropped.
    pub property_files: BTreeMap<String, PathBuf>,
}

impl Default for KafkaConfig {
    fn default() -> Self {
        Self {
            enabled: false,
            bootstrap_servers: "localhost:9092".to_owned(),
            group: "holdfast".to_owned(),
            subscriptions: vec![Subscription::default()],
            missing_topic: MissingTopic::Wait,
            drain_ms: 5000,
            stopped_poll_ms: 5000,
            properties: Properties::default(),
            property_files: BTreeMap::new(),
        }
    }
}

impl KafkaConfig {
    /// See the field `drain_ms`.
    pub const fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms)
    }

    /// See the field `stopped_poll_ms`.
    pub const fn stopped_poll(&self) -> Duration {
        Duration::from_millis(self.stopped_poll_ms)
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut seen = BTreeSet::new();
        for topic in self.subscriptions.iter().flat_map(Subscription::all_topics) {
            if !seen.insert(topic.clone()) {
                problems.push(format!(
                    "ingest.kafka.subscriptions: topic {topic} stands in two of them; give one a topic_prefix"
                ));
            }
        }
        if self.group.trim().is_empty() {
            problems.push("ingest.kafka.group must not be empty".to_owned());
        }
        for owned in [
            "group.id",
            "bootstrap.servers",
            "enable.auto.commit",
            "enable.auto.offset.store",
            "auto.offset.reset",
        ] {
            if self.properties.0.contains_key(owned) || self.property_files.contains_key(owned) {
                problems.push(format!(
                    "ingest.kafka.properties: {owned} is Holdfast's own; take it out"
                ));
            }
        }
        problems
    }
}

/// What happens at start when a topic does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingTopic {
    /// Say so and begin when it is there.
    Wait,
    /// Do not start.
    Fail,
}

/// Topics of one tenant and platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Subscription {
    /// Whose customer; `default` when absent.
    pub tenant: TenantId,
    /// The platform, where a message does not name one; `platform` when absent.
    pub platform: PlatformId,
    /// Further platforms that its messages may name in `data.platform`. A message that names any other is
    /// a dead letter, so that one bridge cannot speak for another platform's members; none when absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<PlatformId>,
    /// Stands before each of `topics`, e.g. `acme.`; empty when absent.
    pub topic_prefix: String,
    /// The topics with Holdfast's own messages, before the prefix. All six when absent.
    pub topics: Vec<String>,
    /// Topics with plain JSON, each with the name of its field mapping. No prefix is added.
    pub mapped: BTreeMap<String, String>,
}

impl Default for Subscription {
    fn default() -> Self {
        Self {
            tenant: TenantId::default(),
            platform: PlatformId::new("platform").expect("a plain word is a name"),
            platforms: Vec::new(),
            topic_prefix: String::new(),
            topics: Topic::ALL
                .into_iter()
                .map(|topic| topic.as_str().to_owned())
                .collect(),
            mapped: BTreeMap::new(),
        }
    }
}

impl Subscription {
    /// The full names of all its topics.
    pub fn all_topics(&self) -> impl Iterator<Item = String> {
        let own = self
            .topics
            .iter()
            .map(|topic| format!("{}{topic}", self.topic_prefix));
        own.chain(self.mapped.keys().cloned())
    }
}

/// Properties of librdkafka. Their values print only where the name does not smell of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Properties(pub BTreeMap<String, Sensitive<String>>);

impl Properties {
    /// Adds a property.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.into());
    }
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(
                name,
                if is_secret(name) {
                    "***"
                } else {
                    value.reveal()
                },
            )?;
        }
        map.end()
    }
}

fn is_secret(name: &str) -> bool {
    ["password", "secret", "pem", "oauthbearer", "jaas"]
        .iter()
        .any(|word| name.contains(word))
}
