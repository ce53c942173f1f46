//! What the rules count.

use holdfast_domain::RuleMatch;
use holdfast_domain::rule_match::RuleMode;
use prometheus::{IntCounterVec, IntGauge, Opts, Registry};

/// The metrics of this crate.
#[derive(Debug, Clone)]
pub struct RuleMetrics {
    /// `holdfast_policy_rule_hits_total{rule,mode}`
    pub hits: IntCounterVec,
    /// `holdfast_policy_rules`
    pub rules: IntGauge,
}

impl RuleMetrics {
    /// Registers them; fails where another metric has one of their names.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let hits = IntCounterVec::new(
            Opts::new(
                "holdfast_policy_rule_hits_total",
                "Posts that a rule matched, by rule and by mode (live or shadow).",
            ),
            &["rule", "mode"],
        )?;
        let rules = IntGauge::new(
            "holdfast_policy_rules",
            "Rules in force, shadow ones included.",
        )?;
        registry.register(Box::new(hits.clone()))?;
        registry.register(Box::new(rules.clone()))?;
        Ok(Self { hits, rules })
    }

    /// Begins every rule's counter at zero, so that a rule that never matches shows as such.
    pub fn ruleset_in_force(&self, ruleset: &crate::Ruleset) {
        self.rules.set(ruleset.rules().len() as i64);
        for rule in ruleset.rules() {
            self.hits
                .with_label_values(&[rule.id.0.as_str(), mode_name(rule.mode)]);
        }
    }

    /// Counts the matches of one evaluation. Synthetic posts are not counted by their caller.
    pub fn matched(&self, matches: &[RuleMatch]) {
        for found in matches {
            self.hits
                .with_label_values(&[found.rule.0.as_str(), mode_name(found.mode)])
                .inc();
        }
    }
}

const fn mode_name(mode: RuleMode) -> &'static str {
    match mode {
        RuleMode::Live => "live",
        RuleMode::Shadow => "shadow",
    }
}

#[cfg(test)]
mod tests;
