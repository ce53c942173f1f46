//! What the console refuses and never shows, asked over its real router.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use holdfast_domain::Role;
use tower::ServiceExt;

use crate::testing::{TestApp, TestUser};
use crate::web::{Console, router};

const PASSWORD: &str = "correct horse battery";

/// A browser that is signed in.
struct Visitor<'a> {
    app: &'a TestApp,
    cookie: String,
    csrf: String,
}

struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    html: String,
}

async fn send(app: &TestApp, request: Request<Body>) -> Answer {
    let router = router(Console::new(app.state.clone()));
    let response = router.oneshot(request).await.expect("a router answers");
    let (head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 4 << 20)
        .await
        .expect("a page is small");
    Answer {
        status: head.status,
        headers: head.headers,
        html: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

fn form(path: &str, cookie: &str, body: String) -> Request<Body> {
    Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a proper request")
}

impl<'a> Visitor<'a> {
    async fn new(app: &'a TestApp, user: &TestUser) -> Self {
        app.set_password(user, PASSWORD).await;
        let body = format!(
            "name={}&password={}",
            user.access.name,
            PASSWORD.replace(' ', "+")
        );
        let answer = send(app, form("/sign-in", "", body)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let mut visitor = Self {
            app,
            cookie,
            csrf: String::new(),
        };
        let page = visitor.get("/help").await.html;
        let csrf = page
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .unwrap_or_default();
        csrf.split('"')
            .next()
            .unwrap_or_default()
            .clone_into(&mut visitor.csrf);
        visitor
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::COOKIE, &self.cookie)
            .body(Body::empty());
        send(self.app, request.expect("a proper request")).await
    }

    async fn post(&self, path: &str, fields: &str) -> Answer {
        let body = format!("csrf={}&{fields}", self.csrf);
        send(self.app, form(path, &self.cookie, body)).await
    }
}

#[tokio::test]
async fn nothing_is_readable_without_a_sign_in() {
    let app = TestApp::new().await;
    let case = app.crisis("goodbye").await;
    let case = format!("/cases/{}", case.id);
    for path in ["/queue", "/search", "/help", "/cases/new", &case] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = send(&app, request).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        let to = answer.headers[header::LOCATION].to_str().unwrap();
        assert!(to.starts_with("/sign-in"), "{path}");
    }
}

#[tokio::test]
async fn a_form_without_the_sessions_token_changes_nothing() {
    let app = TestApp::new().await;
    let case = app.crisis("goodbye").await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let visitor = Visitor::new(&app, &ana).await;
    let path = format!("/cases/{}/claim", case.id);
    let answer = send(
        &app,
        form(&path, &visitor.cookie, "csrf=guessed".to_owned()),
    )
    .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        visitor
            .get(&format!("/cases/{}", case.id))
            .await
            .html
            .contains("Nobody has this case")
    );
    let answer = visitor.post(&path, "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_sent_from_another_site_is_refused_before_anything_looks_at_it() {
    let app = TestApp::new().await;
    let mut request = form("/sign-in", "", "name=ana&password=x".to_owned());
    request.headers_mut().insert(
        "sec-fetch-site",
        http::HeaderValue::from_static("cross-site"),
    );
    assert_eq!(send(&app, request).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_answer_forbids_foreign_scripts_frames_and_caches() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let visitor = Visitor::new(&app, &ana).await;
    for path in ["/queue", "/help", "/cases/not-a-case"] {
        let answer = visitor.get(path).await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.contains("default-src 'none'"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{path}");
    }
}

#[tokio::test]
async fn an_address_that_names_no_case_is_answered_like_a_case_that_is_not_there() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let visitor = Visitor::new(&app, &ana).await;
    for path in [
        "/cases/nonsense",
        "/cases/0190f4d2-0000-7000-8000-000000000001",
    ] {
        let answer = visitor.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.html.contains("There is no such case"), "{path}");
    }
}

#[tokio::test]
async fn a_viewer_sees_the_case_and_no_word_of_it() {
    let app = TestApp::new().await;
    let case = app.crisis("goodbye dear friends").await;
    let viewer = app.somebody("vera", Role::Viewer).await;
    let visitor = Visitor::new(&app, &viewer).await;
    let path = format!("/cases/{}", case.id);
    assert!(!visitor.get(&path).await.html.contains("dear friends"));
    visitor.post(&format!("{path}/reveal"), "").await;
    let mut stubborn = visitor;
    stubborn.cookie.push_str("; holdfast_texts=abc");
    let answer = stubborn.get(&path).await;
    assert!(!answer.html.contains("dear friends"));
}

#[tokio::test]
async fn a_new_post_makes_reading_on_a_new_recorded_reading() {
    let app = TestApp::new().await;
    let case = app.crisis("goodbye dear friends").await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let mut visitor = Visitor::new(&app, &ana).await;
    visitor.cookie.push_str("; holdfast_texts=abc");
    let path = format!("/cases/{}", case.id);
    let readings = |html: &str| html.matches("read the texts of the case").count();
    assert_eq!(readings(&visitor.get(&path).await.html), 1);
    assert_eq!(readings(&visitor.get(&path).await.html), 1);
    app.post_arrives(&case, "northside", "is anybody there")
        .await;
    let page = visitor.get(&path).await.html;
    assert!(page.contains("is anybody there"));
    assert_eq!(readings(&page), 2);
    app.clock.advance(std::time::Duration::from_mins(16));
    assert_eq!(readings(&visitor.get(&path).await.html), 3);
}

#[tokio::test]
async fn a_refused_closing_is_shown_again_as_it_was_typed() {
    let app = TestApp::new().await;
    let case = app.crisis("goodbye").await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let visitor = Visitor::new(&app, &ana).await;
    let path = format!("/cases/{}/close", case.id);
    let answer = visitor
        .post(
            &path,
            "version=2&code=support_given&reason=she+is+with+her+sister",
        )
        .await;
    assert!(answer.status.is_client_error());
    assert!(answer.html.contains("she is with her sister"));
    assert!(answer.html.contains("Not done"));
}

#[tokio::test]
async fn a_decision_that_outlived_its_claim_can_be_sent_again_with_the_claim() {
    let app = TestApp::new().await;
    let case = app.crisis("goodbye").await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let visitor = Visitor::new(&app, &ana).await;
    let path = format!("/cases/{}/decisions", case.id);
    let fields = "version=9&outcome=support&policy=crisis.goodbye&reason=a+clear+farewell";
    let answer = visitor.post(&path, fields).await;
    assert!(answer.html.contains("a clear farewell"));
    assert!(answer.html.contains("name=\"claim\" value=\"again\""));
    let answer = visitor.post(&path, &format!("{fields}&claim=again")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
}

#[tokio::test]
async fn search_finds_a_case_by_its_number() {
    let app = TestApp::new().await;
    let case = app.crisis("goodbye").await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let visitor = Visitor::new(&app, &ana).await;
    let answer = visitor.post("/search", &format!("q={}", case.id)).await;
    assert!(
        answer.html.contains(&format!("/cases/{}", case.id)),
        "{}",
        answer.html
    );
}

#[tokio::test]
async fn a_case_opened_by_hand_is_shown_at_once() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let visitor = Visitor::new(&app, &ana).await;
    let fields = "kind=crisis&level=act_now&author=tidepool&platform=forum&community=northside\
        &text=please+look&reason=a+friend+phoned";
    let answer = visitor.post("/cases/new", fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    let to = answer.headers[header::LOCATION].to_str().unwrap();
    let page = visitor.get(to).await;
    assert!(page.html.contains("Act now"));
    assert!(
        !page.html.contains("please look"),
        "the pasted text is covered like any other"
    );
}

#[tokio::test]
async fn an_auditor_is_asked_why_and_what_they_typed_is_recorded_once_a_reading() {
    let app = TestApp::new().await;
    let otto = app.somebody("otto", Role::Auditor).await;
    let case = app.crisis("goodbye dear friends").await;
    let (page, reveal) = (
        format!("/cases/{}", case.id),
        format!("/cases/{}/reveal", case.id),
    );
    let mut visitor = Visitor::new(&app, &otto).await;
    let covered = visitor.get(&page).await.html;
    assert!(covered.contains("Why do you read these texts?"));
    let refused = visitor.post(&reveal, "reason=++").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!app.events(case.id).await.contains(&"TextRevealed"));
    let shown = visitor.post(&reveal, "reason=complaint+17").await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.html);
    let texts = shown.headers[header::SET_COOKIE].to_str().unwrap();
    let texts = texts.split(';').next().unwrap_or_default();
    visitor.cookie = format!("{}; {texts}", visitor.cookie);
    for _ in 0..2 {
        assert!(visitor.get(&page).await.html.contains("dear friends"));
    }
    let readings = || async {
        let events = app.events(case.id).await;
        events
            .iter()
            .filter(|event| **event == "TextRevealed")
            .count()
    };
    assert_eq!(readings().await, 1);
    // A quarter of an hour later the reason has run out, and the texts are covered again.
    app.later(std::time::Duration::from_mins(31));
    let later = visitor.get(&page).await;
    assert_eq!(later.status, StatusCode::OK);
    assert!(!later.html.contains("dear friends"));
    assert_eq!(readings().await, 1);
}
