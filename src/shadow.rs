//! A candidate model reads beside the one in service.
//!
//! It reads what the deep stage has read, after the live answer stands, on one thread of its own with the lowest
//! priority. Nothing waits for it: what finds it busy or is read too late is counted and forgotten. Its answers
//! go into figures and nowhere else; no decision, record or log holds them. A candidate that cannot be opened,
//! fails or hangs leaves everything else as it is.
//!
//! What it leaves to others: which version is watched (`in_service`), what the figures mean to an operator
//! (`docs/models-in-service.md`).

mod metrics;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use holdfast_classifiers::{Classifier, ClassifierMetrics, JudgedText, ServiceRole, judge_safely};
use holdfast_domain::{Signal, SignalKind, Stage};
use tokio::time::Instant;

use crate::assessor::{AssessRequest, Evaluator};
use crate::in_service::Model;
use crate::levels::Direction;

pub(crate) use metrics::ShadowMetrics;

/// Batches that may wait for a candidate.
const MOST_WAITING: usize = 8;

/// Posts that the deep stage has read.
pub(crate) struct ReadBatch {
    /// Texts of the batch, as they were read.
    pub(crate) texts: Arc<[JudgedText]>,
    /// Those that count: answered by everybody, and no synthetic ones.
    pub(crate) posts: Vec<ReadPost>,
}

/// A post that the deep stage has read.
pub(crate) struct ReadPost {
    /// Which of the texts is its own.
    pub(crate) text: usize,
    /// The post and what it was read beside.
    pub(crate) request: AssessRequest,
    /// What the classifiers in service said.
    pub(crate) signals: Vec<Signal>,
}

/// What a candidate is watched with.
#[derive(Clone)]
pub(crate) struct Watching {
    /// From signals to levels.
    pub(crate) evaluator: Arc<Evaluator>,
    /// Where its scores go.
    pub(crate) scores: ClassifierMetrics,
    /// What else is counted.
    pub(crate) metrics: ShadowMetrics,
    /// After so long a post is not read any more.
    pub(crate) budget: Duration,
}

/// A candidate at work.
pub(crate) struct Shadow {
    model: Model,
    waiting: SyncSender<(Arc<ReadBatch>, Instant)>,
    metrics: ShadowMetrics,
    budget: Duration,
}

impl Shadow {
    /// Starts the thread on which `open` gives the candidate, which then reads. Where it cannot be opened, the log says
    /// why and nothing is read.
    pub(crate) fn start<O>(model: Model, open: O, watching: Watching) -> std::io::Result<Self>
    where
        O: FnOnce() -> anyhow::Result<Arc<dyn Classifier>> + Send + 'static,
    {
        let (waiting, batches) = sync_channel(MOST_WAITING);
        let (metrics, budget) = (watching.metrics.clone(), watching.budget);
        let name = format!("shadow-{model}");
        let thread = std::thread::Builder::new().name(name);
        // Nobody joins it: a candidate that hangs must not keep the process from ending.
        thread.spawn(move || {
            step_back();
            match open() {
                Ok(candidate) => Reading::new(model, candidate, watching).all(&batches),
                Err(error) => tracing::error!(
                    %model,
                    "the model in shadow cannot be opened and reads nothing: {error:#}"
                ),
            }
        })?;
        Ok(Self {
            model,
            waiting,
            metrics,
            budget,
        })
    }

    /// Lets the candidate read a batch when it gets round to it. Never waits.
    pub(crate) fn offer(&self, batch: &Arc<ReadBatch>) {
        let deadline = Instant::now() + self.budget;
        let posts = batch.posts.len();
        if let Err(refused) = self.waiting.try_send((Arc::clone(batch), deadline)) {
            let result = match refused {
                std::sync::mpsc::TrySendError::Full(_) => metrics::LATE,
                std::sync::mpsc::TrySendError::Disconnected(_) => metrics::FAILED,
            };
            self.metrics.posts(self.model, result, posts);
        }
    }
}

/// Gives way to every other thread. Where the system has priorities for processes alone, it stays as it is.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 19) {
        tracing::warn!(%error, "the model in shadow reads with ordinary priority");
    }
}

/// The candidate's thread.
struct Reading {
    model: Model,
    candidate: Arc<dyn Classifier>,
    watching: Watching,
}

impl Reading {
    fn new(model: Model, candidate: Arc<dyn Classifier>, watching: Watching) -> Self {
        tracing::info!(%model, version = candidate.version(), "a model reads in shadow");
        watching.metrics.begin(model, candidate.version());
        Self {
            model,
            candidate,
            watching,
        }
    }

    fn all(&self, batches: &Receiver<(Arc<ReadBatch>, Instant)>) {
        for (batch, deadline) in batches {
            self.batch(&batch, deadline);
        }
    }

    /// One post at a time, so that little is lost when time is up.
    fn batch(&self, batch: &ReadBatch, deadline: Instant) {
        for (nth, post) in batch.posts.iter().enumerate() {
            let text = std::slice::from_ref(&batch.texts[post.text]);
            let answer = (Instant::now() < deadline).then(|| judge_safely(&*self.candidate, text));
            let result = match answer {
                Some(answer) if Instant::now() < deadline => answer,
                _ => {
                    let left = batch.posts.len() - nth;
                    self.watching.metrics.posts(self.model, metrics::LATE, left);
                    return;
                }
            };
            let said = match result.ok().and_then(|mut answers| answers.pop()) {
                Some(signals) => {
                    self.compare(post, &text[0], signals);
                    metrics::READ
                }
                None => metrics::FAILED,
            };
            self.watching.metrics.posts(self.model, said, 1);
        }
    }

    /// Counts what the candidate says, and what the policies would make of it in the live model's place.
    fn compare(&self, post: &ReadPost, text: &JudgedText, said: Vec<Signal>) {
        let watching = &self.watching;
        watching
            .scores
            .scored(ServiceRole::Shadow, Stage::Deep, &said);
        let counts = |signal: &&Signal| match self.model {
            Model::Encoder => true,
            // The linear tier speaks in the first stage, before the encoder has.
            Model::Linear => signal.classifier != Model::Encoder.as_str(),
        };
        let live: Vec<Signal> = post.signals.iter().filter(counts).cloned().collect();
        let others = live
            .iter()
            .filter(|signal| signal.classifier != self.model.as_str());
        let candidate: Vec<Signal> = others.cloned().chain(said).collect();
        let levels = |signals: &[Signal]| watching.evaluator.levels(&post.request, text, signals);
        let (live, candidate) = (levels(&live), levels(&candidate));
        for kind in SignalKind::ALL {
            if let (Some(from), Some(to)) = (live.of(kind), candidate.of(kind)) {
                let direction = Direction::of(from, to);
                watching
                    .metrics
                    .level(self.model, self.candidate.version(), kind, direction);
            }
        }
    }
}
