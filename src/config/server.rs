//! Sections `[server]` and `[canary]`.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// The process itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Where console, API, intake, health and metrics answer.
    pub listen: SocketAddr,
    /// This instance's name among others; empty takes a fresh one at every start.
    pub instance: String,
    /// Whom moderators phone when crisis posts may not reach them, e.g. `the operator on duty,
    /// +44 20 7946 0000`; shown on every page while that is so.
    pub phone: String,
    /// Posts that a deep worker takes at a time, 1 to 1000.
    pub deep_batch: usize,
    /// An alert (or the sign of life) that has not left after so many seconds breaks the crisis path:
    /// `/healthz/crisis-path` and the console say so. 5 to 3600.
    pub alert_overdue_secs: u64,
    /// Seconds that a stopping process gives what is under way, 1 to 300.
    pub stop_secs: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            instance: String::new(),
            phone: String::new(),
            deep_batch: 16,
            alert_overdue_secs: 60,
            stop_secs: 20,
        }
    }
}

/// The synthetic post: every minute one travels the real way, and its arrival sends a heartbeat, so
/// that silence itself alarms. It counts in no figure and opens no visible case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CanaryConfig {
    /// Whether this instance sends it.
    pub enabled: bool,
    /// Seconds between two, 5 to 3600.
    pub every_secs: u64,
}

impl Default for CanaryConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            every_secs: 60,
        }
    }
}

impl ServerConfig {
    /// Everything that is wrong.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1..=1000).contains(&self.deep_batch) {
            problems.push("server.deep_batch takes 1 to 1000".to_owned());
        }
        if !(5..=3600).contains(&self.alert_overdue_secs) {
            problems.push("server.alert_overdue_secs takes 5 to 3600".to_owned());
        }
        if !(1..=300).contains(&self.stop_secs) {
            problems.push("server.stop_secs takes 1 to 300".to_owned());
        }
        problems
    }
}
