//! The section `[actions]` of `holdfast.toml`.
//!
//! Every setting has a default that is safe to start with: nothing leaves the house until a
//! community is set to `live`, and then to the log until an output is chosen.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use holdfast_domain::{ActionKind, CommunityId, PlatformId};
use serde::{Deserialize, Serialize};

use crate::contract::{Channel, HeaderStyle};

/// The section `[actions]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ActionsConfig {
    /// Where messages go: `log`, `kafka` or `webhook`. `log` writes ids to the program's own log and
    /// is for trying things out: actions count as sent.
    pub output: Output,
    /// The start of the `source` of outgoing events; the tenant is put behind it.
    pub source: String,
    /// What actions do in a community that has no mode of its own: `observe` records them and keeps
    /// them in the house, `live` sends them. Alerts are always sent.
    pub mode: Mode,
    /// Settings per community, by its id.
    pub communities: BTreeMap<CommunityId, CommunityConfig>,
    /// The actions that platforms carry out, where a platform has no list of its own. What is not
    /// listed is not offered to people and never sent.
    pub supported: Vec<ActionKind>,
    /// Settings per platform, by its id.
    pub platforms: BTreeMap<PlatformId, PlatformConfig>,
    /// After how many seconds without an answer from the platform the case's owner is told.
    pub answer_due_secs: u64,
    /// What members may be told, by policy; a policy without a line of its own takes that of its
    /// nearest parent (`harassment` for `harassment.threat`).
    pub public_reasons: BTreeMap<String, String>,
    /// The address of a case in the console, `{case}` standing for its id; for links in alerts.
    pub case_link: Option<String>,
    /// Delivery.
    pub relay: RelayConfig,
    /// Output to Kafka.
    pub kafka: KafkaConfig,
    /// Output to webhooks.
    pub webhook: WebhookConfig,
    /// The sign of life.
    pub heartbeat: HeartbeatConfig,
}

impl Default for ActionsConfig {
    fn default() -> Self {
        Self {
            output: Output::Log,
            source: "/holdfast".to_owned(),
            mode: Mode::Observe,
            communities: BTreeMap::new(),
            supported: ActionKind::ALL.to_vec(),
            platforms: BTreeMap::new(),
            answer_due_secs: 15 * 60,
            public_reasons: BTreeMap::new(),
            case_link: None,
            relay: RelayConfig::default(),
            kafka: KafkaConfig::default(),
            webhook: WebhookConfig::default(),
            heartbeat: HeartbeatConfig::default(),
        }
    }
}

/// Where messages go.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// Ids to the program's own log.
    #[default]
    Log,
    /// Kafka topics.
    Kafka,
    /// Signed webhooks.
    Webhook,
}

/// Whether actions leave the house.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They are recorded and stay.
    #[default]
    Observe,
    /// They are sent.
    Live,
}

/// A section `[actions.communities.<id>]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommunityConfig {
    /// Whether its actions leave the house.
    pub mode: Mode,
}

/// A section `[actions.platforms.<id>]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlatformConfig {
    /// The actions that it carries out.
    pub supported: Vec<ActionKind>,
}

/// The section `[actions.relay]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RelayConfig {
    /// How often the outbox is looked at when nothing says that there is something new, in
    /// milliseconds.
    pub poll_ms: u64,
    /// For how many seconds an instance keeps a shard without renewing; after a crash, others wait
    /// that long.
    pub lease_secs: u64,
    /// How many messages of each urgency (alerts, care, enforcement, other) are on their way at once.
    pub concurrency: usize,
    /// The wait after the first failure, in seconds; it doubles with each further one.
    pub first_retry_secs: u64,
    /// The longest wait between attempts of an alert, in seconds.
    pub longest_alert_retry_secs: u64,
    /// The longest wait between attempts of a message that helps a member, in seconds.
    pub longest_care_retry_secs: u64,
    /// The longest wait between attempts of anything else, in seconds.
    pub longest_retry_secs: u64,
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self {
            poll_ms: 1000,
            lease_secs: 15,
            concurrency: 16,
            first_retry_secs: 5,
            longest_alert_retry_secs: 60,
            longest_care_retry_secs: 15 * 60,
            longest_retry_secs: 6 * 3600,
        }
    }
}

/// The section `[actions.kafka]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaConfig {
    /// The brokers, `host:port` separated by commas.
    pub brokers: String,
    /// Put before every topic, e.g. `tenant-a.`.
    pub topic_prefix: String,
    /// Other names for topics, by channel (`actions`, `alerts`, `report_outcomes`, `canary`).
    pub topics: BTreeMap<Channel, String>,
    /// Any property of librdkafka, e.g. `"security.protocol" = "SASL_SSL"`.
    pub properties: BTreeMap<String, String>,
    /// Properties whose value stands in a file, e.g. `"sasl.password" = "/run/secrets/kafka"`.
    pub property_files: BTreeMap<String, PathBuf>,
    /// How long the brokers may take to accept a message, in seconds.
    pub timeout_secs: u64,
    /// Whose header names dead letters bear beside Holdfast's own: `holdfast`, `kafka_connect` or
    /// `spring`.
    pub dead_letter_headers: HeaderStyle,
}

