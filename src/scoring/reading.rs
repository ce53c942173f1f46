//! What is read in a draft.

use holdfast_classifiers::JudgedText;
use holdfast_classifiers::config::ChatConfig;
use holdfast_classifiers::language::Guess;
use holdfast_domain::assessment::{CrisisReading, Finding};
use holdfast_domain::judge::JudgeRequest;
use holdfast_domain::signal::{Answer, Scored, Unavailable};
use holdfast_domain::{Assessment, Post, Sensitive, SignalKind};

use crate::assessor::Assessor;

/// A text that is no post yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// The text.
    pub(super) text: Sensitive<String>,
    /// The post that it answers.
    pub(super) context: Option<Sensitive<String>>,
    /// Its language (BCP 47), where the sender says so.
    pub(super) language: Option<String>,
}

/// What was read in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// How urgently a person would look.
    pub(super) crisis: CrisisReading,
    /// Whether the policies would have a person look for harassment.
    pub(super) harassment: bool,
    /// Whether they would for stigma.
    pub(super) stigma: bool,
    /// Whether somebody is attacked.
    pub(super) attack: Attack,
    /// The language that the text seems to be in.
    pub(super) language: Guess,
}

/// Whether somebody is attacked. Silence is not innocence.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Attack {
    /// How likely it is, and how likely each kind that was named is. Probabilities.
    Scored {
        score: f64,
        kinds: Vec<(String, f64)>,
    },
    /// The text's language is not covered.
    LanguageNotCovered,
    /// Nothing answered.
    Unavailable,
}

/// Reads drafts. The assessor in production.
pub(super) trait Scorer: Send + Sync {
    /// Reads drafts, in their order, on this thread.
    fn read(&self, drafts: &[Draft]) -> Vec<Reading>;
}

impl Scorer for Assessor {
    fn read(&self, drafts: &[Draft]) -> Vec<Reading> {
        let requests: Vec<JudgeRequest> = drafts.iter().map(request).collect();
        let judged = self.judge_briefly(&requests);
        let read = requests.iter().zip(&judged);
        read.map(|(request, assessment)| reading(&request.post, assessment))
            .collect()
    }
}

fn request(draft: &Draft) -> JudgeRequest {
    crate::posts::to_judge(
        draft.text.clone(),
        draft.context.clone(),
        draft.language.clone(),
    )
}

fn reading(post: &Post, assessment: &Assessment) -> Reading {
    let text = JudgedText::of(post, None, &[], &ChatConfig::default());
    Reading {
        crisis: assessment.crisis.clone(),
        harassment: assessment.harassment == Finding::Review,
        stigma: assessment.stigma == Finding::Review,
        attack: attack(assessment),
        language: text.language(),
    }
}

/// The learned classifiers' answer, the encoder's before the linear tier's; the lexicon's only where
/// neither is in use, since it knows little of what it does not find.
fn attack(assessment: &Assessment) -> Attack {
    let mut answers: Vec<_> = assessment
        .signals
        .iter()
        .filter(|signal| signal.kind == SignalKind::Harassment)
        .collect();
    let rank = |name: &str| match name {
        "encoder" => 0,
        "linear" => 1,
        _ => 2,
    };
    answers.sort_by_key(|signal| rank(&signal.classifier));
    let is_learned = |name: &str| rank(name) < 2;
    let learned = answers.iter().any(|signal| is_learned(&signal.classifier));
    let mut silence = Attack::Unavailable;
    for signal in answers
        .iter()
        .filter(|signal| !learned || is_learned(&signal.classifier))
    {
        match &signal.answer {
            Answer::Scored(scored) => return scored_attack(scored, assessment),
            Answer::Unavailable(Unavailable::LanguageNotCovered) => {
                silence = Attack::LanguageNotCovered;
            }
            Answer::Unavailable(_) => {}
        }
    }
    silence
}

/// The kinds that any classifier names, none likelier than the attack itself.
fn scored_attack(best: &Scored, assessment: &Assessment) -> Attack {
    let score = best.score.probability();
    let mut kinds: Vec<(String, f64)> = Vec::new();
    let of_kind = assessment
        .signals
        .iter()
        .filter(|signal| signal.kind == SignalKind::Harassment);
    for label in of_kind
        .filter_map(|signal| signal.scored())
        .flat_map(|scored| &scored.labels)
    {
        let p = label.score.probability().min(score);
        match kinds.iter_mut().find(|(known, _)| *known == label.label) {
            Some((_, known)) => *known = known.max(p),
            None => kinds.push((label.label.clone(), p)),
        }
    }
    Attack::Scored { score, kinds }
}
