//! Conditions and how they are answered.

use std::fmt;

use holdfast_domain::post::{AuthorRole, PostKind};
use holdfast_domain::{CrisisLevel, Evidence, Score, Signal, SignalKind, signal::Answer};
use regex::Regex;

use crate::facts::Facts;
use crate::matcher::Hits;
use crate::verdict::Verdict;
use crate::yaml::Place;

/// A condition and where it stands in its file.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) place: Place,
    pub(crate) test: Test,
}

/// What a condition asks.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Leaf(Leaf),
}

/// A question put to the facts.
#[derive(Debug, Clone)]
pub(crate) enum Leaf {
    Phrase(PhraseTest),
    Regex(Regex),
    Kind(Vec<PostKind>),
    AuthorRole(Vec<AuthorRole>),
    AccountAge {
        under_secs: Option<u64>,
        over_secs: Option<u64>,
    },
    AgeBand(Vec<String>),
    ContentWarning(bool),
    Language(Vec<String>),
    Signal(SignalTest),
}

/// Phrases, each normalised, of which one must occur at word boundaries.
#[derive(Debug, Clone)]
pub(crate) struct PhraseTest {
    pub(crate) phrases: Vec<Phrase>,
    /// Its number in the shared automaton, given when the ruleset is compiled.
    pub(crate) set: u32,
}

/// One normalised phrase.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Phrase {
    pub(crate) text: String,
    /// Written with a `*` at its end: the last word may go on.
    pub(crate) open_end: bool,
}

/// What is asked of the classifiers' answers. Everything given must hold for one and the same answer.
#[derive(Debug, Clone)]
pub(crate) struct SignalTest {
    pub(crate) kind: SignalKind,
    pub(crate) classifier: Option<String>,
    pub(crate) at_least: Option<Score>,
    pub(crate) level: Option<CrisisLevel>,
    pub(crate) labels: Vec<String>,
    pub(crate) available: Option<bool>,
}

/// Answers the questions of conditions.
pub(crate) trait World {
    fn answer(&self, leaf: &Leaf) -> Verdict;
}

impl Condition {
    /// The answer in a world.
    pub(crate) fn verdict(&self, world: &dyn World) -> Verdict {
        match &self.test {
            Test::All(parts) => fold(
                parts,
                Verdict::Matched,
                Verdict::NotMatched,
                world,
                Verdict::and,
            ),
            Test::Any(parts) => fold(
                parts,
                Verdict::NotMatched,
                Verdict::Matched,
                world,
                Verdict::or,
            ),
            Test::Not(part) => !part.verdict(world),
            Test::Leaf(leaf) => world.answer(leaf),
        }
    }

    /// Every leaf, with whether it stands under an odd number of `not`.
    pub(crate) fn leaves<'c>(&'c self, visit: &mut dyn FnMut(&'c Leaf, Place, bool)) {
        self.walk(false, visit);
    }

    fn walk<'c>(&'c self, negated: bool, visit: &mut dyn FnMut(&'c Leaf, Place, bool)) {
        match &self.test {
            Test::All(parts) | Test::Any(parts) => {
                for part in parts {
                    part.walk(negated, visit);
                }
            }
            Test::Not(part) => part.walk(!negated, visit),
            Test::Leaf(leaf) => visit(leaf, self.place, negated),
        }
    }

    /// Every phrase test, to be numbered.
    pub(crate) fn phrase_tests(&mut self, visit: &mut dyn FnMut(&mut PhraseTest)) {
        match &mut self.test {
            Test::All(parts) | Test::Any(parts) => {
                for part in parts {
                    part.phrase_tests(visit);
                }
            }
            Test::Not(part) => part.phrase_tests(visit),
            Test::Leaf(Leaf::Phrase(phrases)) => visit(phrases),
            Test::Leaf(_) => {}
        }
    }
}

