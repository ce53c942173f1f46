//! Judges texts that are no platform's posts, as the shipped pipeline would: for evaluation, for trying a
//! policy, for drafts. Records nothing.

use std::collections::BTreeMap;

use holdfast_classifiers::Cascade;
use holdfast_domain::assessment::{CrisisReading, Finding};
use holdfast_domain::judge::JudgeRequest;
use holdfast_domain::signal::Scored;
use holdfast_domain::{Assessment, Sensitive, SignalKind};
use serde::{Deserialize, Serialize};

use crate::assessor::Assessor;
use crate::pipeline::wants_deep;

/// A text to be judged: one line of NDJSON.
#[derive(Debug, Clone, Deserialize)]
pub struct TextToAssess {
    /// Comes back in the answer.
    #[serde(default)]
    pub id: serde_json::Value,
    /// The text.
    pub text: Sensitive<String>,
    /// The post that it answers, where it is a reply.
    #[serde(default)]
    pub context: Option<Sensitive<String>>,
    /// Its language (BCP 47), where known.
    #[serde(default)]
    pub lang: Option<String>,
}

/// What was read in a text: one line of NDJSON. Scores are probabilities.
#[derive(Debug, Clone, Serialize)]
pub struct TextAssessed {
    /// As given.
    pub id: serde_json::Value,
    /// Crisis level by the policies, 0 to 3. Where `unscored`, what the answering classifiers say.
    pub crisis: u8,
    /// How likely each of the levels 0 to 3 is; they sum to one.
    pub crisis_scores: [f64; 4],
    /// 1 where the policies ask for a person to look.
    pub harassment: u8,
    /// How likely somebody is attacked.
    pub harassment_score: f64,
    /// 1 where the policies ask for a person to look.
    pub stigma: u8,
    /// How likely something is stigmatised.
    pub stigma_score: f64,
    /// Which stigma, where there is one, and how likely each is.
    pub attributions: BTreeMap<String, f64>,
    /// Whether a classifier of crisis gave no answer: then a person must look.
    pub unscored: bool,
    /// The words that the answers rest on.
    pub evidence: Vec<EvidenceFound>,
    /// The version of each classifier, and the digest of the policies under `policies`.
    pub versions: BTreeMap<String, String>,
    /// The rules that matched and why, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Vec<RuleMatched>>,
}

/// A stretch of the text that an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EvidenceFound {
    /// For which signal.
    pub signal: SignalKind,
    /// Where it begins, in characters (Unicode code points) of the text.
    pub start: usize,
    /// Where it ends; the character there is no longer part of it.
    pub end: usize,
    /// What it shows.
    pub label: String,
    /// Which classifier says so.
    pub classifier: String,
}

/// A rule that matched.
#[derive(Debug, Clone, Serialize)]
pub struct RuleMatched {
    /// Its name.
    pub rule: String,
    /// Why, in its owner's words.
    pub because: String,
}

/// Judges texts, in their order.
pub fn assess(assessor: &Assessor, texts: &[TextToAssess], explain: bool) -> Vec<TextAssessed> {
    let requests: Vec<JudgeRequest> = texts.iter().map(request).collect();
    let judged = assessor.judge_all(&requests);
    texts
        .iter()
        .zip(judged)
        .map(|(text, assessment)| answer(text, &assessment, explain))
        .collect()
}

/// A text read by triage alone and by everything that reads.
pub struct ReadTwice {
    /// Triage is sure enough for nobody else to be asked.
    pub skipped: bool,
    /// What triage says.
    pub quick: TextAssessed,
    /// What everybody says.
    pub full: TextAssessed,
}

/// Judges texts both ways, in their order.
pub fn assess_both(
    assessor: &Assessor,
    cascade: &Cascade,
    texts: &[TextToAssess],
) -> Vec<ReadTwice> {
    let requests: Vec<JudgeRequest> = texts.iter().map(request).collect();
    let quick = assessor.judge_quickly(&requests);
    let full = assessor.judge_briefly(&requests);
    let judged = texts.iter().zip(quick).zip(full);
    judged
        .map(|((text, quick), full)| ReadTwice {
            skipped: !wants_deep(&quick, cascade),
            quick: answer(text, &quick, false),
            full: answer(text, &full, false),
        })
        .collect()
}

