//! Tokens that may do less than their user.

use axum::http::Method;
use holdfast_domain::{CaseKind, Role, SignalKind, TenantId};
use holdfast_event_store::{TokenLimits, TokenScope};
use holdfast_review_queue::auth::{NewTokenFor, UsersError};
use holdfast_review_queue::testing::{
    TestApp, TestCase, TestUser, community_named, everywhere, only_in,
};
use serde_json::json;

async fn issued(
    app: &TestApp,
    user: &TestUser,
    limits: TokenLimits,
) -> Result<TestUser, UsersError> {
    let new = NewTokenFor {
        name: &user.access.name,
        label: "program",
        lives: None,
        limits,
    };
    let token = app.users().issue_token(&TenantId::default(), &new).await?;
    Ok(TestUser {
        access: user.access.clone(),
        token: token.into_inner(),
    })
}

fn scopes(scopes: &[TokenScope]) -> TokenLimits {
    TokenLimits {
        scopes: Some(scopes.to_vec()),
        ..TokenLimits::default()
    }
}

async fn what_works(app: &TestApp, program: &TestUser, case: &TestCase) -> [String; 3] {
    let reveal = json!({"what": "case"});
    let note = json!({"note": "from a program"});
    [
        app.get(program, &case.path()).await.brief(),
        app.post(program, &case.to("reveal"), reveal).await.brief(),
        app.post(program, &case.to("notes"), note).await.brief(),
    ]
}

#[tokio::test]
async fn a_token_does_what_its_scopes_name_and_is_told_which_one_it_lacks() {
    use TokenScope::{Read, Reveal, Write};
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    let lacks = "403 scope-missing".to_owned();
    let works = "200".to_owned();
    for (named, expected) in [
        (&[Read][..], [&works, &lacks, &lacks]),
        (&[Read, Reveal], [&works, &works, &lacks]),
        (&[Write], [&lacks, &lacks, &works]),
        (&[Read, Reveal, Write], [&works, &works, &works]),
    ] {
        let program = issued(&app, &ana, scopes(named)).await.unwrap();
        let found = what_works(&app, &program, &case).await;
        assert_eq!(found.each_ref(), expected, "{named:?}");
    }
    let reader = issued(&app, &ana, scopes(&[Read])).await.unwrap();
    let refused = app.post(&reader, &case.to("claim"), json!({})).await;
    assert_eq!(refused.body["scope"], "write");
    assert_eq!(
        refused.header("www-authenticate"),
        "Bearer realm=\"holdfast\", error=\"insufficient_scope\", scope=\"write\""
    );
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("token issue --scope write"), "{detail}");
}

#[tokio::test]
async fn a_token_of_one_place_sees_nothing_of_another() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let here = app.case_in("north", CaseKind::Stigma, "mad").await;
    let elsewhere = app.case_in("south", CaseKind::Stigma, "mad").await;
    let otherwise = app.case_in("north", CaseKind::Crisis, "goodbye").await;
    let limits = TokenLimits {
        scopes: None,
        communities: Some(vec![community_named("north")]),
        signals: Some(vec![SignalKind::Stigma]),
    };
    let program = issued(&app, &ana, limits).await.unwrap();
    assert_eq!(app.get(&program, &here.path()).await.brief(), "200");
    for hidden in [&elsewhere, &otherwise] {
        let answer = app.get(&program, &hidden.path()).await;
        assert_eq!(answer.brief(), "404 not-found");
        let note = json!({"note": "n"});
        let answer = app.post(&program, &hidden.to("notes"), note).await;
        assert_eq!(answer.brief(), "404 not-found");
    }
    let queue = app.get(&program, "/v1/queue").await;
    assert_eq!(queue.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn no_token_is_issued_that_does_more_than_its_user() {
    let app = TestApp::new().await;
    let grants = [only_in(Role::Viewer, "north", None)];
    let vera = app.user("vera", &grants).await;
    let community = |name| TokenLimits {
        communities: Some(vec![community_named(name)]),
        ..TokenLimits::default()
    };
    assert!(issued(&app, &vera, community("north")).await.is_ok());
    for (limits, why) in [
        (scopes(&[TokenScope::Write]), "write"),
        (scopes(&[TokenScope::Reveal]), "reveal"),
        (scopes(&[TokenScope::Send]), "send"),
        (community("south"), "south"),
    ] {
        let refused = issued(&app, &vera, limits).await;
        let Err(error @ UsersError::BeyondUser { .. }) = refused else {
            panic!("{why} should be refused")
        };
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_role_taken_back_is_taken_from_the_token_at_once() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    let program = issued(&app, &ana, scopes(&[TokenScope::Write])).await;
    let program = program.unwrap();
    let claim = async || {
        app.post(&program, &case.to("claim"), json!({}))
            .await
            .brief()
    };
    assert_eq!(claim().await, "200");
    let (tenant, role) = (TenantId::default(), everywhere(Role::Moderator));
    app.users().revoke(&tenant, "ana", &role).await.unwrap();
    assert_eq!(claim().await, "404 not-found");
}

#[tokio::test]
async fn an_unknown_token_learns_nothing_of_scopes() {
    let app = TestApp::new().await;
    let case = app.crisis("goodbye").await;
    let ask = app.ask(Method::POST, &case.to("claim"), Some(json!({})));
    let answer = ask.with("authorization", "Bearer hf_guessed").send().await;
    assert_eq!(answer.brief(), "401 not-signed-in");
}
