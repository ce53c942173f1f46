//! The Perspective API's request, answer and errors.

use serde_json::json;

use super::*;

fn asking(text: &str, attributes: &[&str]) -> Value {
    let attributes: serde_json::Map<_, _> = attributes
        .iter()
        .map(|name| ((*name).to_owned(), json!({})))
        .collect();
    json!({ "comment": { "text": text }, "requestedAttributes": attributes })
}

/// The request with more in it.
fn and(mut request: Value, more: &Value) -> Value {
    let fields = more.as_object().unwrap().clone();
    request.as_object_mut().unwrap().extend(fields);
    request
}

#[tokio::test]
async fn a_comment_is_answered_with_the_attributes_asked_for() {
    let reading = attacking(0.9, &[("insult_direct", 0.6)]);
    let running = Running::told([("you fool", reading)]).await;
    let request = and(
        asking("you fool", &["TOXICITY", "INSULT", "THREAT"]),
        &json!({
            "languages": ["en"], "doNotStore": true, "clientToken": "t-1", "sessionId": "s",
            "communityId": "c", "somethingNew": { "a": 1 },
        }),
    );
    let (status, answer) = answer(running.comment(&request)).await;
    let scores = |value: f64| {
        let score = json!({ "value": value, "type": "PROBABILITY" });
        json!({ "spanScores": [{ "begin": 0, "end": 8, "score": score }], "summaryScore": score })
    };
    assert_eq!(status, 200);
    assert_eq!(
        answer,
        json!({
            "attributeScores": { "INSULT": scores(0.6), "THREAT": scores(0.09), "TOXICITY": scores(0.9) },
            "languages": ["en"],
            "detectedLanguages": ["en"],
            "clientToken": "t-1",
        })
    );
}

#[tokio::test]
async fn spans_are_sentences_counted_in_utf_16_each_with_its_own_score() {
    let running = Running::told([
        ("😀 Hi. You fool!", attacking(0.8, &[])),
        ("You fool!", attacking(0.95, &[])),
    ])
    .await;
    let request = and(
        asking("😀 Hi. You fool!", &["TOXICITY"]),
        &json!({ "spanAnnotations": true }),
    );
    let (_, answer) = answer(running.comment(&request)).await;
    let toxicity = &answer["attributeScores"]["TOXICITY"];
    assert_eq!(toxicity["summaryScore"]["value"], json!(0.8));
    let span = |begin: u32, end: u32, value: f64| json!({ "begin": begin, "end": end, "score": { "value": value, "type": "PROBABILITY" } });
    assert_eq!(
        toxicity["spanScores"],
        json!([span(0, 6, 0.02), span(7, 16, 0.95)])
    );
}

#[tokio::test]
async fn a_score_below_the_threshold_is_left_out() {
    let running = Running::told([("you fool", attacking(0.6, &[]))]).await;
    let request = json!({
        "comment": { "text": "you fool", "type": "PLAIN_TEXT" },
        "requested_attributes": {
            "TOXICITY": { "scoreThreshold": 0.5, "scoreType": "PROBABILITY" },
            "THREAT": { "score_threshold": 0.5 },
        },
    });
    let (_, answer) = answer(running.comment(&request)).await;
    let scores = answer["attributeScores"].as_object().unwrap();
    assert_eq!(scores.keys().collect::<Vec<_>>(), ["TOXICITY"]);
}

