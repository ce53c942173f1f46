//! What the author of a draft is told.

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use holdfast_domain::signal::Unavailable;
use serde_json::json;

use super::*;
use crate::scoring::{Resource, Words};

fn unread(pre_screen: bool) -> Reading {
    Reading {
        crisis: CrisisReading::Unscored {
            at_least: CrisisLevel::None,
            pre_screen,
            causes: vec![Unavailable::LanguageNotCovered],
        },
        attack: Attack::LanguageNotCovered,
        language: Guess::Other,
        ..nothing()
    }
}

#[tokio::test]
async fn whoever_may_need_help_gets_words_and_somebody_to_talk_to_and_is_not_held_up() {
    let running = Running::told([
        ("goodbye all", at_level(CrisisLevel::ActNow)),
        ("so tired of it", at_level(CrisisLevel::Soon)),
    ])
    .await;
    let words = Words::default();
    for (text, expected) in [
        ("goodbye all", words.act_now),
        ("so tired of it", words.soon),
    ] {
        let (status, answer) = answer(running.draft(&json!({ "text": text }))).await;
        assert_eq!(status, 200);
        assert_eq!(
            answer,
            json!({
                "words": [expected],
                "resources": [{ "name": "Find a helpline in your country", "url": "https://findahelpline.com" }],
                "pause_suggested": false,
                "language": "en",
            })
        );
    }
}

#[tokio::test]
async fn what_may_hurt_is_answered_with_a_pause_and_an_ordinary_text_with_nothing() {
    let stigma = Reading {
        stigma: true,
        ..nothing()
    };
    let running = Running::told([
        ("you fool", attacking(0.9, &[])),
        ("they are all dangerous", stigma),
    ])
    .await;
    let (_, harsh) = answer(running.draft(&json!({ "text": "you fool" }))).await;
    assert_eq!(harsh["words"], json!([Words::default().harassment]));
    assert_eq!(harsh["pause_suggested"], json!(true));
    assert_eq!(harsh["resources"], json!([]));
    let (_, stigma) = answer(running.draft(&json!({ "text": "they are all dangerous" }))).await;
    assert_eq!(stigma["words"], json!([Words::default().stigma]));
    assert_eq!(stigma["pause_suggested"], json!(true));
    for text in ["what a day", "", "  "] {
        let (status, ordinary) = answer(running.draft(&json!({ "text": text }))).await;
        assert_eq!(status, 200);
        assert_eq!(ordinary["words"], json!([]), "{text:?}");
        assert_eq!(ordinary["pause_suggested"], json!(false));
    }
}

#[tokio::test]
async fn a_person_in_need_who_is_harsh_hears_of_help_alone() {
    let both = Reading {
        crisis: CrisisReading::Level(CrisisLevel::Urgent),
        ..attacking(0.9, &[])
    };
    let running = Running::told([("leave me to die you fools", both)]).await;
    let (_, answer) = answer(running.draft(&json!({ "text": "leave me to die you fools" }))).await;
    assert_eq!(answer["words"], json!([Words::default().urgent]));
    assert_eq!(answer["pause_suggested"], json!(false));
}

#[tokio::test]
async fn a_text_that_cannot_be_read_is_not_taken_for_an_ordinary_one() {
    let running = Running::told([("bir", unread(false)), ("iki", unread(true))]).await;
    let (_, quiet) = answer(running.draft(&json!({ "text": "bir" }))).await;
    assert_eq!(quiet["words"], json!([Words::default().unread]));
    assert_eq!(quiet["resources"].as_array().unwrap().len(), 1);
    let (_, found) = answer(running.draft(&json!({ "text": "iki" }))).await;
    assert_eq!(found["words"], json!([Words::default().urgent]));
}

