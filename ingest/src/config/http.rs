//! The section `[ingest.http]`.

use std::collections::BTreeSet;
use std::time::Duration;

use holdfast_domain::{PlatformId, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The HTTP intake, `POST /v1/events`. It has no port of its own: it answers where the console does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Whether to answer at all; `true` when absent.
    pub enabled: bool,
    /// The largest request. Bytes, 4,194,304 when absent.
    pub max_request_bytes: usize,
    /// Events in one batch request; 1,000 when absent.
    pub max_batch_events: usize,
    /// Requests that wait for their append at the same time; the next one gets 429. 256 when absent.
    pub max_waiting: usize,
    /// How long a request waits for its append before it gets 503. Seconds, 30 when absent.
    pub timeout_secs: u64,
    /// Integrators whose tokens stand in the configuration, beside those of `holdfast token issue`.
    pub integrators: Vec<IntegratorConfig>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            max_request_bytes: 4 * 1024 * 1024,
            max_batch_events: 1000,
            max_waiting: 256,
            timeout_secs: 30,
            integrators: Vec::new(),
        }
    }
}

impl HttpConfig {
    /// See the field `timeout_secs`.
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_secs)
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut names = BTreeSet::new();
        for integrator in &self.integrators {
            let name = &integrator.name;
            if !names.insert(name) {
                problems.push(format!(
                    "ingest.http.integrators: {name} stands there twice; rename one"
                ));
            }
            if !is_sha256(&integrator.token_sha256) {
                problems.push(format!(
                    "ingest.http.integrators: token_sha256 of {name} takes 64 hexadecimal digits; \
                     make it with `printf %s \"$TOKEN\" | sha256sum`"
                ));
            }
        }
        problems
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// An integrator whose token stands in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntegratorConfig {
    /// The integrator's name, as it stands in the origin of its events.
    pub name: String,
    /// SHA-256 of the bearer token, 64 hexadecimal digits. The token itself stands nowhere.
    pub token_sha256: String,
    /// Whose customer; `default` when absent.
    #[serde(default)]
    pub tenant: TenantId,
    /// The platform, where a message does not name one.
    pub platform: PlatformId,
    /// Further platforms that its messages may name in `data.platform`. A message that names any other is
    /// a dead letter, so that one bridge cannot speak for another platform's members; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<PlatformId>,
    /// The field mapping for plain JSON, if it sends that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
}
