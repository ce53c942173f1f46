//! Posts, what automation thought of them, and the thread around.

use holdfast_domain::action::ActionPart;
use holdfast_domain::assessment::{Assessment, Finding};
use holdfast_domain::intake::DeletedBy;
use holdfast_domain::post::PostKind;
use holdfast_domain::rule_match::RuleMode;
use holdfast_domain::signal::Unavailable;
use holdfast_domain::{CrisisLevel, PostRef, SignalKind, Stage, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A post of the case. Its text is in [`RevealedPost`](super::RevealedPost) alone.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PostView {
    /// Which revision.
    #[schema(value_type = Object)]
    pub post: PostRef,
    /// When it was posted, by the platform's clock.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub posted_at: Timestamp,
    /// When it joined the case.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub joined_at: Timestamp,
    /// What kind of content, where known.
    #[schema(value_type = Option<String>)]
    pub kind: Option<PostKind>,
    /// The language that the platform names.
    pub language: Option<String>,
    /// How many revisions Holdfast has seen.
    pub revisions: usize,
    /// Whether its text can be revealed.
    pub text: TextState,
    /// Whether the platform cut it, or Holdfast in the middle.
    pub truncated: bool,
    /// Who deleted it on the platform, where somebody did.
    #[schema(value_type = Option<String>)]
    pub deleted: Option<DeletedBy>,
    /// What automation thought of it; none where a person or a report brought it.
    pub assessment: Option<AssessmentView>,
}

/// Whether a text can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextState {
    /// It is here, and masked until it is revealed.
    Masked,
    /// It was not kept, or its time is over.
    NotKept,
    /// The post never reached Holdfast.
    NeverReceived,
    /// Its author was erased.
    Erased,
}

/// What automation thought of a post: words and rules, no numbers.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AssessmentView {
    /// Which of the two judgements.
    #[schema(value_type = String)]
    pub stage: Stage,
    /// The urgency it asks people's reading to have.
    #[schema(value_type = String)]
    pub level: CrisisLevel,
    /// Whether some stage gave no answer.
    pub unscored: bool,
    /// The harassment part.
    #[schema(value_type = String)]
    pub harassment: Finding,
    /// The stigma part.
    #[schema(value_type = String)]
    pub stigma: Finding,
    /// Which stigma, e.g. `social_distance`.
    pub attributions: Vec<String>,
    /// The policy's labels on the post, e.g. `goodbye`.
    pub labels: Vec<String>,
    /// Which rules matched.
    pub rules: Vec<RuleView>,
    /// Which classifiers gave no answer.
    pub silences: Vec<Silence>,
    /// How many stretches tell a method; each is revealed singly.
    pub method_details: usize,
    /// What a person is offered to do.
    #[schema(value_type = Vec<Object>)]
    pub suggested: Vec<ActionPart>,
    /// Digest of the ruleset.
    pub ruleset: String,
    /// Classifier to version.
    pub versions: std::collections::BTreeMap<String, String>,
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleView {
    /// Which.
    pub rule: String,
    /// Which version of it.
    pub version: u32,
    /// Whether its effects count.
    #[schema(value_type = String)]
    pub mode: RuleMode,
    /// The urgency it asks for, where it does.
    #[schema(value_type = Option<String>)]
    pub level: Option<CrisisLevel>,
    /// Why, in the policy owner's words.
    pub because: String,
}

/// A classifier that gave no answer. Silence is not innocence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Silence {
    /// About which signal.
    #[schema(value_type = String)]
    pub signal: SignalKind,
    /// Which classifier.
    pub classifier: String,
    /// Why.
    #[schema(value_type = String)]
    pub why: Unavailable,
}

/// The thread around the newest post of the case, by the platform's time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ThreadView {
    /// The posts, the oldest first; empty where the post names no thread.
    pub posts: Vec<ThreadPost>,
}

/// A place in the thread. Its text is in [`RevealedPost`](super::RevealedPost) alone.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ThreadPost {
    /// Which revision.
    #[schema(value_type = Object)]
    pub post: PostRef,
    /// When it was posted.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub posted_at: Timestamp,
    /// Whether the case is about it.
    pub in_case: bool,
    /// Whether the member of the case wrote it.
    pub same_author: bool,
    /// Which voice of the thread, from 1, so that readers can follow who answers whom without names.
    pub voice: usize,
    /// What kind of content.
    #[schema(value_type = String)]
    pub kind: PostKind,
    /// Whether its text can be revealed.
    pub text: TextState,
    /// Who deleted it on the platform, where somebody did.
    #[schema(value_type = Option<String>)]
    pub deleted: Option<DeletedBy>,
}

impl From<&Assessment> for AssessmentView {
    fn from(assessment: &Assessment) -> Self {
        Self {
            stage: assessment.stage,
            level: assessment.crisis.reading_level(),
            unscored: assessment.crisis.is_unscored(),
            harassment: assessment.harassment,
            stigma: assessment.stigma,
            attributions: assessment.attributions.clone(),
            labels: assessment.recommendation.labels.clone(),
            rules: assessment.matches.iter().map(RuleView::from).collect(),
            silences: silences(assessment),
            method_details: assessment.method_detail.len(),
            suggested: assessment.recommendation.suggested.clone(),
            ruleset: assessment.inputs.ruleset.clone(),
            versions: assessment.inputs.versions.clone(),
        }
    }
}

impl From<&holdfast_domain::RuleMatch> for RuleView {
    fn from(matched: &holdfast_domain::RuleMatch) -> Self {
        Self {
            rule: matched.rule.0.clone(),
            version: matched.version,
            mode: matched.mode,
            level: matched.level,
            because: matched.because.clone(),
        }
    }
}

/// The classifiers that gave no answer, each once.
pub(crate) fn silences(assessment: &Assessment) -> Vec<Silence> {
    let mut silences: Vec<Silence> = assessment
        .silences()
        .map(|(signal, classifier, why)| Silence {
            signal,
            classifier: classifier.to_owned(),
            why,
        })
        .collect();
    silences.sort();
    silences.dedup();
    silences
}
