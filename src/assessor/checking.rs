//! What `holdfast policy` asks of classifiers and rules. Records nothing.

use anyhow::Context;
use holdfast_classifiers::{Classifier as _, JudgedText, LexiconClassifier, TextNormaliser};
use holdfast_domain::{CommunityId, PlatformId, Sensitive, TenantId, Timestamp};
use holdfast_rules::explain::Explanation;
use holdfast_rules::{Facts, Report, builtin, report};

use super::{Assessor, lexicons};
use crate::config::Config;

/// Lints the policies of the settings.
pub fn lint(config: &Config) -> anyhow::Result<Report> {
    match &config.rules.policies {
        Some(folder) => Ok(report::lint(folder, &TextNormaliser)?),
        None => Ok(report::lint_sources(&builtin::sources(), &TextNormaliser)),
    }
}

/// Runs the policies' own tests, with the lexicons answering where a test names no signals.
pub fn test(config: &Config) -> anyhow::Result<Report> {
    let classifier = LexiconClassifier::new(lexicons(config)?);
    let classify = |text: &str| {
        let judged = classifier.judge(&[JudgedText::of_text(text)]);
        judged
            .ok()
            .and_then(|mut all| all.pop())
            .unwrap_or_default()
    };
    match &config.rules.policies {
        Some(folder) => Ok(report::test(folder, &TextNormaliser, &classify)?),
        None => Ok(report::test_sources(
            &builtin::sources(),
            &TextNormaliser,
            &classify,
        )),
    }
}

impl Assessor {
    /// Which conditions a text meets and why, as if a new member had just posted it.
    pub fn explain(&self, text: &Sensitive<String>) -> anyhow::Result<Explanation> {
        let post = crate::posts::stand_in(
            &TenantId::default(),
            &PlatformId::new("explain")?,
            &CommunityId::new("explain")?,
            &Sensitive::default(),
            text.clone(),
            Timestamp::default(),
        );
        let judged = JudgedText::of_text(text.reveal());
        let signals = self.deep.judge_here(std::slice::from_ref(&judged)).pop();
        let signals = signals.context("nothing judged the text")?;
        let facts = Facts::of(&post, &judged, &signals)
            .with_pre_screen(self.evaluator.lexicons.pre_screen(judged.text()));
        Ok(self.evaluator.rules.explain(&facts, judged.original()))
    }
}
