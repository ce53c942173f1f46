//! PRESENTS: the queue, its API and its console.
//!
//! Cases are projected into rows that can be ordered by urgency ([`projection`]); people read them and
//! give commands ([`service`]), over the API ([`api`]) or the console ([`web`]). A command loads the
//! case's events, lets the domain decide, and appends; nothing here decides about a case by itself,
//! and no decision rests on a projection. Who may see and do what is asked in [`access`] alone.
//!
//! Sending what was decided is the relay's business, judging posts the pipeline's.
//!
//! To add a command: its decision in `holdfast_domain::case`, a method in `service/`, an operation in
//! `api/`, a form in `web/`.

pub mod access;
pub mod api;
pub mod auth;
pub mod config;
pub mod error;
pub mod metrics;
pub mod news;
pub mod projection;
pub mod service;
pub mod state;
pub mod testing;
pub mod timers;
pub mod view;
pub mod web;

pub use access::Access;
pub use api::{openapi, router};
pub use auth::Auth;
pub use config::ReviewConfig;
pub use error::{FieldError, ReviewError};
pub use metrics::ReviewMetrics;
pub use news::News;
pub use projection::QueueProjection;
pub use service::{Parts, ReviewService};
pub use state::ReviewState;
pub use timers::Timers;
