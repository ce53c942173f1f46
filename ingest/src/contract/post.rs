//! Posts, their edits and deletions.

use holdfast_domain::intake::DeletedBy;
use holdfast_domain::post::{AuthorRole, PostKind};
use holdfast_domain::{ActionId, Sensitive};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Example, Extra, MemberData, WireTime};

/// One revision of a post, comment, chat line, private message or profile text. An edit carries the
/// whole post again, not a difference. `post_id`, `community_id`, `author.pseudonym`, `text` and
/// `created_at` are required; send the rest where the platform has it: a thread gives the reader
/// context, a parent lets rules see who is talked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostData {
    /// The platform's own id of the post; the same in every revision.
    #[schemars(length(min = 1, max = 512), example = &"9913")]
    pub post_id: Sensitive<String>,
    /// The platform, where one topic or token serves several and its settings list them; any other is
    /// refused. The configured one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"), example = &"forum")]
    pub platform: Option<String>,
    /// What kind of content; `post` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PostKind>,
    /// The forum, room or group: a technical name, 1 to 128 letters, digits, `.`, `_`, `:`, `-`.
    #[schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"), example = &"night-shift")]
    pub community_id: String,
    /// The platform's id of the thread or room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512), example = &"t-771")]
    pub thread_id: Option<Sensitive<String>>,
    /// The platform's id of the post that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512), example = &"9907")]
    pub parent_id: Option<Sensitive<String>>,
    /// Who wrote it.
    pub author: AuthorData,
    /// The text, UTF-8, as the member wrote it. Of more than 65,536 bytes the first and the last half
    /// are judged and kept, and the post is marked as cut.
    pub text: Sensitive<String>,
    /// The language that the platform knows or guesses (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 35), example = &"en-GB")]
    pub language: Option<String>,
    /// When the post was first written.
    pub created_at: WireTime,
    /// When this revision was written; absent in the first. Orders revisions when `revision` is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<WireTime>,
    /// The number of this revision. A higher one replaces a lower one. Number all revisions of a post
    /// or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 1)]
    pub revision: Option<i64>,
    /// Who can see it, in the platform's words, e.g. `public` or `members`. Kept, not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// Addresses of attached media. Never fetched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Sensitive<String>>,
    /// Where a moderator can read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"https://forum.example/t/771/9913")]
    pub url: Option<Sensitive<String>>,
    /// A content warning set by the author or the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_warning: Option<Sensitive<String>>,
    /// Texts that the post answers or quotes, nearest first, for platforms whose parents do not come
    /// this way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reply_context: Vec<Sensitive<String>>,
    /// Set on a post of staff or of a program that carries out one of Holdfast's actions: that
    /// action's id. Such a post is not judged; one that names an action that nobody asked for is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carries_out: Option<ActionId>,
    /// Anything else that the platform wants to keep with the post. Kept, not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_meta: Option<Extra>,
    /// Fields that Holdfast does not know, kept as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The author of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuthorData {
    /// The platform's stable pseudonym of the member, also the record's key on Kafka.
    #[schemars(length(min = 1, max = 512), example = &"u-48213")]
    pub pseudonym: Sensitive<String>,
    /// When the account was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<WireTime>,
    /// What the member is on the platform; `member` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<AuthorRole>,
    /// An age band in the platform's words; minors get a shorter wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32), example = &"18-24")]
    pub age_band: Option<String>,
    /// The member's declared locale (BCP 47), for resources in their language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 35), example = &"en-GB")]
    pub locale: Option<String>,
    /// Fields that Holdfast does not know, kept as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Example for PostData {
    fn example() -> Self {
        Self {
            post_id: "9913".into(),
            platform: None,
            kind: Some(PostKind::Comment),
            community_id: "night-shift".to_owned(),
            thread_id: Some("t-771".into()),
            parent_id: Some("9907".into()),
            author: AuthorData {
                pseudonym: "u-48213".into(),
                created_at: Some(WireTime::example(-86_400 * 200)),
                role: Some(AuthorRole::Member),
                age_band: Some("25-34".to_owned()),
                locale: Some("en-GB".to_owned()),
                extra: Extra::new(),
            },
            text: "Rough week, but the evening walk helped. Thank you for asking, all of you."
                .into(),
            language: Some("en".to_owned()),
            created_at: WireTime::example(0),
            edited_at: None,
            revision: Some(1),
            visibility: Some("members".to_owned()),
            attachments: Vec::new(),
            url: Some("https://forum.example/t/771/9913".into()),
            content_warning: None,
            reply_context: Vec::new(),
            carries_out: None,
            platform_meta: None,
            extra: Extra::new(),
        }
    }
}

impl PostData {
    /// The example of an edit: the whole post again, under a higher revision.
    pub(crate) fn edited_example() -> Self {
        Self {
            text: "Rough week, but the evening walk helped. Thank you for asking.".into(),
            edited_at: Some(WireTime::example(600)),
            revision: Some(2),
            ..Self::example()
        }
    }
}

/// A post was removed on the platform. Leaves a mark, and never closes a case: what was written may
/// still need an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostDeletedData {
    /// The platform's own id of the post.
    #[schemars(length(min = 1, max = 512), example = &"9913")]
    pub post_id: Sensitive<String>,
    /// The platform, where one topic or token serves several and its settings list them; any other is
    /// refused. The configured one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"), example = &"forum")]
    pub platform: Option<String>,
    /// Who wrote it.
    pub author: MemberData,
    /// When it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<WireTime>,
    /// Who removed it; `unknown` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_by: Option<DeletedBy>,
    /// The number of the revision that removes it, where revisions are numbered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 3)]
    pub revision: Option<i64>,
    /// Fields that Holdfast does not know. Not kept.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Example for PostDeletedData {
    fn example() -> Self {
        Self {
            post_id: "9913".into(),
            platform: None,
            author: MemberData::named("u-48213"),
            deleted_at: Some(WireTime::example(1200)),
            deleted_by: Some(DeletedBy::Author),
            revision: Some(3),
            extra: Extra::new(),
        }
    }
}
