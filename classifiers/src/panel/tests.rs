use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};

use holdfast_domain::signal::{Answer, Scored};
use holdfast_domain::{CrisisLevel, Score};
use prometheus::Registry;

use super::*;

/// What the classifier of a test does with a batch.
enum Does {
    Answer,
    Fail,
    Panic,
    AnswerTooLittle,
    /// Waits for a message for every batch.
    WaitFor(Mutex<mpsc::Receiver<()>>),
}

struct Fake(Does);

impl Classifier for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn version(&self) -> &'static str {
        "7"
    }

    fn signals(&self) -> &[SignalKind] {
        &[SignalKind::Crisis, SignalKind::Stigma]
    }

    fn judge(&self, batch: &[JudgedText]) -> Result<Vec<Vec<Signal>>, ClassifierError> {
        match &self.0 {
            Does::Answer => {}
            Does::Fail => return Err(ClassifierError::Failed("told to")),
            Does::Panic => panic!("fell over {}", batch[0].original()),
            Does::AnswerTooLittle => return Ok(Vec::new()),
            Does::WaitFor(message) => {
                let _ = message
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .recv();
            }
        }
        Ok(batch
            .iter()
            .map(|_| self.signals().iter().map(|kind| scored(*kind)).collect())
            .collect())
    }
}

fn scored(kind: SignalKind) -> Signal {
    let answer = Scored {
        score: Score::ONE,
        level: Some(CrisisLevel::Soon),
        labels: Vec::new(),
        evidence: Vec::new(),
    };
    Signal {
        kind,
        classifier: "fake".to_owned(),
        version: "7".to_owned(),
        answer: Answer::Scored(answer),
    }
}

fn panel(classifiers: Vec<Fake>, budget_ms: u64, most_running: u16) -> Panel {
    let classifiers = classifiers
        .into_iter()
        .map(|fake| Arc::new(fake) as Arc<dyn Classifier>)
        .collect();
    Panel::new(
        classifiers,
        PanelConfig {
            budget_ms,
            most_running,
        },
        Arc::new(BlockingThreads),
    )
}

fn batch(texts: usize) -> Arc<[JudgedText]> {
    (0..texts)
        .map(|_| JudgedText::of_text("private words"))
        .collect()
}

fn reasons(judged: &[Vec<Signal>]) -> Vec<Vec<Option<Unavailable>>> {
    let reason = |signal: &Signal| match &signal.answer {
        Answer::Unavailable(why) => Some(*why),
        Answer::Scored(_) => None,
    };
    judged
        .iter()
        .map(|signals| signals.iter().map(reason).collect())
        .collect()
}

#[tokio::test]
async fn every_text_gets_every_signal_of_every_classifier() {
    let judged = panel(vec![Fake(Does::Answer), Fake(Does::Answer)], 5_000, 1)
        .judge(batch(3))
        .await;
    assert_eq!(reasons(&judged), vec![vec![None; 4]; 3]);
}

#[tokio::test]
async fn a_failing_panicking_or_misshapen_classifier_is_unavailable_and_the_others_stand() {
    for does in [Does::Fail, Does::Panic, Does::AnswerTooLittle] {
        let judged = panel(vec![Fake(does), Fake(Does::Answer)], 5_000, 1)
            .judge(batch(2))
            .await;
        let failed = Some(Unavailable::Failed);
        assert_eq!(reasons(&judged), vec![vec![failed, failed, None, None]; 2]);
    }
}

#[tokio::test]
async fn a_slow_classifier_is_timed_out_within_the_budget_and_the_others_stand() {
    let (finish, wait) = mpsc::channel();
    let panel = panel(
        vec![Fake(Does::WaitFor(Mutex::new(wait))), Fake(Does::Answer)],
        60,
        1,
    );
    let judged = panel.judge(batch(1)).await;
    let late = Some(Unavailable::TimedOut);
    assert_eq!(reasons(&judged), vec![vec![late, late, None, None]]);
    drop(finish);
}

#[tokio::test]
async fn a_stuck_batch_holds_one_place_and_later_batches_go_on() {
    let (finish, wait) = mpsc::channel();
    let stuck = Fake(Does::WaitFor(Mutex::new(wait)));
    let panel = panel(vec![stuck], 150, 2);
    assert_eq!(
        reasons(&panel.judge(batch(1)).await)[0][0],
        Some(Unavailable::TimedOut)
    );
    // The next one gets the other place; a message lets whichever comes first go on.
    finish.send(()).unwrap();
    finish.send(()).unwrap();
    assert_eq!(reasons(&panel.judge(batch(1)).await)[0][0], None);
    drop(finish);
}

#[tokio::test]
async fn with_all_places_stuck_a_batch_is_overloaded_and_starts_no_further_thread() {
    let (finish, wait) = mpsc::channel();
    let panel = panel(vec![Fake(Does::WaitFor(Mutex::new(wait)))], 60, 1);
    assert_eq!(
        reasons(&panel.judge(batch(1)).await)[0][0],
        Some(Unavailable::TimedOut)
    );
    assert_eq!(
        reasons(&panel.judge(batch(1)).await)[0][0],
        Some(Unavailable::Overloaded)
    );
    drop(finish);
}

#[tokio::test]
async fn silences_are_counted_by_classifier_and_reason() {
    let metrics = ClassifierMetrics::register(&Registry::new()).unwrap();
    let panel = panel(vec![Fake(Does::Fail)], 5_000, 1).with_metrics(metrics.clone());
    panel.judge(batch(3)).await;
    assert_eq!(
        metrics.errors.with_label_values(&["fake", "failed"]).get(),
        1
    );
}

#[test]
fn a_panic_while_judging_reaches_no_other_hook() {
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    // Runs in a process of its own, so that the hook below lies under ours.
    if std::env::var_os("HOLDFAST_PANIC_TEST").is_none() {
        let name = "panel::tests::a_panic_while_judging_reaches_no_other_hook";
        let run = std::process::Command::new(std::env::current_exe().unwrap())
            .args([name, "--exact"])
            .env("HOLDFAST_PANIC_TEST", "1")
            .output()
            .unwrap();
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stdout)
        );
        return;
    }
    std::panic::set_hook(Box::new(|info| SEEN.lock().unwrap().push(info.to_string())));
    let panel = panel(vec![Fake(Does::Panic)], 100, 1);
    assert_eq!(
        reasons(&panel.judge_here(&batch(1)))[0][0],
        Some(Unavailable::Failed)
    );
    assert!(SEEN.lock().unwrap().is_empty());
}
