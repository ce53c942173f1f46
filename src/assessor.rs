//! Classifiers and rules, joined: from posts to assessments.

mod checking;
mod models;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use holdfast_classifiers::config::ChatConfig;
use holdfast_classifiers::lexicon::{shipped, with_folder};
use holdfast_classifiers::{
    BlockingThreads, Classifier, ClassifierMetrics, EncoderClassifier, JudgedText,
    LexiconClassifier, LexiconSet, Panel, TextNormaliser,
};
use holdfast_domain::assessment::{Inputs, ParentInput};
use holdfast_domain::judge::{Judge, JudgeRequest};
use holdfast_domain::{Assessment, Post, PostId, PostRef, Sensitive, Signal, Stage, Timestamp};
use holdfast_rules::{Facts, MessagePart, RuleMetrics, Ruleset};
use prometheus::Registry;

use crate::config::Config;

pub use checking::{lint, test};

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
    lexicons: Arc<LexiconSet>,
    triage: Panel,
    deep: Panel,
    brief: Panel,
    rules: Ruleset,
    rule_metrics: RuleMetrics,
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
            lexicons,
            rules,
            rule_metrics,
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
        judged
            .map(|((request, text), signals)| {
                self.evaluate(stage, request, text, signals, &versions)
            })
            .collect()
    }

    /// The names of the policies in force, for decisions to rest on.
    pub fn policies(&self) -> Vec<String> {
        self.rules.rules().map(|rule| rule.id.0).collect()
    }

    /// Whether crisis wording is anywhere in a text, said as broadly as it can be.
    pub fn pre_screen(&self, text: &Sensitive<String>) -> bool {
        self.lexicons
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
        let parts = MessagePart::oldest_first(text.messages());
        let facts = Facts::of(&request.post, text, &signals)
            .with_messages(&parts)
            .with_pre_screen(self.lexicons.pre_screen(text.text()));
        let evaluation = self.rules.evaluate(&facts);
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
            account_age_secs: facts.account_age_secs,
            ruleset: self.rules.digest().to_owned(),
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
