//! What `holdfast policy lint` and `holdfast policy test` say.
//!
//! A report names files, lines and rules. It never repeats the text of a test: the examples of a
//! policy may be sentences that somebody wrote.

use std::fmt::Write as _;
use std::path::Path;

use holdfast_domain::assessment::Finding;
use holdfast_domain::{CommunityId, CrisisLevel, Normaliser, Signal, SignalKind};
use serde::Serialize;

use crate::condition::Scene;
use crate::error::{LoadError, Problem, Severity};
use crate::evaluate::Evaluation;
use crate::facts::Facts;
use crate::policy::{Policy, PolicyTest};
use crate::ruleset::{Ruleset, Source, compile_what_is_right, read_folder};
use crate::safety::could_match;
use crate::verdict::Verdict;

/// The outcome of a lint or test run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many files were read.
    pub files: usize,
    /// How many rules could be compiled.
    pub rules: usize,
    /// How many tests were run.
    pub tests: usize,
    /// What was found, by file and line.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Whether nothing is wrong; advice does not count.
    pub fn is_ok(&self) -> bool {
        self.problems
            .iter()
            .all(|problem| problem.severity == Severity::Advice)
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for problem in &self.problems {
            let _ = writeln!(out, "{problem}");
        }
        let errors = self
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .count();
        let outcome = if errors == 0 {
            "all is well".to_owned()
        } else {
            format!("{errors} wrong")
        };
        let tests = if self.tests == 0 {
            String::new()
        } else {
            format!(", {}", count(self.tests, "test"))
        };
        let _ = writeln!(
            out,
            "{}, {}{tests}: {outcome}",
            count(self.files, "file"),
            count(self.rules, "rule")
        );
        out
    }

    /// For programs.
    pub fn to_json(&self) -> serde_json::Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        value["ok"] = self.is_ok().into();
        value
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}

/// Lints a folder of policies.
pub fn lint(folder: &Path, normaliser: &dyn Normaliser) -> Result<Report, LoadError> {
    Ok(lint_sources(&read_folder(folder)?, normaliser))
}

/// Lints policies.
pub fn lint_sources(sources: &[Source], normaliser: &dyn Normaliser) -> Report {
    let (ruleset, mut problems) = compile_what_is_right(sources, normaliser);
    for policy in &ruleset.policies {
        problems.extend(advice(policy));
    }
    problems.sort();
    Report {
        files: sources.len(),
        rules: ruleset.policies.len(),
        tests: 0,
        problems,
    }
}

/// What would make a loadable policy better.
fn advice(policy: &Policy) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut advise = |place, text: &str, expected: &str| {
        found.push(Problem::advice(&policy.file, place, text).expecting(expected));
    };
    let expects = |verdict| {
        policy
            .tests
            .iter()
            .any(|test| test.expect.rule == Some(verdict))
    };
    if !expects(Verdict::Matched) {
        advise(
            policy.tests_place,
            "no test says what must match",
            "a test with 'expect: match'",
        );
    }
    if !expects(Verdict::NotMatched) {
        advise(
            policy.tests_place,
            "no test says what must not match",
            "a near miss with 'expect: no_match'",
        );
    }
    if !could_match(&policy.when) {
        advise(
            policy.when.place,
            "the rule can never match",
            "conditions that do not contradict each other",
        );
    }
    found
}

/// Runs the tests of a folder of policies; `classify` answers for texts whose test names no signals.
pub fn test(
    folder: &Path,
    normaliser: &dyn Normaliser,
    classify: &dyn Fn(&str) -> Vec<Signal>,
) -> Result<Report, LoadError> {
    Ok(test_sources(&read_folder(folder)?, normaliser, classify))
}

