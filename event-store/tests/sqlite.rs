//! SQLite keeps the promises, also with two processes' worth of connections on one file.

mod support;

use std::sync::Arc;

use holdfast_event_store::conformance::Fixture;
use holdfast_event_store::{Store, StoreConfig};
use support::Folder;

async fn fixture(promise: &str) -> Fixture {
    let folder = Folder::new("sqlite", promise);
    let config = StoreConfig {
        url: format!("sqlite:{}", folder.file("holdfast.db").display()),
        master_key_file: folder.file("master-key"),
        ..StoreConfig::default()
    };
    let clock = Fixture::clock();
    let store = Store::connect(&config, clock.clone()).await.unwrap();
    let other = Store::connect(&config, clock.clone()).await.unwrap();
    Fixture::new(Arc::new(store), Arc::new(other), clock)
}

holdfast_event_store::conformance_suite!(fixture);
