//! SCORE: posts to signals.
//!
//! A [`JudgedText`] is a post's text, normalised ([`normalise`](mod@normalise)), with what it must be read beside: in
//! chats the author's lines just before, in replies the parent. A [`Panel`] hands batches of them to
//! [`Classifier`]s on other threads and within a time budget. Every answer is a
//! [`Signal`](holdfast_domain::Signal) whose evidence points into the original text.
//!
//! What it promises: a classifier that is late, fails or panics yields `Unavailable` with the reason,
//! never a zero, and does not hold up later batches; evidence lies on character boundaries of the
//! message it names; no text reaches a log, an error or a panic message.
//!
//! What it leaves to others: fetching parents and preceding messages (the pipeline), deciding what a
//! signal means (the rules), measuring time (the caller), learning (`holdfast-models`).
//!
//! To add a phrase: an entry in `lexicons/`, see [`lexicon`]. To add a classifier: implement
//! [`Classifier`] and put it on a panel where the panels are built; `docs/adding-a-classifier.md` goes
//! through it.

mod cascade;
mod classifier;
pub mod config;
mod encoder;
pub mod error;
mod judged;
pub mod language;
pub mod lexicon;
mod lexicon_classifier;
mod linear;
pub mod metrics;
pub mod normalise;
mod panel;
mod scoring;

pub use cascade::Cascade;
pub use classifier::Classifier;
pub use config::ClassifiersConfig;
pub use encoder::EncoderClassifier;
pub use error::{ClassifierError, LexiconError};
pub use judged::JudgedText;
pub use lexicon::LexiconSet;
pub use lexicon_classifier::LexiconClassifier;
pub use linear::LinearClassifier;
pub use metrics::{ClassifierMetrics, ServiceRole};
pub use normalise::{TextNormaliser, normalise};
pub use panel::{BlockingThreads, Panel, Workers, judge_safely};
