//! The names of messages and topics.

use std::fmt;

/// The types of message that Holdfast takes in, by the CloudEvents attribute `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventType {
    /// A post was written.
    PostCreated,
    /// A post was changed.
    PostEdited,
    /// A post was removed on the platform.
    PostDeleted,
    /// A member flags a post or a member.
    ReportCreated,
    /// A member objects to a decision.
    AppealCreated,
    /// The platform shares something about a member, for their sake.
    ProfileHint,
    /// What became of an action.
    ActionResult,
    /// A message to a member arrived.
    OutreachDelivered,
    /// A message to a member was read.
    OutreachRead,
    /// A member answered a message.
    OutreachReplied,
}

impl EventType {
    /// All types.
    pub const ALL: [Self; 10] = [
        Self::PostCreated,
        Self::PostEdited,
        Self::PostDeleted,
        Self::ReportCreated,
        Self::AppealCreated,
        Self::ProfileHint,
        Self::ActionResult,
        Self::OutreachDelivered,
        Self::OutreachRead,
        Self::OutreachReplied,
    ];

    /// The type's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PostCreated => "holdfast.post.created.v1",
            Self::PostEdited => "holdfast.post.edited.v1",
            Self::PostDeleted => "holdfast.post.deleted.v1",
            Self::ReportCreated => "holdfast.report.created.v1",
            Self::AppealCreated => "holdfast.appeal.created.v1",
            Self::ProfileHint => "holdfast.profile.hint.v1",
            Self::ActionResult => "holdfast.action.result.v1",
            Self::OutreachDelivered => "holdfast.outreach.delivered.v1",
            Self::OutreachRead => "holdfast.outreach.read.v1",
            Self::OutreachReplied => "holdfast.outreach.replied.v1",
        }
    }

    /// The type with this name on the wire.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The topic that it travels on.
    pub const fn topic(self) -> Topic {
        match self {
            Self::PostCreated | Self::PostEdited | Self::PostDeleted => Topic::Posts,
            Self::ReportCreated => Topic::Reports,
            Self::AppealCreated => Topic::Appeals,
            Self::ProfileHint => Topic::ProfileHints,
            Self::ActionResult => Topic::ActionResults,
            Self::OutreachDelivered | Self::OutreachRead | Self::OutreachReplied => Topic::Outreach,
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The topics that Holdfast reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Posts, their edits and deletions.
    Posts,
    /// Members' reports.
    Reports,
    /// Appeals.
    Appeals,
    /// What platforms share about members.
    ProfileHints,
    /// What became of actions.
    ActionResults,
    /// What became of messages to members.
    Outreach,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 6] = [
        Self::Posts,
        Self::Reports,
        Self::Appeals,
        Self::ProfileHints,
        Self::ActionResults,
        Self::Outreach,
    ];

    /// The topic's name, before any prefix.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Posts => "holdfast.posts.v1",
            Self::Reports => "holdfast.reports.v1",
            Self::Appeals => "holdfast.appeals.v1",
            Self::ProfileHints => "holdfast.profile-hints.v1",
            Self::ActionResults => "holdfast.action-results.v1",
            Self::Outreach => "holdfast.outreach.v1",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_by_its_own_name() {
        for kind in EventType::ALL {
            assert_eq!(EventType::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(EventType::parse("holdfast.post.created.v2"), None);
    }
}
