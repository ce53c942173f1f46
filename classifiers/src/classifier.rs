//! The port of everything that scores text.

use holdfast_domain::{Signal, SignalKind};

use crate::JudgedText;
use crate::error::ClassifierError;

/// Scores texts on some signals. Plain computing: no input or output, no waiting, no clock; the
/// [`Panel`](crate::Panel) gives it a thread and a time limit.
///
/// `docs/adding-a-classifier.md` shows how to add one.
pub trait Classifier: Send + Sync {
    /// Its name in signals, metrics and settings, e.g. `lexicon`. Never changes between versions.
    fn name(&self) -> &str;

    /// Its version: a number or the digest of its data. Changes whenever an answer may.
    fn version(&self) -> &str;

    /// The signals that it answers, each once.
    fn signals(&self) -> &[SignalKind];

    /// Answers for each text of the batch, in order, with exactly one signal for each of
    /// [`signals`](Self::signals). A text that it cannot judge gets
    /// [`Unavailable`](holdfast_domain::signal::Unavailable), never a zero; an error speaks for the
    /// whole batch.
    fn judge(&self, batch: &[JudgedText]) -> Result<Vec<Vec<Signal>>, ClassifierError>;
}
