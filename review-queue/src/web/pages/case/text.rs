//! Posts: covered until asked for, then highlighted with the reasons beside them.

use crate::web::highlight::Segment;
use crate::web::words::{LevelView, Moment};

/// A post on the page.
#[derive(Debug, Clone)]
pub struct PostView {
    /// Its id.
    pub post: String,
    /// Its place on the page, unique; ids of reasons build on it.
    pub at: String,
    /// Its author as readers know them: a name on the platform, or `the member`.
    pub author: String,
    /// When it was posted.
    pub posted_at: Moment,
    /// Whether it belongs to the case.
    pub of_case: bool,
    /// The level that its reading asks for.
    pub level: Option<LevelView>,
    /// Whether no complete judgement stands behind it.
    pub unscored: bool,
    /// What else to know, e.g. that it was deleted or edited.
    pub remarks: Vec<String>,
    /// Its text, as far as the reader may see it.
    pub text: TextView,
    /// The reasons that the marks point at.
    pub reasons: Vec<ReasonView>,
    /// Where it can be read on the platform.
    pub url: Option<String>,
}

/// A text, as far as the reader may see it.
#[derive(Debug, Clone)]
pub enum TextView {
    /// Nobody asked for it yet.
    Masked,
    /// Shown, cut into segments.
    Shown(Vec<Segment>),
    /// Not here any more, and why.
    Gone(String),
}

/// A reason that marks point at.
#[derive(Debug, Clone)]
pub struct ReasonView {
    /// Its number on the page.
    pub number: usize,
    /// What it is, in words.
    pub words: String,
}

impl PostView {
    /// The segments, where the text is shown.
    pub fn segments(&self) -> &[Segment] {
        match &self.text {
            TextView::Shown(segments) => segments,
            _ => &[],
        }
    }

    /// Whether the text waits to be asked for.
    pub const fn is_masked(&self) -> bool {
        matches!(self.text, TextView::Masked)
    }

    /// Why the text is not here.
    pub const fn gone(&self) -> Option<&String> {
        match &self.text {
            TextView::Gone(why) => Some(why),
            _ => None,
        }
    }

    /// The ids of some reasons, for `aria-describedby`.
    pub fn described_by(&self, reasons: &[usize]) -> String {
        let ids: Vec<String> = reasons
            .iter()
            .map(|reason| format!("why-{}-{}", self.at, reason + 1))
            .collect();
        ids.join(" ")
    }

    /// The numbers of some reasons, as shown after the words.
    pub fn numbers(&self, reasons: &[usize]) -> String {
        let numbers: Vec<String> = reasons.iter().map(|at| (at + 1).to_string()).collect();
        numbers.join(",")
    }
}
