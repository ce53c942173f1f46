//! A candidate that hangs, falls over or disagrees, beside the real assessor.

use std::sync::{Mutex, PoisonError, mpsc};

use holdfast_classifiers::ClassifierError;
use holdfast_domain::assessment::Inputs;
use holdfast_domain::signal::{Answer, LabelScore, Scored};
use holdfast_domain::testing::T0;
use holdfast_domain::{
    Assessment, CommunityId, PlatformId, PostId, PostRef, Score, Sensitive, TenantId,
};
use prometheus::{Registry, TextEncoder};

use super::*;
use crate::assessor::{Assessor, Parent};
use crate::config::Config;

const PATIENCE: Duration = Duration::from_mins(1);
const PRIVATE: &str = "i want to kill myself";

/// What the candidate of a test does.
enum Does {
    /// Finds every post to be an emergency.
    FindAll,
    Fail,
    Panic,
    /// Waits for a message before every answer.
    WaitFor(Mutex<mpsc::Receiver<()>>),
}

struct Fake(Does);

impl Classifier for Fake {
    fn name(&self) -> &'static str {
        "encoder"
    }

    fn version(&self) -> &'static str {
        "candidate"
    }

    fn signals(&self) -> &[SignalKind] {
        &SignalKind::ALL
    }

    fn judge(&self, batch: &[JudgedText]) -> Result<Vec<Vec<Signal>>, ClassifierError> {
        match &self.0 {
            Does::FindAll => {}
            Does::Fail => return Err(ClassifierError::Failed("told to")),
            Does::Panic => panic!("fell over {}", batch[0].original()),
            Does::WaitFor(message) => {
                let message = message.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = message.recv();
            }
        }
        let found = |_: &JudgedText| SignalKind::ALL.map(emergency).to_vec();
        Ok(batch.iter().map(found).collect())
    }
}

fn emergency(kind: SignalKind) -> Signal {
    let label = |name: &str| LabelScore {
        label: name.to_owned(),
        score: Score::ONE,
    };
    Signal {
        kind,
        classifier: "encoder".to_owned(),
        version: "candidate".to_owned(),
        answer: Answer::Scored(Scored {
            score: Score::ONE,
            level: None,
            labels: ["soon", "urgent", "act_now"].map(label).to_vec(),
            evidence: Vec::new(),
        }),
    }
}

/// The lexicons and shipped policies, with a candidate encoder in shadow.
struct House {
    assessor: Assessor,
    registry: Registry,
}

impl House {
    fn new() -> Self {
        let mut config = Config::default();
        config.classifiers.encoder = "off".to_owned();
        config.classifiers.linear = "off".to_owned();
        let registry = Registry::new();
        Self {
            assessor: Assessor::assemble(&config, &registry, T0).unwrap(),
            registry,
        }
    }

    fn with(does: Does, budget: Duration) -> Self {
        let house = Self::new();
        let open = move || Ok(Arc::new(Fake(does)) as Arc<dyn Classifier>);
        house.watch(open, budget);
        house
    }

    fn watch<O>(&self, open: O, budget: Duration)
    where
        O: FnOnce() -> anyhow::Result<Arc<dyn Classifier>> + Send + 'static,
    {
        let watching = self.assessor.watching(budget);
        let shadow = Shadow::start(Model::Encoder, open, watching).unwrap();
        self.assessor.watch(vec![shadow]);
    }

    async fn assess(&self, texts: &[&str], synthetic: bool) -> Vec<Assessment> {
        let request = |text: &&str| {
            let mut post = crate::posts::stand_in(
                &TenantId::default(),
                &PlatformId::new("forum").unwrap(),
                &CommunityId::new("forum").unwrap(),
                &Sensitive::default(),
                Sensitive::new((*text).to_owned()),
                T0,
            );
            post.synthetic = synthetic;
            AssessRequest {
                post_ref: PostRef {
                    post: PostId::from_u128(1),
                    revision: post.revision,
                },
                post,
                parent: Parent::none(),
                preceding: Vec::new(),
            }
        };
        let requests = texts.iter().map(request).collect();
        self.assessor.assess(Stage::Deep, requests).await
    }

    /// All figures.
    fn figures(&self) -> String {
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .unwrap()
    }