fn request(text: &TextToAssess) -> JudgeRequest {
    crate::posts::to_judge(text.text.clone(), text.context.clone(), text.lang.clone())
}

fn answer(text: &TextToAssess, assessment: &Assessment, explain: bool) -> TextAssessed {
    let level = match &assessment.crisis {
        CrisisReading::Level(level) => *level,
        CrisisReading::Unscored { at_least, .. } => *at_least,
    };
    let mut versions = assessment.inputs.versions.clone();
    versions.insert("policies".to_owned(), assessment.inputs.ruleset.clone());
    let explanation = explain.then(|| {
        let matched = assessment.matches.iter().map(|one| RuleMatched {
            rule: one.rule.0.clone(),
            because: one.because.clone(),
        });
        matched.collect()
    });
    TextAssessed {
        id: text.id.clone(),
        crisis: level.number(),
        crisis_scores: crisis_scores(assessment),
        harassment: u8::from(assessment.harassment == Finding::Review),
        harassment_score: score(assessment, SignalKind::Harassment),
        stigma: u8::from(assessment.stigma == Finding::Review),
        stigma_score: score(assessment, SignalKind::Stigma),
        attributions: attributions(assessment),
        unscored: assessment.crisis.is_unscored(),
        evidence: evidence(text.text.reveal(), assessment),
        versions,
        explanation,
    }
}

/// The best informed answer for a signal: the encoder's, else the linear tier's, else any.
fn best(assessment: &Assessment, kind: SignalKind) -> Option<&Scored> {
    let answers = |name: &'static str| {
        let mut of_kind = assessment
            .signals
            .iter()
            .filter(move |one| one.kind == kind);
        of_kind.find_map(|one| {
            one.scored()
                .filter(|_| name.is_empty() || one.classifier == name)
        })
    };
    answers("encoder")
        .or_else(|| answers("linear"))
        .or_else(|| answers(""))
}

fn score(assessment: &Assessment, kind: SignalKind) -> f64 {
    best(assessment, kind).map_or(0.0, |scored| scored.score.probability())
}

fn label(scored: &Scored, name: &str) -> Option<f64> {
    let mut labels = scored.labels.iter();
    Some(labels.find(|one| one.label == name)?.score.probability())
}

fn crisis_scores(assessment: &Assessment) -> [f64; 4] {
    let Some(scored) = best(assessment, SignalKind::Crisis) else {
        return [1.0, 0.0, 0.0, 0.0];
    };
    let soon = label(scored, "soon").unwrap_or_else(|| scored.score.probability());
    let urgent = label(scored, "urgent").unwrap_or(0.0).min(soon);
    let act_now = label(scored, "act_now").unwrap_or(0.0).min(urgent);
    [1.0 - soon, soon - urgent, urgent - act_now, act_now].map(rounded)
}

fn rounded(p: f64) -> f64 {
    (p * 1e6).round() / 1e6
}

fn attributions(assessment: &Assessment) -> BTreeMap<String, f64> {
    let scored = best(assessment, SignalKind::Stigma);
    let of = |name: &String| scored.and_then(|scored| label(scored, name)).unwrap_or(1.0);
    let found = assessment.attributions.iter();
    found.map(|name| (name.clone(), of(name))).collect()
}

fn evidence(text: &str, assessment: &Assessment) -> Vec<EvidenceFound> {
    let characters = |byte: usize| text[..byte].chars().count();
    let mut found: Vec<EvidenceFound> = assessment
        .signals
        .iter()
        .filter_map(|signal| Some((signal, signal.scored()?)))
        .flat_map(|(signal, scored)| scored.evidence.iter().map(move |one| (signal, one)))
        .map(|(signal, one)| EvidenceFound {
            signal: signal.kind,
            start: characters(one.span.range().start),
            end: characters(one.span.range().end),
            label: one.label.clone(),
            classifier: signal.classifier.clone(),
        })
        .collect();
    found.sort();
    found.dedup();
    found
}
