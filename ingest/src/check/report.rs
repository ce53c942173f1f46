//! What a check found.

use std::collections::BTreeMap;

use holdfast_domain::Post;
use holdfast_domain::intake::{Incoming, Origin, Received};
use serde::Serialize;

use crate::decode::name_of;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CheckReport {
    /// The topic, or the file's name.
    pub source: String,
    /// Messages by what they would become.
    pub becomes: BTreeMap<String, u64>,
    /// What is missing, and how often.
    pub findings: BTreeMap<Finding, Seen>,
    /// Whether each author's records come in order.
    pub key_order: KeyOrder,
    /// Each record.
    pub records: Vec<Checked>,
}

/// How often something was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Seen {
    /// In how many records.
    pub records: u64,
    /// In which first.
    pub first: Option<String>,
}

/// A record, without anything that a member wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Where it stood: `topic/partition@offset`, or `file:line`.
    pub origin: String,
    /// What it would become, e.g. `post`, or the class that it would be rejected under.
    pub becomes: String,
    /// What was wrong with it, where it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What is missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Finding>,
}

/// Something that is missing, and matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// No `source` and `id`: a record sent twice is judged twice.
    EventId,
    /// No time beside the one in the payload is known.
    Time,
    /// A post without its thread.
    Thread,
    /// A comment or chat line that says neither what it answers nor in which thread.
    Parent,
    /// Nobody knows how old the author's account is.
    AccountAge,
    /// A post without an address where a moderator can see it.
    Url,
    /// Neither revision nor edit time on a post that may be edited.
    Revision,
    /// The text was cut.
    Cut,
    /// The text is empty.
    Text,
    /// Anything that cannot be read.
    Unreadable,
}

impl Finding {
    /// What it means, and what to do.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::EventId => "no source and id: a record sent twice counts twice; send both",
            Self::Time => {
                "no time of the event: edits without a revision cannot be ordered; send `time`"
            }
            Self::Thread => "no thread: readers and rules see the post alone; send `thread_id`",
            Self::Parent => "no parent: who is talked to is not known; send `parent_id`",
            Self::AccountAge => {
                "no age of the account: rules about new accounts stay undecided; send `author.created_at`"
            }
            Self::Url => "no address: moderators cannot open the post on the platform; send `url`",
            Self::Revision => {
                "no revision and no edit time: edits are ordered by the event's time; send `revision`"
            }
            Self::Cut => "the text is too long and is cut in the middle",
            Self::Text => "the text is empty: there is nothing to judge; check the mapping",
            Self::Unreadable => "cannot be read: becomes a dead letter, and a person looks at it",
        }
    }
}

/// Whether each author's records come in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOrder {
    /// No record names an author.
    #[default]
    Unknown,
    /// A file: its lines are its order.
    NotKeyed,
    /// Every record's key is its author's pseudonym.
    ByAuthor,
    /// It does not: an author's edits may overtake each other, and several instances may judge an author
    /// at the same time.
    NotByAuthor {
        /// Records without a key.
        without_key: u64,
        /// Records with another key than the author's pseudonym.
        keyed_otherwise: u64,
        /// Authors whose records were found in several partitions.
        authors_in_several_partitions: u64,
    },
}

/// A record, without anything that a member wrote.
pub(super) fn describe(received: &Received) -> Checked {
    Checked {
        origin: place(&received.origin),
        becomes: name_of(&received.content).to_owned(),
        problem: received
            .content
            .as_ref()
            .err()
            .map(|rejected| rejected.message.clone()),
        missing: missing(received),
    }
}

fn place(origin: &Origin) -> String {
    match origin {
        Origin::Kafka {
            topic,
            partition,
            offset,
        } => format!("{topic}/{partition}@{offset}"),
        Origin::Http { integrator, item } => format!("{integrator}:{item}"),
        Origin::File { name, line } => format!("{name}:{line}"),
        Origin::Hand => "by hand".to_owned(),
    }
}

fn missing(received: &Received) -> Vec<Finding> {
    let mut missing = Vec::new();
    let mut add = |is_missing: bool, finding| is_missing.then(|| missing.push(finding));
    // A key of the decoder's own making names the place.
    let place = received.event_key.reveal();
    add(
        place.starts_with("kafka/") || place.starts_with("file/"),
        Finding::EventId,
    );
    match &received.content {
        Err(_) => drop(add(true, Finding::Unreadable)),
        Ok(Incoming::Post(post)) => missing_of_post(post, &mut add, received),
        Ok(_) => {}
    }
    missing
}

fn missing_of_post(
    post: &Post,
    add: &mut impl FnMut(bool, Finding) -> Option<()>,
    received: &Received,
) {
    use holdfast_domain::post::PostKind;
    let answers = matches!(post.kind, PostKind::Comment | PostKind::Chat | PostKind::Dm);
    add(
        post.thread.is_none() && post.kind != PostKind::Profile,
        Finding::Thread,
    );
    add(
        answers && post.parent.is_none() && post.thread.is_none(),
        Finding::Parent,
    );
    add(post.author.created_at.is_none(), Finding::AccountAge);
    add(post.url.is_none(), Finding::Url);
    add(post.truncated, Finding::Cut);
    add(post.text.reveal().trim().is_empty(), Finding::Text);
    // The revision is a time, and only the first writing's: nothing tells an edit from it.
    let by_creation = post.revision.0 == post.created_at.as_micros();
    add(
        by_creation && received.occurred_at == post.created_at,
        Finding::Time,
    );
    add(
        post.revision.0 == received.occurred_at.as_micros() && !by_creation,
        Finding::Revision,
    );
}
