//! Reading what is sealed.

use async_trait::async_trait;
use holdfast_domain::intake::{DeletedBy, Origin, RawHeaders, RejectClass};
use holdfast_domain::{
    KeyOwner, MessageId, PlatformId, Post, PostId, PostRef, Revision, Sealed, Sensitive, StreamId,
    SubjectId, TenantId, Timestamp,
};

use crate::error::StoreError;

/// Posts, dead letters and the prose of events, opened.
///
/// Reading is not recorded here: who shows text to a person appends `TextRevealed` first.
#[async_trait]
pub trait Content: Send + Sync {
    /// A post with all its revisions, the oldest first. One query.
    async fn post(&self, tenant: &TenantId, post: PostId)
    -> Result<Option<StoredPost>, StoreError>;

    /// Several posts with their revisions, in no particular order. One query.
    async fn posts(
        &self,
        tenant: &TenantId,
        posts: &[PostId],
    ) -> Result<Vec<StoredPost>, StoreError>;

    /// A post's thread around it, by the platform's time: up to `before` posts, itself, up to
    /// `after` posts. Empty where the post is not known or names no thread.
    async fn thread_around(
        &self,
        tenant: &TenantId,
        post: PostId,
        before: usize,
        after: usize,
    ) -> Result<Vec<StoredPost>, StoreError>;

    /// A member's posts since then, the newest first, at most 500.
    async fn author_posts(
        &self,
        tenant: &TenantId,
        subject: SubjectId,
        since: Timestamp,
    ) -> Result<Vec<StoredPost>, StoreError>;

    /// The pseudonym of a member; `None` where they are not known or were erased.
    async fn pseudonym(
        &self,
        tenant: &TenantId,
        subject: SubjectId,
    ) -> Result<Option<(PlatformId, Sensitive<String>)>, StoreError>;

    /// Opens a text of an event. At most one query, none while the key is cached.
    async fn open(&self, context: &ProseContext<'_>, sealed: &Sealed)
    -> Result<Opened, StoreError>;

    /// Finds members and posts by what the platform calls them.
    async fn find(&self, tenant: &TenantId, what: &Find) -> Result<Found, StoreError>;

    /// A dead letter with its bytes.
    async fn dead_letter(&self, id: MessageId) -> Result<Option<DeadLetter>, StoreError>;

    /// The dead letters of a tenant, the newest first, from before `before` where given.
    async fn dead_letters(
        &self,
        tenant: &TenantId,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<DeadLetterSummary>, StoreError>;

    /// Removes texts whose time is over, and answers how many revisions lost theirs. Posts of cases
    /// and posts that wait for the deep stage keep theirs.
    async fn purge_expired(&self, now: Timestamp) -> Result<u64, StoreError>;
}

/// A post as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPost {
    /// Its id.
    pub id: PostId,
    /// Its author.
    pub subject: SubjectId,
    /// The highest revision known, a deletion included.
    pub latest: Revision,
    /// Who deleted it on the platform, where somebody did.
    pub deleted: Option<DeletedBy>,
    /// Its revisions, the oldest first. Empty where the author was erased.
    pub revisions: Vec<StoredRevision>,
}

/// A revision as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRevision {
    /// The revision as it came in, ids and author included. Its text is empty where `text_kept` is
    /// false.
    pub post: Post,
    /// Whether the text is (still) here; where not, the console says so.
    pub text_kept: bool,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// SHA-256 of the stored ciphertext, as the batch's leaf covers it; `None` where no text is here.
    pub digest: Option<[u8; 32]>,
}

impl StoredPost {
    /// The newest revision.
    pub fn newest(&self) -> Option<&StoredRevision> {
        self.revisions.last()
    }

    /// One revision.
    pub fn revision(&self, revision: Revision) -> Option<&StoredRevision> {
        self.revisions
            .iter()
            .find(|stored| stored.post.revision == revision)
    }

    /// The newest revision as events name it.
    pub fn newest_ref(&self) -> Option<PostRef> {
        self.newest().map(|stored| PostRef {
            post: self.id,
            revision: stored.post.revision,
        })
    }
}

/// Where a sealed text stands: part of what was sealed, so that it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct ProseContext<'a> {
    /// Whose customer.
    pub tenant: &'a TenantId,
    /// The event's stream.
    pub stream: &'a StreamId,
    /// The event's type.
    pub event_type: &'a str,
    /// The field, as [`for_each_prose`](holdfast_domain::ModerationEvent::for_each_prose) names it.
    pub field: &'a str,
}

/// What opening a text gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// The text.
    Text(Sensitive<String>),
    /// The member was erased; nobody can read it any more.
    Erased,
}

/// What to find.
#[derive(Debug, Clone)]
pub enum Find {
    /// A member by pseudonym, on any platform.
    Author(Sensitive<String>),
    /// A post by the platform's id, on any platform.
    Post(Sensitive<String>),
    /// A post by its address.
    Url(Sensitive<String>),
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Members.
    pub subjects: Vec<SubjectId>,
    /// Posts.
    pub posts: Vec<PostId>,
}

/// A dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// What is known without opening it.
    pub summary: DeadLetterSummary,
    /// The record's bytes; `None` where the member was erased.
    pub raw: Option<Sensitive<Vec<u8>>>,
    /// The record as it is stored, for the dead-letter topic; `None` where the member was erased.
    pub sealed: Option<Sealed>,
    /// The record's key.
    pub key: Option<Sensitive<Vec<u8>>>,
    /// Its headers; none where the member was erased.
    pub headers: RawHeaders,
}

/// A dead letter without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterSummary {
    /// Its id.
    pub id: MessageId,
    /// Whose customer.
    pub tenant: TenantId,
    /// Where the record stood.
    pub origin: Origin,
    /// Whose key seals it.
    pub owner: KeyOwner,
    /// What was wrong.
    pub class: RejectClass,
    /// Field, what was wrong, what to do.
    pub message: String,
    /// The record's time by its transport.
    pub transport_time: Option<Timestamp>,
    /// The consumer group that read it, where it came from Kafka.
    pub consumer_group: Option<String>,
    /// Its W3C trace context.
    pub traceparent: Option<String>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}
