//! What automation may never do, and what takes more than one person.
//!
//! Each invariant carries the name of its row in the product's list of musts (`M…`) and must-nots
//! (`N…`). They are enforced here at run time and by the policy linter when a policy is loaded.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::assessment::CrisisReading;
use crate::post::AuthorRole;
use crate::{ActionKind, ActionPart};

/// A rule that no policy, classifier or setting can switch off.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Invariant {
    /// N1: no automatic removal, hiding, lock, limit or suspension on crisis content.
    N1NoAutomaticPunishment,
    /// N3: at most one automated message per case in 24 hours.
    N3OneAutomatedMessage,
    /// N5: a report alone never triggers a message to the reported member.
    N5NoMessageFromReport,
    /// N7: a level-3 case is not closed without contact or a reason, and a second person.
    N7SecondPersonCloses,
    /// M2: posts of a case stay visible unless a person decides otherwise, or a part tells a method.
    M2StayConnected,
    /// M3: what is hidden on crisis content is hidden together with a message to the author.
    M3HideWithOutreach,
    /// M10: a decision below the machine's level needs a reason.
    M10ReasonBelowMachine,
    /// Automation neither suspends nor removes: it may only suggest it.
    OnlySuggestExclusion,
    /// Automation never acts against staff of the community.
    NeverAgainstStaff,
    /// Automatic steps about stigma stop at a context label.
    StigmaStopsAtLabel,
    /// Automatic enforcement has a budget.
    BudgetSpent,
}

impl Invariant {
    /// The row's name in the product's list.
    pub const fn row(self) -> &'static str {
        match self {
            Self::N1NoAutomaticPunishment => "N1",
            Self::N3OneAutomatedMessage => "N3",
            Self::N5NoMessageFromReport => "N5",
            Self::N7SecondPersonCloses => "N7",
            Self::M2StayConnected => "M2",
            Self::M3HideWithOutreach => "M3",
            Self::M10ReasonBelowMachine => "M10",
            Self::OnlySuggestExclusion => "suggest-only",
            Self::NeverAgainstStaff => "staff",
            Self::StigmaStopsAtLabel => "stigma-ladder",
            Self::BudgetSpent => "budget",
        }
    }

    /// Why the rule exists, for a reader who is no programmer.
    pub const fn why(self) -> &'static str {
        match self {
            Self::N1NoAutomaticPunishment => {
                "taking a post down or limiting its author because it sounds like a crisis isolates \
                 and punishes a person who asked for help"
            }
            Self::N3OneAutomatedMessage => {
                "the same automatic message again and again tells a person that nobody is there"
            }
            Self::N5NoMessageFromReport => {
                "a report must not become a way to send unwanted messages to somebody"
            }
            Self::N7SecondPersonCloses => {
                "a case at 'act now' ends only when somebody tried to reach the person or says why \
                 not, and a second person agrees"
            }
            Self::M2StayConnected => "a person in distress stays connected to those who answer",
            Self::M3HideWithOutreach => {
                "whoever has something hidden is told why, that they are not in trouble, and how to \
                 post again"
            }
            Self::M10ReasonBelowMachine => "somebody may later ask why a warning was set aside",
            Self::OnlySuggestExclusion => {
                "shutting a person out of their support group is for people to decide"
            }
            Self::NeverAgainstStaff => "automation that punishes moderators leaves nobody on duty",
            Self::StigmaStopsAtLabel => {
                "hurtful words about illness are mostly thoughtless; beyond a hint or a label a \
                 person decides"
            }
            Self::BudgetSpent => {
                "a rule gone wrong must not sweep a community: beyond its daily budget automation \
                 only asks for review"
            }
        }
    }
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.row(), self.why())
    }
}

/// What automation knows when it wants to act by itself.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own about one automatic step"
)]
pub struct AutomaticContext<'a> {
    /// The crisis reading of the post.
    pub crisis: &'a CrisisReading,
    /// What the author is.
    pub author: AuthorRole,
    /// Whether the label `method_detail` or incitement is what the hidden part tells.
    pub hides_method_or_incitement: bool,
    /// Whether the author's crisis episode is open.
    pub in_episode: bool,
    /// Automatic messages sent in this case in the last 24 hours.
    pub automated_messages_24h: u32,
    /// Whether nothing but reports stands behind it.
    pub only_reports: bool,
    /// Whether stigma alone stands behind it.
    pub only_stigma: bool,
    /// How many restrictive automatic actions are left.
    pub budget_left: u32,
}

/// Says whether automation may carry out `parts` as one action, or which invariant forbids it.
///
/// A refusal never loses the matter: what automation may not do, a person is asked to look at.
pub fn allow_automatic(
    parts: &[ActionPart],
    context: &AutomaticContext<'_>,
) -> Result<(), Invariant> {
    let has = |kind: ActionKind| parts.iter().any(|part| part.kind() == kind);
    let restricts = parts.iter().any(|part| part.kind().is_restrictive());
    let speaks = has(ActionKind::Outreach) || has(ActionKind::Nudge);

    if restricts && is_staff(context.author) {
        return Err(Invariant::NeverAgainstStaff);
    }
    if has(ActionKind::SuspendAuthor) || has(ActionKind::Remove) {
        return Err(if context.crisis.protects() {
            Invariant::N1NoAutomaticPunishment
        } else {
            Invariant::OnlySuggestExclusion
        });
    }
    // Whatever this one post says: a person whose crisis is being looked after keeps their voice.
    if has(ActionKind::LimitAuthor) && context.in_episode {
        return Err(Invariant::N1NoAutomaticPunishment);
    }
    if restricts && context.crisis.protects() {
        allow_hiding_part(parts, context)?;
    }
    if restricts && context.only_stigma {
        return Err(Invariant::StigmaStopsAtLabel);
    }
    if speaks && context.only_reports {
        return Err(Invariant::N5NoMessageFromReport);
    }
    if speaks && context.automated_messages_24h > 0 {
        return Err(Invariant::N3OneAutomatedMessage);
    }
    if restricts && context.budget_left == 0 {
        return Err(Invariant::BudgetSpent);
    }
    Ok(())
}

/// On crisis content only a stretch that tells a method or incites may be hidden, and only together
/// with a message to its author.
fn allow_hiding_part(
    parts: &[ActionPart],
    context: &AutomaticContext<'_>,
) -> Result<(), Invariant> {
    let only_parts = parts
        .iter()
        .filter(|part| part.kind().is_restrictive())
        .all(|part| part.kind() == ActionKind::HidePart);
    if !only_parts || !context.hides_method_or_incitement {
        return Err(Invariant::N1NoAutomaticPunishment);
    }
    if parts.iter().any(|part| part.kind() == ActionKind::Outreach) {
        Ok(())
    } else {
        Err(Invariant::M3HideWithOutreach)
    }
}

const fn is_staff(role: AuthorRole) -> bool {
    matches!(role, AuthorRole::Moderator | AuthorRole::Clinician)
}

#[cfg(test)]
mod tests;
