//! Queue, case, reveal, search.

use holdfast_domain::{CaseKind, Role};
use holdfast_review_queue::testing::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn the_queue_goes_by_level_then_by_promise_and_pages_without_gaps() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let matter = app
        .case_in("northside", CaseKind::Harassment, "you lot")
        .await;
    let urgent = app.crisis("goodbye").await;
    app.later(std::time::Duration::from_secs(1));
    let later = app.crisis("goodbye").await;
    let act_now = app.crisis("goodbye now").await;
    let mut seen: Vec<Value> = Vec::new();
    let mut path = "/v1/queue?limit=1".to_owned();
    loop {
        let page = app.get(&ana, &path).await;
        seen.extend(
            page.body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|i| i["case"].clone()),
        );
        let Some(next) = page.body["next"].as_str() else {
            break;
        };
        path = format!("/v1/queue?limit=1&after={next}");
    }
    assert_eq!(
        seen,
        [&act_now, &urgent, &later, &matter].map(|case| json!(case.id))
    );
    let crisis = app
        .get(&ana, "/v1/queue?kind=crisis&min_level=act_now")
        .await;
    assert_eq!(crisis.body["items"].as_array().unwrap().len(), 1);
    let wrong = app.get(&ana, "/v1/queue?kind=weather&limit=0").await;
    assert_eq!(wrong.brief(), "422 invalid");
    assert_eq!(wrong.body["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_a_member_wrote_is_shown_before_it_is_revealed() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye dear friends").await;
    app.report_arrives(&case, "worried about her").await;
    for path in [
        "/v1/queue".to_owned(),
        case.path(),
        format!("/v1/search?q={}", case.pseudonym()),
    ] {
        let shown = app.get(&ana, &path).await.body.to_string();
        assert!(shown.contains(&case.id.to_string()), "{path}");
        for secret in ["dear friends", "worried about her", "report-1"] {
            assert!(!shown.contains(secret), "{path} shows {secret}");
        }
    }
    assert!(!app.events(case.id).await.contains(&"TextRevealed"));
}

#[tokio::test]
async fn revealing_is_recorded_and_leaves_method_detail_covered() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye, the pills are here").await;
    app.report_arrives(&case, "worried about her").await;
    let revealed = app
        .post(&ana, &case.to("reveal"), json!({"what": "case"}))
        .await;
    assert_eq!(revealed.brief(), "200", "{}", revealed.body);
    let post = &revealed.body["posts"][0];
    assert_eq!(
        post["stretches"],
        json!([
            {"kind": "evidence", "text": "goodbye", "reasons": [0]},
            {"kind": "plain", "text": ", the "},
            {"kind": "covered", "cover": 0},
            {"kind": "plain", "text": " are here"},
        ])
    );
    assert_eq!(
        post["reasons"],
        json!(["crisis.goodbye: a farewell phrase"])
    );
    assert!(!revealed.body.to_string().contains("pills"));
    assert_eq!(revealed.body["words"][0]["text"], "worried about her");
    assert!(revealed.body["case"]["looked_at"].is_string());
    assert_eq!(app.events(case.id).await.last(), Some(&"TextRevealed"));
}

#[tokio::test]
async fn what_its_author_edited_away_is_read_with_the_case() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye dear friends").await;
    app.post_is_edited(&case, "northside", "never mind").await;
    let revealed = app
        .post(&ana, &case.to("reveal"), json!({"what": "case"}))
        .await;
    let text_of = |post: &Value| -> String {
        let stretches = post["stretches"].as_array().unwrap().iter();
        stretches.filter_map(|part| part["text"].as_str()).collect()
    };
    let posts = revealed.body["posts"].as_array().unwrap().iter();
    let texts: Vec<(i64, String)> = posts
        .map(|post| (post["post"]["revision"].as_i64().unwrap(), text_of(post)))
        .collect();
    let (newest, before) = ("never mind", "goodbye dear friends");
    assert_eq!(texts, [(2, newest.to_owned()), (1, before.to_owned())]);
}

#[tokio::test]
async fn method_detail_is_revealed_singly_and_recorded_again() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye, the pills are here").await;
    let ask = |cover: usize| {
        let post = json!({"post": case.post.post, "revision": 1});
        let body = json!({"what": "method_detail", "post": post, "cover": cover});
        app.post(&ana, Box::leak(case.to("reveal").into_boxed_str()), body)
    };
    assert_eq!(ask(1).await.brief(), "404 not-found");
    assert!(!app.events(case.id).await.contains(&"TextRevealed"));
    assert_eq!(ask(0).await.body["text"], "pills");
    assert_eq!(app.events(case.id).await.last(), Some(&"TextRevealed"));
}

