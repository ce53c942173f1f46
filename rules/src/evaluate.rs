//! From facts to an evaluation: pure, and the same for the same facts.
//!
//! All rules run before anything follows. Then levels are joined (the highest wins), what helps is
//! united, and what restricts is only ever *recommended*: the domain decides whether it may happen.

use std::collections::BTreeSet;

use holdfast_domain::assessment::{Finding, Inputs};
use holdfast_domain::rule_match::RuleMode;
use holdfast_domain::signal::Answer;
use holdfast_domain::{
    ActionKind, ActionPart, Assessment, CrisisLevel, CrisisReading, Evidence, PostRef,
    Recommendation, RuleId, RuleMatch, Signal, SignalKind, Span, Stage, signal::Unavailable,
};

use crate::attribution;
use crate::condition::{Leaf, Scene};
use crate::facts::Facts;
use crate::policy::{Applies, Attributions, Policy, Step, StepPart};
use crate::ruleset::Ruleset;
use crate::verdict::Verdict;

/// What all rules together say of one post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The rules that matched, by id; those in shadow mode changed nothing below.
    pub matches: Vec<RuleMatch>,
    /// Live rules that could not be answered, because something they need is not known.
    pub undecided: Vec<RuleId>,
    /// The crisis part.
    pub crisis: CrisisReading,
    /// The harassment part.
    pub harassment: Finding,
    /// The stigma part.
    pub stigma: Finding,
    /// Which stigma.
    pub attributions: Vec<String>,
    /// Where the post itself tells a method or incites; sorted, without overlaps.
    pub method_detail: Vec<Span>,
    /// What the policies recommend.
    pub recommendation: Recommendation,
}

impl Evaluation {
    /// The assessment that this evaluation amounts to.
    pub fn into_assessment(
        self,
        post: PostRef,
        stage: Stage,
        signals: Vec<Signal>,
        inputs: Inputs,
    ) -> Assessment {
        Assessment {
            post,
            stage,
            crisis: self.crisis,
            harassment: self.harassment,
            stigma: self.stigma,
            attributions: self.attributions,
            method_detail: self.method_detail,
            signals,
            matches: self.matches,
            recommendation: self.recommendation,
            inputs,
        }
    }
}

impl Ruleset {
    /// What the rules say of a post.
    pub fn evaluate(&self, facts: &Facts<'_>) -> Evaluation {
        let hits = self.matcher.find(facts.text.text());
        let scene = Scene { facts, hits: &hits };
        let mut gathering = Gathering::new(facts);
        let (first, second): (Vec<_>, Vec<_>) = self
            .policies
            .iter()
            .partition(|policy| !policy.applies.only_without_crisis);
        for policy in first {
            gathering.run(policy, &scene);
        }
        // Only now is it known whether the post tells of a crisis.
        if !gathering.crisis().protects() {
            for policy in second {
                gathering.run(policy, &scene);
            }
        }
        gathering.finish()
    }
}

impl Applies {
    /// Whether the rule looks at such posts. A post whose language nobody named is looked at by the
    /// rules of every language: the scope keeps rules apart, it is no evidence.
    pub(crate) fn covers(&self, facts: &Facts<'_>) -> bool {
        let all_or = |empty: bool, fits: bool| empty || fits;
        all_or(self.kinds.is_empty(), self.kinds.contains(&facts.kind))
            && all_or(
                self.communities.is_empty(),
                self.communities
                    .iter()
                    .any(|name| name == facts.community.as_str()),
            )
            && all_or(
                self.locales.is_empty(),
                facts
                    .language
                    .is_none_or(|tag| crate::condition::speaks(&self.locales, tag)),
            )
    }
}

impl Policy {
    /// Whether the rule matches, its scope included.
    pub(crate) fn verdict(&self, scene: &Scene<'_>) -> Verdict {
        if self.applies.covers(scene.facts) {
            self.when.verdict(scene)
        } else {
            Verdict::NotMatched
        }
    }

