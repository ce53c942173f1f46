//! The store in memory keeps the promises.

use std::sync::Arc;

use holdfast_event_store::MemoryStore;
use holdfast_event_store::conformance::Fixture;

async fn fixture(_promise: &str) -> Fixture {
    let clock = Fixture::clock();
    let store = Arc::new(MemoryStore::new(clock.clone()));
    Fixture::new(store.clone(), store, clock)
}

holdfast_event_store::conformance_suite!(fixture);
