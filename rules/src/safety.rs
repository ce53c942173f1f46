//! Refuses policies that could break a safety invariant, and says which and why.
//!
//! The domain refuses the same steps again when a case is decided. Here they are found before the
//! policy is in force, so that its writer learns of it and nobody else has to.
//!
//! The check does not look for a pattern in the file, it asks the rule: "with an author of staff, and
//! everything else unknown, could you match?" Since knowing more never turns a definite answer
//! round (see [`verdict`](crate::verdict)), a "not matched" holds for every post.
//!
//! No condition looks at reports, so no rule can break N5 (a report alone never sends a message). A
//! condition on reports must bring that check with it.

use holdfast_domain::post::AuthorRole;
use holdfast_domain::safety::Invariant;
use holdfast_domain::{ActionKind, ActionPart, SignalKind};

use crate::condition::{Condition, Leaf, Test, World};
use crate::error::Problem;
use crate::policy::{Policy, Step, StepPart, Topic};
use crate::verdict::Verdict;
use crate::yaml::Place;

/// A safety rule as a problem names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) why: &'static str,
}

/// Rules raise, people lower.
pub(crate) const ONLY_RAISES: Row = Row {
    name: "raise-only",
    why: "a rule that calls a post harmless would silence every other warning about it; lowering a level \
          is for people, with a reason",
};
/// Disclosure and emergency services.
pub(crate) const PEOPLE_DECIDE_DISCLOSURE: Row = Row {
    name: "N6",
    why: "telling others about a person, or calling emergency services, takes a person who answers for it",
};
/// Method words stay masked.
const N2_NO_METHOD_WORDS: Row = Row {
    name: "N2",
    why: "a rule's title and reason are shown in alerts and lists; method words in them would be shown to \
          everybody, unmasked",
};

/// The row of an invariant of the domain.
pub(crate) const fn of(invariant: Invariant) -> Row {
    Row {
        name: invariant.row(),
        why: invariant.why(),
    }
}

/// Every invariant that the policy could break.
pub(crate) fn check(policy: &Policy) -> Vec<Problem> {
    let mut check = Check {
        policy,
        problems: Vec::new(),
    };
    check.exclusion();
    check.punishment();
    check.hidden_parts();
    check.staff();
    check.stigma();
    check.messages();
    check.scope();
    check.method_words();
    check.problems
}

