//! EVALUATE: readable policies in, matches and a recommendation out, explained.
//!
//! A policy is a YAML file in `policies/<topic>/<name>.yaml` that a community manager can read,
//! change and test; `docs/writing-a-policy.md` leads there. Policies are read once, at start:
//! [`Ruleset::compile`] either compiles all of them or says everything that is wrong with each, by
//! file, line and column. [`Ruleset::evaluate`] is pure: the same facts give the same answer, in any
//! year and on any machine.
//!
//! This crate promises that
//! * what is not known is never taken for "no" ([`verdict`]);
//! * every match names its rule, version, reason and the words that it rests on;
//! * a policy that could break a safety invariant is refused before it is in force, with the
//!   invariant's name and reason;
//! * rules only raise a crisis level, and none of their steps happens here: they are recommended.
//!
//! It leaves to others: scoring text (classifiers), deciding and the budget of automation (domain),
//! and undoing disguise (the [`Normaliser`](holdfast_domain::Normaliser) that is handed in).
//!
//! To add a condition:
//! 1. a variant of `Leaf` in `condition.rs`, with its answer (unknown where its value may be missing),
//!    its evidence and its words for explanations (the compiler asks for each);
//! 2. its key in `read/condition.rs`, and in `schema.rs` for editors;
//! 3. whatever it makes possible to break, in `safety.rs`;
//! 4. `holdfast generate`, and a test in a policy that uses it.

pub mod builtin;
pub mod config;
pub mod error;
pub mod evaluate;
pub mod explain;
pub mod facts;
pub mod metrics;
pub mod plain;
pub mod report;
pub mod ruleset;
pub mod schema;
pub mod verdict;

mod attribution;
mod condition;
mod matcher;
mod policy;
mod read;
mod reader;
mod safety;
mod yaml;

pub use config::RulesConfig;
pub use error::{LoadError, Problem};
pub use evaluate::Evaluation;
pub use facts::{Facts, MessagePart};
pub use metrics::RuleMetrics;
pub use report::{Report, lint, test};
pub use ruleset::{RuleSummary, Ruleset, Source};
pub use verdict::Verdict;
