//! Passwords, sessions, tokens.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use axum::http::{HeaderMap, Method, header};
use holdfast_domain::{Role, TenantId};
use holdfast_event_store::TokenLimits;
use holdfast_review_queue::auth::{NewTokenFor, SignInError, UsersError};
use holdfast_review_queue::testing::{TestApp, TestUser, everywhere};
use serde_json::json;

const PASSWORD: &str = "a long enough password";

async fn with_password(app: &TestApp) -> TestUser {
    let ana = app.somebody("ana", Role::Moderator).await;
    app.set_password(&ana, PASSWORD).await;
    ana
}

async fn session(app: &TestApp) -> (String, String) {
    let signed_in = app
        .state
        .auth
        .sign_in("ana", PASSWORD.into(), None)
        .await
        .unwrap();
    let cookie = signed_in.cookie.to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, cookie.parse().unwrap());
    let caller = app.state.auth.caller(&headers).await.unwrap().unwrap();
    (cookie, caller.csrf().to_owned())
}

#[tokio::test]
async fn a_session_reads_with_its_cookie_and_changes_with_its_token_alone() {
    let app = TestApp::new().await;
    with_password(&app).await;
    let case = app.crisis("goodbye").await;
    let (cookie, csrf) = session(&app).await;
    let read = app
        .ask(Method::GET, "/v1/queue", None)
        .with("cookie", &cookie)
        .send()
        .await;
    assert_eq!(read.brief(), "200");
    let path = case.to("claim");
    let claim = || {
        app.ask(Method::POST, &path, Some(json!({})))
            .with("cookie", &cookie)
    };
    assert_eq!(claim().send().await.brief(), "403 bad-csrf");
    let wrong = claim().with("x-csrf-token", "another").send().await;
    assert_eq!(wrong.brief(), "403 bad-csrf");
    assert_eq!(
        claim().with("x-csrf-token", &csrf).send().await.brief(),
        "200"
    );
}

#[tokio::test]
async fn a_session_ends_by_itself_by_signing_out_and_with_a_new_password() {
    let app = TestApp::new().await;
    let ana = with_password(&app).await;
    let read = |cookie: String| async {
        let ask = app
            .ask(Method::GET, "/v1/queue", None)
            .with("cookie", &{ cookie });
        ask.send().await.brief()
    };
    let (cookie, _) = session(&app).await;
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, cookie.parse().unwrap());
    app.state.auth.sign_out(&headers).await.unwrap();
    assert_eq!(read(cookie).await, "401 not-signed-in");
    let (cookie, _) = session(&app).await;
    app.set_password(&ana, "another long password").await;
    assert_eq!(read(cookie).await, "401 not-signed-in");
    app.set_password(&ana, PASSWORD).await;
    let (cookie, _) = session(&app).await;
    app.later(Duration::from_hours(13));
    assert_eq!(read(cookie).await, "401 not-signed-in");
}

#[tokio::test]
async fn unknown_names_and_wrong_passwords_read_the_same() {
    let app = TestApp::new().await;
    with_password(&app).await;
    for (name, password) in [("ana", "wrong"), ("nobody", PASSWORD), ("ana", "")] {
        let refused = app.state.auth.sign_in(name, password.into(), None).await;
        assert!(matches!(refused, Err(SignInError::Wrong)), "{name}");
    }
}

#[tokio::test]
async fn a_name_and_an_address_have_so_many_attempts() {
    let app = TestApp::new().await;
    with_password(&app).await;
    let from = |last: u8| Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)));
    for attempt in 0..10 {
        let refused = app
            .state
            .auth
            .sign_in("ana", "wrong".into(), from(attempt))
            .await;
        assert!(matches!(refused, Err(SignInError::Wrong)));
    }
    let right = app
        .state
        .auth
        .sign_in("ANA", PASSWORD.into(), from(99))
        .await;
    assert!(matches!(right, Err(SignInError::TooMany { .. })));
    app.later(Duration::from_mins(16));
    assert!(
        app.state
            .auth
            .sign_in("ana", PASSWORD.into(), from(99))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_address_that_tries_many_names_is_stopped() {
    let app = TestApp::new().await;
    with_password(&app).await;
    let here = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    for attempt in 0..50 {
        let name = format!("name-{attempt}");
        let refused = app.state.auth.sign_in(&name, "wrong".into(), here).await;
        assert!(matches!(refused, Err(SignInError::Wrong)));
    }
    let right = app.state.auth.sign_in("ana", PASSWORD.into(), here).await;
    assert!(matches!(right, Err(SignInError::TooMany { .. })));
}

#[tokio::test]
async fn a_token_counts_until_it_is_over_or_revoked() {
    let app = TestApp::new().await;
    let mut ana = app.somebody("ana", Role::Moderator).await;
    let (users, tenant) = (app.users(), TenantId::default());
    assert!(ana.token.starts_with("hf_"));
    let short = NewTokenFor {
        name: "ana",
        label: "short",
        lives: Some(Duration::from_mins(5)),
        limits: TokenLimits::default(),
    };
    let standing = ana.token.clone();
    ana.token = users
        .issue_token(&tenant, &short)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(app.get(&ana, "/v1/queue").await.brief(), "200");
    app.later(Duration::from_mins(6));
    assert_eq!(
        app.get(&ana, "/v1/queue").await.brief(),
        "401 not-signed-in"
    );
    ana.token = standing;
    assert_eq!(app.get(&ana, "/v1/queue").await.brief(), "200");
    assert!(users.revoke_token(&tenant, "ana", "test").await.unwrap());
    assert_eq!(
        app.get(&ana, "/v1/queue").await.brief(),
        "401 not-signed-in"
    );
}

#[tokio::test]
async fn a_locked_user_is_out_at_once() {
    let app = TestApp::new().await;
    let ana = with_password(&app).await;
    app.users()
        .set_disabled(&TenantId::default(), "ana", true)
        .await
        .unwrap();
    assert_eq!(
        app.get(&ana, "/v1/queue").await.brief(),
        "401 not-signed-in"
    );
    let refused = app.state.auth.sign_in("ana", PASSWORD.into(), None).await;
    assert!(matches!(refused, Err(SignInError::Wrong)));
}

#[tokio::test]
async fn roles_that_must_not_meet_in_one_person_do_not() {
    let app = TestApp::new().await;
    app.somebody("ada", Role::Admin).await;
    app.somebody("edi", Role::PolicyEditor).await;
    let (users, tenant) = (app.users(), TenantId::default());
    for (name, role) in [("ada", Role::Viewer), ("edi", Role::PolicyApprover)] {
        let refused = users.grant(&tenant, name, &everywhere(role)).await;
        assert!(
            matches!(refused, Err(UsersError::RolesClash { .. })),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_short_password_is_refused() {
    let app = TestApp::new().await;
    app.somebody("ana", Role::Viewer).await;
    let set = app
        .users()
        .set_password(&TenantId::default(), "ana", &"short".into())
        .await;
    assert!(matches!(set, Err(UsersError::PasswordTooShort)));
}
