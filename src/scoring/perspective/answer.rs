//! What is answered, in the Perspective API's words.

use std::collections::BTreeMap;
use std::ops::Range;

use holdfast_classifiers::language::Guess;
use serde::Serialize;

use super::attribute::Attribute;
use super::error::Refusal;
use super::request::Asked;
use super::spans::in_utf16;
use crate::scoring::reading::{Attack, Reading};

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Analysed {
    attribute_scores: BTreeMap<&'static str, AttributeScores>,
    languages: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    detected_languages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AttributeScores {
    span_scores: Vec<SpanScore>,
    summary_score: Score,
}

/// A stretch of the text, in UTF-16 code units; `end` is no longer part of it.
#[derive(Debug, Serialize)]
struct SpanScore {
    begin: usize,
    end: usize,
    score: Score,
}

#[derive(Debug, Serialize)]
struct Score {
    value: f64,
    r#type: &'static str,
}

impl Score {
    fn of(value: f64) -> Self {
        Self {
            value: (value * 1e6).round() / 1e6,
            r#type: "PROBABILITY",
        }
    }
}

impl Analysed {
    /// Scores of the attributes asked for: of the whole, and of its parts where there are any.
    pub(super) fn of(
        asked: Asked,
        whole: &Reading,
        parts: &[(&Range<usize>, &Reading)],
        languages: Vec<String>,
    ) -> Result<Self, Refusal> {
        let detected_languages = match whole.language {
            Guess::Known(language) => vec![language.to_owned()],
            _ => Vec::new(),
        };
        let mut attribute_scores = BTreeMap::new();
        for (attribute, threshold) in &asked.attributes {
            let Some(value) = attribute.score(&whole.attack) else {
                match whole.attack {
                    Attack::LanguageNotCovered if asked.lenient => continue,
                    Attack::LanguageNotCovered if detected_languages.is_empty() => {
                        return Err(asked.not_in_this_language(languages));
                    }
                    Attack::LanguageNotCovered => {
                        return Err(asked.reads_as(detected_languages));
                    }
                    _ => return Err(Refusal::Unavailable),
                }
            };
            let wanted = |value: f64| threshold.is_none_or(|least| value >= least);
            if wanted(value) {
                let mut spans = spans(asked.text.reveal(), *attribute, value, parts);
                spans.retain(|span| wanted(span.score.value));
                let scores = AttributeScores {
                    span_scores: spans,
                    summary_score: Score::of(value),
                };
                attribute_scores.insert(attribute.name(), scores);
            }
        }
        Ok(Self {
            attribute_scores,
            languages,
            detected_languages,
            client_token: asked.client_token,
        })
    }
}

/// The parts' scores; the whole text's where it was not taken apart, for clients read the first span without
/// having asked for any.
fn spans(
    text: &str,
    attribute: Attribute,
    whole: f64,
    parts: &[(&Range<usize>, &Reading)],
) -> Vec<SpanScore> {
    if parts.is_empty() {
        return vec![span_score(text, &(0..text.len()), whole)];
    }
    let scored = |(span, part): &(&Range<usize>, &Reading)| {
        let value = attribute.score(&part.attack)?;
        Some(span_score(text, span, value))
    };
    parts.iter().filter_map(scored).collect()
}

fn span_score(text: &str, span: &Range<usize>, value: f64) -> SpanScore {
    let place = in_utf16(text, span);
    SpanScore {
        begin: place.start,
        end: place.end,
        score: Score::of(value),
    }
}
