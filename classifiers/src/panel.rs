//! Asks all classifiers at once, and does not wait for ever.
//!
//! A classifier that is late, fails, panics or answers out of shape yields `Unavailable` with the
//! reason for each of its signals, while the others' answers stand. Its thread may hang on: it keeps
//! one of the classifier's places ([`PanelConfig::most_running`]) until it returns, so hung threads
//! are bounded and later batches go on with the places that are left.

mod quiet;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::signal::Unavailable;
use holdfast_domain::{Signal, SignalKind};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout_at};
use tracing::{error, warn};

use crate::config::PanelConfig;
use crate::error::ClassifierError;
use crate::metrics::ClassifierMetrics;
use crate::{Classifier, JudgedText};

/// Where computing runs, away from the async threads.
pub trait Workers: Send + Sync {
    /// Runs `work` on some other thread, soon.
    fn start(&self, work: Box<dyn FnOnce() + Send>);
}

/// The runtime's own threads for blocking work.
#[derive(Debug, Clone, Copy, Default)]
pub struct BlockingThreads;

impl Workers for BlockingThreads {
    fn start(&self, work: Box<dyn FnOnce() + Send>) {
        drop(tokio::task::spawn_blocking(work));
    }
}

/// Classifiers that judge the same texts.
pub struct Panel {
    members: Vec<Member>,
    budget: Duration,
    workers: Arc<dyn Workers>,
    metrics: Option<ClassifierMetrics>,
}

struct Member {
    classifier: Arc<dyn Classifier>,
    places: Arc<Semaphore>,
}

type Answers = Result<Vec<Vec<Signal>>, Unavailable>;

impl Panel {
    /// A panel of `classifiers`, run on `workers`.
    pub fn new(
        classifiers: Vec<Arc<dyn Classifier>>,
        config: PanelConfig,
        workers: Arc<dyn Workers>,
    ) -> Self {
        quiet::install();
        let places = usize::from(config.most_running.max(1));
        let member = |classifier| Member {
            classifier,
            places: Arc::new(Semaphore::new(places)),
        };
        Self {
            members: classifiers.into_iter().map(member).collect(),
            budget: Duration::from_millis(config.budget_ms),
            workers,
            metrics: None,
        }
    }

    /// Counts silences there.
    #[must_use]
    pub fn with_metrics(mut self, metrics: ClassifierMetrics) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Each classifier's version, by name: part of an assessment's recorded inputs.
    pub fn versions(&self) -> BTreeMap<String, String> {
        let classifiers = self.members.iter().map(|member| &member.classifier);
        classifiers
            .map(|one| (one.name().to_owned(), one.version().to_owned()))
            .collect()
    }

    /// Every classifier's signals for each text, in the batch's order. Takes the budget at most.
    pub async fn judge(&self, batch: Arc<[JudgedText]>) -> Vec<Vec<Signal>> {
        if batch.is_empty() {
            return Vec::new();
        }
        let deadline = Instant::now() + self.budget;
        let asked = self
            .members
            .iter()
            .map(|member| member.ask(&batch, deadline, &*self.workers));
        let answers = futures::future::join_all(asked).await;
        let mut judged: Vec<Vec<Signal>> = batch.iter().map(|_| Vec::new()).collect();
        for (member, answer) in self.members.iter().zip(answers) {
            let signals = answer.unwrap_or_else(|why| self.silence(member, why, batch.len()));
            for (all, mine) in judged.iter_mut().zip(signals) {
                all.extend(mine);
            }
        }
        judged
    }

    /// Judges on the calling thread, without a time limit: for replays and the console.
    pub fn judge_here(&self, batch: &[JudgedText]) -> Vec<Vec<Signal>> {
        let mut judged: Vec<Vec<Signal>> = batch.iter().map(|_| Vec::new()).collect();
        for member in &self.members {
            let answer = judge_safely(&*member.classifier, batch);
            let signals = answer.unwrap_or_else(|why| self.silence(member, why, batch.len()));
            for (all, mine) in judged.iter_mut().zip(signals) {
                all.extend(mine);
            }
        }
        judged
    }

    fn silence(&self, member: &Member, why: Unavailable, texts: usize) -> Vec<Vec<Signal>> {
        let classifier = &*member.classifier;
        warn!(
            classifier = classifier.name(),
            reason = why.as_str(),
            texts,
            "classifier gave no answer for a batch"
        );
        if let Some(metrics) = &self.metrics {
            metrics
                .errors
                .with_label_values(&[classifier.name(), why.as_str()])
                .inc();
        }
        let signal = |kind: &SignalKind| {
            Signal::unavailable(*kind, classifier.name(), classifier.version(), why)
        };
        vec![classifier.signals().iter().map(signal).collect(); texts]
    }
}

impl Member {
    async fn ask(
        &self,
        batch: &Arc<[JudgedText]>,
        deadline: Instant,
        workers: &dyn Workers,
    ) -> Answers {
        let place = timeout_at(deadline, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else {
            return Err(Unavailable::Overloaded);
        };
        let (reply, answer) = oneshot::channel();
        let (classifier, batch) = (Arc::clone(&self.classifier), Arc::clone(batch));
        workers.start(Box::new(move || {
            let answers = judge_safely(&*classifier, &batch);
            drop(place);
            // Nobody listens any more when the answer is late.
            drop(reply.send(answers));
        }));
        match timeout_at(deadline, answer).await {
            Ok(Ok(answers)) => answers,
            Ok(Err(_)) => Err(Unavailable::Failed),
            Err(_) => Err(Unavailable::TimedOut),
        }
    }
}

/// Asks one classifier on the calling thread, without a time limit. Failures, panics and misshapen answers
/// become a reason, and nothing of a text reaches a panic message.
pub fn judge_safely(
    classifier: &dyn Classifier,
    batch: &[JudgedText],
) -> Result<Vec<Vec<Signal>>, Unavailable> {
    quiet::install();
    let judged = quiet::silently(|| catch_unwind(AssertUnwindSafe(|| classifier.judge(batch))));
    match judged {
        Ok(Ok(answers)) if is_well_shaped(classifier, batch, &answers) => Ok(answers),
        Ok(Ok(_)) => {
            error!(
                classifier = classifier.name(),
                "classifier answered out of shape"
            );
            Err(Unavailable::Failed)
        }
        Ok(Err(failure)) => {
            let failure: ClassifierError = failure;
            warn!(classifier = classifier.name(), error = %failure, "classifier failed");
            Err(Unavailable::Failed)
        }
        Err(_) => Err(Unavailable::Failed),
    }
}

fn is_well_shaped(
    classifier: &dyn Classifier,
    batch: &[JudgedText],
    answers: &[Vec<Signal>],
) -> bool {
    let wanted = classifier.signals();
    let complete = |signals: &Vec<Signal>| {
        signals.len() == wanted.len()
            && wanted
                .iter()
                .all(|kind| signals.iter().any(|signal| signal.kind == *kind))
    };
    answers.len() == batch.len() && answers.iter().all(complete)
}
