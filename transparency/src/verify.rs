//! Rows in, report out: what of a log is still as it was signed.
//!
//! [`Verifier`] takes the rows in the order of the log, one at a time and in little memory, and holds
//! each against the one before (the chain), against its own leaves and texts, and, where a checkpoint
//! ends, against the signed root.
//!
//! How exactly a change is placed depends on how far it was covered up. A row changed alone shows at
//! its own position. Whoever changes a row and computes all later hashes anew leaves nothing behind
//! inside the log: that shows as a range, between the last checkpoint that still holds and the first
//! that does not. The more checkpoints were kept, the narrower the range.

mod finding;
mod rows;
mod words;

pub use finding::{Fault, Finding, Report, Verdict};
pub use rows::Verifier;
