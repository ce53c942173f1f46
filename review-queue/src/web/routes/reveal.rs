//! Showing and covering texts.
//!
//! Asking for the texts leaves a short-lived cookie for that case's address alone; while it is there,
//! the case is shown with its texts. What is shown is always recorded: reading the same texts again
//! within a quarter of an hour counts as the same reading, a new post in between as a new one.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use holdfast_domain::{CaseId, PostRef};
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use super::case::{self, Answer};
use super::form::CaseForm;
use crate::error::ReviewError;
use crate::service::{Ask, ReadingReason, RequestKey};
use crate::view::{CaseView, RevealedCase};
use crate::web::console::Console;
use crate::web::hex;
use crate::web::pages;
use crate::web::pages::case::forms::Drafts;
use crate::web::pages::detail::DetailPage;
use crate::web::pages::incident::Opened;
use crate::web::present::texts;
use crate::web::respond;
use crate::web::session::SignedIn;
use crate::web::shell::Place;
use crate::web::words::Moment;

const COOKIE: &str = "holdfast_texts";
/// How long one reading lasts, in microseconds.
const ONE_READING: i64 = 15 * 60 * 1_000_000;

/// Shows the texts from now on. Whoever must say why they read is recorded here and now, with it.
pub(super) async fn reveal(form: CaseForm) -> Response {
    let nonce = form.service().parts().ids.next().simple().to_string();
    let asked = form.fields.has("reason");
    let read = async {
        if asked {
            let why = reason(&form);
            read(&form.console, &form.who, form.id, &nonce, &why).await?;
        }
        Ok(())
    };
    match form.outcome(read).await {
        Ok(()) => with_cookie(&form.console, form.id, &nonce, ONE_READING / 1_000_000),
        Err(error) => {
            let drafts = Drafts {
                reveal_reason: form.fields.typed("reason"),
                ..Drafts::default()
            };
            form.refused("The texts were not shown.", drafts, error)
                .await
        }
    }
}

/// What the form says, or what this person said within one reading.
fn reason(form: &CaseForm) -> ReadingReason {
    match form.fields.words("reason") {
        Some(words) => ReadingReason::Words(Some(words)),
        None => given_before(&form.console),
    }
}

fn given_before(console: &Console) -> ReadingReason {
    let reading = Duration::from_micros(ONE_READING.unsigned_abs());
    ReadingReason::GivenSince(console.service().now() - reading)
}

/// Covers the texts again.
pub(super) async fn cover(form: CaseForm) -> Response {
    match form.who.sent_by_us(&form.fields) {
        Ok(()) => with_cookie(&form.console, form.id, "", 0),
        Err(error) => {
            let back = address(form.id);
            form.console.problem_page(&form.who, &error, &back).await
        }
    }
}

fn with_cookie(console: &Console, id: CaseId, nonce: &str, secs: i64) -> Response {
    let secure = if console.service().config().secure_cookies {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{COOKIE}={nonce}; Path={}; Max-Age={secs}; HttpOnly; SameSite=Strict{secure}",
        address(id)
    );
    let mut response = respond::go(&address(id));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn address(id: CaseId) -> String {
    format!("/cases/{id}")
}

/// Whether the reader asked for this case's texts, under which name.
pub(super) fn texts_wanted(who: &SignedIn, _id: CaseId) -> Option<String> {
    who.cookie(COOKIE).filter(|nonce| !nonce.is_empty())
}

/// The case with its texts, the reading recorded.
pub(super) async fn revealed(
    console: &Console,
    who: &SignedIn,
    id: CaseId,
    nonce: &str,
) -> Result<RevealedCase, ReviewError> {
    read(console, who, id, nonce, &given_before(console)).await
}

async fn read(
    console: &Console,
    who: &SignedIn,
    id: CaseId,
    nonce: &str,
    why: &ReadingReason,
) -> Result<RevealedCase, ReviewError> {
    let service = console.service();
    let mut shown = what_is_shown(&service.case(&who.access, id).await?);
    loop {
        let quarter = service.now().as_micros() / ONE_READING;
        let ask = Ask {
            request: Some(same_reading(who, nonce, quarter, &shown)),
            ..Ask::of(id)
        };
        let revealed = service.reveal(&who.access, &ask, why).await?;
        let now_shown = what_is_shown(&revealed.case);
        if now_shown == shown {
            return Ok(revealed);
        }
        // A post came in between: its reading is to be recorded too.
        shown = now_shown;
    }
}

fn what_is_shown(case: &CaseView) -> Vec<PostRef> {
    let thread = case.thread.posts.iter().map(|post| post.post);
    case.posts
        .iter()
        .map(|post| post.post)
        .chain(thread)
        .collect()
}

fn same_reading(who: &SignedIn, nonce: &str, quarter: i64, shown: &[PostRef]) -> RequestKey {
    let mut digest = Sha256::new();
    digest.update(b"console-reading\0");
    digest.update(who.access.user.as_uuid().as_bytes());
    digest.update(nonce.as_bytes());
    digest.update(quarter.to_be_bytes());
    for post in shown {
        digest.update(post.post.as_uuid().as_bytes());
        digest.update(post.revision.0.to_be_bytes());
    }
    let key = hex(&digest.finalize()[..16]);
    RequestKey {
        key,
        body: "reading".to_owned(),
    }
}

/// Shows one covered stretch.
pub(super) async fn detail(form: CaseForm) -> Response {
    let (console, who) = (&form.console, &form.who);
    let read = async {
        let post = texts::referred(form.fields.text("post"));
        let post = post.ok_or(ReviewError::NotFound { what: "post" })?;
        let (cover, why) = (form.fields.parse("cover")?, reason(&form));
        let service = form.service();
        service
            .reveal_method_detail(form.access(), &form.ask(), post, cover, &why)
            .await
    };
    match form.outcome(read).await {
        Ok(shown) => {
            let house = console.house(who).await;
            let page = DetailPage {
                shell: console
                    .shell(who, &house, "Covered detail")
                    .at(Place::Queue),
                case: form.id.to_string(),
                text: shown.text.map(holdfast_domain::Sensitive::into_inner),
            };
            pages::show(StatusCode::OK, &page).into_response()
        }
        Err(error) => console.problem_page(who, &error, &address(form.id)).await,
    }
}

/// Shows one record of an incident.
pub(super) async fn member(Path(named): Path<HashMap<String, String>>, form: CaseForm) -> Response {
    let number = named.get("member").and_then(|text| text.parse().ok());
    let read = async {
        let member = number.ok_or(ReviewError::NotFound { what: "record" })?;
        let (service, why) = (form.service(), reason(&form));
        service
            .reveal_record(form.access(), &form.ask(), member, &why)
            .await
    };
    match form.outcome(read).await {
        Ok(shown) => {
            let answer = Answer {
                opened: Some(Opened {
                    number: number.unwrap_or_default(),
                    text: shown.text.map(holdfast_domain::Sensitive::into_inner),
                    at: shown.posted_at.map(Moment),
                }),
                ..Answer::default()
            };
            case::show(&form.console, &form.who, form.id, answer).await
        }
        Err(error @ ReviewError::Invalid(_)) => {
            let not_done = "The record was not shown.";
            form.refused(not_done, Drafts::default(), error).await
        }
        Err(error) => {
            let back = address(form.id);
            form.console.problem_page(&form.who, &error, &back).await
        }
    }
}
