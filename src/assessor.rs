//! Classifiers and rules, joined: from posts to assessments.

mod checking;
mod evaluator;
pub(crate) mod models;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use holdfast_classifiers::config::{ChatConfig, ClassifiersConfig};
use holdfast_classifiers::lexicon::{shipped, with_folder};
use holdfast_classifiers::{
    BlockingThreads, Classifier, ClassifierMetrics, EncoderClassifier, JudgedText,
    LexiconClassifier, LexiconSet, Panel, ServiceRole, TextNormaliser,
};
use holdfast_domain::assessment::{Inputs, ParentInput};
use holdfast_domain::judge::{Judge, JudgeRequest};
use holdfast_domain::signal::Unavailable;
use holdfast_domain::{Assessment, Post, PostId, PostRef, Sensitive, Signal, Stage, Timestamp};
use holdfast_rules::RuleMetrics;
use prometheus::Registry;

use crate::config::Config;
use crate::in_service::{self, Model};
use crate::shadow::{ReadBatch, ReadPost, Shadow, ShadowMetrics, Watching};

pub use checking::{lint, test};
pub(crate) use evaluator::Evaluator;

/// A post to be judged, with everything outside it that counts.
#[derive(Debug, Clone)]
pub struct AssessRequest {
    /// Its name in the log.
    pub post_ref: PostRef,
    /// The post.
    pub post: Post,
    /// What it answers.
    pub parent: Parent,
    /// The author's messages just before it, nearest first (chats only).
    pub preceding: Vec<Before>,
}

/// What a post answers.
#[derive(Debug, Clone)]
pub struct Parent {
    /// Which text is used, or that it is missing.
    pub input: ParentInput,
    /// The text.
    pub text: Option<Sensitive<String>>,
}

impl Parent {
    /// The post answers nothing.
    pub const fn none() -> Self {
        Self {
            input: ParentInput::NoParent,
            text: None,
        }
    }
}

/// A message of the same author in the same thread, just before.
#[derive(Debug, Clone)]
pub struct Before {
    /// Its name in the log.
    pub post: PostRef,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// Its text.
    pub text: Sensitive<String>,
}

/// Classifiers and rules, joined.
pub struct Assessor {
    triage: Panel,
    deep: Panel,
    brief: Panel,
    evaluator: Arc<Evaluator>,
    metrics: ClassifierMetrics,
    rule_metrics: RuleMetrics,
    shadow_metrics: ShadowMetrics,
    shadows: OnceLock<Vec<Shadow>>,
    chat: ChatConfig,
}

impl Assessor {
    /// Reads lexicons and policies and builds the panels. Says everything that is wrong with them.
    pub fn assemble(config: &Config, registry: &Registry, now: Timestamp) -> anyhow::Result<Self> {
        let lexicons = lexicons(config)?;
        for lexicon in lexicons.expired_at(now) {
            tracing::warn!(lexicon = %lexicon.name, "a lexicon is past its expiry; have it reviewed");
        }
        let rules = config
            .rules
            .load(&TextNormaliser)
            .context("the policies cannot be put in force")?;
        let rule_metrics = RuleMetrics::register(registry)?;
        rule_metrics.ruleset_in_force(&rules);
        let metrics = ClassifierMetrics::register(registry)?;
        let mut quick: Vec<Arc<dyn Classifier>> =
            vec![Arc::new(LexiconClassifier::new(Arc::clone(&lexicons)))];
        quick.extend(models::linear(&config.classifiers)?);
        let and = |encoder: Option<EncoderClassifier>| {
            let encoder = encoder.map(|one| Arc::new(one) as Arc<dyn Classifier>);
            quick.iter().cloned().chain(encoder).collect()
        };
        let reader = models::encoder(&config.classifiers)?;
        let thorough = and(reader.clone().map(EncoderClassifier::new));
        let brief = and(reader.map(|one| EncoderClassifier::new(one).without_evidence()));
        let workers = Arc::new(BlockingThreads);
        let panel = |members, settings| {
            Panel::new(members, settings, workers.clone()).with_metrics(metrics.clone())
        };
        Ok(Self {
            triage: panel(quick, config.classifiers.triage),
            deep: panel(thorough, config.classifiers.deep),
            brief: panel(brief, config.classifiers.deep),
            evaluator: Arc::new(Evaluator { lexicons, rules }),
            metrics,
            rule_metrics,
            shadow_metrics: ShadowMetrics::register(registry)?,
            shadows: OnceLock::new(),
            chat: config.classifiers.chat,
        })
    }

