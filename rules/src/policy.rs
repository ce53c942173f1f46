//! One policy, read and checked.

use std::ops::RangeInclusive;

use holdfast_domain::post::{AuthorRole, PostKind};
use holdfast_domain::rule_match::RuleMode;
use holdfast_domain::{ActionPart, CrisisLevel, RuleId, Signal, SignalKind};

use crate::condition::Condition;
use crate::verdict::Verdict;
use crate::yaml::Place;

/// The folder a policy lies in: what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Signal(SignalKind),
    /// Holdfast's own rules, such as the canary.
    System,
}

/// A policy.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) file: String,
    pub(crate) topic: Topic,
    pub(crate) id: RuleId,
    pub(crate) version: u32,
    pub(crate) mode: RuleMode,
    pub(crate) title: String,
    pub(crate) because: String,
    pub(crate) applies: Applies,
    pub(crate) when: Condition,
    pub(crate) then: Effects,
    pub(crate) raise: Vec<Raise>,
    pub(crate) tests: Vec<PolicyTest>,
    pub(crate) then_place: Place,
    pub(crate) tests_place: Place,
}

/// Which posts a policy looks at; empty lists mean all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Applies {
    pub(crate) kinds: Vec<PostKind>,
    pub(crate) communities: Vec<String>,
    pub(crate) locales: Vec<String>,
    /// Only posts whose crisis reading, after all other rules, is scored and `none`.
    pub(crate) only_without_crisis: bool,
}

/// What a match asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Effects {
    pub(crate) level: Option<CrisisLevel>,
    pub(crate) pre_screen: bool,
    pub(crate) labels: Vec<String>,
    pub(crate) attributions: Attributions,
    pub(crate) queue: Option<String>,
    pub(crate) review: Vec<SignalKind>,
    pub(crate) hold_part: Option<Held>,
    pub(crate) suggest: Vec<Step>,
    pub(crate) automatic: Vec<Step>,
}

/// Which stigma attributions a match adds.
#[derive(Debug, Clone, Default)]
pub(crate) enum Attributions {
    #[default]
    None,
    These(Vec<String>),
    /// Those that the matching classifiers' labels stand for.
    FromSignals,
}

/// What a held part tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    MethodDetail,
    Incitement,
}

impl Held {
    /// The label put on the post.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::MethodDetail => "method_detail",
            Self::Incitement => "incitement",
        }
    }
}

/// A step towards the platform and where it is written.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) place: Place,
    pub(crate) part: StepPart,
}

/// A step; hiding a part gets its place in the text only when a post matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StepPart {
    HidePart,
    Whole(ActionPart),
}

/// A higher level under a further condition.
#[derive(Debug, Clone)]
pub(crate) struct Raise {
    pub(crate) when: Condition,
    pub(crate) to: CrisisLevel,
}

/// An example beside the rule.
#[derive(Debug, Clone)]
pub(crate) struct PolicyTest {
    pub(crate) place: Place,
    pub(crate) text: String,
    pub(crate) post: TestPost,
    /// What the classifiers say; `None` asks the real ones.
    pub(crate) signals: Option<Vec<Signal>>,
    pub(crate) expect: Expect,
}

/// The facts of a test's post besides its text.
#[derive(Debug, Clone)]
pub(crate) struct TestPost {
    pub(crate) kind: PostKind,
    pub(crate) community: String,
    pub(crate) language: Option<String>,
    pub(crate) author_role: AuthorRole,
    pub(crate) account_age_secs: Option<u64>,
    pub(crate) age_band: Option<String>,
    pub(crate) content_warning: bool,
}

impl Default for TestPost {
    fn default() -> Self {
        Self {
            kind: PostKind::Post,
            community: "test".to_owned(),
            language: Some("en".to_owned()),
            author_role: AuthorRole::Member,
            account_age_secs: None,
            age_band: None,
            content_warning: false,
        }
    }
}

/// What a test expects.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expect {
    /// Of this rule.
    pub(crate) rule: Option<Verdict>,
    /// Of all live rules and this one together: the level by which people read.
    pub(crate) level: Option<RangeInclusive<CrisisLevel>>,
    /// Labels that must be among the post's.
    pub(crate) labels: Vec<String>,
    /// Signals for which a person must be asked to look.
    pub(crate) review: Vec<SignalKind>,
    /// Actions that must be suggested or automatic, by name.
    pub(crate) actions: Vec<String>,
}

impl Policy {
    /// The word that its evidence is shown under: its first label, else its own name.
    pub(crate) fn evidence_label(&self) -> &str {
        let own = self.then.hold_part.map(Held::label).or(self
            .then
            .labels
            .first()
            .map(String::as_str));
        own.unwrap_or_else(|| self.id.0.rsplit('.').next().unwrap_or_default())
    }
}
