//! What the platform is asked to do.

use holdfast_domain::action::RequestedBy;
use holdfast_domain::{
    ActionId, ActionPart, CaseId, CommunityId, Lane, PlatformId, Sensitive, Span, TenantId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::WireTime;

/// A command to the platform: carry out every part, or none, and report back under `action_id`.
///
/// A command may come more than once; `action_id` says which are the same. Answer with
/// `holdfast.action.result.v1`, also to a repetition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActionCommand {
    /// The idempotency key.
    pub action_id: ActionId,
    /// The case behind it, for support requests; means nothing on the platform.
    pub case_id: CaseId,
    /// Whose customer.
    pub tenant: TenantId,
    /// The platform that should act.
    pub platform: PlatformId,
    /// The community that it happens in.
    pub community_id: CommunityId,
    /// Commands of one author and lane come in order of `sequence`.
    pub lane: Lane,
    /// The number within author and lane, rising, with gaps where a command was not sent.
    pub sequence: u64,
    /// What to do; what belongs together stands together.
    #[schemars(length(min = 1))]
    pub parts: Vec<CommandPart>,
    /// What to do it to.
    pub target: CommandTarget,
    /// The words for the member, where the command carries any: the outreach itself, or what they
    /// are told about a restriction. Show them as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Sensitive<String>>,
    /// Why, in words that may be shown.
    pub reason: CommandReason,
    /// Not to be carried out after this.
    pub not_after: WireTime,
    /// Whether a person or a rule asked for it.
    pub requested_by_kind: RequestedBy,
    /// True for a rehearsal: check it, answer it, change nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// One part of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", content = "params", rename_all = "snake_case")]
pub enum CommandPart {
    /// Hide a stretch of the post.
    HidePart {
        /// Which.
        span: Stretch,
    },
    /// Hide the post.
    Hide {},
    /// Show the post collapsed.
    Collapse {},
    /// Put a context label on the post.
    Label {
        /// Which label.
        label: String,
    },
    /// Show the author a private, dismissible hint.
    Nudge {
        /// Which template of the platform.
        template: String,
    },
    /// Send the author `message` privately.
    Outreach {
        /// Which template it came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<String>,
    },
    /// Stop replies to the post.
    LockReply {},
    /// Limit what the author may do.
    LimitAuthor {
        /// For how many seconds.
        secs: u64,
    },
    /// Suspend the author.
    SuspendAuthor {
        /// For how many seconds; none is until lifted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secs: Option<u64>,
    },
    /// Remove the post for good.
    Remove {},
    /// Undo what was done to the post or author.
    Restore {},
}

/// A stretch of the post's original text, in bytes of UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

/// What a command is done to, by the platform's own names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommandTarget {
    /// The post; none where the command is about the author as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Sensitive<String>>,
    /// The revision that the decision was about. Where the post has moved on since, answer what
    /// you did; a `hide_part` of another revision's text must not be carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// The thread or room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<Sensitive<String>>,
    /// The member.
    pub author: CommandAuthor,
}

/// The member concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommandAuthor {
    /// The platform's pseudonym of them; also the record's key on Kafka.
    pub pseudonym: Sensitive<String>,
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommandReason {
    /// May be shown to the member; says nothing about reporters or scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<String>,
    /// The policy it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_ref: Option<String>,
}

impl From<Span> for Stretch {
    fn from(span: Span) -> Self {
        Self {
            start: span.start,
            end: span.end,
        }
    }
}

impl From<&ActionPart> for CommandPart {
    fn from(part: &ActionPart) -> Self {
        match part {
            ActionPart::HidePart { span } => Self::HidePart {
                span: (*span).into(),
            },
            ActionPart::Hide => Self::Hide {},
            ActionPart::Collapse => Self::Collapse {},
            ActionPart::Label { label } => Self::Label {
                label: label.clone(),
            },
            ActionPart::Nudge { template } => Self::Nudge {
                template: template.clone(),
            },
            ActionPart::Outreach { template } => Self::Outreach {
                template: template.clone(),
            },
            ActionPart::LockReply => Self::LockReply {},
            ActionPart::LimitAuthor { secs } => Self::LimitAuthor { secs: *secs },
            ActionPart::SuspendAuthor { secs } => Self::SuspendAuthor { secs: *secs },
            ActionPart::Remove => Self::Remove {},
            ActionPart::Restore => Self::Restore {},
        }
    }
}
