//! What classifiers read: a post's text, normalised, with what it must be read beside.

use std::ops::Range;
use std::time::Duration;

use holdfast_domain::{Evidence, NormalisedText, Post, Sensitive, Span};

use crate::config::ChatConfig;
use crate::language::{self, Guess};
use crate::normalise::{Normalised, normalise};

/// A text to be judged.
///
/// For chat lines and private messages it is the message with the same author's lines of the last
/// minutes in the same thread, oldest first, one a line: a goodbye is often sent in pieces. Evidence
/// always points into the message that it came from.
#[derive(Debug, Clone)]
pub struct JudgedText {
    /// The messages as written, oldest first, the judged post last, one a line.
    original: Sensitive<String>,
    normalised: Sensitive<Normalised>,
    /// Where each message stands in `original`, oldest first.
    messages: Vec<Range<usize>>,
    used: Vec<usize>,
    parent: Option<Sensitive<Normalised>>,
    language: Guess,
}

impl JudgedText {
    /// A post to be judged, beside the post that it answers. Of `preceding` (any order) those are read
    /// with it that [`ChatConfig`] admits: same author, same thread, close before, by event time.
    pub fn of(post: &Post, parent: Option<&Post>, preceding: &[Post], chat: &ChatConfig) -> Self {
        let used = admitted(post, preceding, chat);
        let texts = used
            .iter()
            .rev()
            .map(|nth| preceding[*nth].text.reveal().as_str());
        let parent = parent
            .map(|parent| &parent.text)
            .or_else(|| post.reply_context.first());
        let mut judged = Self::of_texts(
            texts.chain([post.text.reveal().as_str()]),
            post.language.as_deref(),
        );
        judged.parent = parent.map(|text| Sensitive::new(normalise(text.reveal())));
        judged.used = used;
        judged
    }

    /// A text that is no post: a report's words, a draft.
    pub fn of_text(text: &str) -> Self {
        Self::of_texts([text].into_iter(), None)
    }

    /// The same text, read as an answer to `parent`.
    #[must_use]
    pub fn answering(mut self, parent: &str) -> Self {
        self.parent = Some(Sensitive::new(normalise(parent)));
        self
    }

    fn of_texts<'a>(texts: impl Iterator<Item = &'a str>, declared: Option<&str>) -> Self {
        let mut original = String::new();
        let mut messages = Vec::new();
        for text in texts {
            if !messages.is_empty() {
                original.push('\n');
            }
            messages.push(original.len()..original.len() + text.len());
            original.push_str(text);
        }
        let normalised = normalise(&original);
        let language = language::guess(normalised.text(), declared);
        Self {
            original: original.into(),
            normalised: normalised.into(),
            messages,
            used: Vec::new(),
            parent: None,
            language,
        }
    }

    /// The normalised text.
    pub fn text(&self) -> &str {
        self.normalised.reveal().text()
    }

    /// The messages as written, oldest first, one a line.
    pub fn original(&self) -> &str {
        self.original.reveal()
    }

    /// The normalised text of the post that it answers, where known.
    pub fn parent(&self) -> Option<&str> {
        self.parent.as_ref().map(|parent| parent.reveal().text())
    }

    /// Which of the given preceding messages were read with it: places in the slice given to
    /// [`of`](Self::of), the nearest first. The `k`-th of them is message `k + 1` of evidence.
    pub fn preceding_used(&self) -> &[usize] {
        &self.used
    }

    /// Where each message stands in the joined text, oldest first; the judged post is the last.
    pub fn messages(&self) -> &[Range<usize>] {
        &self.messages
    }

    /// The language it seems to be written in.
    pub fn language(&self) -> Guess {
        self.language
    }

    /// Evidence for a stretch of the normalised text: one piece for each message that it touches.
    pub fn evidence(&self, range: Range<usize>, label: &str) -> Vec<Evidence> {
        let span = self.normalised.reveal().original_span(range);
        let last = self.messages.len() - 1;
        let touched = self
            .messages
            .iter()
            .enumerate()
            .filter_map(|(nth, message)| {
                let (start, end) = (span.start.max(message.start), span.end.min(message.end));
                (start < end).then(|| Evidence {
                    span: Span::new(start - message.start..end - message.start),
                    message: (last - nth) as u8,
                    label: label.to_owned(),
                })
            });
        touched.collect()
    }
}

/// The normalised text with the way back to the joined messages as written.
impl NormalisedText for JudgedText {
    fn text(&self) -> &str {
        self.normalised.reveal().text()
    }

    fn original_span(&self, range: Range<usize>) -> Span {
        Span::new(self.normalised.reveal().original_span(range))
    }
}

/// The messages read together with a post, nearest first.
fn admitted(post: &Post, preceding: &[Post], chat: &ChatConfig) -> Vec<usize> {
    if !post.kind.is_conversation() {
        return Vec::new();
    }
    let window = Duration::from_secs(chat.window_secs);
    let belongs = |other: &Post| {
        other.tenant == post.tenant
            && other.platform == post.platform
            && other.author.pseudonym == post.author.pseudonym
            && other.thread == post.thread
            && other.community == post.community
            && other.external_id != post.external_id
            && other.created_at <= post.created_at
            && post.created_at.since(other.created_at) <= window
    };
    let mut used: Vec<usize> = (0..preceding.len())
        .filter(|nth| belongs(&preceding[*nth]))
        .collect();
    used.sort_by_key(|nth| {
        (
            std::cmp::Reverse(preceding[*nth].created_at),
            std::cmp::Reverse(*nth),
        )
    });
    used.truncate(usize::from(chat.most_messages));
    used
}

#[cfg(test)]
mod tests;
