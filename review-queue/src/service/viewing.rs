//! One case, as its viewer may see it.

mod parts;

use std::collections::HashMap;

use holdfast_domain::case::Staff;
use holdfast_domain::{Case, CaseId, PostId, Timestamp};
use holdfast_event_store::StoredPost;

use parts::{actions, colleague, decisions, incident, posts, reports, thread};

use super::ReviewService;
use super::items::{closed, item, look_overdue, number};
use super::loading::Loaded;
use super::people::Names;
use crate::access::Access;
use crate::error::ReviewError;
use crate::view::{CaseView, ClosureView, Command, ContactView, MemberView, QueueItem};

/// How many posts of the thread are shown before and after the newest post of a case.
const THREAD_AROUND: usize = 5;

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
            reveal_needs_reason: loaded.staff.role.reveals_with_reason(),
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
