//! One case, as its viewer may see it.

use std::collections::HashMap;

use holdfast_domain::case::Staff;
use holdfast_domain::{
    Case, CaseId, EventEnvelope, ModerationEvent, PostId, PostRef, SubjectId, Timestamp,
};
use holdfast_event_store::StoredPost;

use super::ReviewService;
use super::items::{closed, item, look_overdue, number};
use super::loading::Loaded;
use super::people::Names;
use crate::access::Access;
use crate::error::ReviewError;
use crate::view::{
    ActionView, CaseView, ClosureView, Command, ContactView, DecisionView, IncidentView,
    MemberView, PostView, ProseView, QueueItem, RecordView, ReportView, TextState, ThreadPost,
    ThreadView, TimelineEntry, Who,
};

/// How many posts of the thread are shown before and after the newest post of a case.
const THREAD_AROUND: usize = 5;
/// How many records of an incident are shown.
const RECORDS_SHOWN: usize = 200;

/// A case with the stored posts that its view is made of.
pub(crate) struct Surroundings {
    pub(crate) posts: HashMap<PostId, StoredPost>,
    pub(crate) thread: Vec<StoredPost>,
}

impl ReviewService {
    /// A case with everything that happened, its texts masked.
    pub async fn case(&self, who: &Access, id: CaseId) -> Result<CaseView, ReviewError> {
        let loaded = self.load(who, id).await?;
        let around = self.surroundings(who, &loaded.case).await?;
        self.case_view(who, &loaded, &around).await
    }

    /// The posts of a case and the thread around the newest, as they are stored.
    pub(crate) async fn surroundings(
        &self,
        who: &Access,
        case: &Case,
    ) -> Result<Surroundings, ReviewError> {
        let content = &self.parts().content;
        let wanted: Vec<PostId> = case.posts.iter().map(|post| post.post.post).collect();
        let posts = if wanted.is_empty() {
            Vec::new()
        } else {
            content.posts(&who.tenant, &wanted).await?
        };
        let newest = case.posts.iter().max_by_key(|post| post.posted_at);
        let thread = match newest {
            Some(newest) => {
                let post = newest.post.post;
                content
                    .thread_around(&who.tenant, post, THREAD_AROUND, THREAD_AROUND)
                    .await?
            }
            None => Vec::new(),
        };
        Ok(Surroundings {
            posts: posts.into_iter().map(|post| (post.id, post)).collect(),
            thread,
        })
    }

    pub(crate) async fn case_view(
        &self,
        who: &Access,
        loaded: &Loaded,
        around: &Surroundings,
    ) -> Result<CaseView, ReviewError> {
        let (case, now) = (&loaded.case, self.now());
        let names = self.names(&who.tenant).await?;
        let timeline = self.timeline(who, loaded, &loaded.events, &names).await?;
        Ok(CaseView {
            case: case.id,
            number: number(case.id),
            version: case.version.0,
            seen: loaded.seen(),
            kind: case.kind,
            signal: case.kind.signal(),
            level: case.level,
            machine_level: case.machine_level,
            peak_level: case.peak_level,
            unscored: case.unscored,
            closed: closed(case),
            community: case.community.clone(),
            because: case.because.clone(),
            freshness: case.freshness,
            opened_at: case.opened_at,
            clock_from: case.clock_from,
            look_due_at: case.look_due_at,
            looked_at: case.looked_at,
            look_overdue: look_overdue(case, now),
            holder: names.holder(case.lease, who, now),
            member: self.member(who, loaded).await?,
            posts: posts(case, around),
            thread: thread(case, &around.thread),
            reports: reports(case, &loaded.events, &timeline),
            decisions: decisions(case, who, &names, &timeline),
            actions: actions(case, &timeline),
            undo: self.undo_of(case, loaded.staff, now),
            contact: case.contact.map(|outcome| ContactView { outcome }),
            closure: case.closure.map(|(by, code)| ClosureView {
                by: colleague(by, who, &names),
                code,
            }),
            incident: incident(case),
            dead_letters: case.dead_letters.clone(),
            other_cases: self.other_cases(who, case, &names, now).await?,
            allowed: self.allowed(case, loaded.staff, now),
            supported: self
                .config()
                .supported(&case.community)
                .iter()
                .copied()
                .collect(),
            takes_two_to_close: case.takes_two_to_close(),
            timeline,
        })
    }

