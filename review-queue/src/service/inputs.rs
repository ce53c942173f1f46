//! What people send: the same for the API's bodies and the console's forms.

use holdfast_domain::action::ActionPart;
use holdfast_domain::case::CloseCode;
use holdfast_domain::event::{ContactOutcome, DecisionOutcome, LowerCode};
use holdfast_domain::{
    CaseId, CaseKind, CommunityId, CrisisLevel, DecisionId, PlatformId, PostRef, Sensitive, UserId,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which case is asked for something, and under which conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The case.
    pub case: CaseId,
    /// The state that the command rests on: a view's `seen` or `version`.
    pub if_match: Option<u64>,
    /// By which a repetition of the same request is known.
    pub request: Option<RequestKey>,
    /// The trace that the request belongs to.
    pub trace: Option<String>,
}

impl Ask {
    /// Asks without conditions.
    pub const fn of(case: CaseId) -> Self {
        Self {
            case,
            if_match: None,
            request: None,
            trace: None,
        }
    }

    /// Asks on the ground of a state that was seen.
    pub fn seen(case: CaseId, version: u64) -> Self {
        Self {
            if_match: Some(version),
            ..Self::of(case)
        }
    }
}

/// An idempotency key as the log holds it: digests only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Of the person, the operation and the key.
    pub key: String,
    /// Of the request's body.
    pub body: String,
}

impl RequestKey {
    pub(crate) fn cause(&self) -> String {
        format!("{}{}", self.prefix(), self.body)
    }

    pub(crate) fn prefix(&self) -> String {
        format!("request/{}/", self.key)
    }
}

/// How the queue is narrowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueFilter {
    /// Closed cases instead of open ones.
    pub closed: bool,
    /// Of these kinds; all where empty.
    pub kinds: Vec<CaseKind>,
    /// At least this level.
    pub min_level: Option<CrisisLevel>,
    /// In these communities; all where empty.
    pub communities: Vec<CommunityId>,
    /// Held by this person.
    pub holder: Option<UserId>,
    /// Held by nobody now.
    pub unheld: bool,
    /// In this language; the region does not count.
    pub language: Option<String>,
    /// Look-back cases instead of live ones.
    pub backfill: bool,
}

/// Gives the case back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseInput {
    /// What the next person should know.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub hand_over: Option<Sensitive<String>>,
}

/// Takes the case from somebody.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOverInput {
    /// Why.
    #[schema(value_type = String)]
    pub reason: Sensitive<String>,
}

/// Writes a note.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteInput {
    /// The note.
    #[schema(value_type = String)]
    pub note: Sensitive<String>,
}

/// Raises the level, or, with a code, lowers it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelInput {
    /// The level to come: `none`, `soon`, `urgent` or `act_now`.
    #[schema(value_type = String)]
    pub to: CrisisLevel,
    /// Why it is lowered; a raise has none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub code: Option<LowerCode>,
    /// The words; lowering takes them.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub reason: Option<Sensitive<String>>,
}

/// Records that the member was reached, or was not.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// Whether it worked: `reached`, `tried` or `unreachable`.
    #[schema(value_type = String)]
    pub outcome: ContactOutcome,
    /// How it went.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub note: Option<Sensitive<String>>,
}

/// Decides.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideInput {
    /// What: `no_action`, `support`, `act`, `appeal_granted` or `appeal_refused`.
    #[schema(value_type = String)]
    pub outcome: DecisionOutcome,
    /// The policy that it rests on, e.g. `harassment.threat`.
    pub policy: String,
    /// Why.
    #[schema(value_type = String)]
    pub reason: Sensitive<String>,
    /// What it is about; empty is all posts of the case.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub posts: Vec<PostRef>,
    /// What the platform is asked for with it.
    #[serde(default)]
    pub actions: Vec<ActionInput>,
}

/// One thing asked of the platform.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionInput {
    /// The post that it is done to; none is its author, the member of the case.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub post: Option<PostRef>,
    /// What is done, as a whole or not at all.
    #[schema(value_type = Vec<Object>)]
    pub parts: Vec<ActionPart>,
    /// What the member is told; for a message the message itself.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub message: Option<Sensitive<String>>,
}

impl ActionInput {
    /// Whether some part takes something from a member.
    pub fn is_restrictive(&self) -> bool {
        self.parts.iter().any(|part| part.kind().is_restrictive())
    }
}

/// Takes a decision back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoInput {
    /// Which; none is the last one that stands.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub decision: Option<DecisionId>,
}

/// Closes the case, or proposes or confirms it where that takes two.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseInput {
    /// How it ends, e.g. `support_given`.
    #[schema(value_type = String)]
    pub code: CloseCode,
    /// Why.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub reason: Option<Sensitive<String>>,
}

/// Opens a closed case again.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopenInput {
    /// For a crisis case: at which level; none is the one that it had.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub level: Option<CrisisLevel>,
    /// Why, in the words of a code, e.g. `new_post`.
    #[serde(default = "by_hand")]
    pub code: String,
    /// Why, in one's own words.
    #[schema(value_type = String)]
    pub reason: Sensitive<String>,
}

fn by_hand() -> String {
    "by_hand".to_owned()
}

/// Opens a case by hand. One of `post`, `link`, `author` and `text` says what it is about.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenInput {
    /// What it is about: `crisis`, `harassment` or `stigma`.
    #[schema(value_type = String)]
    pub kind: CaseKind,
    /// For a crisis case: how urgently somebody should look; none is `soon`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub level: Option<CrisisLevel>,
    /// The platform's id of a post.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub post: Option<Sensitive<String>>,
    /// The address of a post.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub link: Option<Sensitive<String>>,
    /// The member's name on the platform.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub author: Option<Sensitive<String>>,
    /// Text copied from somewhere.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub text: Option<Sensitive<String>>,
    /// The platform; needed where member or text are not known yet.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub platform: Option<PlatformId>,
    /// Where; needed where no known post says it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub community: Option<CommunityId>,
    /// Why.
    #[schema(value_type = String)]
    pub reason: Sensitive<String>,
}

/// What is to be read. Whoever does not work on cases, an auditor, says why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum RevealInput {
    /// The case's posts and the thread around, as one recorded read.
    Case {
        /// Why; an auditor must say it.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        reason: Option<Sensitive<String>>,
    },
    /// One covered stretch of a post.
    MethodDetail {
        /// Which revision.
        #[schema(value_type = Object)]
        post: PostRef,
        /// Which cover, counted from 0 along the text.
        cover: usize,
        /// Why; an auditor must say it.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        reason: Option<Sensitive<String>>,
    },
    /// One record of an incident.
    Record {
        /// Its number within the incident.
        member: u64,
        /// Why; an auditor must say it.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        reason: Option<Sensitive<String>>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_field_is_refused() {
        assert!(serde_json::from_str::<NoteInput>(r#"{"note":"a","noet":"b"}"#).is_err());
    }

    #[test]
    fn what_a_person_typed_does_not_print() {
        let input: NoteInput = serde_json::from_str(r#"{"note":"called her"}"#).unwrap();
        assert!(!format!("{input:?}").contains("called"));
    }
}
