//! The console: pages made on the server, that work without a script and better with one.
//!
//! [`routes`] says which address does what; [`pages`] hold what each page shows; [`present`] turns the
//! service's views into pages; [`words`] holds every sentence that is said more than once. The console
//! decides nothing: it asks the service, which asks the domain.
//!
//! To add a page: see [`pages`]. To add a form: its template, its route, its handler in `routes/`.

pub mod assets;
pub mod console;
pub mod fields;
pub mod highlight;
pub mod house;
pub mod pages;
#[cfg(test)]
mod palette;
pub mod present;
pub mod respond;
pub mod routes;
pub mod security;
mod session;
pub mod shell;
pub mod words;

pub use console::{Console, ConsoleTexts};
pub use house::{House, HouseState, Observing, QuietHouse};
pub use routes::router;

/// Bytes as lowercase hex.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
