//! The words that people read: levels, states, reasons, times. Person-first and plain.
//!
//! Everything a page says about a value of the domain is said here once, so that wording is reviewed
//! in one place. No number stands for a person anywhere.

use std::time::Duration;

use holdfast_domain::action::ActionOutcome;
use holdfast_domain::case::{ActionStatus, CaseKind, CloseCode};
use holdfast_domain::event::{ContactOutcome, DecisionOutcome, LowerCode, ParkedBecause};
use holdfast_domain::intake::{DeletedBy, ReportReason};
use holdfast_domain::signal::Unavailable;
use holdfast_domain::{ActionKind, CrisisLevel, Role, Timestamp};

/// What Holdfast is for, and what it is not; stands in the footer of every page.
pub const INTENDED_PURPOSE: &str = "Holdfast orders moderators' reading. It is not a diagnosis, not a \
    prediction and not emergency triage. A level says how soon a person should read a post; it says \
    nothing about what its author is or will do, and a low level is never a reason not to answer.";

/// A level as it is shown: a word, a shape and a colour, never the colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LevelView {
    /// 3.
    ActNow,
    /// 2.
    Urgent,
    /// 1.
    Soon,
    /// 0, or a matter that has no level.
    None,
}

impl From<CrisisLevel> for LevelView {
    fn from(level: CrisisLevel) -> Self {
        match level {
            CrisisLevel::ActNow => Self::ActNow,
            CrisisLevel::Urgent => Self::Urgent,
            CrisisLevel::Soon => Self::Soon,
            CrisisLevel::None => Self::None,
        }
    }
}

impl LevelView {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ActNow => "Act now",
            Self::Urgent => "Urgent",
            Self::Soon => "Soon",
            Self::None => "No urgency",
        }
    }

    /// The class of its colour, and the name of its shape.
    pub const fn class(self) -> &'static str {
        match self {
            Self::ActNow => "act-now",
            Self::Urgent => "urgent",
            Self::Soon => "soon",
            Self::None => "none",
        }
    }

    /// What it asks of whoever reads it.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::ActNow => "somebody may be in danger at this moment; read it now",
            Self::Urgent => {
                "current thoughts of suicide or self-harm; read it within the half hour"
            }
            Self::Soon => "signs of strain; read it this shift",
            Self::None => "nothing urgent was found; read it in turn",
        }
    }
}

/// What a case is about.
pub const fn kind(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Crisis => "Crisis",
        CaseKind::Harassment => "Harassment",
        CaseKind::Stigma => "Stigma",
        CaseKind::Appeal => "Appeal",
        CaseKind::Incident => "Incident",
    }
}

/// A role, as colleagues call it.
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Moderator => "moderator",
        Role::Senior => "senior moderator",
        Role::DutyClinician => "duty clinician",
        Role::ClinicalLead => "clinical lead",
        Role::PolicyEditor => "policy editor",
        Role::PolicyApprover => "policy approver",
        Role::Auditor => "auditor",
        Role::Integrator => "integrator",
        Role::Admin => "administrator",
    }
}

/// What is asked of the platform, as a choice on a form.
pub const fn action(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::HidePart => "Hide a part of the post",
        ActionKind::Hide => "Hide the post",
        ActionKind::Collapse => "Collapse the post",
        ActionKind::Label => "Put a context label on the post",
        ActionKind::Nudge => "Show the author a private hint",
        ActionKind::Outreach => "Send the member a private message",
        ActionKind::LockReply => "Stop replies to the post",
        ActionKind::LimitAuthor => "Limit what the member may do",
        ActionKind::SuspendAuthor => "Suspend the member",
        ActionKind::Remove => "Remove the post for good",
        ActionKind::Restore => "Undo what was done before",
    }
}

/// What is asked of the platform, inside a sentence.
pub const fn action_done(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::HidePart => "hide a part of the post",
        ActionKind::Hide => "hide the post",
        ActionKind::Collapse => "collapse the post",
        ActionKind::Label => "label the post",
        ActionKind::Nudge => "show a private hint",
        ActionKind::Outreach => "send a private message",
        ActionKind::LockReply => "stop replies",
        ActionKind::LimitAuthor => "limit the member",
        ActionKind::SuspendAuthor => "suspend the member",
        ActionKind::Remove => "remove the post",
        ActionKind::Restore => "restore what was changed",
    }
}

