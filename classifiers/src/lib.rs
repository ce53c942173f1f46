//! SCORE: posts to signals.

pub mod error;
pub mod lexicon;
pub mod normalise;