    /// The highest level that a match asks for.
    fn level(&self, scene: &Scene<'_>) -> Option<CrisisLevel> {
        let raised = self
            .raise
            .iter()
            .filter(|raise| raise.when.verdict(scene) == Verdict::Matched);
        self.then
            .level
            .into_iter()
            .chain(raised.map(|raise| raise.to))
            .max()
    }

    /// The words that a match rests on: what its conditions found, those under a `not` left out.
    pub(crate) fn evidence(&self, scene: &Scene<'_>) -> Vec<Evidence> {
        let mut found = Vec::new();
        self.when.leaves(&mut |leaf: &Leaf, _, negated| {
            if !negated {
                scene.evidence(leaf, self.evidence_label(), &mut found);
            }
        });
        found.sort_by(|a, b| (a.message, a.span, &a.label).cmp(&(b.message, b.span, &b.label)));
        found.dedup();
        found
    }
}

/// Collects effects while rules run.
struct Gathering<'a> {
    facts: &'a Facts<'a>,
    matches: Vec<RuleMatch>,
    undecided: Vec<RuleId>,
    level: CrisisLevel,
    pre_screen: bool,
    review: BTreeSet<SignalKind>,
    attributions: BTreeSet<String>,
    held: Vec<Span>,
    queue: Option<(CrisisLevel, String)>,
    recommendation: Recommendation,
}

impl<'a> Gathering<'a> {
    fn new(facts: &'a Facts<'a>) -> Self {
        Self {
            facts,
            matches: Vec::new(),
            undecided: Vec::new(),
            level: CrisisLevel::None,
            pre_screen: facts.pre_screen,
            review: BTreeSet::new(),
            attributions: BTreeSet::new(),
            held: Vec::new(),
            queue: None,
            recommendation: Recommendation::default(),
        }
    }

    fn run(&mut self, policy: &Policy, scene: &Scene<'_>) {
        match policy.verdict(scene) {
            Verdict::Unknown if policy.mode == RuleMode::Live => {
                self.undecided.push(policy.id.clone());
            }
            Verdict::Unknown | Verdict::NotMatched => {}
            Verdict::Matched => self.matched(policy, scene),
        }
    }

    fn matched(&mut self, policy: &Policy, scene: &Scene<'_>) {
        let found = RuleMatch {
            rule: policy.id.clone(),
            version: policy.version,
            mode: policy.mode,
            level: policy.level(scene),
            because: policy.because.clone(),
            evidence: policy.evidence(scene),
        };
        if policy.mode == RuleMode::Live {
            self.take_effects(policy, &found);
        }
        self.matches.push(found);
    }

    fn take_effects(&mut self, policy: &Policy, found: &RuleMatch) {
        let then = &policy.then;
        let level = found.level.unwrap_or_default();
        self.level = self.level.max(level);
        self.pre_screen |= then.pre_screen;
        self.review.extend(then.review.iter().copied());
        self.add_attributions(policy);
        if let Some(queue) = &then.queue
            && self.queue.as_ref().is_none_or(|(other, _)| level > *other)
        {
            self.queue = Some((level, queue.clone()));
        }
        let spans = merged(
            found
                .evidence
                .iter()
                .filter(|piece| piece.message == 0)
                .map(|piece| piece.span),
        );
        if then.hold_part.is_some() {
            self.held.extend(&spans);
        }
        let labels = then
            .labels
            .iter()
            .cloned()
            .chain(then.hold_part.map(|held| held.label().to_owned()));
        push_new(&mut self.recommendation.labels, labels);
        push_new(
            &mut self.recommendation.suggested,
            parts(&then.suggest, &spans),
        );
        for part in parts(&then.automatic, &spans) {
            self.add_automatic(part);
        }
    }

