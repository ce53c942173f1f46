//! What `docs/connecting-a-platform.md` shows works as shown.

use holdfast_domain::intake::{Incoming, Origin, Received};
use holdfast_domain::testing::T0;
use holdfast_domain::{PlatformId, TenantId};
use holdfast_ingest::decode::Transport;
use holdfast_ingest::decode::mapping::Mapping;
use holdfast_ingest::{Decoder, IngestConfig};
use serde::Deserialize;

const PAGE: &str = include_str!("../../docs/connecting-a-platform.md");

fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    PAGE.split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect()
}

fn decode(decoder: &Decoder, json: &str) -> Received {
    let origin = Origin::File {
        name: "page".to_owned(),
        line: 1,
    };
    decoder.json(
        Transport {
            origin,
            key: None,
            time: None,
            received_at: T0,
        },
        json.as_bytes(),
    )
}

fn decoder() -> Decoder {
    Decoder::new(
        &IngestConfig::default(),
        TenantId::default(),
        PlatformId::new("forum").unwrap(),
    )
}

#[derive(Deserialize)]
struct Page {
    ingest: IngestConfig,
}

fn settings() -> Vec<IngestConfig> {
    blocks("toml")
        .into_iter()
        .map(|block| toml::from_str::<Page>(block).unwrap().ingest)
        .collect()
}

#[test]
fn the_settings_shown_are_settings() {
    let settings = settings();
    assert_eq!(settings.len(), 2);
    for config in &settings {
        assert_eq!(config.problems(), Vec::<String>::new());
    }
}

#[test]
fn the_events_shown_decode() {
    let blocks = blocks("json");
    let events: Vec<_> = blocks
        .iter()
        .filter(|block| block.contains("specversion"))
        .collect();
    assert_eq!(events.len(), 2);
    for event in events {
        if let Err(rejected) = decode(&decoder(), event).content {
            panic!("{}", rejected.message);
        }
    }
}

#[test]
fn the_mapping_shown_reads_the_record_shown() {
    let config = &settings()[0];
    let decoder = decoder().with_mapping(Mapping::compile(&config.mappings["forum"]).unwrap());
    let record = blocks("json")
        .into_iter()
        .find(|block| block.contains("post_created"))
        .unwrap();
    let Ok(Incoming::Post(post)) = decode(&decoder, record).content else {
        panic!("a post")
    };
    assert_eq!(post.text.reveal(), "Evening walk\n\nIt helped.");
    assert_eq!(post.author.pseudonym.reveal(), "48213");
}

#[test]
fn the_refusal_quoted_is_the_refusal_given() {
    let event = blocks("json")[0].replace("\"u-7\"", "7");
    let message = decode(&decoder(), &event).content.unwrap_err().message;
    assert!(PAGE.contains(&format!("`{message}`")), "{message}");
}
