//! Outbound messages from what they are about, so that whoever puts one and the relay agree.
//!
//! Bodies are nearly empty: the relay reads action, alert and report from the case's own events and
//! opens what is sealed at the moment of sending.

use std::time::Duration;

use holdfast_domain::action::RequestedBy;
use holdfast_domain::{
    Action, ActionTarget, CaseId, CommunityId, Lane, MessageId, ReportId, SubjectId, Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{OutboxKind, OutboxMessage};

const NOTHING: &str = "{}";
/// Later than this an alert tells nobody anything: the case has been in breach for long.
const ALERT_LIFE: Duration = Duration::from_hours(72);
const DEAD_LETTER_LIFE: Duration = Duration::from_hours(720);
const OUTCOME_LIFE: Duration = Duration::from_hours(168);
/// A heartbeat that comes late says that something was alive, which misleads.
const HEARTBEAT_LIFE: Duration = Duration::from_mins(2);

/// The body of a report outcome's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportNote {
    /// Which report; its `ReportReceived` stands in the message's case.
    pub report: ReportId,
    /// What became of it.
    pub verdict: ReportVerdict,
    /// When.
    pub decided_at: Timestamp,
}

/// What became of a report, as its reporter is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportVerdict {
    /// It reached the people who read reports.
    Received,
    /// A person read it and something was done.
    Acted,
    /// A person read it and saw no need to act.
    NoAction,
}

impl OutboxMessage {
    /// An action's message; goes with the append of its `ActionRequested`.
    pub fn action(action: &Action, community: &CommunityId) -> Self {
        let target = match action.target {
            ActionTarget::Post { post, .. } => format!("post/{}", post.post),
            ActionTarget::Author(author) => format!("author/{author}"),
        };
        Self {
            id: MessageId::from(action.id.as_uuid()),
            kind: OutboxKind::Action,
            lane: action.lane(),
            subject: Some(action.target.author()),
            case: Some(action.case),
            community: Some(community.clone()),
            target: Some(target),
            automatic_restriction: action.requested_by == RequestedBy::Automation
                && action.is_restrictive(),
            body: NOTHING.to_owned(),
            hold_until: action.hold_until,
            not_after: action.not_after,
        }
    }

    /// An alert's message; goes with the append of its `AlertRaised`, whose `message` is `id`.
    pub fn alert(
        id: MessageId,
        case: CaseId,
        subject: Option<SubjectId>,
        community: &CommunityId,
        now: Timestamp,
    ) -> Self {
        Self {
            subject,
            case: Some(case),
            community: Some(community.clone()),
            ..Self::bare(id, OutboxKind::Alert, now, ALERT_LIFE)
        }
    }

    /// A dead letter's message; goes with the append of its `DeadLetterWrite` under the same id.
    pub fn dead_letter(id: MessageId, case: CaseId, now: Timestamp) -> Self {
        Self {
            case: Some(case),
            ..Self::bare(id, OutboxKind::DeadLetter, now, DEAD_LETTER_LIFE)
        }
    }

    /// Tells a reporter what became of their report; `case` holds its `ReportReceived`.
    pub fn report_outcome(
        id: MessageId,
        case: CaseId,
        community: &CommunityId,
        note: ReportNote,
    ) -> Self {
        Self {
            case: Some(case),
            community: Some(community.clone()),
            body: serde_json::to_string(&note).unwrap_or_else(|_| NOTHING.to_owned()),
            ..Self::bare(id, OutboxKind::ReportOutcome, note.decided_at, OUTCOME_LIFE)
        }
    }

    /// The canary came this far; its arrival at the receiver sends the heartbeat.
    pub fn heartbeat(id: MessageId, now: Timestamp) -> Self {
        Self::bare(id, OutboxKind::Heartbeat, now, HEARTBEAT_LIFE)
    }

    fn bare(id: MessageId, kind: OutboxKind, now: Timestamp, life: Duration) -> Self {
        Self {
            id,
            kind,
            lane: Lane::Care,
            subject: None,
            case: None,
            community: None,
            target: None,
            automatic_restriction: false,
            body: NOTHING.to_owned(),
            hold_until: now,
            not_after: now + life,
        }
    }
}