    /// One automatic message at most, whichever rules ask for one; what is hidden is explained, so a
    /// private message goes before a hint.
    fn add_automatic(&mut self, part: ActionPart) {
        let automatic = &mut self.recommendation.automatic;
        let speaks =
            |part: &ActionPart| matches!(part.kind(), ActionKind::Outreach | ActionKind::Nudge);
        let spoken = automatic.iter().position(speaks).filter(|_| speaks(&part));
        match spoken {
            Some(at)
                if part.kind() == ActionKind::Outreach
                    && automatic[at].kind() == ActionKind::Nudge =>
            {
                automatic[at] = part;
            }
            Some(_) => {}
            None => push_new(automatic, std::iter::once(part)),
        }
    }

    fn add_attributions(&mut self, policy: &Policy) {
        match &policy.then.attributions {
            Attributions::None => {}
            Attributions::These(names) => self.attributions.extend(names.iter().cloned()),
            Attributions::FromSignals => {
                let stigma = self
                    .facts
                    .signals
                    .iter()
                    .filter(|signal| signal.kind == SignalKind::Stigma);
                let labels = stigma
                    .filter_map(Signal::scored)
                    .flat_map(|scored| &scored.labels);
                let names = labels.filter_map(|label| attribution::of_label(&label.label));
                self.attributions.extend(names.map(str::to_owned));
            }
        }
    }

    /// The crisis reading so far. Where nobody was asked it is unscored too: silence is not innocence.
    fn crisis(&self) -> CrisisReading {
        let mut asked = self
            .facts
            .signals
            .iter()
            .filter(|signal| signal.kind == SignalKind::Crisis)
            .peekable();
        let mut causes = Vec::new();
        if asked.peek().is_none() {
            causes.push(Unavailable::SwitchedOff);
        }
        causes.extend(asked.filter_map(|signal| match signal.answer {
            Answer::Unavailable(why) => Some(why),
            Answer::Scored(_) => None,
        }));
        if causes.is_empty() {
            CrisisReading::Level(self.level)
        } else {
            CrisisReading::Unscored {
                at_least: self.level,
                pre_screen: self.pre_screen,
                causes,
            }
        }
    }

    fn finding(&self, kind: SignalKind) -> Finding {
        let answered = self
            .facts
            .signals
            .iter()
            .any(|signal| signal.kind == kind && signal.scored().is_some());
        match (self.review.contains(&kind), answered) {
            (true, _) => Finding::Review,
            (false, true) => Finding::Clear,
            (false, false) => Finding::Unknown,
        }
    }

    fn finish(mut self) -> Evaluation {
        let crisis = self.crisis();
        let (harassment, stigma) = (
            self.finding(SignalKind::Harassment),
            self.finding(SignalKind::Stigma),
        );
        self.matches.sort_by(|a, b| a.rule.cmp(&b.rule));
        self.undecided.sort();
        self.recommendation.queue = self.queue.map(|(_, queue)| queue);
        Evaluation {
            matches: self.matches,
            undecided: self.undecided,
            crisis,
            harassment,
            stigma,
            attributions: self.attributions.into_iter().collect(),
            method_detail: merged(self.held.into_iter()),
            recommendation: self.recommendation,
        }
    }
}

/// The parts that steps ask for; hiding a part, once for each stretch found. Where no stretch of the
/// post itself was found there is nothing to hide, and so nothing to tell its author either.
fn parts<'p>(steps: &'p [Step], spans: &'p [Span]) -> impl Iterator<Item = ActionPart> + 'p {
    let nothing_to_hide =
        spans.is_empty() && steps.iter().any(|step| step.part == StepPart::HidePart);
    let steps = if nothing_to_hide { &[] } else { steps };
    steps.iter().flat_map(move |step| match &step.part {
        StepPart::Whole(part) => vec![part.clone()],
        StepPart::HidePart => spans
            .iter()
            .map(|span| ActionPart::HidePart { span: *span })
            .collect(),
    })
}

/// Appends what is not there yet.
fn push_new<T: PartialEq>(list: &mut Vec<T>, more: impl Iterator<Item = T>) {
    for item in more {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

/// Spans sorted and joined where they touch.
fn merged(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut sorted: Vec<_> = spans.collect();
    sorted.sort();
    let mut joined: Vec<Span> = Vec::with_capacity(sorted.len());
    for span in sorted {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests;