/// Combines the answers of `parts`, leaving early once the rest cannot change anything.
fn fold(
    parts: &[Condition],
    start: Verdict,
    settled: Verdict,
    world: &dyn World,
    join: fn(Verdict, Verdict) -> Verdict,
) -> Verdict {
    let mut verdict = start;
    for part in parts {
        verdict = join(verdict, part.verdict(world));
        if verdict == settled {
            break;
        }
    }
    verdict
}

/// The real world: one post's facts and what the automaton found in its text.
pub(crate) struct Scene<'a> {
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) hits: &'a Hits,
}

impl World for Scene<'_> {
    fn answer(&self, leaf: &Leaf) -> Verdict {
        let facts = self.facts;
        match leaf {
            Leaf::Phrase(test) => self.hits.of(test.set).next().is_some().into(),
            Leaf::Regex(regex) => regex.is_match(facts.text.text()).into(),
            Leaf::Kind(kinds) => kinds.contains(&facts.kind).into(),
            Leaf::AuthorRole(roles) => roles.contains(&facts.author_role).into(),
            Leaf::AccountAge {
                under_secs,
                over_secs,
            } => facts
                .account_age_secs
                .map(|age| {
                    under_secs.is_none_or(|under| age < under)
                        && over_secs.is_none_or(|over| age > over)
                })
                .into(),
            Leaf::AgeBand(bands) => facts
                .age_band
                .map(|band| bands.iter().any(|known| known == band))
                .into(),
            Leaf::ContentWarning(wanted) => (facts.content_warning == *wanted).into(),
            Leaf::Language(languages) => facts
                .language
                .map(|language| speaks(languages, language))
                .into(),
            Leaf::Signal(test) => test.verdict(facts.signals),
        }
    }
}

