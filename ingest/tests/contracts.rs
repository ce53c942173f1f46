//! The contract as it is checked in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use holdfast_domain::intake::Origin;
use holdfast_domain::testing::T0;
use holdfast_domain::{PlatformId, TenantId};
use holdfast_ingest::contract::{EventType, contract_files, write_contracts};
use holdfast_ingest::decode::Transport;
use holdfast_ingest::{Decoder, IngestConfig};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts")
}

fn files_below(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                [path].into()
            }
        })
        .collect()
}

#[test]
fn the_checked_in_contract_is_what_the_types_say() {
    if env::var_os("UPDATE_CONTRACTS").is_some() {
        write_contracts(&folder()).unwrap();
    }
    let expected: BTreeSet<_> = contract_files().into_iter().map(|file| {
        let path = folder().join(&file.path);
        let present = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            present == file.content,
            "{} differs from the types; run `UPDATE_CONTRACTS=1 cargo test -p holdfast-ingest --test contracts`",
            path.display(),
        );
        path
    }).collect();
    assert_eq!(
        files_below(&folder()),
        expected,
        "a file here belongs to no message; delete it"
    );
}

#[test]
fn every_example_decodes() {
    let decoder = Decoder::new(
        &IngestConfig::default(),
        TenantId::default(),
        PlatformId::new("forum").unwrap(),
    );
    for kind in EventType::ALL {
        let bytes = fs::read(folder().join(format!("examples/{kind}.json"))).unwrap();
        let origin = Origin::File {
            name: kind.to_string(),
            line: 1,
        };
        let received = decoder.json(
            Transport {
                origin,
                key: None,
                time: None,
                received_at: T0,
            },
            &bytes,
        );
        if let Err(rejected) = received.content {
            panic!("{kind}: {}", rejected.message);
        }
    }
}
