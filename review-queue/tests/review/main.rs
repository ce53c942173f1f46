//! The review queue as its users meet it: through the API, on the store in memory.

mod access;
mod claiming;
mod commands;
mod deciding;
mod helping;
mod opening;
mod projecting;
mod reading;
mod signing_in;
mod streaming;
mod timing;
mod tokens;