#[tokio::test]
async fn the_authors_language_and_country_choose_words_and_at_most_three_resources() {
    let resource = |name: &str, countries: &[&str]| Resource {
        name: name.to_owned(),
        contact: "a number".to_owned(),
        url: String::new(),
        countries: countries.iter().map(|code| (*code).to_owned()).collect(),
        languages: Vec::new(),
    };
    let mut config = ScoringConfig::default();
    let german = Words {
        soon: "Danke, dass du das schreibst.".to_owned(),
        ..Words::default()
    };
    config.translations.insert("de".to_owned(), german);
    config.resources = ["one", "two", "three", "four"]
        .map(|name| resource(name, &["AT"]))
        .into_iter()
        .chain([resource("elsewhere", &["GB"]), resource("anywhere", &[])])
        .collect();
    let scorer = Told::with([("müde", at_level(CrisisLevel::Soon))]);
    let running = Running::start(scorer, config).await;
    let names = |answer: &Value| -> Vec<String> {
        let offered = answer["resources"].as_array().unwrap().iter();
        offered
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let asked = json!({ "text": "müde", "lang": "de-AT" });
    let (_, austria) = answer(running.draft(&asked)).await;
    assert_eq!(austria["words"], json!(["Danke, dass du das schreibst."]));
    assert_eq!(austria["language"], json!("de"));
    assert_eq!(names(&austria), ["one", "two", "three"]);
    let asked = json!({ "text": "müde", "lang": "en-GB" });
    let (_, britain) = answer(running.draft(&asked)).await;
    assert_eq!(names(&britain), ["elsewhere", "anywhere"]);
    let (_, unknown) = answer(running.draft(&json!({ "text": "müde" }))).await;
    assert_eq!(names(&unknown), ["anywhere"]);
}

#[tokio::test]
async fn an_answer_holds_no_level_no_score_and_no_word_of_the_draft() {
    let running = Running::told([("xyzzy", at_level(CrisisLevel::Urgent))]).await;
    let response = running.draft(&json!({ "text": "xyzzy" })).send().await;
    let response = response.unwrap();
    assert_eq!(response.headers()["cache-control"], "no-store");
    let text = response.text().await.unwrap();
    for word in ["xyzzy", "crisis", "score", "level", "harassment", "stigma"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[tokio::test]
async fn a_refusal_is_a_problem_that_says_what_to_do_and_repeats_nothing() {
    let running = Running::told([]).await;
    let sent = [
        (
            running.post("/v1/assess-draft", &json!({ "text": "xyzzy" })),
            401,
        ),
        (
            running
                .post("/v1/assess-draft", &json!({ "text": "xyzzy" }))
                .bearer_auth("hf_another"),
            401,
        ),
        (running.draft(&json!({ "text": ["xyzzy"] })), 400),
        (running.draft(&json!({ "body": "xyzzy" })), 400),
        (running.draft(&json!({ "text": "xyzzy ".repeat(200) })), 413),
        (
            running.draft(&json!({ "text": "hi", "context": "xyzzy ".repeat(200) })),
            413,
        ),
        (
            running.draft(&json!({ "text": "xyzzy ".repeat(2000) })),
            413,
        ),
    ];
    for (request, expected) in sent {
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), expected);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        let text = response.text().await.unwrap();
        assert!(text.contains("urn:holdfast:problem:"), "{text}");
        assert!(!text.contains("xyzzy"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_bound_the_answer_is_429_and_when_there_is_room_again_it_is_200() {
    let scorer = Told::with([]);
    scorer.hold(true);
    let config = ScoringConfig {
        max_running: 1,
        max_waiting: 1,
        max_wait_ms: 10_000,
        ..ScoringConfig::default()
    };
    let running = Running::start(scorer.clone(), config).await;
    let body = json!({ "text": "what a day" });
    let first = tokio::spawn(running.draft(&body).send());
    while scorer.seen.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    // One is judged and one waits; whoever comes besides is sent away at once.
    let mut others: FuturesUnordered<_> = (0..4).map(|_| running.draft(&body).send()).collect();
    for _ in 0..3 {
        let response = others.next().await.unwrap().unwrap();
        assert_eq!(response.status().as_u16(), 429);
        assert_eq!(response.headers()["retry-after"], "1");
    }
    scorer.hold(false);
    for response in [first.await.unwrap(), others.next().await.unwrap()] {
        assert_eq!(response.unwrap().status().as_u16(), 200);
    }
    let (status, _) = answer(running.draft(&body)).await;
    assert_eq!(status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_too_long_for_a_turn_or_an_answer_is_told_so() {
    let scorer = Told::with([]);
    scorer.hold(true);
    let config = ScoringConfig {
        max_running: 1,
        max_waiting: 4,
        max_wait_ms: 20,
        timeout_ms: 300,
        ..ScoringConfig::default()
    };
    let running = Running::start(scorer.clone(), config).await;
    let body = json!({ "text": "what a day" });
    let first = tokio::spawn(running.draft(&body).send());
    while scorer.seen.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let (status, problem) = answer(running.draft(&body)).await;
    assert_eq!((status, &problem["title"]), (429, &json!("Busy")));
    assert_eq!(first.await.unwrap().unwrap().status().as_u16(), 503);
    scorer.hold(false);
}

#[tokio::test]
async fn a_refused_request_is_read_to_its_end_so_that_its_connection_serves_the_next_one() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let running = Running::told([]).await;
    let host = running.address.trim_start_matches("http://");
    let mut connection = tokio::net::TcpStream::connect(host).await.unwrap();
    for _ in 0..2 {
        let head =
            format!("POST /v1/assess-draft HTTP/1.1\r\nHost: {host}\r\nContent-Length: 12\r\n\r\n");
        connection.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        connection.write_all(b"{\"text\":\"a\"}").await.unwrap();
        let mut answer = [0; 1024];
        let read = connection.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 401"));
    }
}

#[tokio::test]
async fn what_is_switched_off_does_not_answer() {
    let config = ScoringConfig {
        draft: false,
        perspective: false,
        ..ScoringConfig::default()
    };
    let running = Running::start(Told::with([]), config).await;
    for request in [running.draft(&json!({})), running.comment(&json!({}))] {
        assert_eq!(request.send().await.unwrap().status().as_u16(), 404);
    }
}
