//! Refusals, as RFC 9457 problem details.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::json;

/// Why a whole request was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("send an integrator's token: Authorization: Bearer …")]
    Unauthorized,
    #[error(
        "send Content-Type application/json, application/cloudevents+json or application/cloudevents-batch+json"
    )]
    MediaType,
    #[error("the request is larger than {0} bytes; send fewer events at a time")]
    TooLarge(usize),
    #[error("the request did not arrive in time; send it again")]
    Slow,
    #[error("the batch has more than {0} events; send fewer at a time")]
    TooMany(usize),
    #[error("the body is not a JSON list of events; send one, or another Content-Type")]
    NotABatch,
    #[error("too many requests wait to be recorded; send this one again")]
    Busy,
    #[error("the events could not be recorded now; send them again")]
    Unavailable,
}

impl Refusal {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) | Self::TooMany(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::NotABatch => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::MediaType => "media-type",
            Self::TooLarge(_) | Self::TooMany(_) => "too-large",
            Self::Slow => "slow",
            Self::NotABatch => "not-a-batch",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Unauthorized => "Not signed in",
            Self::MediaType => "Media type not taken",
            Self::TooLarge(_) | Self::TooMany(_) => "Too large",
            Self::Slow => "Too slow",
            Self::NotABatch => "Not a batch",
            Self::Busy => "Busy",
            Self::Unavailable => "Not now",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({
            "type": format!("urn:holdfast:problem:{}", self.name()),
            "title": self.title(),
            "status": self.status().as_u16(),
            "detail": self.to_string(),
        });
        let mut response = (self.status(), body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match self {
            Self::Unauthorized => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::Busy => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Self::Unavailable => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}
