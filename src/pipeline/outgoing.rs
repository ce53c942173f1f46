//! What a batch puts beside its events: alerts, posts for the deep stage, the ranges of its leaves.

use std::collections::BTreeMap;
use std::time::Duration;

use holdfast_classifiers::Cascade;
use holdfast_domain::assessment::Finding;
use holdfast_domain::event::OffsetRange;
use holdfast_domain::intake::{Freshness, Origin};
use holdfast_domain::post::AuthorRole;
use holdfast_domain::triage::{Alert, Outcome, PostFacts};
use holdfast_domain::{
    Assessment, CaseId, CommunityId, CrisisLevel, PostRef, SubjectId, Timestamp,
};
use holdfast_event_store::{
    LeafInput, OutboxChange, OutboxMessage, PendingChange, PendingPost, PendingPriority,
};
use serde::{Deserialize, Serialize};

/// The label that the default policy puts on the canary's harmless marker.
const CANARY_LABEL: &str = "canary";

/// The message of an alert.
pub(super) fn alert(alert: &Alert, now: Timestamp) -> OutboxChange {
    let message = OutboxMessage::alert(
        alert.message,
        alert.case,
        alert.subject,
        &alert.community,
        now,
    );
    OutboxChange::Put(message)
}

/// Whether the deep stage should look: triage saw something, was unsure, or got no answer.
pub(crate) fn wants_deep(assessment: &Assessment, cascade: &Cascade) -> bool {
    !cascade.is_sure_of_nothing(&assessment.signals)
        || assessment.crisis.reading_level() >= CrisisLevel::Soon
        || assessment.harassment != Finding::Clear
        || assessment.stigma != Finding::Clear
}

/// Whether the assessment shows that the rules saw the canary.
pub(super) fn is_canary(assessment: &Assessment) -> bool {
    assessment
        .recommendation
        .labels
        .iter()
        .any(|label| label == CANARY_LABEL)
}

/// What the deep stage needs to know of a post beside its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingContext {
    /// Its author.
    pub(crate) subject: SubjectId,
    /// What the author is on the platform.
    pub(crate) author: AuthorRole,
    /// Where.
    pub(crate) community: CommunityId,
    /// When it was written.
    pub(crate) posted_at: Timestamp,
    /// Where the record stood.
    pub(crate) origin: Origin,
    /// The incident that lists it, and as which member.
    pub(crate) incident: Option<(CaseId, u64)>,
    /// Triage's inputs, to be judged on again; none where a report brought the post.
    pub(crate) triage: Option<Assessment>,
}

/// A post that waits for the deep stage.
pub(super) fn pending(
    facts: &PostFacts,
    assessment: &Assessment,
    outcome: Outcome,
    within: Duration,
    now: Timestamp,
) -> PendingChange {
    let context = PendingContext {
        subject: facts.subject,
        author: facts.author,
        community: facts.community.clone(),
        posted_at: facts.posted_at,
        origin: facts.origin.clone(),
        incident: match outcome {
            Outcome::InIncident(case, member) => Some((case, member)),
            _ => None,
        },
        triage: Some(assessment.clone()),
    };
    let priority = match (facts.freshness, outcome) {
        (Freshness::Backfill, _) => PendingPriority::Background,
        (_, Outcome::InCase(_)) => PendingPriority::PreScreen,
        _ => PendingPriority::Unsure,
    };
    PendingChange::Put(PendingPost {
        post: facts.post,
        priority,
        deadline: now + within,
        freshness: facts.freshness,
        context: serde_json::to_string(&context).unwrap_or_default(),
    })
}

/// The runs of records that the leaves cover, by source.
pub(super) fn ranges(leaves: &[LeafInput]) -> Vec<OffsetRange> {
    let mut ranges: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for leaf in leaves {
        let range = ranges
            .entry(&leaf.source)
            .or_insert((leaf.offset, leaf.offset));
        *range = (range.0.min(leaf.offset), range.1.max(leaf.offset));
    }
    let range = |(source, (first, last)): (&str, _)| OffsetRange {
        source: source.to_owned(),
        first,
        last,
    };
    ranges.into_iter().map(range).collect()
}

/// A record's place in its source.
pub(super) fn offset(origin: &Origin) -> i64 {
    match origin {
        Origin::Kafka { offset, .. } => *offset,
        Origin::Http { item, .. } => i64::from(*item),
        Origin::File { line, .. } => i64::try_from(*line).unwrap_or(i64::MAX),
        Origin::Hand => 0,
    }
}

/// A reported post that we hold: read again by the deep stage, since a person saw something in it.
pub(super) fn pending_report(
    post: PostRef,
    context: &PendingContext,
    freshness: Freshness,
    deadline: Timestamp,
) -> PendingChange {
    PendingChange::Put(PendingPost {
        post,
        priority: PendingPriority::PreScreen,
        deadline,
        freshness,
        context: serde_json::to_string(context).unwrap_or_default(),
    })
}

/// The source that a record stood in, as ranges and streams name it.
pub(super) fn source(origin: &Origin) -> String {
    match origin {
        Origin::Kafka {
            topic, partition, ..
        } => format!("{topic}/{partition}"),
        Origin::Http { integrator, .. } => format!("http/{integrator}"),
        Origin::File { name, .. } => format!("file/{name}"),
        Origin::Hand => "hand".to_owned(),
    }
}
