//! One atomic unit of writing.

use holdfast_domain::event::BatchAssessed;
use holdfast_domain::intake::{DeletedBy, Origin, PositionAdvance, RawHeaders, RejectClass};
use holdfast_domain::{
    ClaimChange, KeyOwner, MessageId, NewEvent, PlatformId, Position, Post, PostId, PostRef,
    Revision, Sensitive, StreamId, StreamVersion, SubjectId, TenantId, Timestamp,
};

use super::{OutboxChange, PendingChange};

/// Everything that becomes true together, or not at all.
#[derive(Debug)]
pub struct Append {
    /// Whose customer.
    pub tenant: TenantId,
    /// Events, by stream. Events get their positions in this order.
    pub streams: Vec<StreamAppend>,
    /// Unique keys taken and released, in order.
    pub claims: Vec<ClaimChange>,
    /// Members seen for the first time. A row that another append wrote first refuses this one with
    /// `Claimed { key: subject/…, holder: <subject id> }`.
    pub subjects: Vec<NewSubject>,
    /// Posts and their revisions. A new post whose row another append wrote first refuses this one
    /// with `Claimed { key: post/…, holder: <post id> }`.
    pub posts: Vec<PostWrite>,
    /// Records that could not be read, sealed; an [`OutboxChange::Put`] sends each by its id.
    pub dead_letters: Vec<DeadLetterWrite>,
    /// What is to leave the house, and what became of it.
    pub outbox: Vec<OutboxChange>,
    /// Posts waiting for the deep stage, and those done.
    pub pending: Vec<PendingChange>,
    /// Kafka positions, compared and set.
    pub positions: Vec<PositionAdvance>,
    /// The leaves of a screened batch.
    pub batch: Option<BatchLeaves>,
    /// Members whose keys are destroyed: nothing sealed for them opens again, and no later append
    /// may write about them.
    pub destroy_keys: Vec<SubjectId>,
}

impl Append {
    /// An empty unit.
    pub const fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            streams: Vec::new(),
            claims: Vec::new(),
            subjects: Vec::new(),
            posts: Vec::new(),
            dead_letters: Vec::new(),
            outbox: Vec::new(),
            pending: Vec::new(),
            positions: Vec::new(),
            batch: None,
            destroy_keys: Vec::new(),
        }
    }

    /// Adds events to a stream; several calls for one stream must agree on the expectation.
    #[must_use]
    pub fn with_events(
        mut self,
        stream: StreamId,
        expected: Expected,
        events: impl IntoIterator<Item = NewEvent>,
    ) -> Self {
        self.streams.push(StreamAppend {
            stream,
            expected,
            events: events.into_iter().collect(),
        });
        self
    }

    /// Adds a claim.
    #[must_use]
    pub fn with_claim(mut self, claim: ClaimChange) -> Self {
        self.claims.push(claim);
        self
    }

    /// Adds an outbound message or a change to one.
    #[must_use]
    pub fn with_outbox(mut self, change: OutboxChange) -> Self {
        self.outbox.push(change);
        self
    }
}

/// Events for one stream.
#[derive(Debug, Clone)]
pub struct StreamAppend {
    /// Which stream.
    pub stream: StreamId,
    /// How the stream must stand.
    pub expected: Expected,
    /// The events, in order.
    pub events: Vec<NewEvent>,
}

/// How a stream must stand for an append to go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It holds exactly this many events; `Version(StreamVersion(0))` for a new stream.
    Version(StreamVersion),
    /// However it stands: for facts that no other fact can contradict (a note, a screened batch).
    Any,
}

impl Expected {
    /// The stream must not exist yet.
    pub const NEW: Self = Self::Version(StreamVersion(0));
}

/// What an append became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Position of its first and last event; none where it held no events.
    pub positions: Option<(Position, Position)>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The streams' versions after it, in the order of the append.
    pub versions: Vec<(StreamId, StreamVersion)>,
}

/// A member seen for the first time.
#[derive(Debug, Clone)]
pub struct NewSubject {
    /// The fresh id by which the log will know the member.
    pub subject: SubjectId,
    /// The platform.
    pub platform: PlatformId,
    /// The platform's pseudonym.
    pub pseudonym: Sensitive<String>,
}

