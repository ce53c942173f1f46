//! Requests to the API, and their answers as tests look at them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use super::{TestApp, TestUser};

/// A request about to be sent.
pub struct Ask<'a> {
    app: &'a TestApp,
    request: Request<Body>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct TestAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; a string where it is none.
    pub body: Value,
}

impl TestApp {
    /// Reads a path as a user.
    pub async fn get(&self, user: &TestUser, path: &str) -> TestAnswer {
        self.ask(Method::GET, path, None).by(user).send().await
    }

    /// Posts JSON to a path as a user.
    pub async fn post(&self, user: &TestUser, path: &str, body: Value) -> TestAnswer {
        self.ask(Method::POST, path, Some(body))
            .by(user)
            .send()
            .await
    }

    /// A request of nobody, to be completed.
    pub fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Ask<'_> {
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header(
                "traceparent",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            )
            .body(body)
            .expect("a test's request is proper");
        Ask { app: self, request }
    }
}

impl Ask<'_> {
    /// With a user's token.
    #[must_use]
    pub fn by(self, user: &TestUser) -> Self {
        self.with("authorization", &format!("Bearer {}", user.token))
    }

    /// With a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).expect("a test's header is proper"),
        );
        self
    }

    /// Sends it.
    pub async fn send(self) -> TestAnswer {
        let response = self.app.router().oneshot(self.request).await;
        let (head, body) = response.expect("a router answers").into_parts();
        let bytes = axum::body::to_bytes(body, 4 << 20).await;
        let bytes = bytes.expect("an answer of a test is small");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        TestAnswer {
            status: head.status,
            headers: head.headers,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }
}

impl TestAnswer {
    /// A header as text; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// The last word of a problem's type; empty where the answer is no problem.
    pub fn problem(&self) -> &str {
        let kind = self.body["type"].as_str().unwrap_or_default();
        kind.rsplit(':').next().unwrap_or_default()
    }

    /// Status and problem in one, for tables: `409 held-by-other`, `200`.
    pub fn brief(&self) -> String {
        format!("{} {}", self.status.as_u16(), self.problem())
            .trim()
            .to_owned()
    }
}
