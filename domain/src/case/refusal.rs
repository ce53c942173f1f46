//! Why a command was refused, in words for the person who gave it.

use crate::case::Status;
use crate::safety::Invariant;
use crate::{ActionId, CrisisLevel, DecisionId, Role, Timestamp, UserId};

/// Why a command was refused. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody else holds the case.
    #[error("somebody else holds this case until {until}")]
    HeldBy {
        /// Who.
        holder: UserId,
        /// Until when.
        until: Timestamp,
    },
    /// The command takes the holder, and the person does not hold the case.
    #[error("claim the case first: nobody decides about a case that they do not hold")]
    NotHeld,
    /// The role does not allow it.
    #[error("the role {role} may not do this")]
    NotAllowed {
        /// The role.
        role: Role,
    },
    /// The case is closed.
    #[error("the case is closed ({status:?}); reopen it first")]
    Closed {
        /// How it stands.
        status: Status,
    },
    /// The case is open already.
    #[error("the case is open")]
    AlreadyOpen,
    /// Words are missing.
    #[error("write down why: {field} must not be empty")]
    ReasonMissing {
        /// The field.
        field: &'static str,
    },
    /// The level would not go in the asked direction.
    #[error("the level is {now}, so this does not lead to {asked}")]
    WrongDirection {
        /// The present level.
        now: CrisisLevel,
        /// The level asked for.
        asked: CrisisLevel,
    },
    /// A level means something only on a crisis case.
    #[error("only a crisis case has a level")]
    NoLevel,
    /// A safety invariant forbids it.
    #[error("{0}")]
    Unsafe(Invariant),
    /// The first person cannot be the second.
    #[error("a second person has to confirm; you proposed it yourself")]
    SamePerson,
    /// The confirming person's role does not suffice.
    #[error("a senior moderator or a clinician has to confirm")]
    SecondPersonTooJunior,
    /// No such decision, or it was undone.
    #[error("decision {0} does not stand in this case")]
    NoSuchDecision(DecisionId),
    /// Somebody else's decision.
    #[error("only the person who decided, or a senior, can undo the decision")]
    NotYourDecision,
    /// Too late to undo.
    #[error("action {0} has left the house; reverse it with a new decision")]
    TooLate(ActionId),
    /// No such action in this case.
    #[error("action {0} does not belong to this case")]
    NoSuchAction(ActionId),
    /// The action is not in a state for that.
    #[error("action {0} is past that step")]
    ActionMovedOn(ActionId),
    /// An incident still has members that nobody judged or read.
    #[error("{left} records of this incident have been neither judged nor read")]
    MembersLeft {
        /// How many.
        left: u64,
    },
    /// No such member of the incident.
    #[error("the incident has no record {0}")]
    NoSuchMember(u64),
    /// The post is not in this case.
    #[error("that post is not part of this case")]
    NoSuchPost,
}
