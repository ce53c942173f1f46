//! Why a request was not carried out, and what its author can do.

use holdfast_domain::{ActionKind, CaseId, Refusal, Timestamp, UserId};
use holdfast_event_store::{AppendError, StoreError, TokenScope};

use crate::view::TimelineEntry;

/// Why a request was not carried out. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// Nobody is signed in, or the sign-in is over.
    #[error("sign in first")]
    NotSignedIn,
    /// The form or request does not carry the session's token.
    #[error("the page is too old or the request comes from elsewhere; load the page again")]
    BadCsrf,
    /// There is no such thing, or the viewer may not know of it.
    #[error("there is no such {what}, or you may not see it")]
    NotFound {
        /// What.
        what: &'static str,
    },
    /// The token was not given the scope that the request takes.
    #[error(
        "this token lacks the scope {}: issue one with `holdfast token issue --scope {}`",
        scope.as_str(), scope.as_str()
    )]
    ScopeMissing {
        /// Which.
        scope: TokenScope,
    },
    /// The viewer's role does not allow it.
    #[error("your role does not allow this: {what}")]
    Forbidden {
        /// What takes which role.
        what: &'static str,
    },
    /// Somebody else holds the case.
    #[error("{name} holds this case")]
    HeldBy {
        /// Who.
        holder: UserId,
        /// Their name.
        name: String,
        /// Until when.
        until: Timestamp,
    },
    /// The case refuses it.
    #[error("{0}")]
    Refused(Refusal),
    /// The decision rests on an older state than the case has. What was typed is not lost: whoever
    /// asked has it.
    #[error("something happened since you looked; read it, then decide")]
    Stale {
        /// What `If-Match` takes now.
        seen: u64,
        /// What happened since, the oldest first.
        since: Vec<TimelineEntry>,
    },
    /// A restricting command came without the state that it rests on.
    #[error("say which state of the case this rests on: send its ETag as If-Match")]
    PreconditionMissing,
    /// Another case of the member is open.
    #[error("another case of this member is open")]
    OtherCaseOpen {
        /// Which; none where the viewer may not know.
        case: Option<CaseId>,
    },
    /// The platform cannot be asked for this here.
    #[error("the platform of this community does not do {}", action.as_str())]
    UnsupportedAction {
        /// What.
        action: ActionKind,
    },
    /// Fields of the request are missing or wrong.
    #[error("the request is not complete")]
    Invalid(Vec<FieldError>),
    /// The idempotency key was used for another request.
    #[error("this Idempotency-Key was used for another request; take a fresh one")]
    KeyReused,
    /// The member was erased.
    #[error("the member was erased: nothing more is written about them")]
    Erased,
    /// Too much happened to the case at once.
    #[error("the case moved on again and again; try once more")]
    Busy,
    /// The store did not answer or holds something impossible.
    #[error("the event store failed")]
    Store(#[source] StoreError),
    /// Something could not be written.
    #[error("it could not be recorded")]
    Append(#[source] AppendError),
    /// A broken assumption of this program.
    #[error("Holdfast made a mistake: {0}")]
    Internal(&'static str),
}

/// What is wrong with one field. Never repeats the content.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Which, as a JSON pointer into the request or the name of a form's field.
    pub field: String,
    /// What was wrong and what to do.
    pub message: String,
}

impl FieldError {
    /// What is wrong with a field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

impl ReviewError {
    /// One field is missing or wrong.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// There is no such case, or the viewer may not know of it.
    pub const fn no_case() -> Self {
        Self::NotFound { what: "case" }
    }
}

impl From<StoreError> for ReviewError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<AppendError> for ReviewError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::ContentRefused { .. } => Self::Erased,
            AppendError::AlreadySent { action } => Self::Refused(Refusal::TooLate(action)),
            other => Self::Append(other),
        }
    }
}
