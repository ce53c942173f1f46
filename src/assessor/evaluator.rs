//! Lexicons and rules: from a post's signals to what the policies say of it.

use std::sync::Arc;

use holdfast_classifiers::{JudgedText, LexiconSet};
use holdfast_domain::Signal;
use holdfast_rules::{Evaluation, Facts, MessagePart, Ruleset};

use super::AssessRequest;
use crate::levels::Levels;

/// Evaluates. Counts nothing and records nothing.
pub(crate) struct Evaluator {
    pub(super) lexicons: Arc<LexiconSet>,
    pub(super) rules: Ruleset,
}

impl Evaluator {
    /// What the policies say of a post for which classifiers gave these signals, and the age of its author's account
    /// in seconds, where the platform says.
    pub(super) fn evaluate(
        &self,
        request: &AssessRequest,
        text: &JudgedText,
        signals: &[Signal],
    ) -> (Evaluation, Option<u64>) {
        let parts = MessagePart::oldest_first(text.messages());
        let facts = Facts::of(&request.post, text, signals)
            .with_messages(&parts)
            .with_pre_screen(self.lexicons.pre_screen(text.text()));
        (self.rules.evaluate(&facts), facts.account_age_secs)
    }

    /// The levels alone.
    pub(crate) fn levels(
        &self,
        request: &AssessRequest,
        text: &JudgedText,
        signals: &[Signal],
    ) -> Levels {
        let (evaluation, _) = self.evaluate(request, text, signals);
        Levels::new(&evaluation.crisis, evaluation.harassment, evaluation.stigma)
    }
}
