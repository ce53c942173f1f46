//! What judging a batch needs to know beforehand.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use holdfast_domain::intake::{LiveFrom, PartitionKey, StoredPosition};
use holdfast_domain::{
    CaseId, ClaimKey, CommunityId, PlatformId, PostId, PostRef, Revision, Sensitive, SubjectId,
    TenantId, Timestamp,
};

use crate::error::StoreError;
use crate::fingerprint::Fingerprinter;

/// Context for whole batches: a handful of queries per batch, none per post.
#[async_trait]
pub trait Intake: Send + Sync {
    /// Everything that a batch needs to know. A fixed number of queries whatever the batch's size;
    /// what is not known is absent from the answer.
    async fn recall(&self, tenant: &TenantId, request: RecallRequest)
    -> Result<Recall, StoreError>;

    /// Makes keyed digests for the tenant: for claim keys (`event/…`, a thread in `open-matter/…`)
    /// and for finding rows. Loads the tenant's key once; the handle itself does no I/O.
    async fn fingerprinter(&self, tenant: &TenantId) -> Result<Fingerprinter, StoreError>;

    /// The stored position of a partition; `None` before its first batch ever. One query.
    async fn position(
        &self,
        partition: &PartitionKey,
    ) -> Result<Option<StoredPosition>, StoreError>;

    /// Records at a partition's first-ever assignment where backfill ends, and answers the recorded
    /// value: of several calls the first counts.
    async fn begin_position(
        &self,
        partition: &PartitionKey,
        live_from: LiveFrom,
    ) -> Result<LiveFrom, StoreError>;
}

/// What a batch wants to know.
#[derive(Debug, Clone, Default)]
pub struct RecallRequest {
    /// Authors, reporters and reported members.
    pub authors: Vec<AuthorKey>,
    /// Posts that may be known already.
    pub posts: Vec<ContentKey>,
    /// Posts answered, whose text is wanted.
    pub parents: Vec<ContentKey>,
    /// Chats whose author's preceding messages are wanted.
    pub chats: Vec<ChatKey>,
    /// Keys of platform events that may have been taken in before.
    pub event_keys: Vec<Sensitive<String>>,
    /// Claims whose holders are wanted.
    pub claims: Vec<ClaimKey>,
}

/// A member as their platform names them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AuthorKey {
    /// The platform.
    pub platform: PlatformId,
    /// Its pseudonym of the member.
    pub pseudonym: Sensitive<String>,
}

/// A post as its platform names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentKey {
    /// The platform.
    pub platform: PlatformId,
    /// Its id of the post.
    pub external_id: Sensitive<String>,
}

/// One author's messages in one thread before a moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChatKey {
    /// The author.
    pub author: AuthorKey,
    /// The platform's id of the thread or room.
    pub thread: Sensitive<String>,
    /// The moment, by the platform's clock; messages of the 3 minutes before it count, at most 10.
    /// Messages of the very moment count as well: leave out the one that is judged.
    pub before: Timestamp,
}

/// What is known. Keys of the request that are absent are not known.
#[derive(Debug, Clone, Default)]
pub struct Recall {
    /// The members' ids.
    pub subjects: HashMap<AuthorKey, SubjectId>,
    /// The posts.
    pub posts: HashMap<ContentKey, KnownPost>,
    /// The texts of posts answered.
    pub parents: HashMap<ContentKey, ParentText>,
    /// Preceding chat messages, nearest first, at most 10.
    pub preceding: HashMap<ChatKey, Vec<Preceding>>,
    /// Event keys taken in before (their claim `event/<fingerprint>` is held).
    pub seen: HashSet<Sensitive<String>>,
    /// The holders of the claims asked for.
    pub holders: HashMap<ClaimKey, String>,
    /// The `open-…` claims about the members found, whoever asked: a member's open cases.
    pub open: HashMap<SubjectId, Vec<OpenHolder>>,
}

/// An open case found by its claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenHolder {
    /// The claim, e.g. `open-crisis/<subject>`.
    pub key: ClaimKey,
    /// The case.
    pub case: CaseId,
}

/// A post that the store knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPost {
    /// Its id.
    pub id: PostId,
    /// Its author.
    pub subject: SubjectId,
    /// Where it stands.
    pub community: CommunityId,
    /// The highest revision known, a deletion included.
    pub latest: Revision,
    /// Whether the platform said that it was deleted.
    pub deleted: bool,
}

/// The text of a post answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParentText {
    /// The highest revision with text.
    pub post: PostRef,
    /// Its author.
    pub subject: SubjectId,
    /// Its text; `None` where it is not kept, or its author was erased.
    pub text: Option<Sensitive<String>>,
}

/// A message of the same author just before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preceding {
    /// The highest revision.
    pub post: PostRef,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// Its text.
    pub text: Sensitive<String>,
}
