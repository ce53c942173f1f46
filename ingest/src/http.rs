//! `POST /v1/events`: the CloudEvents HTTP protocol binding.
//!
//! A request is answered with 2xx only after its events are in the log, and an event sent again is
//! answered like the first time. What cannot be read is kept as a dead letter, since it may be a cry for
//! help, and answered with 422 and the reason. Requests beyond the bound get 429 and come again; nothing
//! is queued that is not answered.

mod answer;
mod auth;
mod problem;
mod route;

pub use auth::{AuthUnavailable, Integrator, IntegratorAuth, StaticTokens};
pub use route::{HttpIntake, router};