/// Runs the tests of policies. Each is judged by all policies together, as a post would be.
pub fn test_sources(
    sources: &[Source],
    normaliser: &dyn Normaliser,
    classify: &dyn Fn(&str) -> Vec<Signal>,
) -> Report {
    let (ruleset, mut problems) = compile_what_is_right(sources, normaliser);
    let runner = Runner {
        ruleset: &ruleset,
        normaliser,
        classify,
    };
    let mut tests = 0;
    for policy in &ruleset.policies {
        for test in &policy.tests {
            tests += 1;
            problems.extend(runner.run(policy, test));
        }
    }
    problems.sort();
    Report {
        files: sources.len(),
        rules: ruleset.policies.len(),
        tests,
        problems,
    }
}

struct Runner<'a> {
    ruleset: &'a Ruleset,
    normaliser: &'a dyn Normaliser,
    classify: &'a dyn Fn(&str) -> Vec<Signal>,
}

impl Runner<'_> {
    fn run(&self, policy: &Policy, test: &PolicyTest) -> Vec<Problem> {
        let failed = |found: String| Problem::error(&policy.file, test.place, found);
        let Ok(community) = CommunityId::new(test.post.community.as_str()) else {
            return vec![failed("the test's community is no valid name".to_owned())];
        };
        let signals = test
            .signals
            .clone()
            .unwrap_or_else(|| (self.classify)(&test.text));
        let normalised = self.normaliser.normalise(&test.text);
        let facts = Facts {
            kind: test.post.kind,
            community: &community,
            language: test.post.language.as_deref(),
            author_role: test.post.author_role,
            account_age_secs: test.post.account_age_secs,
            age_band: test.post.age_band.as_deref(),
            content_warning: test.post.content_warning,
            text: normalised.as_ref(),
            messages: &[],
            signals: &signals,
            pre_screen: false,
        };
        let evaluation = self.ruleset.evaluate(&facts);
        let verdict = self.verdict(policy, &facts, &evaluation);
        failures(test, verdict, &evaluation)
            .into_iter()
            .map(failed)
            .collect()
    }

    fn verdict(&self, policy: &Policy, facts: &Facts<'_>, evaluation: &Evaluation) -> Verdict {
        if policy.applies.only_without_crisis && evaluation.crisis.protects() {
            return Verdict::NotMatched;
        }
        let hits = self.ruleset.matcher.find(facts.text.text());
        policy.verdict(&Scene { facts, hits: &hits })
    }
}

/// Where the answer differs from what the test expects.
fn failures(test: &PolicyTest, verdict: Verdict, evaluation: &Evaluation) -> Vec<String> {
    let mut failures = Vec::new();
    if let Some(wanted) = test.expect.rule
        && wanted != verdict
    {
        failures.push(format!(
            "this test should give '{wanted}' and gives '{verdict}'"
        ));
    }
    let level = evaluation.crisis.reading_level();
    if let Some(range) = &test.expect.level
        && !range.contains(&level)
    {
        let (least, most) = (range.start(), range.end());
        let wanted = if least == most {
            format!("'{least}'")
        } else {
            format!("'{least}' to '{most}'")
        };
        failures.push(format!(
            "this test should be read as {wanted} and is read as '{level}'"
        ));
    }
    for label in test
        .expect
        .labels
        .iter()
        .filter(|label| !evaluation.recommendation.labels.contains(label))
    {
        failures.push(format!("this test should get the label '{label}'"));
    }
    for kind in &test.expect.review {
        let finding = match kind {
            SignalKind::Crisis => level >= CrisisLevel::Soon,
            SignalKind::Harassment => evaluation.harassment == Finding::Review,
            SignalKind::Stigma => evaluation.stigma == Finding::Review,
        };
        if !finding {
            failures.push(format!("this test should be reviewed for {kind}"));
        }
    }
    let offered = evaluation
        .recommendation
        .suggested
        .iter()
        .chain(&evaluation.recommendation.automatic);
    let offered: Vec<_> = offered.map(|part| part.kind().as_str()).collect();
    for action in test
        .expect
        .actions
        .iter()
        .filter(|action| !offered.contains(&action.as_str()))
    {
        failures.push(format!("this test should offer '{action}'"));
    }
    failures
}

#[cfg(test)]
mod guide;
#[cfg(test)]
mod tests;
