//! Help, and the reader's own settings.

use axum::extract::State;
use axum::response::Response;
use holdfast_domain::CrisisLevel;
use http::{HeaderValue, StatusCode, header};

use crate::web::console::Console;
use crate::web::fields::Fields;
use crate::web::pages;
use crate::web::pages::help::{HelpPage, PromiseLine};
use crate::web::respond;
use crate::web::session::{KEYS, SignedIn};
use crate::web::shell::Place;
use crate::web::words;

pub(super) async fn help(State(console): State<Console>, who: SignedIn) -> Response {
    let house = console.house(&who).await;
    let promises = &console.service().config().promises;
    let lines = CrisisLevel::ALL.into_iter().rev().map(|level| {
        let promise = promises.for_level(level);
        let secs = std::time::Duration::from_secs;
        PromiseLine {
            level: level.into(),
            look: words::span(secs(promise.first_look_secs)),
            outreach: words::span(secs(promise.first_outreach_secs)),
        }
    });
    let page = HelpPage {
        promises: lines.collect(),
        shell: console.shell(&who, &house, "Help").at(Place::Help),
    };
    pages::show(StatusCode::OK, &page)
}

/// Switches single keys on or off, for this browser.
pub(super) async fn keys(
    State(console): State<Console>,
    who: SignedIn,
    fields: Fields,
) -> Response {
    if let Err(error) = who.sent_by_us(&fields) {
        return console.problem_page(&who, &error, "/help").await;
    }
    let value = if fields.text("keys") == "off" {
        "off"
    } else {
        "on"
    };
    let cookie = format!("{KEYS}={value}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict");
    let mut response = respond::go("/help");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
