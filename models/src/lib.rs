//! LEARN: text to numbers to scores; the corpus and its reader.
//!
//! A model knows text and numbers; what a post, a case or a rule is, it leaves to the other crates.
//! Today the crate holds the corpus ([`corpus`], files in `corpus/`, labels in `corpus/CODEBOOK.md`).
//!
//! To add rows: `corpus/WRITING.md`. Rows that differ in one thing stay in one file, so that training
//! and development never share a pair.

pub mod corpus;