/// A change to the rows of posts.
#[derive(Debug, Clone)]
pub enum PostWrite {
    /// A post seen for the first time.
    New {
        /// The fresh id by which the log will know it.
        id: PostId,
        /// Its author.
        subject: SubjectId,
        /// The post.
        post: Box<Post>,
        /// How long its text stays.
        keep: Keep,
    },
    /// A further revision of a known post, a newer or an older one: `latest` never goes back. A revision that is
    /// there already is left as it is.
    Revision {
        /// The post.
        id: PostId,
        /// Its author.
        subject: SubjectId,
        /// The revision.
        post: Box<Post>,
        /// How long its text stays; the longer of this and what was set before counts.
        keep: Keep,
    },
    /// The platform says that it was deleted there. The text stays as long as it was to stay.
    Deleted {
        /// The post.
        id: PostId,
        /// The revision that removes it.
        revision: Revision,
        /// Who removed it.
        by: DeletedBy,
    },
    /// Changes how long the text of all its revisions stays, e.g. when the post joins a case.
    Keep {
        /// The post.
        id: PostId,
        /// How long.
        keep: Keep,
    },
}

/// How long the text of a post stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// It is not written at all; ids and times are.
    NoText,
    /// Until then.
    Until(Timestamp),
    /// As long as a case needs it.
    ForCase,
}

/// A record that could not be read.
#[derive(Debug, Clone)]
pub struct DeadLetterWrite {
    /// Its id, also that of the outbox message that sends it.
    pub id: MessageId,
    /// Where the record stood.
    pub origin: Origin,
    /// Whose key seals it: the author's where the record's key tells who it is, else the tenant's.
    pub owner: KeyOwner,
    /// The record's bytes.
    pub raw: Sensitive<Vec<u8>>,
    /// The record's key.
    pub key: Option<Sensitive<Vec<u8>>>,
    /// Its headers: sealed with its bytes.
    pub headers: RawHeaders,
    /// What was wrong.
    pub class: RejectClass,
    /// Field, what was wrong, what to do; never the content.
    pub message: String,
    /// The record's time by its transport.
    pub transport_time: Option<Timestamp>,
    /// The consumer group that read it, where it came from Kafka.
    pub consumer_group: Option<String>,
    /// Its W3C trace context.
    pub traceparent: Option<String>,
}

/// The leaves of a screened batch: for every record, what it was and what came of it.
///
/// The store computes the keyed digests, takes the digests of the ciphertext it writes, and puts the
/// Merkle root into the [`BatchAssessed`] event (which comes with an empty one).
#[derive(Debug, Clone)]
pub struct BatchLeaves {
    /// The stream of the source, as a rule [`StreamId::Intake`].
    pub stream: StreamId,
    /// Id, time and actor of the event.
    pub head: NewEventHead,
    /// The event; its `merkle_root` and `count` are filled in by the store.
    pub event: BatchAssessed,
    /// One leaf per record, in order of the source.
    pub leaves: Vec<LeafInput>,
}

/// The head of a [`NewEvent`] whose body the store completes.
#[derive(Debug, Clone)]
pub struct NewEventHead {
    /// The event's own id.
    pub id: holdfast_domain::EventId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who caused it.
    pub actor: holdfast_domain::Actor,
    /// A trace id.
    pub correlation: Option<String>,
}

/// One record of a batch.
#[derive(Debug, Clone)]
pub struct LeafInput {
    /// `topic/partition`, `http/integrator` or `file/name`, as in the event's ranges.
    pub source: String,
    /// The record's offset, line or item.
    pub offset: i64,
    /// The platform's source and id of the event; only a keyed digest of it is stored.
    pub event_key: Sensitive<String>,
    /// The revision, for posts.
    pub revision: Option<Revision>,
    /// What came of it, e.g. `clear`, `case`, `stale`.
    pub outcome: String,
    /// The stored text, whose ciphertext the leaf covers.
    pub content: LeafContent,
}

/// The ciphertext that a leaf covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafContent {
    /// None: nothing of it is stored.
    Nothing,
    /// That of the revision written by this append.
    WrittenHere(PostRef),
    /// That of an earlier append, by the digest that [`TakenPost`](super::TakenPost) carries.
    Digest([u8; 32]),
}