/// How far an action came.
pub const fn action_status(status: ActionStatus) -> &'static str {
    match status {
        ActionStatus::Requested => "waiting to be sent",
        ActionStatus::Undone => "taken back before it was sent",
        ActionStatus::Dispatched => "sent, not confirmed",
        ActionStatus::Confirmed => "carried out, confirmed by the platform",
        ActionStatus::Failed { outcome } => match outcome {
            ActionOutcome::Done => "carried out",
            ActionOutcome::Failed => "the platform tried and failed",
            ActionOutcome::Unsupported => "the platform does not do this",
            ActionOutcome::Gone => "not possible: the post or member is no longer there",
        },
        ActionStatus::Parked { why } => match why {
            ParkedBecause::Expired => "not sent: its time ran out",
            ParkedBecause::Refused => "not sent: the platform refuses it",
            ParkedBecause::ObserveMode => "not sent: this community is in observe mode",
            ParkedBecause::Unsupported => "not sent: the platform does not support it",
            ParkedBecause::Erased => "not sent: the member was erased",
        },
        ActionStatus::Superseded => "not sent: a newer action replaced it",
        ActionStatus::Unanswered => "sent, and the platform has not answered in time",
    }
}

/// Whether somebody should look after an action.
pub const fn action_needs_care(status: ActionStatus) -> bool {
    matches!(
        status,
        ActionStatus::Failed { .. } | ActionStatus::Parked { .. } | ActionStatus::Unanswered
    )
}

/// What a person decided.
pub const fn outcome(outcome: DecisionOutcome) -> &'static str {
    match outcome {
        DecisionOutcome::NoAction => "No action needed",
        DecisionOutcome::Support => "Give support",
        DecisionOutcome::Act => "Ask the platform to act",
        DecisionOutcome::AppealGranted => "Grant the appeal",
        DecisionOutcome::AppealRefused => "Refuse the appeal",
    }
}

/// How a case ended.
pub const fn close_code(code: CloseCode) -> &'static str {
    match code {
        CloseCode::SupportGiven => "Support was given",
        CloseCode::HandedToService => "A service took over",
        CloseCode::EmergencyContactConfirmed => {
            "Emergency services confirmed that they reached the person"
        }
        CloseCode::NoCurrentConcern => "No concern at present",
        CloseCode::FalseAlarm => "False alarm",
        CloseCode::UnableToReach => "Nobody could reach the person",
        CloseCode::Resolved => "Decided and done",
        CloseCode::Duplicate => "Another case holds it",
        CloseCode::Test => "A test",
    }
}

/// All ways to end a case, in the order of the form.
pub const CLOSE_CODES: [CloseCode; 9] = [
    CloseCode::SupportGiven,
    CloseCode::Resolved,
    CloseCode::HandedToService,
    CloseCode::EmergencyContactConfirmed,
    CloseCode::NoCurrentConcern,
    CloseCode::FalseAlarm,
    CloseCode::UnableToReach,
    CloseCode::Duplicate,
    CloseCode::Test,
];

/// Why a level was lowered.
pub const fn lower_code(code: LowerCode) -> &'static str {
    match code {
        LowerCode::Idiom => "A figure of speech",
        LowerCode::Quote => "Somebody else's words",
        LowerCode::Fiction => "A story, a song, a game",
        LowerCode::Past => "Told from the past and from safety",
        LowerCode::ThirdParty => "About somebody else, who is not in danger",
        LowerCode::SaferAfterContact => "Safer after contact",
        LowerCode::Other => "Something else",
    }
}

/// All reasons to lower a level.
pub const LOWER_CODES: [LowerCode; 7] = [
    LowerCode::SaferAfterContact,
    LowerCode::Idiom,
    LowerCode::Quote,
    LowerCode::Fiction,
    LowerCode::Past,
    LowerCode::ThirdParty,
    LowerCode::Other,
];

/// What came of reaching out.
pub const fn contact(outcome: ContactOutcome) -> &'static str {
    match outcome {
        ContactOutcome::Reached => "The person answered",
        ContactOutcome::Tried => "A message is out, no answer yet",
        ContactOutcome::Unreachable => "Nobody answers",
    }
}

/// The reason that a reporter picked.
pub const fn report_reason(reason: ReportReason) -> &'static str {
    match reason {
        ReportReason::Crisis => "worried about the author",
        ReportReason::Harassment => "somebody is attacked",
        ReportReason::Stigma => "illness or treatment is stigmatised",
        ReportReason::Other => "another reason",
    }
}

/// Who took a post down on the platform.
pub const fn deleted_by(by: DeletedBy) -> &'static str {
    match by {
        DeletedBy::Author => "Deleted by its author on the platform",
        DeletedBy::Staff => "Deleted by staff of the platform",
        DeletedBy::Unknown => "Deleted on the platform",
    }
}

