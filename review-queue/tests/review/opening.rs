//! Cases opened by hand.

use holdfast_domain::{CaseKind, Role};
use holdfast_review_queue::testing::TestApp;
use serde_json::{Value, json};

fn by(about: &str, value: &str) -> Value {
    json!({
        "kind": "crisis", about: value, "community": "northside", "platform": "forum",
        "reason": "a colleague phoned",
    })
}

#[tokio::test]
async fn pasted_text_becomes_a_judged_case_that_alerts() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let opened = app.post(&ana, "/v1/cases", by("text", "goodbye now")).await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    assert_eq!(
        opened.body["recorded"],
        json!(["CaseOpened", "PostAttached", "NoteAdded", "AlertRaised"])
    );
    assert_eq!(opened.body["level"], "act_now");
    app.settle().await;
    let view = app.get(&ana, opened.header("location")).await;
    assert_eq!(view.body["because"], json!({"why": "hand"}));
    assert_eq!(view.body["posts"][0]["text"], "masked");
    let queue = app.get(&ana, "/v1/queue").await;
    assert_eq!(queue.body["items"][0]["case"], opened.body["case"]);
    let path = format!("{}/reveal", opened.header("location"));
    let revealed = app.post(&ana, &path, json!({"what": "case"})).await;
    assert_eq!(revealed.body["posts"][0]["stretches"][0]["text"], "goodbye");
}

#[tokio::test]
async fn a_member_with_an_open_case_gets_no_second_one() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    let mut brought = by("text", "goodbye now");
    brought["author"] = json!(case.pseudonym());
    let joined = app.post(&ana, "/v1/cases", brought).await;
    assert_eq!(joined.status, 200, "{}", joined.body);
    assert_eq!(joined.body["case"], json!(case.id));
    assert_eq!(joined.body["opened"], false);
    assert_eq!(
        joined.body["recorded"],
        json!(["PostAttached", "LevelRaised", "NoteAdded", "AlertRaised"])
    );
}

#[tokio::test]
async fn a_known_post_is_found_by_its_id_and_by_its_link() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app
        .case_in("northside", CaseKind::Harassment, "goodbye")
        .await;
    let first = app
        .post(&ana, "/v1/cases", by("post", &case.external_id()))
        .await;
    assert_eq!(first.status, 201, "{}", first.body);
    let link = format!("https://forum.example/{}", case.external_id());
    let second = app.post(&ana, "/v1/cases", by("link", &link)).await;
    assert_eq!(second.status, 200);
    assert_eq!(second.body["case"], first.body["case"]);
}

#[tokio::test]
async fn a_repeated_opening_opens_once() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let open = || {
        app.ask(
            axum::http::Method::POST,
            "/v1/cases",
            Some(by("text", "goodbye")),
        )
        .by(&ana)
        .with("idempotency-key", "one")
        .send()
    };
    let (first, second) = (open().await, open().await);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 200));
    assert_eq!(first.body["case"], second.body["case"]);
    assert_eq!(second.body["repeated"], true);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let field = |body: Value| {
        let ana = ana.clone();
        let app = &app;
        async move {
            let refused = app.post(&ana, "/v1/cases", body).await;
            assert_eq!(refused.brief(), "422 invalid", "{}", refused.body);
            refused.body["errors"][0]["field"]
                .as_str()
                .unwrap()
                .to_owned()
        }
    };
    assert_eq!(
        field(json!({"kind": "crisis", "reason": "r"})).await,
        "post"
    );
    assert_eq!(
        field(json!({"kind": "crisis", "author": "x"})).await,
        "/reason"
    );
    let no_place = json!({"kind": "crisis", "author": "x", "reason": "r"});
    assert_eq!(field(no_place).await, "community");
    assert_eq!(field(by("post", "never-seen")).await, "post");
    let appeal = json!({"kind": "appeal", "author": "x", "reason": "r"});
    assert_eq!(field(appeal).await, "kind");
}
