//! How the house stands: what every page should tell before a person relies on it.

use async_trait::async_trait;
use holdfast_domain::{CommunityId, TenantId, Timestamp};

use super::shell::{Banner, Tone};
use super::words::Moment;

/// Tells how the house stands. The composition root knows; the console only asks.
#[async_trait]
pub trait House: Send + Sync {
    /// How it stands for a tenant, now.
    async fn state(&self, tenant: &TenantId) -> HouseState;
}

/// How the house stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HouseState {
    /// Since when no action leaves; none while they do.
    pub actions_stopped_since: Option<Timestamp>,
    /// What is broken on the way of a crisis post to a person; none while it works.
    pub crisis_path_broken: Option<String>,
    /// Whom to phone when it is broken, e.g. `the operator on duty, +44 20 7946 0000`.
    pub phone: Option<String>,
    /// Communities where nothing is sent.
    pub observing: Observing,
}

/// Where decisions are recorded and nothing is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Observing {
    /// Nowhere.
    #[default]
    Nowhere,
    /// In these communities.
    In(Vec<CommunityId>),
    /// Everywhere but in these communities.
    Except(Vec<CommunityId>),
}

impl Observing {
    /// Whether nothing is sent for a community.
    pub fn covers(&self, community: &CommunityId) -> bool {
        match self {
            Self::Nowhere => false,
            Self::In(communities) => communities.contains(community),
            Self::Except(communities) => !communities.contains(community),
        }
    }
}

/// A house where everything works and everything is live; for tests and trials.
#[derive(Debug, Clone, Copy, Default)]
pub struct QuietHouse;

#[async_trait]
impl House for QuietHouse {
    async fn state(&self, _tenant: &TenantId) -> HouseState {
        HouseState::default()
    }
}

impl HouseState {
    /// What every page tells.
    pub fn banners(&self) -> Vec<Banner> {
        let mut banners = Vec::new();
        if let Some(what) = &self.crisis_path_broken {
            let phone = self.phone.as_ref().map_or_else(
                || "Phone whoever runs Holdfast for you now".to_owned(),
                |phone| format!("Phone {phone} now"),
            );
            banners.push(Banner {
                tone: Tone::Bad,
                title: "Crisis posts may not reach this queue.".to_owned(),
                text: format!(
                    "{what} {phone}, and look at the platform itself until this is gone."
                ),
            });
        }
        if let Some(since) = self.actions_stopped_since {
            banners.push(Banner {
                tone: Tone::Warn,
                title: "Actions are stopped.".to_owned(),
                text: format!(
                    "Since {} nothing is sent to members or platforms. Decisions are recorded and \
                     wait; alerts still go out.",
                    Moment(since).words()
                ),
            });
        }
        banners.extend(self.observe_banner());
        banners
    }

    fn observe_banner(&self) -> Option<Banner> {
        let names = |communities: &[CommunityId]| {
            communities
                .iter()
                .map(CommunityId::as_str)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let title = match &self.observing {
            Observing::Nowhere => return None,
            Observing::In(communities) if communities.is_empty() => return None,
            Observing::In(communities) => format!("Observe mode in {}.", names(communities)),
            Observing::Except(live) if live.is_empty() => "Observe mode.".to_owned(),
            Observing::Except(live) => {
                format!("Observe mode everywhere but in {}.", names(live))
            }
        };
        Some(Banner {
            tone: Tone::Calm,
            title,
            text: "Decisions are recorded; nothing is sent to the platform there.".to_owned(),
        })
    }

    /// Why nothing is sent for a community, where that is so.
    pub fn nothing_leaves(&self, community: &CommunityId) -> Option<String> {
        if self.observing.covers(community) {
            return Some(
                "Observe mode: your decision is recorded, and nothing is sent to the platform."
                    .to_owned(),
            );
        }
        self.actions_stopped_since.map(|_| {
            "Actions are stopped: your decision is recorded, and what it asks for waits.".to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_crisis_path_says_whom_to_phone() {
        let state = HouseState {
            crisis_path_broken: Some("No test post has arrived for 4 min.".to_owned()),
            phone: Some("Kim, +44 20 7946 0000".to_owned()),
            ..HouseState::default()
        };
        assert!(
            state.banners()[0]
                .text
                .contains("Phone Kim, +44 20 7946 0000 now")
        );
    }

    #[test]
    fn observe_mode_counts_where_it_is_set() {
        let north = CommunityId::new("north").unwrap();
        let south = CommunityId::new("south").unwrap();
        let observing = Observing::Except(vec![north.clone()]);
        assert!(!observing.covers(&north));
        assert!(observing.covers(&south));
    }
}
