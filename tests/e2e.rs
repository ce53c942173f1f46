//! Holdfast as a whole, on real parts: Apache Kafka, SQLite and PostgreSQL, the real binary, and a
//! foreign client that reads what it sends.

#[path = "e2e/crash.rs"]
mod crash;
#[path = "e2e/dead_letters.rs"]
mod dead_letters;
#[path = "e2e/first_start.rs"]
mod first_start;
#[path = "e2e/floods.rs"]
mod floods;
#[path = "e2e/instances.rs"]
mod instances;
#[path = "e2e/paused.rs"]
mod paused;
#[path = "e2e/reckoning.rs"]
mod reckoning;
#[path = "e2e/resuming.rs"]
mod resuming;
#[path = "e2e/story.rs"]
mod story;
mod support;
#[path = "e2e/world.rs"]
mod world;