impl Default for KafkaConfig {
    fn default() -> Self {
        Self {
            brokers: "127.0.0.1:9092".to_owned(),
            topic_prefix: String::new(),
            topics: BTreeMap::new(),
            properties: BTreeMap::new(),
            property_files: BTreeMap::new(),
            timeout_secs: 20,
            dead_letter_headers: HeaderStyle::Holdfast,
        }
    }
}

/// The section `[actions.webhook]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookConfig {
    /// Where messages are posted to; `https`, unless the host is in `allow_hosts`.
    pub url: Option<String>,
    /// Files with a `whsec_…` secret each, the newest first: every message is signed with all of
    /// them, so that a receiver can change over at leisure.
    pub secret_files: Vec<PathBuf>,
    /// Other endpoints by channel (`actions`, `alerts`, `report_outcomes`, `dead_letters`, `canary`).
    pub channels: BTreeMap<Channel, EndpointConfig>,
    /// How long a receiver may take, in seconds.
    pub timeout_secs: u64,
    /// Hosts that may be called although they are private or speak plain `http`: names or addresses
    /// as they stand in the url.
    pub allow_hosts: Vec<String>,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            url: None,
            secret_files: Vec::new(),
            channels: BTreeMap::new(),
            timeout_secs: 20,
            allow_hosts: Vec::new(),
        }
    }
}

/// A section `[actions.webhook.channels.<channel>]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointConfig {
    /// Where the channel's messages are posted to.
    pub url: String,
    /// Files with a `whsec_…` secret each, the newest first.
    pub secret_files: Vec<PathBuf>,
}

/// The section `[actions.heartbeat]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HeartbeatConfig {
    /// An address that raises an alarm when it is *not* called for some minutes (a dead-man switch).
    /// Called whenever a marked synthetic post has come the whole way.
    pub url: Option<String>,
    /// A synthetic post that took longer than this counts as not arrived, in seconds.
    pub max_age_secs: u64,
    /// Hosts that may be called although they are private or speak plain `http`.
    pub allow_hosts: Vec<String>,
}

impl Default for HeartbeatConfig {
    fn default() -> Self {
        Self {
            url: None,
            max_age_secs: 60,
            allow_hosts: Vec::new(),
        }
    }
}

impl ActionsConfig {
    /// Whether actions of a community leave the house.
    pub fn mode_of(&self, community: &CommunityId) -> Mode {
        self.communities
            .get(community)
            .map_or(self.mode, |settings| settings.mode)
    }

    /// The actions that a platform carries out: what to offer to people.
    pub fn supported_by(&self, platform: &PlatformId) -> &[ActionKind] {
        self.platforms
            .get(platform)
            .map_or(&self.supported, |settings| &settings.supported)
    }

    /// What members may be told about a policy, by its own line or that of its nearest parent.
    pub fn public_reason(&self, policy: &str) -> Option<&str> {
        let mut name = policy;
        loop {
            if let Some(reason) = self.public_reasons.get(name) {
                return Some(reason);
            }
            name = name.rsplit_once('.')?.0;
        }
    }

    /// How long the platform may take to answer.
    pub const fn answer_due(&self) -> Duration {
        Duration::from_secs(self.answer_due_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: serde_json::Value) -> Result<ActionsConfig, serde_json::Error> {
        serde_json::from_value(json)
    }

    #[test]
    fn nothing_leaves_the_house_unless_configured() {
        let config = ActionsConfig::default();
        let anywhere = CommunityId::new("night-shift").unwrap();
        assert_eq!(config.mode_of(&anywhere), Mode::Observe);
        assert_eq!(config.output, Output::Log);
    }

    #[test]
    fn one_community_can_go_live_alone() {
        let config =
            read(serde_json::json!({"communities": {"night-shift": {"mode": "live"}}})).unwrap();
        assert_eq!(
            config.mode_of(&CommunityId::new("night-shift").unwrap()),
            Mode::Live
        );
        assert_eq!(
            config.mode_of(&CommunityId::new("day-shift").unwrap()),
            Mode::Observe
        );
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        let error = read(serde_json::json!({"relay": {"lease_second": 3}})).unwrap_err();
        assert!(error.to_string().contains("lease_second"), "{error}");
    }

    #[test]
    fn a_policy_takes_the_public_reason_of_its_nearest_parent() {
        let config = read(serde_json::json!({
            "public_reasons": {"harassment": "Be kind.", "harassment.threat": "No threats."}
        }))
        .unwrap();
        assert_eq!(
            config.public_reason("harassment.threat"),
            Some("No threats.")
        );
        assert_eq!(config.public_reason("harassment.insult"), Some("Be kind."));
        assert_eq!(config.public_reason("stigma"), None);
    }
}
