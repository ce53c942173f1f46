//! The section `[ingest]` of `holdfast.toml`.

mod http;
mod kafka;

pub use http::{HttpConfig, IntegratorConfig};
pub use kafka::{KafkaConfig, MissingTopic, Properties, Subscription};

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decode::mapping::{Mapping, MappingConfig};

/// How posts, reports and results come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IngestConfig {
    /// A record that stood longer than this before we read it is live but marked late: it was our
    /// outage, not the member's silence. When a topic is read for the first time ever, what is older
    /// than this is backfill, and what is younger is live. Seconds, 600 when absent.
    pub late_after_secs: u64,
    /// What Holdfast's own canary writes into the attribute `holdfastsynthetic`. It counts only with the
    /// canary's own words and name, so that it hides no post; but whoever may write to the topics and
    /// knows it can send a false sign of life: set a secret where others write there. `canary` when
    /// absent.
    pub synthetic_marker: String,
    /// How much is taken of one record.
    pub limits: Limits,
    /// How many records are handed on at a time.
    pub batch: BatchConfig,
    /// Apache Kafka.
    pub kafka: KafkaConfig,
    /// The HTTP intake.
    pub http: HttpConfig,
    /// Field mappings for plain JSON, by name; see `docs/connecting-a-platform.md`.
    pub mappings: BTreeMap<String, MappingConfig>,
}

impl Default for IngestConfig {
    fn default() -> Self {
        Self {
            late_after_secs: 600,
            synthetic_marker: "canary".to_owned(),
            limits: Limits::default(),
            batch: BatchConfig::default(),
            kafka: KafkaConfig::default(),
            http: HttpConfig::default(),
            mappings: BTreeMap::new(),
        }
    }
}

impl IngestConfig {
    /// See the field of the same name.
    pub const fn late_after(&self) -> Duration {
        Duration::from_secs(self.late_after_secs)
    }

    /// Everything that is wrong, each with the setting's name and what to do. Empty when all is well.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.limits.problems();
        problems.extend(self.batch.problems());
        problems.extend(self.kafka.problems());
        problems.extend(self.http.problems());
        for (name, mapping) in &self.mappings {
            if let Err(problem) = Mapping::compile(mapping) {
                problems.push(format!("ingest.mappings.{name}: {problem}"));
            }
        }
        problems.extend(self.unknown_mappings());
        problems
    }

    fn unknown_mappings(&self) -> Vec<String> {
        let from_topics = self
            .kafka
            .subscriptions
            .iter()
            .flat_map(|s| s.mapped.values());
        let from_integrators = self
            .http
            .integrators
            .iter()
            .filter_map(|i| i.mapping.as_ref());
        let named: BTreeSet<_> = from_topics.chain(from_integrators).collect();
        named
            .into_iter()
            .filter(|name| !self.mappings.contains_key(*name))
            .map(|name| format!("ingest.mappings.{name} is used but not written; add the section"))
            .collect()
    }
}

/// How much is taken of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// A longer text is cut in the middle and marked. Bytes, 1,024 to 1,048,576; 65,536 when absent.
    pub max_text_bytes: usize,
    /// A larger record is a dead letter. Bytes, at least 4 times the text's limit is sensible;
    /// 1,048,576 when absent.
    pub max_record_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_text_bytes: 65_536,
            max_record_bytes: 1_048_576,
        }
    }
}

impl Limits {
    fn problems(self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1024..=1_048_576).contains(&self.max_text_bytes) {
            problems.push("ingest.limits.max_text_bytes takes 1024 to 1048576".to_owned());
        }
        if self.max_record_bytes < self.max_text_bytes {
            problems
                .push("ingest.limits.max_record_bytes must not be below max_text_bytes".to_owned());
        }
        problems
    }
}

/// How many records are handed on at a time. A batch goes when it is full or when its first record
/// has waited; while one is being appended, the next one fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BatchConfig {
    /// Records per batch, 1 to 10,000; 500 when absent.
    pub max_records: usize,
    /// Bytes of records per batch; 4,194,304 when absent. One record may go beyond it.
    pub max_bytes: usize,
    /// How long a record waits for others. Milliseconds, 10 when absent.
    pub max_wait_ms: u64,
    /// Batches handed on at the same time, over all partitions; 16 when absent. Bounds memory.
    pub max_in_flight: usize,
}

impl Default for BatchConfig {
    fn default() -> Self {
        Self {
            max_records: 500,
            max_bytes: 4 * 1024 * 1024,
            max_wait_ms: 10,
            max_in_flight: 16,
        }
    }
}

impl BatchConfig {
    /// See the field of the same name.
    pub const fn max_wait(&self) -> Duration {
        Duration::from_millis(self.max_wait_ms)
    }

    fn problems(self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1..=10_000).contains(&self.max_records) {
            problems.push("ingest.batch.max_records takes 1 to 10000".to_owned());
        }
        if self.max_bytes == 0 || self.max_in_flight == 0 {
            problems.push("ingest.batch.max_bytes and max_in_flight must be above 0".to_owned());
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<IngestConfig, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn an_empty_section_is_the_default_and_has_no_problems() {
        assert_eq!(read("").unwrap(), IngestConfig::default());
        assert_eq!(IngestConfig::default().problems(), Vec::<String>::new());
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        assert!(read("late_after_sec = 3").is_err());
        assert!(read("[kafka]\ngroop = 'x'").is_err());
    }

    #[test]
    fn a_mapping_that_is_used_but_not_written_is_named() {
        let config =
            read("[[kafka.subscriptions]]\nmapped = { 'discourse.posts' = 'discourse' }").unwrap();
        assert_eq!(
            config.problems(),
            ["ingest.mappings.discourse is used but not written; add the section"],
        );
    }

    #[test]
    fn two_subscriptions_to_one_topic_are_a_problem() {
        let config =
            read("[[kafka.subscriptions]]\n[[kafka.subscriptions]]\ntenant = 'b'").unwrap();
        assert!(config.problems()[0].contains("holdfast.posts.v1"));
    }

    #[test]
    fn a_password_shows_neither_in_debug_output_nor_in_the_printed_configuration() {
        let config =
            read("[kafka.properties]\n'sasl.password' = 'hush'\n'client.id' = 'holdfast'").unwrap();
        let printed = toml::to_string(&config).unwrap();
        assert!(!format!("{config:?}").contains("hush"));
        assert!(!printed.contains("hush"));
        assert!(printed.contains("\"client.id\" = \"holdfast\""));
    }
}
