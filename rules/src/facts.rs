//! What a rule may look at.

use std::ops::Range;

use holdfast_domain::post::{AuthorRole, PostKind};
use holdfast_domain::{CommunityId, Evidence, NormalisedText, Post, Signal, Span};

/// Everything that rules see of one post. The same facts always give the same evaluation.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// What kind of content it is.
    pub kind: PostKind,
    /// Where it stands.
    pub community: &'a CommunityId,
    /// Its language or the author's locale (BCP 47), where the platform says.
    pub language: Option<&'a str>,
    /// What the author is.
    pub author_role: AuthorRole,
    /// Age of the author's account in seconds when the post was written, where the platform says.
    pub account_age_secs: Option<u64>,
    /// The author's age band in the platform's words, where it says.
    pub age_band: Option<&'a str>,
    /// Whether a content warning is set.
    pub content_warning: bool,
    /// The text that is judged, normalised.
    pub text: &'a dyn NormalisedText,
    /// Where in the judged text each message lies; empty where it is the post alone.
    pub messages: &'a [MessagePart],
    /// What the classifiers said, those that did not answer included.
    pub signals: &'a [Signal],
    /// Whether the lexicons' own pre-screen found any crisis wording. Counts only where a crisis
    /// classifier did not answer; rules may add to it.
    pub pre_screen: bool,
}

/// One message within a text that joins a chat line with the author's lines before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagePart {
    /// Which message: 0 is the judged post, `k` the `k`-th before it, the nearest first.
    pub message: u8,
    /// Its bytes in the joined original text.
    pub range: Range<usize>,
}

impl MessagePart {
    /// The parts of a joined text from where each message stands in it, oldest first, the judged
    /// post last.
    pub fn oldest_first(ranges: &[Range<usize>]) -> Vec<Self> {
        let numbered = ranges.iter().rev().zip(0..=u8::MAX);
        numbered
            .map(|(range, message)| Self {
                message,
                range: range.clone(),
            })
            .collect()
    }
}

impl<'a> Facts<'a> {
    /// The facts of a post. Times come from the post itself, so a replay sees the same account age.
    pub fn of(post: &'a Post, text: &'a dyn NormalisedText, signals: &'a [Signal]) -> Self {
        let age = post.author.created_at.map(|created| {
            let micros = post
                .revised_at
                .as_micros()
                .saturating_sub(created.as_micros());
            u64::try_from(micros).unwrap_or(0) / 1_000_000
        });
        Self {
            kind: post.kind,
            community: &post.community,
            language: post.language.as_deref().or(post.author.locale.as_deref()),
            author_role: post.author.role,
            account_age_secs: age,
            age_band: post.author.age_band.as_deref(),
            content_warning: post.content_warning.is_some(),
            text,
            messages: &[],
            signals,
            pre_screen: false,
        }
    }

    /// The same facts with the answer of the lexicons' pre-screen.
    #[must_use]
    pub const fn with_pre_screen(mut self, hit: bool) -> Self {
        self.pre_screen = hit;
        self
    }

    /// The same facts for a text that joins several messages.
    #[must_use]
    pub const fn with_messages(mut self, messages: &'a [MessagePart]) -> Self {
        self.messages = messages;
        self
    }

    /// Evidence for bytes of the normalised text: one piece for each message that they touch.
    pub(crate) fn evidence(&self, range: Range<usize>, label: &str) -> Vec<Evidence> {
        let span = self.text.original_span(range);
        if self.messages.is_empty() {
            return vec![Evidence {
                span,
                message: 0,
                label: label.to_owned(),
            }];
        }
        let pieces = self.messages.iter().filter_map(|part| {
            let start = span.range().start.max(part.range.start);
            let end = span.range().end.min(part.range.end);
            (start < end).then(|| Evidence {
                span: Span::new(start - part.range.start..end - part.range.start),
                message: part.message,
                label: label.to_owned(),
            })
        });
        pieces.collect()
    }
}

#[cfg(test)]
mod tests;
