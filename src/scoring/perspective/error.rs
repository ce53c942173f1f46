//! Refusals, in the form of the Perspective API. None repeats the comment.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::attribute::Attribute;
use crate::scoring::desk::NotJudged;

/// Why a comment was not analysed. The words that clients look for are that service's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("No API key was sent: append ?key=… or send Authorization: Bearer …")]
    NoKey,
    #[error("API key not valid. Send an integrator's token with the scope score.")]
    UnknownKey,
    #[error("The body is not the expected JSON, as seen at line {line}, column {column}")]
    NotRead { line: usize, column: usize },
    #[error("Comment must be non-empty.")]
    Empty,
    #[error("Comment text too long.")]
    TooLong,
    #[error("Missing requested_attributes")]
    NoAttributes,
    #[error("Unknown requested attribute: {0}")]
    UnknownAttribute(String),
    #[error("Requested score type is not supported by attribute {}", .0.name())]
    ScoreType(Attribute),
    #[error("Currently, only 'PLAIN_TEXT' comments are supported")]
    NotPlain,
    #[error("Unknown text type")]
    UnknownTextType,
    #[error(
        "Context can have either entries or article_and_parent_comment, but both fields were populated."
    )]
    TwoContexts,
    #[error("Attribute {} does not support request languages: {}", .attribute.name(), .languages.join(", "))]
    Language {
        attribute: Attribute,
        languages: Vec<String>,
        /// Whether the languages were named in the request; else the text seems to be in them.
        requested: bool,
    },
    #[error("The request did not arrive in time; send it again.")]
    Slow,
    #[error("The comment cannot be scored now; send it again.")]
    Unavailable,
    #[error("{0}")]
    NotJudged(#[from] NotJudged),
}

impl Refusal {
    /// The name is repeated only where it looks like one.
    pub(super) fn unknown_attribute(name: &str) -> Self {
        let looks_right = name.len() <= 64
            && name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        Self::UnknownAttribute(if looks_right { name } else { "?" }.to_owned())
    }

    const fn code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoKey => (StatusCode::FORBIDDEN, "PERMISSION_DENIED"),
            Self::NotJudged(NotJudged::Busy) => {
                (StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED")
            }
            Self::NotJudged(NotJudged::Failed) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, "DEADLINE_EXCEEDED"),
            Self::Unavailable | Self::NotJudged(NotJudged::TooSlow) => {
                (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE")
            }
            _ => (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT"),
        }
    }

    pub(super) const fn status(&self) -> StatusCode {
        self.code().0
    }

    /// What kind of mistake in the request it is; nothing where it is none.
    const fn error_type(&self) -> Option<&'static str> {
        match self {
            Self::Empty => Some("COMMENT_EMPTY"),
            Self::TooLong => Some("COMMENT_TOO_LONG"),
            Self::NoAttributes => Some("NO_REQUESTED_ATTRIBUTES"),
            Self::Language { .. } => Some("LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"),
            Self::NotRead { .. }
            | Self::UnknownAttribute(_)
            | Self::ScoreType(_)
            | Self::NotPlain
            | Self::UnknownTextType
            | Self::TwoContexts => Some("INVALID_REQUEST"),
            _ => None,
        }
    }

    fn details(&self) -> Vec<Value> {
        if matches!(self, Self::UnknownKey) {
            return vec![json!({
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
            })];
        }
        let Some(error_type) = self.error_type() else {
            return Vec::new();
        };
        let mut detail = json!({
            "@type": "type.googleapis.com/google.commentanalyzer.v1alpha1.Error",
            "errorType": error_type,
        });
        if let Self::Language {
            attribute,
            languages,
            requested,
        } = self
        {
            let whose = if *requested {
                "requestedLanguages"
            } else {
                "detectedLanguages"
            };
            detail["languageNotSupportedByAttributeError"] =
                json!({ "attribute": attribute.name(), whose: languages });
        }
        vec![detail]
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (code, status) = self.code();
        let mut error = json!({
            "code": code.as_u16(),
            "message": self.to_string(),
            "status": status,
        });
        let details = self.details();
        if !details.is_empty() {
            error["details"] = details.into();
        }
        let mut response = (code, axum::Json(json!({ "error": error }))).into_response();
        let wait = match code {
            StatusCode::TOO_MANY_REQUESTS => "1",
            StatusCode::SERVICE_UNAVAILABLE => "5",
            _ => return response,
        };
        let headers = response.headers_mut();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(wait));
        response
    }
}
