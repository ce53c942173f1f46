//! What a store in memory holds.

use std::collections::{BTreeMap, HashMap};

use holdfast_domain::intake::{DeletedBy, LiveFrom, PartitionKey};
use holdfast_domain::{
    CaseId, EventEnvelope, Lane, MessageId, PostId, PostRef, Revision, SubjectId, TenantId,
    Timestamp, UserId,
};

use crate::ledger::Ledger;
use crate::ports::{
    CaseRow, GenerationState, GrantedRole, Lease, NewSession, NewToken, Outgoing, PendingPost, User,
};
use crate::prepare::{DeadLetterRow, NewPostRow, RevisionRow, SubjectRow};

/// Everything.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) ledger: Ledger,
    pub(super) events: Vec<EventEnvelope>,
    pub(super) recorded_at: Timestamp,
    pub(super) subjects: HashMap<SubjectId, (TenantId, SubjectRow)>,
    pub(super) posts: BTreeMap<PostId, Post>,
    pub(super) dead_letters: BTreeMap<MessageId, DeadLetter>,
    pub(super) outbox: Vec<Message>,
    pub(super) sequences: HashMap<(TenantId, SubjectId, Lane), u64>,
    pub(super) pending: HashMap<PostRef, Waiting>,
    pub(super) positions: HashMap<PartitionKey, Place>,
    pub(super) leases: HashMap<String, Lease>,
    pub(super) stopped: BTreeMap<TenantId, Timestamp>,
    pub(super) generations: Vec<Rows>,
    pub(super) accounts: Staff,
}

/// A post and its sealed revisions.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) tenant: TenantId,
    pub(super) row: NewPostRow,
    pub(super) latest: Revision,
    pub(super) deleted: Option<DeletedBy>,
    pub(super) keep_until: i64,
    pub(super) revisions: BTreeMap<Revision, (RevisionRow, Timestamp)>,
}

/// A sealed dead letter.
#[derive(Debug)]
pub(super) struct DeadLetter {
    pub(super) tenant: TenantId,
    pub(super) row: DeadLetterRow,
    pub(super) recorded_at: Timestamp,
}

/// An outgoing message; their order is that of the appends.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) out: Outgoing,
    pub(super) not_before: Timestamp,
    pub(super) epoch: u64,
    pub(super) sent_at: Option<Timestamp>,
}

/// A post that waits for the deep stage.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) tenant: TenantId,
    pub(super) pending: PendingPost,
    pub(super) put_at: Timestamp,
    pub(super) worker: Option<String>,
    pub(super) lease_until: Timestamp,
    pub(super) attempts: u32,
}

/// A partition's place.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) next: Option<i64>,
    pub(super) last_digest: [u8; 32],
    pub(super) live_from: LiveFrom,
}

/// A generation's rows.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) name: String,
    pub(super) state: GenerationState,
    pub(super) cases: BTreeMap<CaseId, CaseRow>,
}

/// Users and what they hold.
#[derive(Debug, Default)]
pub(super) struct Staff {
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) grants: Vec<(UserId, GrantedRole)>,
    pub(super) links: Vec<(UserId, SubjectId)>,
    pub(super) tokens: Vec<NewToken>,
    pub(super) sessions: Vec<NewSession>,
    pub(super) attempts: Vec<(String, Timestamp)>,
}
