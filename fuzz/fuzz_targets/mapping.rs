//! A field mapping (TOML), a line `----`, and a record (JSON) to read through it. A mapping compiles or is refused with
//! a reason; no record makes it panic, and none of its words appears in a refusal. Without the line all is the record,
//! for the mapping of a forum bridge.

#![no_main]

use std::sync::LazyLock;

use holdfast_fuzz::intake::{decoder, must_hold, transport};
use holdfast_ingest::decode::mapping::{Mapping, MappingConfig};
use libfuzzer_sys::fuzz_target;

static FORUM_BRIDGE: LazyLock<Mapping> = LazyLock::new(|| {
    let written = include_str!("../../ingest/src/decode/mapping/discourse.toml");
    compiled(written).expect("the mapping of the forum bridge is right")
});

fuzz_target!(|input: &str| {
    let (mapping, record) = match input.split_once("\n----\n") {
        Some((written, record)) => (compiled(written), record),
        None => (Some(FORUM_BRIDGE.clone()), input),
    };
    if let Some(mapping) = mapping {
        let received = decoder()
            .with_mapping(mapping)
            .json(transport(), record.as_bytes());
        must_hold(&received, record.as_bytes());
    }
});

fn compiled(written: &str) -> Option<Mapping> {
    let config: MappingConfig = toml::from_str(written).ok()?;
    match Mapping::compile(&config) {
        Ok(mapping) => Some(mapping),
        Err(refusal) => {
            assert!(!refusal.to_string().is_empty(), "refused without a word");
            None
        }
    }
}