struct Check<'p> {
    policy: &'p Policy,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn refuse(&mut self, place: Place, row: Row, found: impl Into<String>, expected: &str) {
        let mut problem = Problem::error(&self.policy.file, place, found).expecting(expected);
        problem.breaks(row);
        self.problems.push(problem);
    }

    fn automatic(&self, wanted: impl Fn(ActionKind) -> bool) -> Vec<(ActionKind, Place)> {
        let steps = self.policy.then.automatic.iter();
        steps
            .map(|step| (step.kind(), step.place))
            .filter(|(kind, _)| wanted(*kind))
            .collect()
    }

    /// Suspending and removing: never by automation.
    fn exclusion(&mut self) {
        for (kind, place) in self.automatic(excludes) {
            let invariant = if self.policy.applies.only_without_crisis {
                Invariant::OnlySuggestExclusion
            } else {
                Invariant::N1NoAutomaticPunishment
            };
            self.refuse(
                place,
                of(invariant),
                format!("'{}' as an automatic step", kind.as_str()),
                &format!(
                    "'{}' under 'suggest', where a person decides",
                    kind.as_str()
                ),
            );
        }
    }

    /// Restricting a post or author: only where nothing points to a crisis.
    fn punishment(&mut self) {
        if self.policy.applies.only_without_crisis {
            return;
        }
        let steps = self.automatic(|kind| {
            kind.is_restrictive() && kind != ActionKind::HidePart && !excludes(kind)
        });
        for (kind, place) in steps {
            self.refuse(
                place,
                of(Invariant::N1NoAutomaticPunishment),
                format!(
                    "'{}' as an automatic step could hit a post that tells of a crisis",
                    kind.as_str()
                ),
                "'crisis: none' under 'applies', or the step under 'suggest'",
            );
        }
    }

    /// Hiding a part: only what tells a method or incites, and only with a message.
    fn hidden_parts(&mut self) {
        let speaks = !self
            .automatic(|kind| kind == ActionKind::Outreach)
            .is_empty();
        for (_, place) in self.automatic(|kind| kind == ActionKind::HidePart) {
            if self.policy.then.hold_part.is_none() {
                self.refuse(
                    place,
                    of(Invariant::N1NoAutomaticPunishment),
                    "'hide_part' as an automatic step without saying what the part tells",
                    "'hold_part: method_detail' or 'hold_part: incitement' under 'then'",
                );
            }
            if !speaks {
                self.refuse(
                    place,
                    of(Invariant::M3HideWithOutreach),
                    "'hide_part' as an automatic step without a message to the author",
                    "an 'outreach' step beside it",
                );
            }
        }
    }

    /// Restricting staff.
    fn staff(&mut self) {
        let steps = self.automatic(ActionKind::is_restrictive);
        let Some((kind, place)) = steps.first() else {
            return;
        };
        let staff = [AuthorRole::Moderator, AuthorRole::Clinician];
        if staff
            .iter()
            .any(|role| self.policy.when.verdict(&OnlyRole(*role)) != Verdict::NotMatched)
        {
            self.refuse(
                *place,
                of(Invariant::NeverAgainstStaff),
                format!(
                    "'{}' as an automatic step could hit a moderator or clinician",
                    kind.as_str()
                ),
                "'not: { author_role: [moderator, clinician] }' among the conditions under 'all'",
            );
        }
    }

    /// Restricting over stigma.
    fn stigma(&mut self) {
        if !self.policy.is_about_stigma() {
            return;
        }
        for (kind, place) in self.automatic(|kind| kind.is_restrictive() && !excludes(kind)) {
            self.refuse(
                place,
                of(Invariant::StigmaStopsAtLabel),
                format!("'{}' as an automatic step about stigma", kind.as_str()),
                "'nudge' or 'label', or the step under 'suggest'",
            );
        }
    }

    /// More than one message at once.
    fn messages(&mut self) {
        let steps = self.automatic(|kind| matches!(kind, ActionKind::Outreach | ActionKind::Nudge));
        for (kind, place) in steps.into_iter().skip(1) {
            self.refuse(
                place,
                of(Invariant::N3OneAutomatedMessage),
                format!("'{}' is a second automatic message", kind.as_str()),
                "one automatic message",
            );
        }
    }

    /// A rule that waits for the crisis reading cannot change it.
    fn scope(&mut self) {
        let policy = self.policy;
        let raises =
            policy.then.level.is_some() || policy.then.pre_screen || !policy.raise.is_empty();
        if policy.applies.only_without_crisis && raises {
            let problem = Problem::error(
                &policy.file,
                policy.then_place,
                "the rule asks for a crisis level, but looks only at posts without one",
            );
            self.problems
                .push(problem.expecting("no 'crisis: none' under 'applies'"));
        }
    }

    /// Words of a method in what everybody reads.
    fn method_words(&mut self) {
        if self.policy.then.hold_part.is_none() {
            return;
        }
        let shown = format!("{} {}", self.policy.title, self.policy.because).to_lowercase();
        let mut echoed = Vec::new();
        self.policy.when.leaves(&mut |leaf, place, _| {
            if let Leaf::Phrase(test) = leaf
                && test
                    .phrases
                    .iter()
                    .any(|phrase| shown.contains(&phrase.text))
            {
                echoed.push(place);
            }
        });
        for place in echoed {
            self.refuse(
                place,
                N2_NO_METHOD_WORDS,
                "a phrase of this condition stands in the rule's title or reason",
                "a title and reason without it",
            );
        }
    }
}

impl Step {
    fn kind(&self) -> ActionKind {
        match &self.part {
            StepPart::HidePart => ActionKind::HidePart,
            StepPart::Whole(part) => ActionPart::kind(part),
        }
    }
}

impl Policy {
    /// Stigma alone; what is harassment as well lies in that folder.
    fn is_about_stigma(&self) -> bool {
        let reviews = |kind: SignalKind| self.then.review.contains(&kind);
        self.topic == Topic::Signal(SignalKind::Stigma)
            || (reviews(SignalKind::Stigma) && !reviews(SignalKind::Harassment))
    }
}

const fn excludes(kind: ActionKind) -> bool {
    matches!(kind, ActionKind::SuspendAuthor | ActionKind::Remove)
}

/// A world in which nothing but the author's role is known.
struct OnlyRole(AuthorRole);

impl World for OnlyRole {
    fn answer(&self, leaf: &Leaf) -> Verdict {
        match leaf {
            Leaf::AuthorRole(roles) => roles.contains(&self.0).into(),
            _ => Verdict::Unknown,
        }
    }
}

/// A world in which nothing is known: what is definite here can never be otherwise.
pub(crate) struct Nothing;

impl World for Nothing {
    fn answer(&self, _: &Leaf) -> Verdict {
        Verdict::Unknown
    }
}

/// Whether some answer of the leaves could make the condition match. `all` of a condition and its
/// own `not` is the contradiction that people write by accident.
pub(crate) fn could_match(condition: &Condition) -> bool {
    match &condition.test {
        Test::All(parts) => {
            let texts: Vec<_> = parts.iter().map(leaf_text).collect();
            let contradicts = parts.iter().any(|part| match &part.test {
                Test::Not(inner) => texts
                    .iter()
                    .flatten()
                    .any(|text| Some(text) == leaf_text(inner).as_ref()),
                _ => false,
            });
            !contradicts && parts.iter().all(could_match)
        }
        Test::Any(parts) => parts.iter().any(could_match),
        Test::Not(_) | Test::Leaf(_) => condition.verdict(&Nothing) != Verdict::NotMatched,
    }
}

fn leaf_text(condition: &Condition) -> Option<String> {
    match &condition.test {
        Test::Leaf(leaf) => Some(leaf.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
