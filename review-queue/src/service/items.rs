//! Rows of the queue as people see them.

use holdfast_domain::case::{CloseCode, Status};
use holdfast_domain::intake::Freshness;
use holdfast_domain::rule_match::RuleMode;
use holdfast_domain::{Case, CaseId, CaseKind, Timestamp};
use holdfast_event_store::{CaseRow, StoreError};

use super::people::Names;
use crate::access::Access;
use crate::view::{DecidingRule, QueueItem, Silence};

/// The folded case behind a row.
pub(crate) fn case_of(row: &CaseRow) -> Result<Case, StoreError> {
    serde_json::from_str(&row.state)
        .map_err(|_| StoreError::corrupt(format!("state of case {} in the queue's rows", row.case)))
}

/// A row as `who` sees it.
pub(crate) fn item(
    row: &CaseRow,
    who: &Access,
    names: &Names,
    now: Timestamp,
) -> Result<QueueItem, StoreError> {
    let case = case_of(row)?;
    let holder = names.holder(case.lease, who, now);
    let decides = who
        .role_for(&case)
        .is_some_and(holdfast_domain::Role::may_decide);
    Ok(QueueItem {
        case: case.id,
        number: number(case.id),
        version: case.version.0,
        kind: case.kind,
        signal: case.kind.signal(),
        level: case.level,
        unscored: case.unscored,
        closed: closed(&case),
        community: case.community.clone(),
        language: row.language.clone(),
        because: case.because.clone(),
        labels: labels(&case),
        rule: deciding_rule(&case),
        silences: silences(&case),
        posts: match case.kind {
            CaseKind::Incident => case.members.len(),
            _ => case.posts.len(),
        },
        members_left: case.members_left,
        reports: case.reports.len(),
        look_due_at: case.look_due_at,
        looked_at: case.looked_at,
        look_overdue: look_overdue(&case, now),
        opened_at: case.opened_at,
        last_post_at: row.last_post_at,
        new_post: has_new_post(&case),
        freshness: case.freshness,
        closure_proposed: case.closure.is_some(),
        may_claim: decides && case.is_open() && holder.is_none(),
        holder,
    })
}

/// The short number that people say to each other: the end of the id, which is random.
pub(crate) fn number(case: CaseId) -> String {
    let id = case.as_uuid().simple().to_string();
    id[id.len() - 8..].to_owned()
}

/// How a case ended; none while it is open.
pub(crate) const fn closed(case: &Case) -> Option<CloseCode> {
    match case.status {
        Status::Open => None,
        Status::Closed(code) => Some(code),
    }
}

/// Whether the promised look is overdue and nobody has looked.
pub(crate) fn look_overdue(case: &Case, now: Timestamp) -> bool {
    case.is_open()
        && case.freshness != Freshness::Backfill
        && case.looked_at.is_none()
        && case.look_due_at.is_some_and(|due| due < now)
}

fn has_new_post(case: &Case) -> bool {
    let joined = case.posts.iter().map(|post| post.joined_at).max();
    case.touched_at.is_some() && joined > case.touched_at
}

fn labels(case: &Case) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    let assessments = case
        .posts
        .iter()
        .rev()
        .filter_map(|post| post.assessment.as_ref());
    let found = assessments.flat_map(|assessment| {
        let labels = &assessment.recommendation.labels;
        labels.iter().chain(&assessment.attributions)
    });
    for label in found {
        if !labels.contains(label) {
            labels.push(label.clone());
        }
    }
    labels
}

/// The rule that weighs most: the one that asks for the highest level, of the newest post that any
/// rule matched. Its words are a policy owner's, never a member's.
fn deciding_rule(case: &Case) -> Option<DecidingRule> {
    let assessments = case.posts.iter().rev();
    let assessments = assessments.filter_map(|post| post.assessment.as_ref());
    let live = assessments.map(|assessment| {
        let matches = assessment.matches.iter();
        matches
            .filter(|matched| matched.mode == RuleMode::Live)
            .rev()
            .max_by_key(|matched| matched.level)
    });
    live.flatten().next().map(|matched| DecidingRule {
        rule: matched.rule.to_string(),
        because: matched.because.clone(),
    })
}

fn silences(case: &Case) -> Vec<Silence> {
    let assessments = case
        .posts
        .iter()
        .filter_map(|post| post.assessment.as_ref());
    let mut silences: Vec<Silence> = assessments.flat_map(crate::view::silences).collect();
    silences.sort();
    silences.dedup();
    silences
}