/// Why a classifier gave no answer.
pub const fn unavailable(why: Unavailable) -> &'static str {
    match why {
        Unavailable::TimedOut => "did not answer in time",
        Unavailable::Failed => "failed",
        Unavailable::Overloaded => "was not asked, too much else was waiting",
        Unavailable::LanguageNotCovered => "does not know the language",
        Unavailable::SwitchedOff => "is switched off",
        Unavailable::NotDecoded => "could not read the record",
        Unavailable::PostNotReceived => "never received the post",
    }
}

/// A label such as `goodbye_explicit` as words.
pub fn label(label: &str) -> String {
    label.replace(['_', '.'], " ")
}

/// A language by its English name, or the tag where it is none that we name.
pub fn language(tag: &str) -> &str {
    let named = LANGUAGES.iter().find(|(known, _)| *known == tag);
    named.map_or(tag, |(_, name)| name)
}

const LANGUAGES: [(&str, &str); 32] = [
    ("ar", "Arabic"),
    ("bg", "Bulgarian"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("et", "Estonian"),
    ("fa", "Persian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hr", "Croatian"),
    ("hu", "Hungarian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("lt", "Lithuanian"),
    ("nl", "Dutch"),
    ("no", "Norwegian"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sk", "Slovak"),
    ("sv", "Swedish"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
    ("zh", "Chinese"),
];

/// A length of time in two units at most, e.g. `3 h 20 min`.
pub fn span(length: Duration) -> String {
    let secs = length.as_secs();
    let (mins, hours) = (secs / 60, secs / 3600);
    match (hours, mins) {
        (48.., _) => format!("{} days", hours / 24),
        (1.., _) if mins % 60 == 0 => format!("{hours} h"),
        (1.., _) => format!("{hours} h {} min", mins % 60),
        (_, 1..5) => format!("{mins} min {} s", secs % 60),
        (_, 5..) => format!("{mins} min"),
        _ => format!("{secs} s"),
    }
}

/// A moment as pages carry it: for the eye without a script, and for the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// RFC 3339 in UTC, for the `datetime` attribute.
    pub fn machine(self) -> String {
        self.utc("%Y-%m-%dT%H:%M:%SZ")
    }

    /// Day and time in UTC. The script puts the reader's local time before it.
    pub fn words(self) -> String {
        self.utc("%a %-d %b %H:%M UTC")
    }

    /// The time of day in UTC, with seconds.
    pub fn clock(self) -> String {
        self.utc("%H:%M:%S UTC")
    }

    /// Microseconds, for the script's countdowns.
    pub const fn micros(self) -> i64 {
        self.0.as_micros()
    }

    fn utc(self, format: &str) -> String {
        jiff::Timestamp::from_microsecond(self.0.as_micros()).map_or_else(
            |_| "unknown time".to_owned(),
            |at| at.strftime(format).to_string(),
        )
    }
}

/// A promise with its clock, or that there is none.
pub fn due(due_at: Timestamp, now: Timestamp) -> String {
    if due_at < now {
        format!("look overdue by {}", span(now.since(due_at)))
    } else {
        format!("look due in {}", span(due_at.since(now)))
    }
}

/// How long ago.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    match now.since(at) {
        length if length < Duration::from_secs(5) => "just now".to_owned(),
        length => format!("{} ago", span(length)),
    }
}

/// `1 post`, `2 posts`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_two_units_at_most() {
        let said = |secs| span(Duration::from_secs(secs));
        assert_eq!(said(42), "42 s");
        assert_eq!(said(185), "3 min 5 s");
        assert_eq!(said(1_500), "25 min");
        assert_eq!(said(12_000), "3 h 20 min");
        assert_eq!(said(7_200), "2 h");
        assert_eq!(said(260_000), "3 days");
    }

    #[test]
    fn a_broken_promise_says_by_how_much() {
        let now = Timestamp::from_secs(1_700_000_000);
        assert_eq!(
            due(now + Duration::from_mins(4), now),
            "look due in 4 min 0 s"
        );
        assert_eq!(
            due(now - Duration::from_mins(12), now),
            "look overdue by 12 min"
        );
    }

    #[test]
    fn a_moment_is_written_in_utc() {
        let at = Moment(Timestamp::from_secs(1_700_000_000));
        assert_eq!(at.machine(), "2023-11-14T22:13:20Z");
        assert_eq!(at.words(), "Tue 14 Nov 22:13 UTC");
    }

    #[test]
    fn what_was_sent_and_not_confirmed_never_reads_as_done() {
        assert_eq!(
            action_status(ActionStatus::Dispatched),
            "sent, not confirmed"
        );
    }
}
