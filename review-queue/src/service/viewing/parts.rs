//! The parts of a case's view, each from what is known already. Pure.

use holdfast_domain::{Case, EventEnvelope, ModerationEvent, PostRef, SubjectId};
use holdfast_event_store::StoredPost;

use super::Surroundings;
use crate::access::Access;
use crate::service::people::Names;
use crate::view::{
    ActionView, DecisionView, IncidentView, PostView, ProseView, RecordView, ReportView, TextState,
    ThreadPost, ThreadView, TimelineEntry, Who,
};

/// How many records of an incident are shown.
const RECORDS_SHOWN: usize = 200;

pub(super) fn posts(case: &Case, around: &Surroundings) -> Vec<PostView> {
    let view = |post: &holdfast_domain::case::CasePost| {
        let stored = around.posts.get(&post.post.post);
        let revision = stored.and_then(|stored| {
            stored
                .revision(post.post.revision)
                .or_else(|| stored.newest())
        });
        PostView {
            post: post.post,
            posted_at: post.posted_at,
            joined_at: post.joined_at,
            kind: revision.map(|revision| revision.post.kind),
            language: revision.and_then(|revision| revision.post.language.clone()),
            revisions: stored.map_or(0, |stored| stored.revisions.len()),
            text: text_state(stored, post.post),
            truncated: revision.is_some_and(|revision| revision.post.truncated),
            deleted: post.deleted.or(stored.and_then(|stored| stored.deleted)),
            assessment: post.assessment.as_ref().map(Into::into),
        }
    };
    case.posts.iter().map(view).collect()
}

fn text_state(stored: Option<&StoredPost>, post: PostRef) -> TextState {
    let Some(stored) = stored else {
        return TextState::NeverReceived;
    };
    if stored.revisions.is_empty() {
        return TextState::Erased;
    }
    match stored.revision(post.revision).or_else(|| stored.newest()) {
        Some(revision) if revision.text_kept => TextState::Masked,
        _ => TextState::NotKept,
    }
}

pub(super) fn thread(case: &Case, stored: &[StoredPost]) -> ThreadView {
    let mut voices: Vec<SubjectId> = Vec::new();
    let mut posts = Vec::with_capacity(stored.len());
    for place in stored {
        let Some(revision) = place.newest() else {
            continue;
        };
        let voice = voices
            .iter()
            .position(|known| *known == place.subject)
            .unwrap_or_else(|| {
                voices.push(place.subject);
                voices.len() - 1
            });
        let post = PostRef {
            post: place.id,
            revision: revision.post.revision,
        };
        posts.push(ThreadPost {
            post,
            posted_at: revision.post.created_at,
            in_case: case.post(place.id).is_some(),
            same_author: case.subject == Some(place.subject),
            voice: voice + 1,
            kind: revision.post.kind,
            text: text_state(Some(place), post),
            deleted: place.deleted,
        });
    }
    ThreadView { posts }
}

pub(super) fn reports(
    case: &Case,
    events: &[EventEnvelope],
    timeline: &[TimelineEntry],
) -> Vec<ReportView> {
    let mut reporters: Vec<SubjectId> = Vec::new();
    let mut views = Vec::with_capacity(case.reports.len());
    for (envelope, entry) in events.iter().zip(timeline) {
        let ModerationEvent::ReportReceived(report) = &envelope.event else {
            continue;
        };
        if !reporters.contains(&report.reporter) {
            reporters.push(report.reporter);
        }
        let reporter = reporters.iter().position(|known| *known == report.reporter);
        let text = |field: &str| {
            let found = entry.texts.iter().find(|text| text.field == field);
            found.map(|text| text.text.clone())
        };
        views.push(ReportView {
            report: report.report,
            event: envelope.id,
            reporter: reporter.unwrap_or_default() + 1,
            reason: report.reason,
            post: report.post,
            post_received: report.post_received,
            at: envelope.occurred_at,
            words: text("words"),
            quoted: text("quoted"),
        });
    }
    views
}

pub(super) fn colleague(user: holdfast_domain::UserId, who: &Access, names: &Names) -> Who {
    Who::User {
        id: user,
        name: names.of(user),
        role: None,
        me: user == who.user,
    }
}

pub(super) fn decisions(
    case: &Case,
    who: &Access,
    names: &Names,
    timeline: &[TimelineEntry],
) -> Vec<DecisionView> {
    let view = |decision: &holdfast_domain::case::DecisionState| {
        let entry = timeline.iter().find(|entry| {
            matches!(&entry.event, ModerationEvent::DecisionRecorded(recorded)
                if recorded.decision == decision.decision)
        });
        DecisionView {
            decision: decision.decision,
            by: decision
                .by
                .map_or(Who::Operator, |by| colleague(by, who, names)),
            outcome: decision.outcome,
            policy: decision.policy.clone(),
            at: decision.at,
            reason: entry.map_or(ProseView::Masked, |entry| text_in(entry, "reason")),
            actions: decision.actions.clone(),
            undone: decision.undone,
        }
    };
    case.decisions.iter().map(view).collect()
}

fn text_in(entry: &TimelineEntry, field: &str) -> ProseView {
    entry
        .texts
        .iter()
        .find(|text| text.field == field)
        .map_or(ProseView::Masked, |text| text.text.clone())
}

pub(super) fn actions(case: &Case, timeline: &[TimelineEntry]) -> Vec<ActionView> {
    let asked = timeline
        .iter()
        .rev()
        .filter_map(|entry| match &entry.event {
            ModerationEvent::ActionRequested(asked) => Some((entry, asked.action.id)),
            _ => None,
        });
    asked
        .filter_map(|(entry, id)| {
            let state = case.actions.get(&id)?;
            let action = &state.action;
            Some(ActionView {
                action: id,
                parts: action.parts.clone(),
                target: action.target,
                lane: action.lane(),
                message: action.message.as_ref().map(|_| text_in(entry, "message")),
                policy: action.policy.clone(),
                requested_by: action.requested_by,
                status: state.status,
                at: state.at,
                hold_until: action.hold_until,
                not_after: action.not_after,
                outreach: state.outreach,
            })
        })
        .collect()
}

pub(super) fn incident(case: &Case) -> Option<IncidentView> {
    if case.kind != holdfast_domain::CaseKind::Incident {
        return None;
    }
    let mut records: Vec<RecordView> = case
        .members
        .iter()
        .map(|(&member, record)| RecordView {
            member,
            post: record.post,
            dead_letter: record.dead_letter,
            origin: record.origin.clone(),
            settled: record.settled,
        })
        .collect();
    records.sort_by_key(|record| (record.settled.is_some(), record.member));
    records.truncate(RECORDS_SHOWN);
    Some(IncidentView {
        cause: case.cause.clone(),
        total: case.members.len(),
        left: case.members_left,
        records,
    })
}
