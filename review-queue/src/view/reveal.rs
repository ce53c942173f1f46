//! Text, shown after the reading of it was recorded.

use holdfast_domain::{EventId, PostRef, Sensitive, Span, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::CaseView;

/// A whole case with its thread, revealed as one recorded read. Method detail stays covered.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RevealedCase {
    /// The case as it stands after the reading was recorded.
    pub case: CaseView,
    /// The texts of the case's posts and of the thread around, by revision.
    pub posts: Vec<RevealedPost>,
    /// What members wrote elsewhere: reporters' words, answers, appeals.
    pub words: Vec<RevealedProse>,
}

impl RevealedCase {
    /// The text of a revision.
    pub fn text_of(&self, post: PostRef) -> Option<&RevealedPost> {
        self.posts.iter().find(|revealed| revealed.post == post)
    }

    /// A member's words in a field of an event.
    pub fn words_of(&self, event: EventId, field: &str) -> Option<&RevealedProse> {
        self.words
            .iter()
            .find(|words| words.event == event && words.field == field)
    }
}

/// A post's text.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RevealedPost {
    /// Which revision.
    #[schema(value_type = Object)]
    pub post: PostRef,
    /// When it was posted.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub posted_at: Timestamp,
    /// The whole text, for the console's own cutting; never serialised, since it holds what is
    /// covered.
    #[serde(skip)]
    pub text: Sensitive<String>,
    /// What reasons point at, for the console's own cutting.
    #[serde(skip)]
    pub marks: Vec<Mark>,
    /// What stays covered, for the console's own cutting.
    #[serde(skip)]
    pub covers: Vec<Span>,
    /// The text in order, cut at evidence and covers.
    pub stretches: Vec<Stretch>,
    /// The reasons that stretches point at, by number.
    pub reasons: Vec<String>,
    /// A content warning set by the author or platform.
    #[schema(value_type = Option<String>)]
    pub content_warning: Option<Sensitive<String>>,
    /// Where it can be read on the platform.
    #[schema(value_type = Option<String>)]
    pub url: Option<Sensitive<String>>,
    /// The author's name on the platform.
    #[schema(value_type = Option<String>)]
    pub author: Option<Sensitive<String>>,
}

/// A stretch of the text that a reason points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where, in the original text.
    pub span: Span,
    /// Which of the post's reasons.
    pub reason: usize,
}

/// A piece of a text, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Stretch {
    /// Words that nothing points at.
    Plain {
        /// The words.
        #[schema(value_type = String)]
        text: Sensitive<String>,
    },
    /// Words that at least one reason rests on.
    Evidence {
        /// The words.
        #[schema(value_type = String)]
        text: Sensitive<String>,
        /// Which reasons.
        reasons: Vec<usize>,
    },
    /// Method detail, revealed singly by this number.
    Covered {
        /// Counted from 0 along the text.
        cover: usize,
    },
}

/// What a member wrote into something other than a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RevealedProse {
    /// In which event.
    #[schema(value_type = uuid::Uuid)]
    pub event: EventId,
    /// In which field.
    pub field: String,
    /// The words; none where the member was erased.
    #[schema(value_type = Option<String>)]
    pub text: Option<Sensitive<String>>,
}

/// A single text, revealed after its reading was recorded: a stretch of method detail, or a record
/// of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RevealedText {
    /// The case's version afterwards.
    pub version: u64,
    /// The text; none where it is not kept or the member was erased.
    #[schema(value_type = Option<String>)]
    pub text: Option<Sensitive<String>>,
    /// When it was posted, where known.
    #[serde(serialize_with = "super::time::maybe")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub posted_at: Option<Timestamp>,
}
