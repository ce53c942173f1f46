//! PostgreSQL keeps the promises, with two instances on one database.

mod support;

use std::sync::Arc;

use holdfast_event_store::Store;
use holdfast_event_store::conformance::Fixture;

async fn fixture(promise: &str) -> Fixture {
    let config = support::postgres(promise).await;
    let clock = Fixture::clock();
    let (store, other) = tokio::join!(
        Store::connect(&config, clock.clone()),
        Store::connect(&config, clock.clone()),
    );
    Fixture::new(Arc::new(store.unwrap()), Arc::new(other.unwrap()), clock)
}

holdfast_event_store::conformance_suite!(fixture);
