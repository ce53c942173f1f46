//! Coming in and going out.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Query, State};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use crate::auth::SignInError;
use crate::web::console::Console;
use crate::web::fields::Fields;
use crate::web::pages;
use crate::web::pages::sign_in::SignInPage;
use crate::web::respond;
use crate::web::session::SignedIn;
use crate::web::shell::Shell;
use crate::web::words;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    next: Option<String>,
}

pub(super) async fn page(State(console): State<Console>, Query(asked): Query<Asked>) -> Response {
    let next = asked.next.unwrap_or_default();
    show(&console, String::new(), &next, None)
}

pub(super) async fn sign_in(
    State(console): State<Console>,
    Address(address): Address,
    fields: Fields,
) -> Response {
    let (name, next) = (fields.typed("name"), fields.typed("next"));
    let password = fields.untrimmed("password");
    match console.auth().sign_in(&name, password, address).await {
        Ok(signed_in) => {
            let mut response = respond::go(inside(&next));
            response
                .headers_mut()
                .append(header::SET_COOKIE, signed_in.cookie);
            response
        }
        Err(SignInError::Wrong) => {
            let sentence = "Name and password do not go together. Try again.".to_owned();
            show(
                &console,
                name,
                &next,
                Some((StatusCode::UNAUTHORIZED, sentence)),
            )
        }
        Err(SignInError::TooMany { retry_after }) => {
            let sentence = format!(
                "Too many attempts. Wait up to {} and try again, or ask whoever runs Holdfast for \
                 you.",
                words::span(retry_after)
            );
            show(
                &console,
                name,
                &next,
                Some((StatusCode::TOO_MANY_REQUESTS, sentence)),
            )
        }
        Err(SignInError::Failed(error)) => {
            let problem = console.problem(&error);
            let reference = problem.reference.unwrap_or_default();
            let sentence = format!(
                "The sign-in could not be checked. Try again in a minute. Reference: {reference}"
            );
            show(&console, name, &next, Some((problem.status, sentence)))
        }
    }
}

pub(super) async fn sign_out(
    State(console): State<Console>,
    who: SignedIn,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let ended = async {
        who.sent_by_us(&fields)?;
        console.auth().sign_out(&headers).await
    };
    match ended.await {
        Ok(cookie) => {
            let mut response = respond::go("/sign-in");
            response.headers_mut().append(header::SET_COOKIE, cookie);
            response
        }
        Err(error) => console.problem_page(&who, &error, "/queue").await,
    }
}

/// Where a request comes from, to count failed attempts.
pub(super) struct Address(Option<IpAddr>);

impl FromRequestParts<Console> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &Console,
    ) -> Result<Self, Self::Rejection> {
        let auth = console.auth();
        Ok(Self(auth.address_of(&parts.headers, &parts.extensions)))
    }
}

fn show(
    console: &Console,
    name: String,
    next: &str,
    wrong: Option<(StatusCode, String)>,
) -> Response {
    let status = wrong.as_ref().map_or(StatusCode::OK, |(status, _)| *status);
    let page = SignInPage {
        shell: Shell::outside("Sign in", console.service().now()),
        name,
        wrong: wrong.map(|(_, sentence)| sentence),
        next: inside(next).to_owned(),
    };
    pages::show(status, &page)
}

/// A path of this console, never another site's address.
fn inside(next: &str) -> &str {
    let inside = next.starts_with("/cases/")
        && next
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-'));
    if inside { next } else { "/queue" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site_after_signing_in() {
        assert_eq!(inside("/cases/0190"), "/cases/0190");
        assert_eq!(inside("//evil.example"), "/queue");
        assert_eq!(inside("/cases/../../x"), "/queue");
        assert_eq!(inside("https://evil.example"), "/queue");
    }
}