    /// Waits until a figure stands at a number.
    async fn until(&self, figure: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.figures().contains(&format!("{figure}\n")) {
            assert!(Instant::now() < deadline, "{figure} of {}", self.figures());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn posts(result: &str, count: usize) -> String {
    format!("holdfast_shadow_posts_total{{classifier=\"encoder\",result=\"{result}\"}} {count}")
}

fn levels(signal: &str, direction: &str, count: usize) -> String {
    format!(
        "holdfast_shadow_levels_total{{classifier=\"encoder\",direction=\"{direction}\",signal=\"{signal}\",version=\"candidate\"}} {count}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_that_hangs_delays_nothing_and_what_it_misses_is_counted() {
    let alone = House::new();
    let began = Instant::now();
    let expected = alone.assess(&[PRIVATE; 4], false).await;
    let usual = began.elapsed();
    // Kept: nobody ever answers the candidate.
    let (_answer, message) = mpsc::channel();
    let house = House::with(Does::WaitFor(Mutex::new(message)), PATIENCE);
    // More than may wait for it.
    let batches = MOST_WAITING + 6;
    let began = Instant::now();
    for _ in 0..batches {
        assert_eq!(house.assess(&[PRIVATE; 4], false).await, expected);
    }
    let allowed = (usual + Duration::from_millis(500)) * batches as u32;
    assert!(began.elapsed() < allowed, "{:?}", began.elapsed());
    // It holds one batch or has not taken it yet, and eight wait.
    let figures = house.figures();
    let missed = [posts("late", 20), posts("late", 24)];
    assert!(
        missed.iter().any(|line| figures.contains(line)),
        "{figures}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_too_late_counts_as_late_and_changes_no_other_figure() {
    let (answer, message) = mpsc::channel();
    let budget = Duration::from_millis(50);
    let house = House::with(Does::WaitFor(Mutex::new(message)), budget);
    house.assess(&["a calm evening"; 3], false).await;
    tokio::time::sleep(budget * 2).await;
    answer.send(()).unwrap();
    house.until(&posts("late", 3)).await;
    house.until(&levels("crisis", "up", 0)).await;
    assert!(!house.figures().contains("role=\"shadow\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_says_shows_in_figures_and_in_no_assessment() {
    let house = House::with(Does::FindAll, PATIENCE);
    let alone = House::new();
    let texts = ["a calm evening", PRIVATE];
    let judged = house.assess(&texts, false).await;
    assert_eq!(judged, alone.assess(&texts, false).await);
    let Inputs { versions, .. } = &judged[0].inputs;
    assert!(!versions.contains_key("encoder"), "{versions:?}");
    house.until(&posts("read", 2)).await;
    house.until(&levels("harassment", "up", 2)).await;
    house.until(&levels("crisis", "down", 0)).await;
    let scores = "holdfast_classifier_score_count{classifier=\"encoder\",role=\"shadow\",signal=\"crisis\",stage=\"deep\",version=\"candidate\"} 2";
    house.until(scores).await;
    assert!(!house.figures().contains("kill"));
}

#[tokio::test(flavor = "multi_thread")]
async fn synthetic_posts_are_neither_read_nor_counted() {
    let house = House::with(Does::FindAll, PATIENCE);
    house.assess(&[PRIVATE], true).await;
    house.assess(&[PRIVATE], false).await;
    house.until(&posts("read", 1)).await;
    let figures = house.figures();
    let live = "role=\"live\",signal=\"crisis\",stage=\"deep\"";
    let counts = figures.lines().filter(|line| line.contains(live));
    assert!(
        counts
            .filter(|line| line.contains("_count"))
            .all(|line| line.ends_with(" 1"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_that_fails_panics_or_is_not_there_harms_nobody() {
    let expected = House::new().assess(&[PRIVATE], false).await;
    for does in [Does::Fail, Does::Panic] {
        let house = House::with(does, PATIENCE);
        assert_eq!(house.assess(&[PRIVATE], false).await, expected);
        house.until(&posts("failed", 1)).await;
        // It goes on with the next one.
        house.assess(&[PRIVATE], false).await;
        house.until(&posts("failed", 2)).await;
    }
    let house = House::new();
    house.watch(|| anyhow::bail!("there is no such version"), PATIENCE);
    let deadline = Instant::now() + PATIENCE;
    while !house.figures().contains("result=\"failed\"") {
        assert!(Instant::now() < deadline);
        assert_eq!(house.assess(&[PRIVATE], false).await, expected);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn it_gives_way_to_every_other_thread() {
    let house = House::new();
    let (tell, told) = mpsc::channel();
    let open = move || {
        let priority = rustix::process::getpriority_process(None);
        tell.send(priority.unwrap()).unwrap();
        Ok(Arc::new(Fake(Does::FindAll)) as Arc<dyn Classifier>)
    };
    house.watch(open, PATIENCE);
    assert_eq!(told.recv_timeout(PATIENCE), Ok(19));
    assert!(rustix::process::getpriority_process(None).unwrap() < 19);
}
