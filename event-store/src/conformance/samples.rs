//! Small examples that the promises are told with.

use std::time::Duration;

use holdfast_domain::case::CaseKind;
use holdfast_domain::event::{
    BatchAssessed, CaseOpened, NoteAdded, OffsetRange, OpenedBecause, PostAttached,
};
use holdfast_domain::intake::{Freshness, PartitionKey, PositionAdvance};
use holdfast_domain::post::{Author, PostKind};
use holdfast_domain::testing::T0;
use holdfast_domain::{
    Actor, CaseId, ClaimChange, ClaimKey, Clock as _, CommunityId, CrisisLevel, EventId, KeyOwner,
    Lane, MessageId, ModerationEvent, NewEvent, PlatformId, Post, PostId, PostRef, Prose, Revision,
    StreamId, SubjectId, TenantId, Timestamp,
};

use super::Fixture;
use crate::ports::{
    Append, AuthorKey, CaseRow, CaseStatus, ContentKey, Expected, Keep, NewSubject, OutboxKind,
    OutboxMessage, PostWrite,
};

/// A community by its name.
pub fn community(name: &str) -> CommunityId {
    CommunityId::new(name).expect("a sample's name is valid")
}

/// The platform of all samples.
pub fn platform() -> PlatformId {
    PlatformId::new("forum").expect("a sample's name is valid")
}

/// That many seconds after the fixtures' start.
pub fn after(secs: u64) -> Timestamp {
    T0 + Duration::from_secs(secs)
}

/// A member as the platform names them.
pub fn author(name: &str) -> AuthorKey {
    AuthorKey {
        platform: platform(),
        pseudonym: name.into(),
    }
}

/// A post as the platform names it.
pub fn content_key(id: &str) -> ContentKey {
    ContentKey {
        platform: platform(),
        external_id: id.into(),
    }
}

/// A partition of the posts' topic.
pub fn partition(number: i32) -> PartitionKey {
    PartitionKey {
        cluster: "cluster".to_owned(),
        group: "holdfast".to_owned(),
        topic: "holdfast.posts.v1".to_owned(),
        partition: number,
    }
}

/// Moves a partition's position.
pub fn advance(expected: Option<i64>, next: i64) -> PositionAdvance {
    PositionAdvance {
        partition: partition(0),
        expected,
        next,
        last_digest: [next as u8; 32],
    }
}

/// A post.
pub fn post(id: &str, name: &str, text: &str, revision: i64, at: Timestamp) -> Post {
    Post {
        tenant: TenantId::default(),
        platform: platform(),
        external_id: id.into(),
        kind: PostKind::Chat,
        community: community("night-shift"),
        thread: Some("thread-1".into()),
        parent: None,
        author: Author {
            pseudonym: name.into(),
            created_at: Some(T0),
            role: holdfast_domain::post::AuthorRole::Member,
            age_band: None,
            locale: Some("en".to_owned()),
        },
        text: text.into(),
        truncated: false,
        language: Some("en".to_owned()),
        created_at: at,
        revised_at: at,
        revision: Revision(revision),
        url: Some(format!("https://forum.example/{id}").into()),
        content_warning: None,
        reply_context: vec!["what it answers".into()],
        attachments: Vec::new(),
        carries_out: None,
        synthetic: false,
        extra: serde_json::Map::from_iter([("mood".to_owned(), "blue".into())]).into(),
    }
}

/// The facts about a member's crisis case that begins.
pub fn opened(subject: Option<SubjectId>) -> ModerationEvent {
    CaseOpened {
        kind: CaseKind::Crisis,
        subject,
        community: community("night-shift"),
        level: CrisisLevel::Urgent,
        unscored: false,
        because: OpenedBecause::Assessment,
        freshness: Freshness::Live,
        clock_from: T0,
        look_due_at: Some(after(1800)),
    }
    .into()
}

