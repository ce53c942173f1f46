//! Through the assessor that judges posts: lexicons, the shipped linear tier, default policies.

use serde_json::json;

use super::*;
use crate::assessor::Assessor;
use crate::config::Config;

async fn running() -> Running {
    let mut config = Config::default();
    // Its size would make the test wait; tools/checks/perspective-client asks the whole of it.
    config.classifiers.encoder = "off".to_owned();
    let now = holdfast_domain::testing::T0;
    let assessor = Assessor::assemble(&config, &Registry::new(), now).unwrap();
    Running::start(Arc::new(assessor), config.scoring).await
}

#[tokio::test]
async fn a_threat_scores_above_thanks_and_a_goodbye_is_met_with_kind_words() {
    let running = running().await;
    let asking = |text: &str| {
        json!({
            "comment": { "text": text },
            "languages": ["en"],
            "requestedAttributes": { "TOXICITY": {}, "THREAT": {}, "INSULT": {} },
        })
    };
    let score = |answer: &Value, name: &str| {
        answer["attributeScores"][name]["summaryScore"]["value"]
            .as_f64()
            .unwrap()
    };
    let (_, cruel) = answer(running.comment(&asking(
        "nobody likes you, go kill yourself you worthless idiot",
    )))
    .await;
    let (_, kind) = answer(running.comment(&asking(
        "thank you all for listening to me yesterday, it helped",
    )))
    .await;
    for name in ["TOXICITY", "THREAT"] {
        assert!(
            score(&cruel, name) > score(&kind, name) + 0.2,
            "{name}: {cruel} {kind}"
        );
    }
    let goodbye = "i have taken all of the pills, this is my goodbye to everyone here";
    let (status, told) = answer(running.draft(&json!({ "text": goodbye }))).await;
    assert_eq!(status, 200);
    assert_eq!(told["pause_suggested"], json!(false));
    assert_eq!(told["words"].as_array().unwrap().len(), 1);
    assert!(!told["resources"].as_array().unwrap().is_empty());
    let (_, thanks) = answer(running.draft(&json!({
        "text": "thank you all for listening to me yesterday, it helped",
    })))
    .await;
    assert_eq!(thanks["words"], json!([]));
}
