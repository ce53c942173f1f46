//! Which conditions passed, failed or are unknown for one post, and what they rest on.
//!
//! Shows the words that were found, so it is for text that its reader brought along, or is allowed
//! to see.

use std::fmt::{self, Write as _};

use holdfast_domain::rule_match::RuleMode;
use holdfast_domain::{CrisisReading, RuleId, Span};
use serde::Serialize;

use crate::condition::{Condition, Scene, Test};
use crate::facts::Facts;
use crate::policy::Policy;
use crate::ruleset::Ruleset;
use crate::verdict::Verdict;

/// All rules, each with the answers of its conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The digest of the rules.
    pub ruleset: String,
    /// How urgently a person should look, all rules together.
    pub crisis: CrisisReading,
    /// The rules, by id.
    pub rules: Vec<ExplainedRule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedRule {
    /// Its id.
    pub rule: RuleId,
    /// Its version.
    pub version: u32,
    /// Whether its effects count.
    pub mode: RuleMode,
    /// The answer.
    pub verdict: Verdict,
    /// Why the rule does not look at this post at all, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_scope: Option<String>,
    /// Its condition.
    pub condition: ExplainedCondition,
    /// The further conditions that raise its level.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub raise: Vec<ExplainedCondition>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedCondition {
    /// The condition in words.
    pub text: String,
    /// Its line in the rule's file.
    pub line: u32,
    /// The answer.
    pub verdict: Verdict,
    /// What it rests on: places in the post and the words there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Quote>,
    /// The conditions within it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ExplainedCondition>,
}

/// Words of the post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// Where.
    pub span: Span,
    /// The words.
    pub words: String,
}

impl Ruleset {
    /// Explains every rule for one post; `original` is the text that the facts' text came from.
    pub fn explain(&self, facts: &Facts<'_>, original: &str) -> Explanation {
        let hits = self.matcher.find(facts.text.text());
        let scene = Scene { facts, hits: &hits };
        let crisis = self.evaluate(facts).crisis;
        let explainer = Explainer {
            scene: &scene,
            original,
            in_crisis: crisis.protects(),
        };
        let rules = self
            .policies
            .iter()
            .map(|policy| explainer.rule(policy))
            .collect();
        Explanation {
            ruleset: self.digest().to_owned(),
            crisis,
            rules,
        }
    }
}

struct Explainer<'a> {
    scene: &'a Scene<'a>,
    original: &'a str,
    in_crisis: bool,
}

impl Explainer<'_> {
    fn rule(&self, policy: &Policy) -> ExplainedRule {
        let out_of_scope = self.out_of_scope(policy);
        let verdict = if out_of_scope.is_some() {
            Verdict::NotMatched
        } else {
            policy.verdict(self.scene)
        };
        ExplainedRule {
            rule: policy.id.clone(),
            version: policy.version,
            mode: policy.mode,
            verdict,
            out_of_scope,
            condition: self.condition(&policy.when),
            raise: policy
                .raise
                .iter()
                .map(|raise| self.condition(&raise.when))
                .collect(),
        }
    }

    fn out_of_scope(&self, policy: &Policy) -> Option<String> {
        if !policy.applies.covers(self.scene.facts) {
            Some("the post's kind, community or language is not in 'applies'".to_owned())
        } else if policy.applies.only_without_crisis && self.in_crisis {
            Some(
                "the post tells of a crisis, or may, and the rule applies to 'crisis: none' only"
                    .to_owned(),
            )
        } else {
            None
        }
    }

    fn condition(&self, condition: &Condition) -> ExplainedCondition {
        let mut evidence = Vec::new();
        let (text, parts) = match &condition.test {
            Test::All(parts) => ("all of".to_owned(), self.parts(parts)),
            Test::Any(parts) => ("any of".to_owned(), self.parts(parts)),
            Test::Not(part) => ("not".to_owned(), vec![self.condition(part)]),
            Test::Leaf(leaf) => {
                self.scene.evidence(leaf, "", &mut evidence);
                (leaf.to_string(), Vec::new())
            }
        };
        let quotes = evidence
            .into_iter()
            .filter(|piece| piece.message == 0)
            .filter_map(|piece| {
                let words = self.original.get(piece.span.range())?.to_owned();
                Some(Quote {
                    span: piece.span,
                    words,
                })
            });
        ExplainedCondition {
            text,
            line: condition.place.line,
            verdict: condition.verdict(self.scene),
            evidence: quotes.collect(),
            parts,
        }
    }

    fn parts(&self, parts: &[Condition]) -> Vec<ExplainedCondition> {
        parts.iter().map(|part| self.condition(part)).collect()
    }
}

impl Explanation {
    /// As a tree to read: what matched first, then what is unknown; what did not match is counted,
    /// or shown too where `all` is set.
    pub fn to_text(&self, all: bool) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "crisis: {}", crisis_words(&self.crisis));
        for verdict in [Verdict::Matched, Verdict::Unknown, Verdict::NotMatched] {
            let rules: Vec<_> = self
                .rules
                .iter()
                .filter(|rule| rule.verdict == verdict)
                .collect();
            if verdict == Verdict::NotMatched && !all {
                let _ = writeln!(out, "{} further rules did not match", rules.len());
            } else {
                for rule in rules {
                    rule.write(&mut out);
                }
            }
        }
        out
    }

    /// As JSON.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

fn crisis_words(reading: &CrisisReading) -> String {
    let level = reading.reading_level();
    if reading.is_unscored() {
        format!("Unscored, read as {level}")
    } else {
        level.to_string()
    }
}

impl ExplainedRule {
    fn write(&self, out: &mut String) {
        let shadow = if self.mode == RuleMode::Shadow {
            " (shadow)"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "{} {} v{}{shadow}: {}",
            mark(self.verdict),
            self.rule,
            self.version,
            self.verdict
        );
        if let Some(reason) = &self.out_of_scope {
            let _ = writeln!(out, "    {reason}");
        }
        self.condition.write(out, 1);
        for raise in &self.raise {
            let _ = writeln!(out, "  raised when");
            raise.write(out, 2);
        }
    }
}

impl ExplainedCondition {
    fn write(&self, out: &mut String, depth: usize) {
        let _ = write!(
            out,
            "{:1$}{2} {3}",
            "",
            depth * 2,
            mark(self.verdict),
            self.text
        );
        let quotes: Vec<_> = self
            .evidence
            .iter()
            .map(|quote| format!("\"{}\"", quote.words))
            .collect();
        let found = if quotes.is_empty() {
            String::new()
        } else {
            format!("  ← {}", quotes.join(", "))
        };
        let _ = writeln!(out, "  (line {}){found}", self.line);
        self.parts
            .iter()
            .for_each(|part| part.write(out, depth + 1));
    }
}

const fn mark(verdict: Verdict) -> char {
    match verdict {
        Verdict::Matched => '✓',
        Verdict::NotMatched => '✗',
        Verdict::Unknown => '?',
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
