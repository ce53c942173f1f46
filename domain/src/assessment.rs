//! All of automation's thoughts on one revision.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::action::ActionPart;
use crate::event::IncidentCause;
use crate::signal::{Answer, Unavailable};
use crate::{PostRef, RuleMatch, Signal, SignalKind, Span};

/// How urgently a person should look. Orders reading; says nothing about a person.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CrisisLevel {
    /// 0: ordinary.
    #[default]
    None,
    /// 1.
    Soon,
    /// 2.
    Urgent,
    /// 3.
    ActNow,
}

impl CrisisLevel {
    /// All levels, rising.
    pub const ALL: [Self; 4] = [Self::None, Self::Soon, Self::Urgent, Self::ActNow];

    /// The level as the number of the contract, 0 to 3.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The level of that number, 0 to 3.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The words shown to people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Soon => "Soon",
            Self::Urgent => "Urgent",
            Self::ActNow => "Act now",
        }
    }
}

impl fmt::Display for CrisisLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// The crisis part of an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrisisReading {
    /// Every stage answered.
    Level(CrisisLevel),
    /// Some stage did not answer. Read as at least level 1, as 2 where the pre-screen hits, and
    /// never below what the answering stages say.
    Unscored {
        /// What the answering stages say.
        at_least: CrisisLevel,
        /// Whether the lexical pre-screen found crisis wording.
        pre_screen: bool,
        /// Why, one entry a silent classifier.
        causes: Vec<Unavailable>,
    },
}

impl CrisisReading {
    /// The level by which people's reading is ordered.
    pub fn reading_level(&self) -> CrisisLevel {
        match self {
            Self::Level(level) => *level,
            Self::Unscored {
                at_least,
                pre_screen,
                ..
            } => {
                let floor = if *pre_screen {
                    CrisisLevel::Urgent
                } else {
                    CrisisLevel::Soon
                };
                (*at_least).max(floor)
            }
        }
    }

    /// Whether some stage did not answer.
    pub const fn is_unscored(&self) -> bool {
        matches!(self, Self::Unscored { .. })
    }

    /// Whether automation must keep its hands off: level 1 or more, or not known to be less.
    pub fn protects(&self) -> bool {
        self.reading_level() >= CrisisLevel::Soon
    }
}

/// Which of the two judgements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// At once: normaliser, lexicons, linear tier, rules.
    Triage,
    /// After it, for what triage is unsure of: encoder, rules again.
    Deep,
}

/// The harassment or stigma part of an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Nothing that a person need look at.
    #[default]
    Clear,
    /// A person should look.
    Review,
    /// Not known, because nothing answered.
    Unknown,
}

/// All of automation's thoughts on one revision of one post, with everything they rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// What was judged.
    pub post: PostRef,
    /// In which stage.
    pub stage: Stage,
    /// The crisis part.
    pub crisis: CrisisReading,
    /// The harassment part.
    pub harassment: Finding,
    /// The stigma part.
    pub stigma: Finding,
    /// Which stigma, e.g. `social_distance`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributions: Vec<String>,
    /// Where the text tells a method; masked in every view until revealed singly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub method_detail: Vec<Span>,
    /// What each classifier said.
    pub signals: Vec<Signal>,
    /// Which rules matched.
    pub matches: Vec<RuleMatch>,
    /// What the policy recommends.
    pub recommendation: Recommendation,
    /// Everything outside the post that the judgement used.
    pub inputs: Inputs,
}

impl Assessment {
    /// Whether a person should see the post for this signal.
    pub fn wants_review(&self, kind: SignalKind) -> bool {
        match kind {
            SignalKind::Crisis => self.crisis.reading_level() >= CrisisLevel::Soon,
            SignalKind::Harassment => self.harassment == Finding::Review,
            SignalKind::Stigma => self.stigma == Finding::Review,
        }
    }

    /// Whether the lexical pre-screen found crisis wording.
    pub const fn pre_screen_hit(&self) -> bool {
        matches!(
            self.crisis,
            CrisisReading::Unscored {
                pre_screen: true,
                ..
            }
        )
    }

    /// Why the post was not fully judged, by the first classifier that did not answer; `None` where
    /// it was. A language that nobody covers for harassment or stigma alone keeps no post from a
    /// judgement: it is shown with the post and fills no incident.
    pub fn unjudged_cause(&self) -> Option<IncidentCause> {
        let counts = |kind: SignalKind, why: Unavailable| {
            kind == SignalKind::Crisis || why != Unavailable::LanguageNotCovered
        };
        let silence = self.silences().find(|(kind, _, why)| counts(*kind, *why));
        match silence {
            Some((_, name, why)) => Some(IncidentCause::Classifier {
                name: name.to_owned(),
                why,
            }),
            None if self.crisis.is_unscored() => Some(IncidentCause::Classifier {
                name: "policy".to_owned(),
                why: Unavailable::Failed,
            }),
            None => None,
        }
    }

    /// Why classifiers did not answer, one entry each.
    pub fn silences(&self) -> impl Iterator<Item = (SignalKind, &str, Unavailable)> {
        self.signals
            .iter()
            .filter_map(|signal| match signal.answer {
                Answer::Unavailable(why) => Some((signal.kind, signal.classifier.as_str(), why)),
                Answer::Scored(_) => None,
            })
    }
}

/// What the policy recommends after all rules have run. Nothing in it has happened yet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Recommendation {
    /// Labels on the post, e.g. `goodbye`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// A queue other than the signal's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// What a person is offered to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggested: Vec<ActionPart>,
    /// What automation would do by itself; each passes the safety invariants and the budget first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub automatic: Vec<ActionPart>,
}

/// Everything outside the post that a judgement used, so that a replay evaluates the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Inputs {
    /// The post that it answers.
    #[serde(default)]
    pub parent: ParentInput,
    /// The author's messages judged together with it, nearest first (chats only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preceding: Vec<PostRef>,
    /// Age of the author's account in seconds, where the platform says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_age_secs: Option<u64>,
    /// Digest of the ruleset, lowercase hex.
    pub ruleset: String,
    /// Classifier to version or digest.
    pub versions: std::collections::BTreeMap<String, String>,
}

/// Which parent a reply was judged beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParentInput {
    /// It answers nothing.
    #[default]
    NoParent,
    /// This revision of it.
    Used(PostRef),
    /// The platform's own copy in the reply's context.
    Quoted,
    /// It answers a post that we do not have.
    Missing,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unscored(at_least: CrisisLevel, pre_screen: bool) -> CrisisReading {
        CrisisReading::Unscored {
            at_least,
            pre_screen,
            causes: vec![Unavailable::TimedOut],
        }
    }

    #[test]
    fn an_unscored_post_is_read_as_soon_and_as_urgent_when_the_pre_screen_hits() {
        assert_eq!(
            unscored(CrisisLevel::None, false).reading_level(),
            CrisisLevel::Soon
        );
        assert_eq!(
            unscored(CrisisLevel::None, true).reading_level(),
            CrisisLevel::Urgent
        );
    }

    #[test]
    fn a_silent_stage_never_lowers_what_the_others_say() {
        assert_eq!(
            unscored(CrisisLevel::ActNow, false).reading_level(),
            CrisisLevel::ActNow
        );
    }
}
