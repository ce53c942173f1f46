//! What a command's request says: who asks, about which case, under which conditions, and what.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use holdfast_domain::CaseId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::ApiError;
use super::headers::TraceId;
use crate::access::Access;
use crate::error::ReviewError;
use crate::service::{Ask, RequestKey};
use crate::state::ReviewState;
use crate::view::Changed;

/// A request that changes something.
pub(super) struct Sent<T> {
    pub(super) who: Access,
    pub(super) request: Option<RequestKey>,
    pub(super) if_match: Option<u64>,
    pub(super) trace: Option<String>,
    pub(super) input: T,
    /// What was sent, to be given back where somebody has to decide anew.
    pub(super) draft: Value,
}

/// A request that changes a case.
pub(super) struct Asked<T> {
    pub(super) who: Access,
    pub(super) ask: Ask,
    pub(super) input: T,
    pub(super) draft: Value,
}

/// A command that takes nothing. The body may be empty.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl<T: DeserializeOwned> FromRequest<ReviewState> for Sent<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ReviewState) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        let caller = state.caller(&head).await?;
        caller.check_csrf(text(&head.headers, "x-csrf-token"))?;
        let path = head.uri.path().to_owned();
        let trace = head
            .extensions
            .get::<TraceId>()
            .map(|trace| trace.0.clone());
        let headers = head.headers.clone();
        let request = Request::from_parts(head, body);
        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|_| ReviewError::field("", "the body is larger than this API takes"))?;
        let (input, draft) = read(&bytes)?;
        Ok(Self {
            request: request_key(&headers, &caller.access, &path, &bytes)?,
            if_match: if_match(&headers)?,
            who: caller.access,
            trace,
            input,
            draft,
        })
    }
}

impl<T: DeserializeOwned> FromRequest<ReviewState> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ReviewState) -> Result<Self, ApiError> {
        let (mut head, body) = request.into_parts();
        // Nobody learns about paths before they are signed in.
        state.caller(&head).await?;
        let case = case_in_path(&mut head).await?;
        let sent = Sent::<T>::from_request(Request::from_parts(head, body), state).await?;
        let ask = Ask {
            case,
            if_match: sent.if_match,
            request: sent.request,
            trace: sent.trace,
        };
        Ok(Self {
            who: sent.who,
            ask,
            input: sent.input,
            draft: sent.draft,
        })
    }
}

/// The case that the path names.
pub(super) async fn case_in_path(head: &mut http::request::Parts) -> Result<CaseId, ReviewError> {
    let Path(id) = Path::<String>::from_request_parts(head, &())
        .await
        .map_err(|_| ReviewError::no_case())?;
    id.parse().map_err(|_| ReviewError::no_case())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Reads a body. What is said about it names the place, never the content.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, Value), ReviewError> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let input = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let at = pointer(error.path());
        let inner = error.inner();
        if let Some(field) = missing(&inner.to_string()) {
            return ReviewError::field(format!("{at}/{field}"), "is missing");
        }
        let what = match inner.classify() {
            serde_json::error::Category::Data => {
                "is misspelt or of the wrong type; see /openapi.json"
            }
            _ => "the body is no complete JSON",
        };
        let place = format!("(line {}, column {})", inner.line(), inner.column());
        ReviewError::field(at, format!("{what} {place}"))
    })?;
    let draft = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    Ok((input, draft))
}

/// The field that the contract asks for and the body lacks: a name of ours, so it may be said.
fn missing(message: &str) -> Option<&str> {
    let (field, _) = message.strip_prefix("missing field `")?.split_once('`')?;
    Some(field)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{key}"),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

/// The state that a command rests on: the number in the `ETag`, with or without quotes.
fn if_match(headers: &HeaderMap) -> Result<Option<u64>, ReviewError> {
    let Some(sent) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let number = sent
        .to_str()
        .ok()
        .and_then(|sent| sent.trim().trim_matches('"').parse().ok());
    number.map(Some).ok_or_else(|| {
        ReviewError::field(
            "If-Match",
            "is no ETag of a case; send the one you were given",
        )
    })
}

fn request_key(
    headers: &HeaderMap,
    who: &Access,
    path: &str,
    body: &[u8],
) -> Result<Option<RequestKey>, ReviewError> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = key.to_str().unwrap_or_default().trim();
    if !(1..=255).contains(&key.len()) {
        return Err(ReviewError::field(
            "Idempotency-Key",
            "takes 1 to 255 plain characters",
        ));
    }
    let digest = Sha256::new()
        .chain_update(who.tenant.as_str())
        .chain_update(b"\0")
        .chain_update(who.user.as_uuid().as_bytes())
        .chain_update(path)
        .chain_update(b"\0")
        .chain_update(key)
        .finalize();
    Ok(Some(RequestKey {
        key: hex(&digest[..16]),
        body: hex(&Sha256::digest(body)[..8]),
    }))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What came of a command, with its `ETag`.
pub(super) struct Answer(pub(super) Changed);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let repeated = self.0.repeated;
        let etag = etag(self.0.seen);
        let mut response = ([(header::ETAG, etag)], Json(self.0)).into_response();
        if repeated {
            response.headers_mut().insert(
                HeaderName::from_static("idempotency-replayed"),
                HeaderValue::from_static("true"),
            );
        }
        response
    }
}

/// A case's `ETag`.
pub(super) fn etag(seen: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{seen}\"")).expect("a number in quotes is a header")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{DecideInput, NoteInput};

    fn said(result: Result<(impl Sized, Value), ReviewError>) -> (String, String) {
        match result {
            Err(ReviewError::Invalid(errors)) => {
                (errors[0].field.clone(), errors[0].message.clone())
            }
            _ => panic!("the body should be refused"),
        }
    }

    #[test]
    fn a_wrong_body_is_told_by_place_and_never_by_content() {
        let body =
            br#"{"outcome":"act","policy":"p","reason":"r","actions":[{"parts":"goodbye"}]}"#;
        let (field, message) = said(read::<DecideInput>(body));
        assert_eq!(field, "/actions/0/parts");
        assert!(!message.contains("goodbye"));
        let (field, message) = said(read::<NoteInput>(b"{}"));
        assert_eq!((field.as_str(), message.as_str()), ("/note", "is missing"));
        let (_, message) = said(read::<NoteInput>(br#"{"note": "goodbye"#));
        assert_eq!(message, "the body is no complete JSON (line 1, column 17)");
    }

    #[test]
    fn an_etag_is_taken_with_and_without_quotes() {
        let mut headers = HeaderMap::new();
        for sent in ["\"12\"", "12"] {
            headers.insert(header::IF_MATCH, HeaderValue::from_static(sent));
            assert_eq!(if_match(&headers).unwrap(), Some(12));
        }
        headers.insert(header::IF_MATCH, HeaderValue::from_static("*"));
        assert!(if_match(&headers).is_err());
    }
}
