//! The console: pages made on the server, that work without a script and better with one.

pub mod assets;
pub mod fields;
pub mod highlight;
pub mod house;
pub mod pages;
pub mod present;
pub mod respond;
pub mod security;
#[cfg(test)]
mod palette;
pub mod shell;
pub mod words;
