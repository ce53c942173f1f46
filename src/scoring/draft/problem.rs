//! Refusals, as RFC 9457 problem details. None repeats what was sent.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::scoring::desk::NotJudged;

/// Why a draft was not assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::scoring) enum Refusal {
    #[error("send an integrator's token with the scope score: Authorization: Bearer …")]
    Unauthorized,
    #[error(
        "the body is not the expected JSON, as seen at line {line}, column {column}; send an object with text, and with context and lang where you have them"
    )]
    NotRead { line: usize, column: usize },
    #[error("the request is larger than {0} bytes; send less")]
    TooLarge(usize),
    #[error("field text or context: longer than {0} bytes; send less")]
    TextTooLong(usize),
    #[error("the request did not arrive in time; send it again")]
    Slow,
    #[error("tokens cannot be looked up now; send the request again")]
    Unavailable,
    #[error(transparent)]
    NotJudged(#[from] NotJudged),
}

/// What went wrong.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(in crate::scoring) struct Problem {
    /// Which problem: stable, for programs.
    #[serde(rename = "type")]
    kind: String,
    /// The same in a few words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened and what to do, for people.
    detail: String,
}

impl Refusal {
    /// The parser's own words may repeat the text, so only the place is kept.
    pub(super) fn not_read(error: &serde_json::Error) -> Self {
        Self::NotRead {
            line: error.line(),
            column: error.column(),
        }
    }

    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NotRead { .. } => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) | Self::TextTooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::NotJudged(NotJudged::Busy) => StatusCode::TOO_MANY_REQUESTS,
            Self::NotJudged(NotJudged::Failed) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable | Self::NotJudged(NotJudged::TooSlow) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    const fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Unauthorized => ("unauthorized", "Not signed in"),
            Self::NotRead { .. } => ("invalid", "The request does not read"),
            Self::TooLarge(_) | Self::TextTooLong(_) => ("too-large", "Too large"),
            Self::Slow => ("slow", "Too slow"),
            Self::NotJudged(NotJudged::Busy) => ("busy", "Busy"),
            Self::NotJudged(NotJudged::Failed) => ("internal", "Holdfast made a mistake"),
            Self::Unavailable | Self::NotJudged(NotJudged::TooSlow) => ("unavailable", "Not now"),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (kind, title) = self.names();
        let status = self.status();
        let problem = Problem {
            kind: format!("urn:holdfast:problem:{kind}"),
            title,
            status: status.as_u16(),
            detail: self.to_string(),
        };
        let mut response = (status, axum::Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}
