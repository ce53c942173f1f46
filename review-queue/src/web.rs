//! The console: pages made on the server, that work without a script and better with one.

pub mod assets;
pub mod highlight;
pub mod pages;
pub mod present;
#[cfg(test)]
mod palette;
pub mod shell;
pub mod words;
