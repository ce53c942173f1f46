//! One case on one page: what was written, why it is here, what was done, and what can be done.
//!
//! The parts stand beside it: [`text`] (posts, covered and highlighted), [`told`] (the timeline in
//! sentences), [`forms`] (what can be done), `sample`.

pub mod forms;
mod sample;
pub mod text;
pub mod told;

use askama::Template;

use super::queue::Due;
use crate::web::shell::Shell;
use crate::web::words::{LevelView, Moment};

pub use forms::{Claiming, Closing, Drafts, Forms, Stale, Undo};
pub use text::{PostView, ReasonView};
pub use told::{ActionLine, DecisionLine, Entry, NoteLine, ReportLine};

/// The case page.
#[derive(Debug, Template)]
#[template(path = "pages/case.html")]
pub struct CasePage {
    /// What stands around it.
    pub shell: Shell,
    /// The first lines.
    pub head: Head,
    /// A form that was refused because something arrived since; shown first.
    pub stale: Option<Stale>,
    /// What kept the last form from being carried out, where it was not staleness.
    pub wrong: Option<String>,
    /// The posts that brought the case here, the newest first.
    pub posts: Vec<PostView>,
    /// The thread around them, in order of time; the case's own posts marked.
    pub thread: Vec<PostView>,
    /// Whether the texts are shown.
    pub revealed: bool,
    /// Whether the reader may ask for them.
    pub may_reveal: bool,
    /// Whether they are asked why.
    pub asks_why: bool,
    /// Why the case is here.
    pub explanation: Explanation,
    /// Reports on the member.
    pub reports: Vec<ReportLine>,
    /// Notes of colleagues, the newest first.
    pub notes: Vec<NoteLine>,
    /// Decisions, the newest first, with their actions.
    pub decisions: Vec<DecisionLine>,
    /// Actions that stand behind no decision.
    pub automatic: Vec<ActionLine>,
    /// Other cases of the member.
    pub earlier: Vec<EarlierCase>,
    /// Everything that happened, the newest first.
    pub timeline: Vec<Entry>,
    /// Who holds it.
    pub claiming: Claiming,
    /// What can be done; none for a reader who may not decide.
    pub forms: Option<Forms>,
    /// What was typed before, so that nobody types it twice.
    pub drafts: Drafts,
    /// A decision that can still be taken back.
    pub undo: Option<Undo>,
}

/// The first lines of a case.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its id.
    pub case: String,
    /// How many events it had when the page was made; forms that may grow stale carry it.
    pub version: u64,
    /// What it is about.
    pub kind: String,
    /// Its short number.
    pub number: String,
    /// One sentence that tells what is known without reading the text.
    pub line: String,
    /// How soon a person should read it.
    pub level: LevelView,
    /// Whether no complete judgement stands behind it.
    pub unscored: bool,
    /// How it ended; none while it is open.
    pub closed: Option<String>,
    /// The promised look, where nobody has looked yet.
    pub due: Option<Due>,
    /// Where.
    pub community: String,
    /// The member's name on the platform; none where it is not shown.
    pub member: Option<String>,
    /// When the newest post was written.
    pub posted_at: Option<Moment>,
    /// What else to know at once, e.g. `arrived late`.
    pub remarks: Vec<String>,
}

/// Why a case is here, without a number.
#[derive(Debug, Clone, Default)]
pub struct Explanation {
    /// Rules that matched and count.
    pub rules: Vec<RuleLine>,
    /// Rules that matched and are only watched.
    pub shadow: Vec<RuleLine>,
    /// What classifiers recognised, in words.
    pub signals: Vec<String>,
    /// Which did not answer, and why.
    pub silences: Vec<String>,
    /// Rules and classifiers in force, name and version.
    pub versions: Vec<(String, String)>,
}

impl Explanation {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.signals.is_empty() && self.silences.is_empty()
    }
}

/// A rule that matched.
#[derive(Debug, Clone)]
pub struct RuleLine {
    /// Its name and version.
    pub rule: String,
    /// Why, in its owner's words.
    pub because: String,
    /// The level it asks for.
    pub level: Option<LevelView>,
}

/// Another case of the same member.
#[derive(Debug, Clone)]
pub struct EarlierCase {
    /// Its id.
    pub case: String,
    /// What and when.
    pub title: String,
    /// How it stands.
    pub status: String,
}
