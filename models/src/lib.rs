//! LEARN: text to numbers to scores; the corpus and its reader.
//!
//! A model knows text and numbers; what a post, a case or a rule is, it leaves to the other crates, and
//! so is undoing disguise: every text that comes here is normalised already.
//!
//! [`reader`] reads texts with the [`encoder`], [`linear`] with hashed words. Both come from an
//! [`artifact`]: released weights with the digest of every file. [`corpus`] reads the rows that they learned
//! from (files in `corpus/`, labels in `corpus/CODEBOOK.md`); `training/` teaches them.
//!
//! With the cargo feature `rust-bert` the same weights can be read by a second implementation, `rust_bert`
//! on libtorch: slower, but nothing of its arithmetic is ours.
//!
//! To add rows: `corpus/WRITING.md`. Rows that differ in one thing stay in one file, so that training
//! and development never share a pair. To release weights: `./dev train`, then `training/README.md`.

pub mod artifact;
pub mod corpus;
pub mod encoder;
pub mod error;
pub mod linear;
pub mod reader;
#[cfg(feature = "rust-bert")]
pub mod rust_bert;
pub mod tokeniser;

mod kernels;
mod mapped;
mod weights;

pub use artifact::Artifact;
pub use error::ModelError;
pub use linear::Linear;
pub use reader::{Reader, Reading, Scores};
