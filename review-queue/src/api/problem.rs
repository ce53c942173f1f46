//! Refusals as RFC 9457 problems: a stable type, a sentence for people, what to do next.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use holdfast_domain::Refusal;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::error::{FieldError, ReviewError};
use crate::view::time::rfc3339;

/// What went wrong, as the API says it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// Which problem: stable, for programs.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do, for people.
    pub detail: String,
    /// The path of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// By which the request is found in logs and traces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// What is wrong with single fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// More, by the kind of problem: `holder` and `until`, `case`, `scope`, `seen`, `since` and
    /// `draft`.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// A refusal on its way out, with what was typed where that must not be lost.
#[derive(Debug)]
pub struct ApiError {
    error: ReviewError,
    draft: Option<Value>,
}

impl ApiError {
    /// A refusal that gives back what was typed where somebody has to decide anew.
    pub(super) const fn with_draft(error: ReviewError, draft: Value) -> Self {
        Self {
            error,
            draft: Some(draft),
        }
    }
}

impl From<ReviewError> for ApiError {
    fn from(error: ReviewError) -> Self {
        Self { error, draft: None }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut problem = Problem::of(&self.error);
        if let (ReviewError::Stale { .. }, Some(draft)) = (&self.error, self.draft) {
            problem.more.insert("draft".to_owned(), draft);
        }
        if problem.status >= 500 {
            let error: &dyn std::error::Error = &self.error;
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            tracing::error!(
                problem = problem.kind,
                cause,
                "request failed: {}",
                self.error
            );
        }
        problem.into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"holdfast\""),
            );
        }
        if let Some(scope) = self.more.get("scope").and_then(Value::as_str) {
            let challenge = format!(
                "Bearer realm=\"holdfast\", error=\"insufficient_scope\", scope=\"{scope}\""
            );
            if let Ok(challenge) = HeaderValue::from_str(&challenge) {
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        // The layer around fills in what only the request knows.
        response.extensions_mut().insert(self);
        response
    }
}

impl Problem {
    fn new(kind: &str, title: &str, status: u16, detail: String) -> Self {
        Self {
            kind: format!("urn:holdfast:problem:{kind}"),
            title: title.to_owned(),
            status,
            detail,
            instance: None,
            trace_id: None,
            errors: Vec::new(),
            more: Map::new(),
        }
    }

    fn with(mut self, field: &str, value: Value) -> Self {
        self.more.insert(field.to_owned(), value);
        self
    }

    /// The problem that an error is.
    pub fn of(error: &ReviewError) -> Self {
        use ReviewError as E;
        let detail = sentence(&error.to_string());
        match error {
            E::NotSignedIn => Self::new("not-signed-in", "Not signed in", 401, detail),
            E::BadCsrf => Self::new("bad-csrf", "The page is too old", 403, detail),
            E::NotFound { .. } => Self::new("not-found", "Not found", 404, detail),
            E::ScopeMissing { scope } => {
                Self::new("scope-missing", "The token lacks a scope", 403, detail)
                    .with("scope", json!(scope.as_str()))
            }
            E::Forbidden { .. } => Self::new("forbidden", "Not allowed", 403, detail),
            E::HeldBy {
                holder,
                name,
                until,
            } => Self::new("held-by-other", "Somebody else holds the case", 409, detail)
                .with("holder", json!({"user": holder, "name": name}))
                .with("until", json!(rfc3339(*until))),
            E::Refused(refusal) => Self::refused(refusal, detail),
            E::Stale { seen, since } => Self::new("stale", "Something happened since", 412, detail)
                .with("seen", json!(seen))
                .with("since", json!(since)),
            E::PreconditionMissing => {
                Self::new("if-match-missing", "If-Match is missing", 428, detail)
            }
            E::OtherCaseOpen { case } => {
                let title = "Another case is open";
                let problem = Self::new("other-case-open", title, 409, detail);
                match case {
                    Some(case) => problem.with("case", json!(case)),
                    None => problem,
                }
            }
            E::UnsupportedAction { action } => {
                let title = "The platform does not do this";
                Self::new("unsupported-action", title, 422, detail).with("action", json!(action))
            }
            E::Invalid(errors) => Self {
                errors: errors.clone(),
                ..Self::new("invalid", "The request is not complete", 422, detail)
            },
            E::KeyReused => Self::new(
                "idempotency-key-reused",
                "The key was used before",
                422,
                detail,
            ),
            E::Erased => Self::new("erased", "The member was erased", 410, detail),
            E::Busy => Self::new("busy", "Too much at once", 503, detail),
            E::Store(error) if !error.is_transient() => {
                Self::new("internal", "Holdfast made a mistake", 500, detail)
            }
            E::Append(error) if !error.is_transient() => {
                Self::new("internal", "Holdfast made a mistake", 500, detail)
            }
            E::Store(_) | E::Append(_) => {
                Self::new("unavailable", "Not available at the moment", 503, detail)
            }
            E::Internal(_) => Self::new("internal", "Holdfast made a mistake", 500, detail),
        }
    }

    fn refused(refusal: &Refusal, detail: String) -> Self {
        use Refusal as R;
        let (kind, title, status) = match refusal {
            R::HeldBy { .. } => ("held-by-other", "Somebody else holds the case", 409),
            R::NotHeld => ("not-held", "Claim the case first", 409),
            R::NotAllowed { .. } => ("forbidden", "Not allowed", 403),
            R::Closed { .. } => ("closed", "The case is closed", 409),
            R::AlreadyOpen => ("already-open", "The case is open", 409),
            R::ReasonMissing { .. } => ("invalid", "The request is not complete", 422),
            R::WrongDirection { .. } => ("wrong-direction", "The level is there or beyond", 409),
            R::NoLevel => ("no-level", "Only crisis cases have a level", 422),
            R::Unsafe(_) => ("unsafe", "A safety rule forbids it", 422),
            R::SamePerson | R::SecondPersonTooJunior => (
                "second-person-needed",
                "A second person has to confirm",
                403,
            ),
            R::NotYourDecision => ("not-your-decision", "Not your decision", 403),
            R::TooLate(_) => ("too-late", "It has left the house", 409),
            R::ActionMovedOn(_) => ("action-moved-on", "The action is past that", 409),
            R::MembersLeft { .. } => ("records-left", "Records wait to be read", 409),
            R::NoSuchDecision(_) | R::NoSuchAction(_) | R::NoSuchMember(_) | R::NoSuchPost => {
                ("not-part-of-case", "Not part of this case", 422)
            }
        };
        Self::new(kind, title, status, detail)
    }
}

/// A method that a path does not have.
pub(super) async fn wrong_method() -> Problem {
    let detail = "This path does not take this method; see /openapi.json.".to_owned();
    Problem::new("method-not-allowed", "Method not allowed", 405, detail)
}

/// An error's text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    format!("{}{}.", first.to_uppercase(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_errors_text_reads_as_a_sentence() {
        assert_eq!(sentence("sign in first"), "Sign in first.");
    }
}