    /// Assesses posts, in their order. Takes the panel's time budget at most; what does not answer in
    /// it is `Unavailable`, and the post unscored.
    pub async fn assess(&self, stage: Stage, requests: Vec<AssessRequest>) -> Vec<Assessment> {
        let panel = self.panel(stage);
        let texts: Arc<[JudgedText]> = requests.iter().map(|request| self.text(request)).collect();
        let signals = panel.judge(Arc::clone(&texts)).await;
        let versions = panel.versions();
        let judged = requests.iter().zip(texts.iter()).zip(signals);
        let assessments: Vec<Assessment> = judged
            .map(|((request, text), signals)| {
                self.evaluate(stage, request, text, signals, &versions)
            })
            .collect();
        let real = requests.iter().zip(&assessments);
        let real = real.filter(|(request, _)| !request.post.synthetic);
        let signals = real.flat_map(|(_, assessment)| &assessment.signals);
        self.metrics.scored(ServiceRole::Live, stage, signals);
        if stage == Stage::Deep {
            self.offer(requests, texts, &assessments);
        }
        assessments
    }

    /// Starts the models that the settings want watched. One that cannot be started is said in the log: what reads in
    /// service does not depend on it.
    pub fn start_shadows(&self, config: &ClassifiersConfig) {
        let start = |model: Model| -> anyhow::Result<Option<Shadow>> {
            let Some(version) = in_service::watched(config, model)? else {
                return Ok(None);
            };
            let budget = Duration::from_millis(config.shadow_budget_ms);
            let config = config.clone();
            let open = move || models::watched(&config, model, &version);
            Ok(Some(Shadow::start(model, open, self.watching(budget))?))
        };
        let mut shadows = Vec::new();
        for model in Model::ALL {
            match start(model) {
                Ok(started) => shadows.extend(started),
                Err(error) => {
                    tracing::error!(%model, "no model reads in shadow: {error:#}");
                }
            }
        }
        self.watch(shadows);
    }

    /// Lets these read what the deep stage reads. Whoever says so twice keeps the first ones.
    pub(crate) fn watch(&self, shadows: Vec<Shadow>) {
        drop(self.shadows.set(shadows));
    }

    pub(crate) fn watching(&self, budget: Duration) -> Watching {
        Watching {
            evaluator: Arc::clone(&self.evaluator),
            scores: self.metrics.clone(),
            metrics: self.shadow_metrics.clone(),
            budget,
        }
    }

    /// Lets the models in shadow read what was read, after the answers stand. Never waits.
    fn offer(
        &self,
        requests: Vec<AssessRequest>,
        texts: Arc<[JudgedText]>,
        assessments: &[Assessment],
    ) {
        let shadows = self.shadows.get().map_or(&[][..], Vec::as_slice);
        if shadows.is_empty() {
            return;
        }
        let read = requests.into_iter().zip(assessments).enumerate();
        let posts = read.filter_map(|(text, (request, assessment))| {
            // What somebody in service did not answer is read again, and compared then.
            let counts = !request.post.synthetic && is_settled(assessment);
            counts.then(|| ReadPost {
                text,
                request,
                signals: assessment.signals.clone(),
            })
        });
        let posts: Vec<ReadPost> = posts.collect();
        let batch = Arc::new(ReadBatch { texts, posts });
        for shadow in shadows {
            shadow.offer(&batch);
        }
    }

    /// The names of the policies in force, for decisions to rest on.
    pub fn policies(&self) -> Vec<String> {
        let rules = self.evaluator.rules.rules();
        rules.map(|rule| rule.id.0).collect()
    }

    /// Whether crisis wording is anywhere in a text, said as broadly as it can be.
    pub fn pre_screen(&self, text: &Sensitive<String>) -> bool {
        self.evaluator
            .lexicons
            .pre_screen(JudgedText::of_text(text.reveal()).text())
    }

    const fn panel(&self, stage: Stage) -> &Panel {
        match stage {
            Stage::Triage => &self.triage,
            Stage::Deep => &self.deep,
        }
    }

