//! What can be done with a case, as forms, and what was typed when one of them was refused.

use crate::web::pages::queue::Choice;
use crate::web::words::Moment;

/// Who holds the case, and what the reader can do about it.
#[derive(Debug, Clone)]
pub enum Claiming {
    /// Nobody has it; the reader may take it.
    Free,
    /// The reader has it.
    Mine {
        /// Until when.
        until: Moment,
    },
    /// Somebody else has it.
    Theirs {
        /// Who.
        name: String,
        /// Until when.
        until: Moment,
        /// Whether the reader may take it over with a reason.
        may_take_over: bool,
    },
    /// The case is closed, or the reader decides nothing.
    Closed,
}

impl Claiming {
    /// Whether the reader has it.
    pub const fn is_mine(&self) -> bool {
        matches!(self, Self::Mine { .. })
    }

    pub(crate) const fn sample_mine() -> Self {
        Self::Mine {
            until: Moment(holdfast_domain::Timestamp::from_secs(1_700_000_480)),
        }
    }
}

/// What can be done.
#[derive(Debug, Clone)]
pub struct Forms {
    /// Whether the reader has the case; what takes the holder is explained where not.
    pub mine: bool,
    /// Levels above the present one.
    pub raise: Vec<Choice>,
    /// Levels below it.
    pub lower: Vec<Choice>,
    /// Why a level is lowered.
    pub lower_codes: Vec<Choice>,
    /// What came of reaching out; empty for a case that is about nobody.
    pub contact: Vec<Choice>,
    /// What can be decided.
    pub outcomes: Vec<Choice>,
    /// Policies that a decision can rest on.
    pub policies: Vec<Choice>,
    /// Posts that a decision can be about.
    pub posts: Vec<Choice>,
    /// What the platform can be asked for.
    pub offers: Vec<Offer>,
    /// Messages to start from.
    pub templates: Vec<TemplateChoice>,
    /// Whether a decision is recorded and nothing is sent, and why.
    pub nothing_leaves: Option<String>,
    /// How many seconds a decision can be taken back.
    pub undo_secs: u64,
    /// How the case can be closed.
    pub closing: Closing,
}

impl Forms {
    /// What helps the member or only marks something.
    pub fn helping(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(|offer| !offer.restrictive)
    }

    /// What takes something from the member.
    pub fn restricting(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(|offer| offer.restrictive)
    }

    /// Whether anything that is offered takes something from the member.
    pub fn restricts(&self) -> bool {
        self.restricting().next().is_some()
    }

    /// Whether such a thing is suggested or was ticked before.
    pub fn restricts_chosen(&self) -> bool {
        self.restricting()
            .any(|offer| offer.suggested || offer.chosen)
    }
}

/// Something that the platform can be asked for.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute of one checkbox, read by the template alone"
)]
pub struct Offer {
    /// The value sent, e.g. `hide`.
    pub value: String,
    /// The words shown.
    pub label: String,
    /// Whether it takes something from the member.
    pub restrictive: bool,
    /// Whether it is the message itself.
    pub speaks: bool,
    /// Whether a message to the member goes with it.
    pub needs_message: bool,
    /// Whether the policy suggests it.
    pub suggested: bool,
    /// Whether it was ticked before.
    pub chosen: bool,
}

/// A message to start from.
#[derive(Debug, Clone)]
pub struct TemplateChoice {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// How the case can be closed.
#[derive(Debug, Clone)]
pub enum Closing {
    /// By the holder alone.
    Direct {
        /// How it can end.
        codes: Vec<Choice>,
    },
    /// The holder proposes, a second person closes.
    Propose {
        /// How it can end.
        codes: Vec<Choice>,
    },
    /// Somebody proposed; the reader may be the second person.
    Confirm {
        /// Who proposed.
        by: String,
        /// How.
        code: String,
        /// Why.
        reason: Option<String>,
        /// How it can end instead.
        codes: Vec<Choice>,
    },
    /// It was proposed, and a second person is waited for.
    Waiting {
        /// Who proposed.
        by: String,
        /// How.
        code: String,
    },
    /// It is closed; it can be reopened at these levels.
    Reopen {
        /// The levels; empty for a matter without one.
        levels: Vec<Choice>,
    },
}

/// What was typed before a form was refused.
#[derive(Debug, Clone, Default)]
pub struct Drafts {
    /// The note.
    pub note: String,
    /// What was decided.
    pub outcome: String,
    /// The policy.
    pub policy: String,
    /// What the decision is about.
    pub post: String,
    /// What the platform was to be asked for.
    pub actions: Vec<String>,
    /// The reason for another level.
    pub level_reason: String,
    /// How contact went.
    pub contact_note: String,
    /// The reason of a decision.
    pub decision_reason: String,
    /// The message to the member.
    pub message: String,
    /// The message that it was started from.
    pub template: String,
    /// Why somebody wants to read.
    pub reveal_reason: String,
    /// The reason to close or reopen.
    pub close_reason: String,
    /// The reason to take over.
    pub take_over_reason: String,
    /// The hand-over.
    pub hand_over: String,
    /// The form that was refused: `decide`, `level`, `close` or another.
    pub open: String,
}

/// A form that was refused because something arrived since the page was opened.
#[derive(Debug, Clone)]
pub struct Stale {
    /// What was not done, e.g. `Your decision was not recorded`.
    pub what: String,
    /// What arrived since, in sentences.
    pub arrived: Vec<super::Entry>,
}

/// A decision that can still be taken back.
#[derive(Debug, Clone)]
pub struct Undo {
    /// Its id.
    pub decision: String,
    /// What was decided.
    pub what: String,
    /// Until when it can be taken back.
    pub until: Moment,
    /// The seconds left, as of now.
    pub secs_left: u64,
}
