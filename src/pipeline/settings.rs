//! The settings of the pipeline.

use std::time::Duration;

use holdfast_classifiers::Cascade;
use holdfast_domain::promises::Promises;
use holdfast_domain::{CommunityId, PlatformId};
use serde::{Deserialize, Serialize};

/// Section `[pipeline]`: how batches are judged and what is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PipelineSettings {
    /// Days for which the text of posts with nothing to review is kept, sealed, for thread context
    /// and look-back; 0 keeps none. Posts of cases keep theirs. 0 to 365.
    pub keep_clean_text_days: u16,
    /// Seconds within which the deep stage judges what triage is unsure of; later the post counts
    /// as unscored and goes to a person. 1 to 3600.
    pub deep_deadline_secs: u32,
    /// Restrictive actions that automation may take by itself in 24 hours, per tenant; beyond them
    /// it only asks for review.
    pub automatic_restrictions_per_day: u32,
    /// The community that records are filed under which do not tell theirs.
    pub unknown_community: CommunityId,
    /// The platform whose pseudonyms stand in the keys of records that cannot be read.
    pub default_platform: PlatformId,
    /// The promises by which clocks are set; shared with the review queue.
    #[serde(skip)]
    pub promises: Promises,
    /// What triage is sure enough of; from the section `[classifiers]`.
    #[serde(skip)]
    pub cascade: Cascade,
}

impl Default for PipelineSettings {
    fn default() -> Self {
        Self {
            keep_clean_text_days: 30,
            deep_deadline_secs: 10,
            automatic_restrictions_per_day: 50,
            unknown_community: CommunityId::new("unknown").expect("a valid name"),
            default_platform: PlatformId::new("default").expect("a valid name"),
            promises: Promises::default(),
            cascade: Cascade::default(),
        }
    }
}

impl PipelineSettings {
    /// Everything that is wrong.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.keep_clean_text_days > 365 {
            problems.push("pipeline.keep_clean_text_days takes 0 to 365".to_owned());
        }
        if !(1..=3600).contains(&self.deep_deadline_secs) {
            problems.push("pipeline.deep_deadline_secs takes 1 to 3600".to_owned());
        }
        problems
    }

    /// How long the deep stage may take.
    pub const fn deep_deadline(&self) -> Duration {
        Duration::from_secs(self.deep_deadline_secs as u64)
    }

    /// How long the text of clean posts stays; `None` where it is not kept.
    pub fn keep_clean_text(&self) -> Option<Duration> {
        let days = u64::from(self.keep_clean_text_days);
        (days > 0).then(|| Duration::from_hours(24 * days))
    }
}
