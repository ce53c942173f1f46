//! What happened, told in sentences: who, when, what.

use crate::web::words::Moment;

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// Who.
    pub who: String,
    /// What they did, e.g. `claimed the case`.
    pub what: String,
    /// The words they wrote, where there are any.
    pub said: Option<String>,
}

/// A member's flag.
#[derive(Debug, Clone)]
pub struct ReportLine {
    /// When.
    pub at: Moment,
    /// The reason picked.
    pub reason: String,
    /// The reporter's words; none where there are none or they are covered.
    pub words: Option<String>,
    /// Whether words are there and still covered.
    pub covered: bool,
}

/// A colleague's note.
#[derive(Debug, Clone)]
pub struct NoteLine {
    /// When.
    pub at: Moment,
    /// Who.
    pub who: String,
    /// What; covered notes say so.
    pub text: String,
}

/// A decision.
#[derive(Debug, Clone)]
pub struct DecisionLine {
    /// When.
    pub at: Moment,
    /// Who.
    pub who: String,
    /// What, e.g. `Give support`.
    pub outcome: String,
    /// On which policy.
    pub policy: String,
    /// Why.
    pub reason: Option<String>,
    /// Whether it was taken back.
    pub undone: bool,
    /// What was asked of the platform.
    pub actions: Vec<ActionLine>,
}

/// Something asked of the platform, and how far it came.
#[derive(Debug, Clone)]
pub struct ActionLine {
    /// What.
    pub what: String,
    /// How far it came.
    pub status: String,
    /// Since when.
    pub at: Moment,
    /// Whether somebody should look after it.
    pub needs_care: bool,
    /// The message to the member, where one is shown.
    pub message: Option<String>,
}

impl Entry {
    /// Somebody claimed the case.
    pub(crate) fn sample() -> Self {
        Self {
            at: Moment(holdfast_domain::Timestamp::from_secs(1_699_999_700)),
            who: "Ben Okafor, moderator,".to_owned(),
            what: "wrote a note.".to_owned(),
            said: Some("<b>Bold</b> claim: she is at her sister's.".to_owned()),
        }
    }
}
