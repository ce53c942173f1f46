//! Who may see and do what.

use std::fmt::Write;

use axum::http::Method;
use holdfast_domain::{CaseKind, Role, SignalKind};
use holdfast_review_queue::testing::{TestApp, TestCase, TestUser, everywhere, only_in};
use insta::assert_snapshot;
use serde_json::{Value, json};

/// Every operation on a case, with a body that is complete.
fn commands(case: &TestCase) -> Vec<(&'static str, Value)> {
    let _ = case;
    vec![
        ("claim", json!({})),
        ("renew", json!({})),
        ("notes", json!({"note": "n"})),
        ("level", json!({"to": "act_now"})),
        ("contact", json!({"outcome": "tried"})),
        ("reveal", json!({"what": "case", "reason": "r"})),
        (
            "decisions",
            json!({"outcome": "no_action", "policy": "p", "reason": "r"}),
        ),
        ("undo", json!({})),
        ("takeover", json!({"reason": "r"})),
        ("close", json!({"code": "support_given", "reason": "r"})),
        ("reopen", json!({"reason": "r"})),
        ("release", json!({})),
    ]
}

async fn walk(app: &TestApp, who: &TestUser, case: &TestCase) -> String {
    let mut line = String::new();
    for path in ["/v1/queue", "/v1/search?q=x", &case.path()] {
        let answer = app.get(who, path).await;
        let _ = write!(line, " {}", answer.status.as_u16());
    }
    for (command, body) in commands(case) {
        let view = app.get(who, &case.path()).await;
        let etag = match view.header("etag") {
            "" => "1",
            etag => etag,
        };
        let answer = app
            .ask(Method::POST, &case.to(command), Some(body))
            .by(who)
            .with("if-match", etag)
            .send()
            .await;
        let _ = write!(line, " {}", answer.status.as_u16());
    }
    line
}

