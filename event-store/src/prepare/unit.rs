//! An append as rows.

use std::collections::HashSet;

use holdfast_domain::intake::PositionAdvance;
use holdfast_domain::{
    ClaimChange, CommunityId, EventId, MessageId, PlatformId, PostId, Revision, StreamId,
    SubjectId, TenantId, Timestamp,
};

use crate::keys::{KeyRow, SubjectKey};
use crate::ports::{Expected, OutboxChange, PendingChange};

/// Everything that one append writes.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) tenant: TenantId,
    pub(crate) streams: Vec<UnitStream>,
    pub(crate) claims: Vec<ClaimChange>,
    pub(crate) keys: Vec<KeyRow>,
    pub(crate) made_keys: Vec<(SubjectId, SubjectKey)>,
    /// Members whose key sealed something here; must not be destroyed.
    pub(crate) sealed_for: HashSet<SubjectId>,
    pub(crate) subjects: Vec<SubjectRow>,
    pub(crate) posts: Vec<NewPostRow>,
    pub(crate) revisions: Vec<RevisionRow>,
    pub(crate) post_changes: Vec<PostChange>,
    pub(crate) dead_letters: Vec<DeadLetterRow>,
    pub(crate) outbox: Vec<OutboxChange>,
    pub(crate) pending: Vec<PendingChange>,
    pub(crate) positions: Vec<PositionAdvance>,
    /// Packed leaves of the last event of the last stream.
    pub(crate) leaves: Option<Vec<u8>>,
    pub(crate) destroy_keys: Vec<SubjectId>,
    /// Whether the levers move: `Some(true)` stops actions.
    pub(crate) stop_actions: Option<bool>,
}

impl Unit {
    pub(crate) fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            streams: Vec::new(),
            claims: Vec::new(),
            keys: Vec::new(),
            made_keys: Vec::new(),
            sealed_for: HashSet::new(),
            subjects: Vec::new(),
            posts: Vec::new(),
            revisions: Vec::new(),
            post_changes: Vec::new(),
            dead_letters: Vec::new(),
            outbox: Vec::new(),
            pending: Vec::new(),
            positions: Vec::new(),
            leaves: None,
            destroy_keys: Vec::new(),
            stop_actions: None,
        }
    }

    /// How many rows it writes, about.
    pub(crate) fn weight(&self) -> usize {
        let events: usize = self.streams.iter().map(|stream| stream.events.len()).sum();
        1 + events
            + self.revisions.len()
            + self.outbox.len()
            + self.pending.len()
            + self.claims.len()
    }
}

/// Events for one stream, written out.
#[derive(Debug)]
pub(crate) struct UnitStream {
    pub(crate) stream: StreamId,
    pub(crate) expected: Expected,
    pub(crate) events: Vec<UnitEvent>,
}

/// An event written out.
#[derive(Debug)]
pub(crate) struct UnitEvent {
    pub(crate) id: EventId,
    pub(crate) occurred_at: Timestamp,
    pub(crate) actor: String,
    pub(crate) causation: Option<String>,
    pub(crate) correlation: Option<String>,
    pub(crate) event_type: &'static str,
    pub(crate) type_version: u16,
    pub(crate) payload: String,
}

/// A row of `content_subjects`.
#[derive(Debug, Clone)]
pub(crate) struct SubjectRow {
    pub(crate) subject: SubjectId,
    pub(crate) platform: PlatformId,
    pub(crate) fingerprint: [u8; 16],
    pub(crate) generation: u32,
    pub(crate) sealed: Vec<u8>,
}

/// A row of `content_posts`.
#[derive(Debug, Clone)]
pub(crate) struct NewPostRow {
    pub(crate) post: PostId,
    pub(crate) platform: PlatformId,
    pub(crate) fingerprint: [u8; 16],
    pub(crate) subject: SubjectId,
    pub(crate) community: CommunityId,
    pub(crate) thread: Option<[u8; 16]>,
    pub(crate) url: Option<[u8; 16]>,
    pub(crate) posted_at: Timestamp,
    pub(crate) revision: Revision,
    pub(crate) keep_until: i64,
}

/// A row of `content_revisions`.
#[derive(Debug, Clone)]
pub(crate) struct RevisionRow {
    pub(crate) post: PostId,
    pub(crate) revision: Revision,
    pub(crate) generation: u32,
    pub(crate) head: Vec<u8>,
    pub(crate) body: Option<Vec<u8>>,
}

/// A change to a row of `content_posts`; merged per post before it is written.
#[derive(Debug, Clone)]
pub(crate) struct PostChange {
    pub(crate) post: PostId,
    pub(crate) revision: Option<Revision>,
    pub(crate) deleted_by: Option<&'static str>,
    /// The text stays at least until then.
    pub(crate) keep_at_least: Option<i64>,
    /// The text stays exactly until then.
    pub(crate) keep_exactly: Option<i64>,
}

/// A row of `content_dead_letters`.
#[derive(Debug, Clone)]
pub(crate) struct DeadLetterRow {
    pub(crate) id: MessageId,
    pub(crate) subject: Option<SubjectId>,
    pub(crate) generation: u32,
    pub(crate) origin: String,
    pub(crate) class: &'static str,
    pub(crate) message: String,
    pub(crate) transport_time: Option<Timestamp>,
    pub(crate) sealed: Vec<u8>,
    pub(crate) consumer_group: Option<String>,
    pub(crate) traceparent: Option<String>,
}