/// A post that joins a case.
pub fn attached(post: PostId) -> ModerationEvent {
    PostAttached {
        post: PostRef {
            post,
            revision: Revision(1),
        },
        posted_at: T0,
        freshness: Freshness::Live,
        assessment: None,
        look_due_at: None,
        language: None,
    }
    .into()
}

/// A note in clear, to be sealed by the append.
pub fn note(owner: impl Into<KeyOwner>, text: &str) -> ModerationEvent {
    NoteAdded {
        note: Prose::clear(owner, text),
    }
    .into()
}

/// The event of a batch, as it is handed to the store.
pub fn batch_assessed() -> BatchAssessed {
    BatchAssessed {
        stage: holdfast_domain::assessment::Stage::Triage,
        ranges: vec![OffsetRange {
            source: "holdfast.posts.v1/0".to_owned(),
            first: 0,
            last: 2,
        }],
        count: 0,
        outcomes: [("clear".to_owned(), 3)].into(),
        ruleset: "abc".to_owned(),
        versions: [("lexicon".to_owned(), "1".to_owned())].into(),
        merkle_root: String::new(),
    }
}

/// A row of the queue.
pub fn case_row(case: CaseId, level: CrisisLevel, opened_at: Timestamp) -> CaseRow {
    CaseRow {
        tenant: TenantId::default(),
        case,
        kind: CaseKind::Crisis,
        signal: CaseKind::Crisis.signal(),
        subject: None,
        community: community("night-shift"),
        level,
        unscored: false,
        status: CaseStatus::Open,
        holder: None,
        lease_until: None,
        look_due_at: Some(opened_at + Duration::from_mins(30)),
        looked_at: None,
        look_breached: false,
        opened_at,
        last_post_at: None,
        backfill: false,
        synthetic: false,
        language: None,
        posts: Vec::new(),
        state: "{}".to_owned(),
    }
}

impl Fixture {
    /// A fresh id of any kind.
    pub fn fresh<T: From<uuid::Uuid>>(&self) -> T {
        T::from(holdfast_domain::IdSource::next(self.ids.as_ref()))
    }

    /// An event that happens now.
    pub fn event(&self, event: impl Into<ModerationEvent>) -> NewEvent {
        NewEvent {
            id: self.fresh::<EventId>(),
            occurred_at: self.clock.now(),
            actor: Actor::System,
            causation: None,
            correlation: Some("trace".to_owned()),
            event: event.into(),
        }
    }

    /// An empty append.
    pub fn append(&self) -> Append {
        Append::new(self.tenant.clone())
    }

    /// An append that opens a crisis case about a member, with its claim.
    pub fn open_case(&self, case: CaseId, subject: SubjectId) -> Append {
        self.append()
            .with_events(
                StreamId::Case(case),
                Expected::NEW,
                [self.event(opened(Some(subject)))],
            )
            .with_claim(ClaimChange::Take {
                key: ClaimKey::open_crisis(subject),
                holder: case.to_string(),
            })
    }

    /// An append that makes a member and their first post.
    pub fn first_post(&self, subject: SubjectId, id: PostId, post: Post, keep: Keep) -> Append {
        let mut append = self.append();
        append.subjects.push(NewSubject {
            subject,
            platform: post.platform.clone(),
            pseudonym: post.author.pseudonym.clone(),
        });
        append.posts.push(PostWrite::New {
            id,
            subject,
            post: Box::new(post),
            keep,
        });
        append
    }

    /// A message about a member.
    pub fn message(&self, kind: OutboxKind, lane: Lane, subject: SubjectId) -> OutboxMessage {
        OutboxMessage {
            id: self.fresh::<MessageId>(),
            kind,
            lane,
            subject: Some(subject),
            case: Some(self.fresh()),
            community: Some(community("night-shift")),
            target: Some(format!("author/{subject}")),
            automatic_restriction: false,
            body: "{}".to_owned(),
            hold_until: T0,
            not_after: after(86_400),
        }
    }
}
