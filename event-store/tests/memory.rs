//! The store in memory keeps the promises.

use std::sync::Arc;

use holdfast_event_store::MemoryStore;
use holdfast_event_store::conformance::Fixture;

fn fixture(_promise: &str) -> std::future::Ready<Fixture> {
    let clock = Fixture::clock();
    let store = Arc::new(MemoryStore::new(clock.clone()));
    std::future::ready(Fixture::new(store.clone(), store, clock))
}

holdfast_event_store::conformance_suite!(fixture);