    async fn member(
        &self,
        who: &Access,
        loaded: &Loaded,
    ) -> Result<Option<MemberView>, ReviewError> {
        let Some(subject) = loaded.case.subject else {
            return Ok(None);
        };
        let unnamed = MemberView {
            subject,
            platform: None,
            name: None,
            erased: false,
        };
        // Whoever may not read what a member wrote need not know who they are either.
        if !loaded.staff.role.may_reveal() {
            return Ok(Some(unnamed));
        }
        let known = self.parts().content.pseudonym(&who.tenant, subject).await?;
        Ok(Some(match known {
            Some((platform, name)) => MemberView {
                platform: Some(platform),
                name: Some(name),
                ..unnamed
            },
            None => MemberView {
                erased: true,
                ..unnamed
            },
        }))
    }

    async fn other_cases(
        &self,
        who: &Access,
        case: &Case,
        names: &Names,
        now: Timestamp,
    ) -> Result<Vec<QueueItem>, ReviewError> {
        let Some(subject) = case.subject else {
            return Ok(Vec::new());
        };
        let rows = self
            .parts()
            .queue
            .cases_of_subject(&who.viewer(), subject)
            .await?;
        let others = rows.iter().filter(|row| row.case != case.id);
        Ok(others
            .map(|row| item(row, who, names, now))
            .collect::<Result<_, _>>()?)
    }

    /// What a person may do with a case now.
    fn allowed(&self, case: &Case, by: Staff, now: Timestamp) -> Vec<Command> {
        let decides = by.role.may_decide();
        let open = case.is_open();
        let holder = case.holder(now).map(|lease| lease.holder);
        let mine = holder == Some(by.id);
        let crisis = case.kind == holdfast_domain::CaseKind::Crisis;
        let proposed = case.closure.map(|(who, _)| who);
        let confirms = proposed.is_some_and(|first| first != by.id) && by.role.may_confirm();
        let undoes = self.undo_of(case, by, now).is_some();
        let table = [
            (Command::Claim, open && decides && holder.is_none()),
            (
                Command::TakeOver,
                open && holder.is_some() && !mine && by.role.may_confirm(),
            ),
            (Command::Renew, open && mine),
            (Command::Release, mine),
            (Command::Reveal, by.role.may_reveal()),
            (Command::Note, decides),
            (
                Command::Raise,
                open && decides && crisis && case.level < holdfast_domain::CrisisLevel::ActNow,
            ),
            (
                Command::Lower,
                open && mine && crisis && case.level > holdfast_domain::CrisisLevel::None,
            ),
            (Command::Contact, open && decides && case.subject.is_some()),
            (Command::Decide, open && mine),
            (Command::Undo, undoes),
            (
                Command::Close,
                open && mine && proposed.is_none() && case.members_left == 0,
            ),
            (Command::ConfirmClosure, open && confirms),
            (Command::Reopen, !open && decides),
        ];
        table
            .into_iter()
            .filter_map(|(command, may)| may.then_some(command))
            .collect()
    }
}

fn posts(case: &Case, around: &Surroundings) -> Vec<PostView> {
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

fn thread(case: &Case, stored: &[StoredPost]) -> ThreadView {
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

fn reports(case: &Case, events: &[EventEnvelope], timeline: &[TimelineEntry]) -> Vec<ReportView> {
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

fn colleague(user: holdfast_domain::UserId, who: &Access, names: &Names) -> Who {
    Who::User {
        id: user,
        name: names.of(user),
        role: None,
        me: user == who.user,
    }
}

fn decisions(
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

fn actions(case: &Case, timeline: &[TimelineEntry]) -> Vec<ActionView> {
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

fn incident(case: &Case) -> Option<IncidentView> {
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
