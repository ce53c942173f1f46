//! What Holdfast asks of the platform.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ActionId, CaseId, PostRef, Prose, Span, SubjectId, Timestamp};

/// One thing asked of the platform, carried out as a whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The idempotency key.
    pub id: ActionId,
    /// The case that it belongs to.
    pub case: CaseId,
    /// What it is done to.
    pub target: ActionTarget,
    /// What is done; what must go together (hide and outreach) are parts of one action.
    pub parts: Vec<ActionPart>,
    /// What the member is told, and for outreach the message itself; sealed with their key.
    pub message: Option<Prose>,
    /// The policy that it rests on, e.g. `harassment.threat`.
    pub policy: Option<String>,
    /// Whether a person asked for it.
    pub requested_by: RequestedBy,
    /// Not sent before: the time in which it can still be undone.
    pub hold_until: Timestamp,
    /// Not sent after: by then it would do harm or no good.
    pub not_after: Timestamp,
}

impl Action {
    /// The lane that it travels in.
    pub fn lane(&self) -> Lane {
        if self.parts.iter().any(|part| part.kind().is_care()) {
            Lane::Care
        } else {
            Lane::Enforcement
        }
    }

    /// Whether some part restricts the member.
    pub fn is_restrictive(&self) -> bool {
        self.parts.iter().any(|part| part.kind().is_restrictive())
    }

    /// Whether a message to the member is part of it.
    pub fn has_outreach(&self) -> bool {
        self.parts
            .iter()
            .any(|part| part.kind() == ActionKind::Outreach)
    }
}

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionTarget {
    /// A post, and through it its author.
    Post {
        /// Which revision the decision was about.
        post: PostRef,
        /// Its author.
        author: SubjectId,
    },
    /// A member.
    Author(SubjectId),
}

impl ActionTarget {
    /// The member concerned.
    pub const fn author(&self) -> SubjectId {
        match self {
            Self::Post { author, .. } | Self::Author(author) => *author,
        }
    }

    /// The post concerned, where there is one.
    pub const fn post(&self) -> Option<PostRef> {
        match self {
            Self::Post { post, .. } => Some(*post),
            Self::Author(_) => None,
        }
    }
}

/// One part of an action.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum ActionPart {
    /// Hide a stretch of a post (method detail, incitement).
    HidePart {
        /// Byte offsets into the original text.
        span: Span,
    },
    /// Hide a post.
    Hide,
    /// Show a post collapsed.
    Collapse,
    /// Put a context label on a post.
    Label {
        /// Which label.
        label: String,
    },
    /// A private, dismissible hint to the author.
    Nudge {
        /// Which template.
        template: String,
    },
    /// A private message to the author from a named person.
    Outreach {
        /// Which template, where it came from one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<String>,
    },
    /// Stop replies to a post.
    LockReply,
    /// Limit what an author may do.
    LimitAuthor {
        /// For how many seconds.
        secs: u64,
    },
    /// Suspend an author.
    SuspendAuthor {
        /// For how many seconds; none is until lifted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secs: Option<u64>,
    },
    /// Remove a post for good.
    Remove,
    /// Undo what was done to a post or author.
    Restore,
}

impl ActionPart {
    /// The part's kind.
    pub const fn kind(&self) -> ActionKind {
        match self {
            Self::HidePart { .. } => ActionKind::HidePart,
            Self::Hide => ActionKind::Hide,
            Self::Collapse => ActionKind::Collapse,
            Self::Label { .. } => ActionKind::Label,
            Self::Nudge { .. } => ActionKind::Nudge,
            Self::Outreach { .. } => ActionKind::Outreach,
            Self::LockReply => ActionKind::LockReply,
            Self::LimitAuthor { .. } => ActionKind::LimitAuthor,
            Self::SuspendAuthor { .. } => ActionKind::SuspendAuthor,
            Self::Remove => ActionKind::Remove,
            Self::Restore => ActionKind::Restore,
        }
    }
}

/// The kinds of action a platform may support.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "each variant is documented at the action part of the same name"
)]
pub enum ActionKind {
    HidePart,
    Hide,
    Collapse,
    Label,
    Nudge,
    Outreach,
    LockReply,
    LimitAuthor,
    SuspendAuthor,
    Remove,
    Restore,
}

impl ActionKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::HidePart,
        Self::Hide,
        Self::Collapse,
        Self::Label,
        Self::Nudge,
        Self::Outreach,
        Self::LockReply,
        Self::LimitAuthor,
        Self::SuspendAuthor,
        Self::Remove,
        Self::Restore,
    ];

    /// The kind's name in the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HidePart => "hide_part",
            Self::Hide => "hide",
            Self::Collapse => "collapse",
            Self::Label => "label",
            Self::Nudge => "nudge",
            Self::Outreach => "outreach",
            Self::LockReply => "lock_reply",
            Self::LimitAuthor => "limit_author",
            Self::SuspendAuthor => "suspend_author",
            Self::Remove => "remove",
            Self::Restore => "restore",
        }
    }

    /// Takes something from a member: needs a reason, and automation's budget.
    pub const fn is_restrictive(self) -> bool {
        !matches!(
            self,
            Self::Label | Self::Nudge | Self::Outreach | Self::Restore
        )
    }

    /// Helps a member, and never waits behind enforcement.
    pub const fn is_care(self) -> bool {
        matches!(self, Self::Outreach | Self::Restore)
    }

    /// How long after the request it still makes sense to carry it out.
    pub const fn lifetime(self) -> Duration {
        match self {
            // A late hint or message about an old post startles more than it helps.
            Self::Nudge => Duration::from_hours(2),
            Self::Outreach => Duration::from_hours(24),
            Self::Restore => Duration::from_hours(30 * 24),
            _ => Duration::from_hours(72),
        }
    }
}

/// Order holds per author and lane; care never waits for enforcement.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Alerts, outreach, restoring.
    Care,
    /// Everything that restricts.
    Enforcement,
}

impl Lane {
    /// The lane's name in tables and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Care => "care",
            Self::Enforcement => "enforcement",
        }
    }
}

/// Who asked for an action, as the platform is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestedBy {
    /// A member of staff.
    Person,
    /// A rule.
    Automation,
}

/// What became of an action on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionOutcome {
    /// Carried out.
    Done,
    /// The platform tried and failed.
    Failed,
    /// The platform does not do this.
    Unsupported,
    /// The post or member is no longer there.
    Gone,
}
