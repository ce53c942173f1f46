//! What members write.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ActionId, CommunityId, PlatformId, PostId, Sensitive, TenantId, Timestamp};

/// One revision of one piece of content, as it came in. Lives in memory only: the log knows a
/// [`PostRef`], the sealed row knows the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Whose customer.
    pub tenant: TenantId,
    /// The platform that it was written on.
    pub platform: PlatformId,
    /// The platform's own id of it.
    pub external_id: Sensitive<String>,
    /// What kind of content.
    pub kind: PostKind,
    /// Where it stands.
    pub community: CommunityId,
    /// The platform's id of the thread or room.
    pub thread: Option<Sensitive<String>>,
    /// The platform's id of the post that it answers.
    pub parent: Option<Sensitive<String>>,
    /// Who wrote it.
    pub author: Author,
    /// The text; at most 64 kB, cut in the middle where `truncated`.
    pub text: Sensitive<String>,
    /// Whether the text was longer than Holdfast takes.
    pub truncated: bool,
    /// The language that the platform names (BCP 47).
    pub language: Option<String>,
    /// When it was first posted, by the platform's clock.
    pub created_at: Timestamp,
    /// When this revision was written, by the platform's clock.
    pub revised_at: Timestamp,
    /// Which revision; a lower one replaces nothing.
    pub revision: Revision,
    /// Where it can be read.
    pub url: Option<Sensitive<String>>,
    /// A content warning set by the author or platform.
    pub content_warning: Option<Sensitive<String>>,
    /// What the platform says it answers or quotes, nearest first.
    pub reply_context: Vec<Sensitive<String>>,
    /// Addresses of attached media; never fetched.
    pub attachments: Vec<Sensitive<String>>,
    /// Set by the platform on a staff post that carries out one of our actions.
    pub carries_out: Option<ActionId>,
    /// Set by Holdfast's own canary: runs the whole way, counts in no figure, opens no visible case.
    pub synthetic: bool,
    /// Fields that Holdfast does not know, kept as they came.
    pub extra: Sensitive<serde_json::Map<String, serde_json::Value>>,
}

impl Post {
    /// The language that the platform names, without region and in small letters; none where it names
    /// none or something that is no language tag.
    pub fn main_language(&self) -> Option<String> {
        let tag = self.language.as_deref()?.trim();
        let main = tag.split(['-', '_']).next()?;
        let proper = (2..=8).contains(&main.len()) && main.bytes().all(|b| b.is_ascii_alphabetic());
        (proper && main != "und").then(|| main.to_ascii_lowercase())
    }
}

/// Who wrote a post, as far as the platform says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The platform's pseudonym of the member.
    pub pseudonym: Sensitive<String>,
    /// When the account was made.
    pub created_at: Option<Timestamp>,
    /// What the member is there.
    pub role: AuthorRole,
    /// An age band in the platform's words, e.g. `13-17`.
    pub age_band: Option<String>,
    /// Declared locale (BCP 47).
    pub locale: Option<String>,
}

/// What an author is on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorRole {
    /// An ordinary member.
    #[default]
    Member,
    /// A trained peer.
    Peer,
    /// Staff of the community. Never punished by automation.
    Moderator,
    /// A clinician of the community.
    Clinician,
    /// A program, Holdfast's own messages included.
    Bot,
}

/// What kind of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostKind {
    /// Opens a thread.
    Post,
    /// Answers in a thread.
    Comment,
    /// A line in a group chat; judged with the author's lines just before.
    Chat,
    /// A private message; judged like a chat line.
    Dm,
    /// A member's own profile text.
    Profile,
}

impl PostKind {
    /// Whether the text is judged together with the author's preceding messages.
    pub const fn is_conversation(self) -> bool {
        matches!(self, Self::Chat | Self::Dm)
    }

    /// The kind's name in files and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Comment => "comment",
            Self::Chat => "chat",
            Self::Dm => "dm",
            Self::Profile => "profile",
        }
    }
}

/// Orders the revisions of a post: the payload's `revision`, else `edited_at` in microseconds, else
/// the event's time in microseconds. A platform must not mix numbered and timed revisions of a post.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct Revision(pub i64);

/// A revision of a post as events name it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct PostRef {
    /// The post.
    pub post: PostId,
    /// Its revision.
    pub revision: Revision,
}
