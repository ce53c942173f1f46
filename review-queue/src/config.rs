//! Section `[review]` of the configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use holdfast_domain::promises::Promises;
use holdfast_domain::{ActionKind, CommunityId, TenantId};
use serde::{Deserialize, Serialize};

/// How the queue, its API and its console behave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewConfig {
    /// How soon a person looks and reaches out, per level. A deployment's clinical lead sets these.
    pub promises: Promises,
    /// How long a decision can be taken back before its actions leave the house, in seconds, 0 to 60.
    pub undo_secs: u64,
    /// How long the platform may take to report back before the owner is told, in seconds.
    pub answer_within_secs: u64,
    /// How long a sign-in lasts, in seconds.
    pub session_secs: u64,
    /// Whether the session's cookie is only sent over HTTPS. Switch it off only for trials on one's
    /// own machine.
    pub secure_cookies: bool,
    /// Failed sign-ins allowed per name within `sign_in_window_secs`; one address gets five times as
    /// many, since several people may share it.
    pub sign_in_attempts: u32,
    /// The window in which failed sign-ins count, in seconds.
    pub sign_in_window_secs: u64,
    /// Header that names the caller's address, set by a proxy in front (e.g. `x-forwarded-for`; its
    /// last entry counts). None: the address of the connection.
    pub address_header: Option<String>,
    /// The tenant of whoever signs in with a bare name; others sign in as `tenant/name`.
    pub tenant: TenantId,
    /// What platforms can be asked for where `communities` says nothing else.
    pub supported_actions: BTreeSet<ActionKind>,
    /// Per community: what its platform can be asked for.
    pub communities: BTreeMap<CommunityId, CommunityConfig>,
    /// Kind words to start from when a moderator writes to a member, each `{ name, text }`; they are
    /// edited before they are sent. What a person must fill in stands between `{{` and `}}`: a message
    /// that still holds one is not sent. Whoever answers for care should have read them.
    pub messages: Vec<MessageTemplate>,
    /// Largest request body that the API takes, in bytes.
    pub body_limit_bytes: usize,
    /// Seconds between heartbeats on the stream of changes, so that proxies keep it open.
    pub heartbeat_secs: u64,
}

/// What is special about a community.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CommunityConfig {
    /// What its platform can be asked for; none is as everywhere.
    pub supported_actions: Option<BTreeSet<ActionKind>>,
}

/// Words to start a message to a member from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageTemplate {
    /// What moderators choose it by; unique, at most 100 letters.
    pub name: String,
    /// The words.
    pub text: String,
}

impl Default for ReviewConfig {
    fn default() -> Self {
        Self {
            promises: Promises::default(),
            undo_secs: 15,
            answer_within_secs: 600,
            session_secs: 12 * 3600,
            secure_cookies: true,
            sign_in_attempts: 10,
            sign_in_window_secs: 900,
            address_header: None,
            tenant: TenantId::default(),
            supported_actions: ActionKind::ALL.into(),
            communities: BTreeMap::new(),
            messages: Vec::new(),
            body_limit_bytes: 256 * 1024,
            heartbeat_secs: 15,
        }
    }
}

impl ReviewConfig {
    /// What is wrong with the settings, each as `field: what to do`; empty where nothing is.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.undo_secs > 60 {
            problems.push("review.undo_secs: at most 60; help must not wait longer".to_owned());
        }
        if self.session_secs < 60 {
            problems.push("review.session_secs: at least 60".to_owned());
        }
        if self.sign_in_attempts == 0 {
            problems.push("review.sign_in_attempts: at least 1, else nobody comes in".to_owned());
        }
        if self.heartbeat_secs == 0 {
            problems.push("review.heartbeat_secs: at least 1".to_owned());
        }
        problems.extend(self.message_problems());
        problems
    }

    fn message_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut names = BTreeSet::new();
        for message in &self.messages {
            let name = message.name.trim();
            if name.is_empty() || name.chars().count() > 100 {
                problems.push("review.messages: a name takes 1 to 100 letters".to_owned());
            } else if !names.insert(name) {
                problems.push(format!("review.messages: two are named {name}; rename one"));
            }
            if message.text.trim().is_empty() {
                problems.push(format!(
                    "review.messages: {name} says nothing; write it or take it out"
                ));
            }
        }
        problems
    }

    /// How long a decision can be taken back.
    pub const fn undo_hold(&self) -> Duration {
        Duration::from_secs(self.undo_secs)
    }

    /// What the platform of a community can be asked for.
    pub fn supported(&self, community: &CommunityId) -> &BTreeSet<ActionKind> {
        self.communities
            .get(community)
            .and_then(|special| special.supported_actions.as_ref())
            .unwrap_or(&self.supported_actions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_sound() {
        assert_eq!(ReviewConfig::default().problems(), Vec::<String>::new());
    }

    #[test]
    fn an_undo_hold_of_minutes_is_refused() {
        let config = ReviewConfig {
            undo_secs: 61,
            ..ReviewConfig::default()
        };
        assert!(config.problems()[0].starts_with("review.undo_secs"));
    }

    #[test]
    fn messages_with_one_name_or_without_words_are_refused() {
        let message = |name: &str, text: &str| MessageTemplate {
            name: name.to_owned(),
            text: text.to_owned(),
        };
        let config = ReviewConfig {
            messages: vec![
                message("Hello", "Hi"),
                message("Hello", "Hi"),
                message("Bye", " "),
            ],
            ..ReviewConfig::default()
        };
        assert_eq!(config.problems().len(), 2);
    }

    #[test]
    fn a_community_may_support_less_than_the_others() {
        let plain = CommunityId::new("plain").unwrap();
        let mut config = ReviewConfig::default();
        let only_outreach = CommunityConfig {
            supported_actions: Some([ActionKind::Outreach].into()),
        };
        config.communities.insert(plain.clone(), only_outreach);
        assert_eq!(config.supported(&plain).len(), 1);
        assert_eq!(
            config.supported(&CommunityId::new("other").unwrap()).len(),
            11
        );
    }
}