#[tokio::test]
async fn the_parent_comment_is_read_beside_the_comment() {
    let scorer = Told::with([]);
    let running = Running::start(scorer.clone(), ScoringConfig::default()).await;
    let entry = |text: &str| json!({ "text": text });
    for context in [
        json!({ "articleAndParentComment": { "article": entry("long"), "parentComment": entry("parent") } }),
        json!({ "entries": [entry("first"), entry("parent")] }),
    ] {
        let request = and(
            asking("and you", &["TOXICITY"]),
            &json!({ "context": context }),
        );
        assert_eq!(answer(running.comment(&request)).await.0, 200);
        let draft = scorer.seen.lock().unwrap().pop().unwrap();
        assert_eq!(draft.context.unwrap().reveal(), "parent");
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_answered_is_refused_in_that_services_words() {
    let running = Running::told([]).await;
    let fine = || asking("xyzzy", &["TOXICITY"]);
    let cases = [
        (
            asking("xyzzy", &["TOXICITY", "PROFANITY"]),
            "Unknown requested attribute: PROFANITY",
            "INVALID_REQUEST",
        ),
        (
            asking(" ", &["TOXICITY"]),
            "Comment must be non-empty.",
            "COMMENT_EMPTY",
        ),
        (
            asking("xyzzy", &[]),
            "Missing requested_attributes",
            "NO_REQUESTED_ATTRIBUTES",
        ),
        (
            asking(&"xyzzy ".repeat(200), &["TOXICITY"]),
            "Comment text too long.",
            "COMMENT_TOO_LONG",
        ),
        (
            json!({ "comment": { "text": "xyzzy", "type": "HTML" }, "requestedAttributes": { "TOXICITY": {} } }),
            "Currently, only 'PLAIN_TEXT' comments are supported",
            "INVALID_REQUEST",
        ),
        (
            json!({ "comment": { "text": "xyzzy" }, "requestedAttributes": { "TOXICITY": { "scoreType": "PERCENTILE" } } }),
            "Requested score type is not supported by attribute TOXICITY",
            "INVALID_REQUEST",
        ),
        (
            and(fine(), &json!({ "languages": ["en", "de-AT"] })),
            "Attribute TOXICITY does not support request languages: en, de",
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        ),
        (
            json!({ "comment": "xyzzy" }),
            "The body is not the expected JSON, as seen at line 1, column 18",
            "INVALID_REQUEST",
        ),
    ];
    for (request, message, error_type) in cases {
        let (status, answer) = answer(running.comment(&request)).await;
        let error = &answer["error"];
        assert_eq!(status, 400, "{message}");
        assert_eq!(error["code"], json!(400));
        assert_eq!(error["status"], json!("INVALID_ARGUMENT"));
        assert_eq!(error["message"], json!(message));
        assert_eq!(error["details"][0]["errorType"], json!(error_type));
        assert!(!answer.to_string().contains("xyzzy"));
    }
}

#[tokio::test]
async fn a_language_that_is_not_covered_is_refused_or_dropped_and_never_scored_as_harmless() {
    let german = Reading {
        attack: Attack::LanguageNotCovered,
        language: Guess::Known("de"),
        ..nothing()
    };
    let silent = Reading {
        attack: Attack::Unavailable,
        ..nothing()
    };
    let unsure = Reading {
        language: Guess::Undetermined,
        ..attacking(0.7, &[])
    };
    let running = Running::told([
        ("guten Morgen", german),
        ("nobody answers", silent),
        ("fool", unsure),
    ])
    .await;
    let morning = || asking("guten Morgen", &["TOXICITY"]);
    let (status, refused) = answer(running.comment(&morning())).await;
    assert_eq!(status, 400);
    assert_eq!(
        refused["error"]["details"][0]["languageNotSupportedByAttributeError"],
        json!({ "attribute": "TOXICITY", "detectedLanguages": ["de"] })
    );
    let claimed = and(morning(), &json!({ "languages": ["en"] }));
    let (status, still) = answer(running.comment(&claimed)).await;
    assert_eq!((status, still), (400, refused));
    let asked = and(morning(), &json!({ "languages": ["de"] }));
    for request in [morning(), claimed, asked] {
        let lenient = and(request, &json!({ "dropUnsupportedAttributes": true }));
        let (status, dropped) = answer(running.comment(&lenient)).await;
        assert_eq!((status, &dropped["attributeScores"]), (200, &json!({})));
    }
    let (status, unavailable) =
        answer(running.comment(&asking("nobody answers", &["TOXICITY"]))).await;
    assert_eq!(
        (status, &unavailable["error"]["status"]),
        (503, &json!("UNAVAILABLE"))
    );
    let (status, short) = answer(running.comment(&asking("fool", &["TOXICITY"]))).await;
    assert_eq!((status, &short["languages"]), (200, &json!(["en"])));
}

#[tokio::test]
async fn a_key_comes_in_the_address_or_in_a_header() {
    let running = Running::told([]).await;
    let request = asking("what a day", &["TOXICITY"]);
    let path = "/v1alpha1/comments:analyze";
    let bare = || running.post(path, &request);
    assert_eq!(answer(running.comment(&request)).await.0, 200);
    assert_eq!(answer(bare().bearer_auth(KEY)).await.0, 200);
    assert_eq!(answer(bare().header("X-Goog-Api-Key", KEY)).await.0, 200);
    let (status, none) = answer(bare()).await;
    assert_eq!(
        (status, &none["error"]["status"]),
        (403, &json!("PERMISSION_DENIED"))
    );
    let wrong = running.post(&format!("{path}?alt=json&key=hf_wrong"), &request);
    let (status, wrong) = answer(wrong).await;
    assert_eq!(status, 400);
    assert_eq!(
        wrong["error"]["details"][0]["reason"],
        json!("API_KEY_INVALID")
    );
    assert!(!wrong.to_string().contains("hf_wrong"));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_capacity_the_answer_is_429_with_retry_after() {
    let scorer = Told::with([]);
    scorer.hold(true);
    let config = ScoringConfig {
        max_running: 1,
        max_waiting: 0,
        ..ScoringConfig::default()
    };
    let running = Running::start(scorer.clone(), config).await;
    let request = asking("what a day", &["TOXICITY"]);
    let first = tokio::spawn(running.comment(&request).send());
    while scorer.seen.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let response = running.comment(&request).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 429);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(
        json(response).await["error"]["status"],
        json!("RESOURCE_EXHAUSTED")
    );
    scorer.hold(false);
    assert_eq!(first.await.unwrap().unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn the_description_for_generated_clients_names_the_address_it_was_asked_at() {
    let running = Running::told([]).await;
    let url = format!("{}/$discovery/rest?version=v1alpha1", running.address);
    let document = json(running.client.get(url).send().await.unwrap()).await;
    assert_eq!(document["rootUrl"], json!(format!("{}/", running.address)));
    assert_eq!(
        document["resources"]["comments"]["methods"]["analyze"]["path"],
        json!("v1alpha1/comments:analyze")
    );
}
