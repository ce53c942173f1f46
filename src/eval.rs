//! Judges labelled texts as the shipped pipeline would and says how often it is right.
//!
//! Promises: sources are never pooled (each has its own figures, then there is the mean over them); a label counts
//! only for the thresholds that it supports; every figure carries a 95 % bootstrap interval that comes out the same on
//! every run; nothing here shows a text. What the figures should be is said in [`gates`].
//!
//! The way of a row: [`rows`] reads it, [`judged`] asks the pipeline, [`report`] groups, [`bootstrap`] draws,
//! [`measures`] counts; [`table`] and [`page`] show. To add a measure: a variant of [`measures::Measure`] with its
//! name, its arithmetic and the rows it rests on, and a test with numbers worked out by hand.

pub mod bootstrap;
pub mod cascade;
pub mod fairness;
pub mod gates;
pub mod judged;
pub mod measures;
pub mod page;
mod pairs;
pub mod report;
pub mod rows;
pub mod table;

#[cfg(test)]
mod tests;

pub use judged::{Judged, judge};
pub use report::Report;
pub use rows::{Labelled, read};
