//! Who is signed in, read from the browser's cookies.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::Response;
use holdfast_domain::Sensitive;
use http::request::Parts;
use http::{HeaderMap, Method, header};

use super::console::Console;
use super::fields::Fields;
use super::respond;
use crate::access::Access;
use crate::auth::Caller;
use crate::error::ReviewError;

/// The cookie that remembers whether single keys are on.
pub(crate) const KEYS: &str = "holdfast_keys";

/// Somebody who is signed in at a browser. A page that takes one sends everybody else to the door.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    /// Who, and what they may see.
    pub(crate) access: Access,
    /// Who, and how they came in; knows the token that forms carry.
    caller: Caller,
    /// Whether single keys do something.
    pub(crate) keys: bool,
    cookies: Sensitive<Vec<(String, String)>>,
}

impl SignedIn {
    /// Refuses a form that does not carry the session's token.
    pub(crate) fn sent_by_us(&self, fields: &Fields) -> Result<(), ReviewError> {
        self.caller.check_csrf(Some(fields.text("csrf")))
    }

    /// The token that forms carry.
    pub(crate) fn csrf(&self) -> &str {
        self.caller.csrf()
    }

    /// A cookie of that name.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies
            .reveal()
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }
}

/// The cookies of a request.
pub(crate) fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

impl FromRequestParts<Console> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &Console,
    ) -> Result<Self, Self::Rejection> {
        let cookies = cookies(&parts.headers);
        let keys = !cookies
            .iter()
            .any(|(name, value)| name == KEYS && value == "off");
        match console.auth().caller(&parts.headers).await {
            Ok(Some(caller)) if caller.may_use_pages() => Ok(Self {
                access: caller.access.clone(),
                caller,
                keys,
                cookies: cookies.into(),
            }),
            Ok(_) => Err(to_the_door(parts)),
            Err(error) => {
                let problem = console.problem(&error);
                let shell = super::shell::Shell::outside("Not done", console.service().now());
                Err(respond::problem_page(shell, problem, "/sign-in"))
            }
        }
    }
}

/// Sends the browser to the sign-in page, and back afterwards where it only wanted to read.
fn to_the_door(parts: &Parts) -> Response {
    let wanted = parts
        .extensions
        .get::<OriginalUri>()
        .map_or_else(|| parts.uri.path().to_owned(), |uri| uri.path().to_owned());
    if parts.method == Method::GET && wanted.starts_with("/cases/") {
        respond::go(&format!("/sign-in?next={wanted}"))
    } else {
        respond::go("/sign-in")
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn cookies_read_by_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; b=2=3"));
        assert_eq!(
            cookies(&headers),
            [
                ("a".to_owned(), "1".to_owned()),
                ("b".to_owned(), "2=3".to_owned())
            ]
        );
    }
}
