//! What stands around every answer: headers that keep pages and texts where they belong, and the
//! trace id by which a request is found again.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use holdfast_domain::IdSource;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::Problem;
use crate::state::ReviewState;

/// Nothing from elsewhere, nothing inline: what a member wrote can never become code.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The headers of API and console. Cheap to clone.
#[derive(Clone)]
pub struct Headers {
    ids: Arc<dyn IdSource>,
    secure: bool,
}

/// The trace that a request belongs to, among its extensions: 32 hex digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceId(pub String);

impl Headers {
    /// The headers for a state's routes.
    pub fn of(state: &ReviewState) -> Self {
        Self {
            ids: state.service.parts().ids.clone(),
            secure: state.service.config().secure_cookies,
        }
    }

    /// Puts the headers around routes. Give it whole routers: it sets what an answer lacks.
    pub fn around(self, routes: Router) -> Router {
        routes.layer(middleware::from_fn_with_state(self, with_headers))
    }
}

async fn with_headers(State(headers): State<Headers>, request: Request, next: Next) -> Response {
    let mut request = request;
    let trace = trace_of(request.headers()).unwrap_or_else(|| {
        let fresh = headers.ids.next();
        fresh.simple().to_string()
    });
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(TraceId(trace.clone()));
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = complete(problem, &response, path, trace);
    }
    set_missing(response.headers_mut(), headers.secure);
    response
}

/// Says in a problem what only the request knows, keeping the headers it came with.
fn complete(problem: Problem, response: &Response, path: String, trace: String) -> Response {
    let kept = response.headers().clone();
    let problem = Problem {
        instance: Some(path),
        trace_id: Some(trace),
        ..problem
    };
    let mut complete = problem.into_response();
    for (name, value) in &kept {
        if name != header::CONTENT_LENGTH {
            complete.headers_mut().insert(name.clone(), value.clone());
        }
    }
    complete
}

fn set_missing(headers: &mut HeaderMap, secure: bool) {
    let always = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in always {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if secure {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000"));
    }
}

/// The trace id of a W3C `traceparent` header.
fn trace_of(headers: &HeaderMap) -> Option<String> {
    let parent = headers.get("traceparent")?.to_str().ok()?;
    let trace = parent.split('-').nth(1)?;
    let proper = trace.len() == 32
        && trace.bytes().all(|byte| byte.is_ascii_hexdigit())
        && trace.bytes().any(|byte| byte != b'0');
    proper.then(|| trace.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_comes_from_the_traceparent_header_alone() {
        let mut headers = HeaderMap::new();
        assert_eq!(trace_of(&headers), None);
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        headers.insert("traceparent", HeaderValue::from_static(parent));
        assert_eq!(
            trace_of(&headers).as_deref(),
            Some("4bf92f3577b34da6a3ce929d0e0e4736")
        );
        headers.insert("traceparent", HeaderValue::from_static("nonsense"));
        assert_eq!(trace_of(&headers), None);
    }
}