#[tokio::test]
async fn the_thread_comes_with_the_case() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.later(std::time::Duration::from_mins(1));
    app.post_arrives(&case, "northside", "still here").await;
    let view = app.get(&ana, &case.path()).await;
    assert_eq!(view.body["thread"]["posts"].as_array().unwrap().len(), 2);
    assert_eq!(view.body["posts"][1]["text"], "masked");
    let revealed = app
        .post(&ana, &case.to("reveal"), json!({"what": "case"}))
        .await;
    assert_eq!(revealed.body["posts"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_case_is_found_by_member_post_link_and_number() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.crisis("goodbye").await;
    let number = app.get(&ana, &case.path()).await.body["number"].clone();
    for query in [
        case.pseudonym(),
        case.external_id(),
        format!("https%3A%2F%2Fforum.example%2F{}", case.external_id()),
        case.id.to_string(),
        number.as_str().unwrap().to_owned(),
    ] {
        let found = app.get(&ana, &format!("/v1/search?q={query}")).await;
        let cases = found.body["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 1, "{query}");
        assert_eq!(cases[0]["case"], json!(case.id), "{query}");
    }
    let nothing = app.get(&ana, "/v1/search?q=").await;
    assert_eq!(nothing.brief(), "422 invalid");
}

#[tokio::test]
async fn an_incident_closes_when_its_records_were_read_each_as_a_read_of_its_own() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let incident = app.incident("{\"text\": \"goodbye everyone\"}").await;
    let path = |command: &str| format!("/v1/cases/{incident}/{command}");
    let close = async || {
        let view = app.get(&ana, &format!("/v1/cases/{incident}")).await;
        let body = Some(json!({"code": "resolved", "reason": "all read"}));
        app.ask(axum::http::Method::POST, &path("close"), body)
            .by(&ana)
            .with("if-match", view.header("etag"))
            .send()
            .await
    };
    app.post(&ana, &path("claim"), json!({})).await;
    assert_eq!(close().await.brief(), "409 records-left");
    let record = json!({"what": "record", "member": 1});
    let read = app.post(&ana, &path("reveal"), record).await;
    assert_eq!(read.body["text"], "{\"text\": \"goodbye everyone\"}");
    let events = app.events(incident).await;
    assert_eq!(
        events[events.len() - 2..],
        ["TextRevealed", "IncidentMemberJudged"]
    );
    assert_eq!(close().await.brief(), "200");
}

#[tokio::test]
async fn an_auditor_says_why_they_read_and_the_promised_look_is_still_owed() {
    let app = TestApp::new().await;
    let (ana, otto) = (
        app.somebody("ana", Role::Moderator).await,
        app.somebody("otto", Role::Auditor).await,
    );
    let case = app.crisis("goodbye, the pills are here").await;
    let post = json!({"post": case.post.post, "revision": 1});
    for body in [
        json!({"what": "case"}),
        json!({"what": "case", "reason": "  "}),
        json!({"what": "method_detail", "post": post, "cover": 0}),
    ] {
        let refused = app.post(&otto, &case.to("reveal"), body).await;
        assert_eq!(refused.brief(), "422 invalid");
        assert_eq!(refused.body["errors"][0]["field"], "reason");
    }
    assert!(!app.events(case.id).await.contains(&"TextRevealed"));
    let view = app.get(&otto, &case.path()).await;
    assert_eq!(view.body["reveal_needs_reason"], true);
    let why = json!({"what": "case", "reason": "complaint 17"});
    let read = app.post(&otto, &case.to("reveal"), why).await;
    assert_eq!(read.brief(), "200", "{}", read.body);
    assert_eq!(read.body["case"]["looked_at"], Value::Null);
    let seen = app.get(&ana, &case.path()).await;
    assert_eq!(seen.body["reveal_needs_reason"], false);
    let timeline = seen.body["timeline"].as_array().unwrap();
    let texts = &timeline.last().unwrap()["texts"];
    assert_eq!(texts[0]["field"], "reason");
    assert!(texts.to_string().contains("complaint 17"), "{texts}");
}

#[tokio::test]
async fn the_queue_is_narrowed_by_language_whatever_the_region() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    for (asked, found) in [("en", 1), ("en-GB", 1), ("EN", 1), ("de", 0)] {
        let queue = app.get(&ana, &format!("/v1/queue?language={asked}")).await;
        let items = queue.body["items"].as_array().unwrap();
        assert_eq!(items.len(), found, "{asked}");
        if let Some(item) = items.first() {
            assert_eq!(
                (&item["case"], &item["language"]),
                (&json!(case.id), &json!("en"))
            );
        }
    }
}

#[tokio::test]
async fn every_case_of_the_queue_names_the_rule_that_weighs_most() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    app.crisis("goodbye").await;
    let queue = app.get(&ana, "/v1/queue").await;
    assert_eq!(
        queue.body["items"][0]["rule"],
        json!({"rule": "crisis.goodbye", "because": "a farewell phrase"})
    );
}
