//! What operators rely on, seen from outside: the real binary with its receivers broken, its consumer
//! cut off, its disk failing.

#[path = "operations/canary.rs"]
mod canary;
#[path = "operations/disk.rs"]
mod disk;
#[path = "operations/house.rs"]
mod house;
#[path = "operations/models.rs"]
mod models;
#[path = "operations/paging.rs"]
mod paging;
#[path = "operations/receiver.rs"]
mod receiver;
#[path = "operations/resending.rs"]
mod resending;
mod support;
#[path = "operations/tracing.rs"]
mod tracing;