    fn text(&self, request: &AssessRequest) -> JudgedText {
        let parent = request
            .parent
            .text
            .as_ref()
            .map(|text| like(&request.post, request.post_ref.post, text));
        let before = |before: &Before| {
            let mut post = like(&request.post, before.post.post, &before.text);
            post.created_at = before.posted_at;
            post
        };
        let preceding: Vec<Post> = request.preceding.iter().map(before).collect();
        JudgedText::of(&request.post, parent.as_ref(), &preceding, &self.chat)
    }

    fn evaluate(
        &self,
        stage: Stage,
        request: &AssessRequest,
        text: &JudgedText,
        signals: Vec<Signal>,
        versions: &BTreeMap<String, String>,
    ) -> Assessment {
        let (evaluation, account_age_secs) = self.evaluator.evaluate(request, text, &signals);
        if !request.post.synthetic {
            self.rule_metrics.matched(&evaluation.matches);
        }
        let preceding = text
            .preceding_used()
            .iter()
            .map(|nth| request.preceding[*nth].post);
        let inputs = Inputs {
            parent: request.parent.input,
            preceding: preceding.collect(),
            account_age_secs,
            ruleset: self.evaluator.rules.digest().to_owned(),
            versions: versions.clone(),
        };
        evaluation.into_assessment(request.post_ref, stage, signals, inputs)
    }
}

impl Assessor {
    /// What the version in force says of posts, in their order: everything that reads, on this thread.
    pub fn judge_all(&self, requests: &[JudgeRequest]) -> Vec<Assessment> {
        self.judge_with(&self.deep, requests)
    }

    /// The same without the words that the encoder's answers rest on: cheaper by far where something is
    /// found.
    pub fn judge_briefly(&self, requests: &[JudgeRequest]) -> Vec<Assessment> {
        self.judge_with(&self.brief, requests)
    }

    /// What the first stage alone says.
    pub fn judge_quickly(&self, requests: &[JudgeRequest]) -> Vec<Assessment> {
        self.judge_with(&self.triage, requests)
    }

    fn judge_with(&self, panel: &Panel, requests: &[JudgeRequest]) -> Vec<Assessment> {
        let requests: Vec<AssessRequest> = requests.iter().map(from_nowhere).collect();
        let texts: Vec<JudgedText> = requests.iter().map(|one| self.text(one)).collect();
        let versions = panel.versions();
        let judged = requests.iter().zip(&texts).zip(panel.judge_here(&texts));
        judged
            .map(|((request, text), signals)| {
                self.evaluate(Stage::Deep, request, text, signals, &versions)
            })
            .collect()
    }
}

impl Judge for Assessor {
    fn judge(&self, request: &JudgeRequest) -> Assessment {
        let mut judged = self.judge_all(std::slice::from_ref(request));
        judged.pop().expect("one post, one assessment")
    }
}

/// A request about posts that have no name in the log.
fn from_nowhere(request: &JudgeRequest) -> AssessRequest {
    let nowhere = PostRef {
        post: PostId::from_u128(0),
        revision: request.post.revision,
    };
    let before = |post: &Post| Before {
        post: nowhere,
        posted_at: post.created_at,
        text: post.text.clone(),
    };
    let parent = request.parent.as_ref().map(|parent| parent.text.clone());
    let input = if parent.is_some() {
        ParentInput::Quoted
    } else {
        ParentInput::NoParent
    };
    AssessRequest {
        post_ref: nowhere,
        post: request.post.clone(),
        parent: Parent {
            input,
            text: parent,
        },
        preceding: request.preceding.iter().map(before).collect(),
    }
}

/// Whether no classifier was silent that may answer another time.
fn is_settled(assessment: &Assessment) -> bool {
    let mut silences = assessment.silences();
    silences.all(|(_, _, why)| {
        matches!(
            why,
            Unavailable::LanguageNotCovered | Unavailable::SwitchedOff
        )
    })
}

fn lexicons(config: &Config) -> anyhow::Result<Arc<LexiconSet>> {
    match &config.classifiers.lexicon_folder {
        Some(folder) => Ok(Arc::new(
            with_folder(folder).context("the lexicons in classifiers.lexicon_folder are wrong")?,
        )),
        None => shipped().context("the shipped lexicons are wrong"),
    }
}

/// A post in the same place by the same author that says something else.
fn like(post: &Post, id: PostId, text: &Sensitive<String>) -> Post {
    let mut other = post.clone();
    other.external_id = Sensitive::new(format!("beside/{id}"));
    other.text = text.clone();
    other
}