impl Scene<'_> {
    /// The words that a leaf rests on.
    pub(crate) fn evidence(&self, leaf: &Leaf, label: &str, out: &mut Vec<Evidence>) {
        match leaf {
            Leaf::Phrase(test) => {
                self.hits
                    .of(test.set)
                    .for_each(|range| out.extend(self.facts.evidence(range, label)));
            }
            Leaf::Regex(regex) => {
                for found in regex.find_iter(self.facts.text.text()) {
                    out.extend(self.facts.evidence(found.range(), label));
                }
            }
            Leaf::Signal(test) => {
                for signal in self.facts.signals {
                    if test.concerns(signal) && test.answer(signal) == Verdict::Matched {
                        out.extend(test.words(signal));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether a language tag (`en-GB`) is one of `languages` or a variety of it (`en`).
pub(crate) fn speaks(languages: &[String], tag: &str) -> bool {
    languages.iter().any(|language| {
        tag.get(..language.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(language))
            && matches!(tag.as_bytes().get(language.len()), None | Some(b'-' | b'_'))
    })
}

impl SignalTest {
    fn concerns(&self, signal: &Signal) -> bool {
        signal.kind == self.kind
            && self
                .classifier
                .as_ref()
                .is_none_or(|name| *name == signal.classifier)
    }

    /// Whether one of the answers fits; unknown where nobody was asked.
    fn verdict(&self, signals: &[Signal]) -> Verdict {
        let answers = signals
            .iter()
            .filter(|signal| self.concerns(signal))
            .map(|signal| self.answer(signal));
        answers.reduce(Verdict::or).unwrap_or(Verdict::Unknown)
    }

    fn answer(&self, signal: &Signal) -> Verdict {
        let scored = match (&signal.answer, self.available) {
            (Answer::Scored(_), Some(false)) => return Verdict::NotMatched,
            (Answer::Unavailable(_), Some(wanted)) => return (!wanted).into(),
            (Answer::Unavailable(_), None) => return Verdict::Unknown,
            (Answer::Scored(scored), _) => scored,
        };
        let least = self.at_least.unwrap_or(Score::ZERO);
        let fits = if self.labels.is_empty() {
            (scored.score >= least).into()
        } else {
            let found = scored
                .labels
                .iter()
                .any(|label| label.score >= least && self.labels.contains(&label.label));
            Verdict::from(found)
        };
        let level = self.level.map_or(Verdict::Matched, |wanted| {
            scored.level.map(|level| level >= wanted).into()
        });
        fits.and(level)
    }

    /// The evidence of an answer, narrowed to the labels asked for where it says which is which.
    fn words(&self, signal: &Signal) -> Vec<Evidence> {
        let all = signal
            .scored()
            .map(|scored| scored.evidence.as_slice())
            .unwrap_or_default();
        let narrow: Vec<_> = all
            .iter()
            .filter(|piece| self.labels.contains(&piece.label))
            .cloned()
            .collect();
        if narrow.is_empty() {
            all.to_vec()
        } else {
            narrow
        }
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phrase(test) => {
                let phrases: Vec<_> = test.phrases.iter().map(ToString::to_string).collect();
                write!(f, "phrase: {}", one_of(&phrases))
            }
            Self::Regex(regex) => write!(f, "regex: {}", regex.as_str()),
            Self::Kind(kinds) => {
                write!(
                    f,
                    "kind: {}",
                    one_of(&kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>())
                )
            }
            Self::AuthorRole(roles) => {
                write!(
                    f,
                    "author_role: {}",
                    one_of(
                        &roles
                            .iter()
                            .map(|role| role_name(*role))
                            .collect::<Vec<_>>()
                    )
                )
            }
            Self::AccountAge {
                under_secs,
                over_secs,
            } => {
                write!(f, "account_age:")?;
                under_secs.map_or(Ok(()), |secs| write!(f, " under {}", duration(secs)))?;
                over_secs.map_or(Ok(()), |secs| write!(f, " over {}", duration(secs)))
            }
            Self::AgeBand(bands) => write!(f, "age_band: {}", one_of(bands)),
            Self::ContentWarning(wanted) => write!(f, "content_warning: {wanted}"),
            Self::Language(languages) => write!(f, "language: {}", one_of(languages)),
            Self::Signal(test) => test.fmt(f),
        }
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.text, if self.open_end { "*" } else { "" })
    }
}

impl fmt::Display for SignalTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "signal: {}", self.kind)?;
        self.classifier
            .as_ref()
            .map_or(Ok(()), |name| write!(f, ", classifier: {name}"))?;
        self.at_least
            .map_or(Ok(()), |least| write!(f, ", at_least: {least}"))?;
        self.level
            .map_or(Ok(()), |level| write!(f, ", level: {level}"))?;
        self.available
            .map_or(Ok(()), |wanted| write!(f, ", available: {wanted}"))?;
        if self.labels.is_empty() {
            Ok(())
        } else {
            write!(f, ", label: {}", one_of(&self.labels))
        }
    }
}

/// The first few of a list, so that a line stays a line.
fn one_of<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<_> = names.iter().take(4).map(AsRef::as_ref).collect();
    match names.len() {
        1 => shown[0].to_owned(),
        0..=4 => format!("one of {}", shown.join(", ")),
        more => format!("one of {} and {} more", shown.join(", "), more - 4),
    }
}

/// A stretch of time as policies write it.
fn duration(secs: u64) -> String {
    match secs {
        _ if secs.is_multiple_of(86_400) => format!("{}d", secs / 86_400),
        _ if secs.is_multiple_of(3_600) => format!("{}h", secs / 3_600),
        _ if secs.is_multiple_of(60) => format!("{}m", secs / 60),
        _ => format!("{secs}s"),
    }
}

/// A role's name in policy files.
pub(crate) const fn role_name(role: AuthorRole) -> &'static str {
    match role {
        AuthorRole::Member => "member",
        AuthorRole::Peer => "peer",
        AuthorRole::Moderator => "moderator",
        AuthorRole::Clinician => "clinician",
        AuthorRole::Bot => "bot",
    }
}

#[cfg(test)]
mod tests;