#[tokio::test]
async fn each_role_reaches_what_it_is_there_for() {
    let app = TestApp::new().await;
    let mut table = String::from(
        "role: queue search case | claim renew notes level contact reveal decisions undo takeover \
         close reopen release\n",
    );
    for role in Role::ALL {
        let case = app.crisis("goodbye").await;
        let name = role.as_str();
        let who = app.user(name, &[everywhere(role)]).await;
        let _ = writeln!(table, "{name}:{}", walk(&app, &who, &case).await);
    }
    assert_snapshot!(table, @r#"
    role: queue search case | claim renew notes level contact reveal decisions undo takeover close reopen release
    viewer: 200 200 200 403 409 403 403 403 403 403 404 403 403 403 409
    moderator: 200 200 200 200 200 200 200 200 200 200 200 200 200 409 200
    senior: 200 200 200 200 200 200 200 200 200 200 200 200 200 409 200
    duty_clinician: 200 200 200 200 200 200 200 200 200 200 200 200 200 409 200
    clinical_lead: 200 200 200 200 200 200 200 200 200 200 200 200 200 409 200
    policy_editor: 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404
    policy_approver: 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404
    auditor: 200 200 200 403 409 403 403 403 200 403 404 403 403 403 409
    integrator: 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404
    admin: 403 403 404 404 404 404 404 404 404 404 404 404 404 404 404
    "#);
}

#[tokio::test]
async fn a_user_of_one_community_sees_nothing_of_another_anywhere() {
    let app = TestApp::new().await;
    let here = only_in(Role::ClinicalLead, "north", None);
    let ana = app.user("ana", &[here]).await;
    let theirs = app.case_in("south", CaseKind::Crisis, "goodbye").await;
    let ours = app.case_in("north", CaseKind::Crisis, "goodbye").await;
    let queue = app.get(&ana, "/v1/queue").await.body.to_string();
    assert!(queue.contains(&ours.id.to_string()));
    assert!(!queue.contains(&theirs.id.to_string()));
    hidden_everywhere(&app, &ana, &theirs).await;
    let filtered = app.get(&ana, "/v1/queue?community=south").await;
    assert_eq!(filtered.body["items"], json!([]));
    for about in ["post", "author"] {
        let value = if about == "post" {
            theirs.external_id()
        } else {
            theirs.pseudonym()
        };
        let body = json!({
            "kind": "crisis", about: value, "community": "south", "platform": "forum", "reason": "r",
        });
        let refused = app.post(&ana, "/v1/cases", body).await;
        assert!(
            ["422 invalid", "403 forbidden"].contains(&refused.brief().as_str()),
            "{about}"
        );
        assert!(!refused.body.to_string().contains(&theirs.id.to_string()));
    }
}

#[tokio::test]
async fn a_user_of_one_signal_sees_nothing_of_another() {
    let app = TestApp::new().await;
    let stigma = only_in(Role::Senior, "north", Some(SignalKind::Stigma));
    let ana = app.user("ana", &[stigma]).await;
    let crisis = app.case_in("north", CaseKind::Crisis, "goodbye").await;
    let matter = app
        .case_in("north", CaseKind::Stigma, "they are all mad")
        .await;
    assert_eq!(app.get(&ana, &matter.path()).await.brief(), "200");
    hidden_everywhere(&app, &ana, &crisis).await;
}

#[tokio::test]
async fn a_linked_member_neither_reads_nor_decides_about_themselves() {
    let app = TestApp::new().await;
    let mut lead = app.somebody("lead", Role::ClinicalLead).await;
    let case = app.crisis("goodbye").await;
    assert_eq!(app.get(&lead, &case.path()).await.brief(), "200");
    app.link(&mut lead, case.subject).await;
    hidden_everywhere(&app, &lead, &case).await;
    for about in ["post", "author"] {
        let value = if about == "post" {
            case.external_id()
        } else {
            case.pseudonym()
        };
        let body = json!({
            "kind": "crisis", about: value, "community": "northside", "platform": "forum",
            "reason": "r",
        });
        let refused = app.post(&lead, "/v1/cases", body).await;
        assert_eq!(refused.brief(), "403 forbidden", "{about}");
        assert!(!refused.body.to_string().contains(&case.id.to_string()));
    }
}

async fn hidden_everywhere(app: &TestApp, who: &TestUser, case: &TestCase) {
    assert_eq!(app.get(who, &case.path()).await.brief(), "404 not-found");
    let before = app.events(case.id).await.len();
    for (command, body) in commands(case) {
        let answer = app
            .ask(Method::POST, &case.to(command), Some(body))
            .by(who)
            .with("if-match", "1")
            .send()
            .await;
        assert_eq!(answer.brief(), "404 not-found", "{command}");
    }
    assert_eq!(app.events(case.id).await.len(), before);
    for query in [case.pseudonym(), case.external_id(), case.id.to_string()] {
        let found = app.get(who, &format!("/v1/search?q={query}")).await;
        assert_eq!(found.body["cases"], json!([]), "{query}");
    }
    let queue = app.get(who, "/v1/queue").await.body.to_string();
    assert!(!queue.contains(&case.id.to_string()));
}

#[tokio::test]
async fn nothing_is_readable_without_a_sign_in() {
    let app = TestApp::new().await;
    let case = app.crisis("goodbye").await;
    for path in [
        "/v1/queue",
        "/v1/search?q=x",
        "/v1/stream",
        &case.path(),
        "/v1/cases/x",
    ] {
        let answer = app.ask(Method::GET, path, None).send().await;
        assert_eq!(answer.brief(), "401 not-signed-in", "{path}");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"holdfast\""
        );
    }
    for (command, body) in commands(&case) {
        let answer = app
            .ask(Method::POST, &case.to(command), Some(body))
            .send()
            .await;
        assert_eq!(answer.brief(), "401 not-signed-in", "{command}");
    }
    let answer = app
        .ask(Method::POST, "/v1/cases", Some(json!({})))
        .send()
        .await;
    assert_eq!(answer.brief(), "401 not-signed-in");
}

#[tokio::test]
async fn every_answer_stays_out_of_caches_and_frames() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    for answer in [
        app.get(&ana, "/v1/queue").await,
        app.ask(Method::GET, "/v1/queue", None).send().await,
    ] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(
            answer
                .header("content-security-policy")
                .contains("default-src 'none'")
        );
    }
    let refused = app.ask(Method::GET, "/v1/queue", None).send().await;
    assert_eq!(refused.body["instance"], "/v1/queue");
    assert_eq!(refused.body["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
}
