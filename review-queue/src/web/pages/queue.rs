//! What waits for a person, the most urgent first.

use std::time::Duration;

use askama::Template;
use holdfast_domain::{CaseKind, Timestamp};

use crate::web::shell::{Place, Shell};
use crate::web::words::{self, LevelView, Moment};

/// The queue page.
#[derive(Debug, Template)]
#[template(path = "pages/queue.html")]
pub struct QueuePage {
    /// What stands around it.
    pub shell: Shell,
    /// The cases of this page.
    pub rows: Vec<QueueRow>,
    /// How the queue is narrowed.
    pub filters: Vec<Filter>,
    /// Whether any filter is set.
    pub narrowed: bool,
    /// The address of the next page.
    pub next: Option<String>,
    /// Whether this is the first page.
    pub first: bool,
}

/// A case in the queue.
#[derive(Debug, Clone)]
pub struct QueueRow {
    /// Its id.
    pub case: String,
    /// Changes whenever the row says something new; the script compares it.
    pub mark: String,
    /// How soon a person should read it; none for a matter without a level.
    pub level: LevelView,
    /// Whether no complete judgement stands behind it.
    pub unscored: bool,
    /// What it is about, e.g. `Crisis`.
    pub kind: String,
    /// One line: number and what is known without reading the text.
    pub title: String,
    /// Why it is here, a few words.
    pub reasons: Vec<String>,
    /// Where.
    pub community: String,
    /// The language, where known.
    pub language: Option<String>,
    /// How many posts.
    pub posts: usize,
    /// When it was opened.
    pub opened_at: Moment,
    /// The promised look, where nobody has looked yet.
    pub due: Option<Due>,
    /// Who holds it.
    pub owner: Option<Owner>,
    /// Whether a post came in since the reader last looked.
    pub new_post: bool,
    /// Whether it arrived late after an outage of ours, or is look-back only.
    pub remark: Option<String>,
    /// Whether the reader may claim it.
    pub may_claim: bool,
}

/// A promised look.
#[derive(Debug, Clone)]
pub struct Due {
    /// Until when.
    pub at: Moment,
    /// The words, as of now.
    pub words: String,
    /// Whether the promise is broken.
    pub late: bool,
}

impl Due {
    /// The clock of a promise, as of `now`.
    pub fn new(at: Timestamp, now: Timestamp) -> Self {
        Self {
            at: Moment(at),
            words: words::due(at, now),
            late: at < now,
        }
    }
}

/// Who holds a case.
#[derive(Debug, Clone)]
pub struct Owner {
    /// Their name.
    pub name: String,
    /// Whether it is the reader.
    pub me: bool,
}

/// One way to narrow the queue: a select on the page.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Its name in the address.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What can be chosen.
    pub options: Vec<Choice>,
}

/// What can be chosen.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The value sent.
    pub value: String,
    /// The words shown.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>, chosen: &str) -> Self {
        let value = value.into();
        Self {
            chosen: value == chosen,
            label: label.into(),
            value,
        }
    }
}

impl QueueRow {
    /// `6 min ago`, as of `now`.
    pub fn age(&self, now: &Moment) -> String {
        words::ago(self.opened_at.0, now.0)
    }

    /// `2 posts`; an incident holds records.
    pub fn posts_words(&self) -> String {
        if self.kind == words::kind(CaseKind::Incident) {
            words::count(self.posts, "record", "records")
        } else {
            words::count(self.posts, "post", "posts")
        }
    }

    fn sample(number: u8, level: LevelView, minutes_left: i64) -> Self {
        let now = Timestamp::from_secs(1_700_000_000);
        let due_at = Timestamp::from_secs(1_700_000_000 + minutes_left * 60);
        Self {
            case: format!("0190f4d2-0000-7000-8000-0000000000{number:02}"),
            mark: number.to_string(),
            level,
            unscored: false,
            kind: "Crisis".to_owned(),
            title: format!("{number}: goodbye wording"),
            reasons: vec!["goodbye wording".to_owned()],
            community: "northside".to_owned(),
            language: Some("English".to_owned()),
            posts: usize::from(number),
            opened_at: Moment(now - Duration::from_secs(u64::from(number) * 200)),
            due: Some(Due::new(due_at, now)),
            owner: None,
            new_post: false,
            remark: None,
            may_claim: true,
        }
    }
}

impl QueuePage {
    /// A queue with one case of every look.
    pub fn sample() -> Self {
        let owner = |name: &str, me| {
            Some(Owner {
                name: name.to_owned(),
                me,
            })
        };
        let rows = vec![
            QueueRow {
                new_post: true,
                ..QueueRow::sample(1, LevelView::ActNow, 3)
            },
            QueueRow {
                owner: owner("Ana Ruiz", true),
                ..QueueRow::sample(2, LevelView::ActNow, -12)
            },
            QueueRow {
                unscored: true,
                reasons: vec!["the lexicon did not answer in time".to_owned()],
                ..QueueRow::sample(3, LevelView::Urgent, 26)
            },
            QueueRow {
                owner: owner("Ben Okafor", false),
                due: None,
                reasons: vec!["2 reports".to_owned(), "burden wording".to_owned()],
                ..QueueRow::sample(4, LevelView::Soon, 200)
            },
            QueueRow {
                kind: "Harassment".to_owned(),
                reasons: vec!["threat".to_owned()],
                remark: Some("arrived late".to_owned()),
                ..QueueRow::sample(5, LevelView::None, 1_000)
            },
        ];
        Self {
            shell: super::sample_shell("Queue").at(Place::Queue),
            rows,
            filters: vec![Filter {
                name: "kind",
                label: "About",
                options: vec![
                    Choice::new("", "everything", ""),
                    Choice::new("crisis", "Crisis", ""),
                ],
            }],
            narrowed: false,
            next: Some("/queue?after=abc".to_owned()),
            first: true,
        }
    }

    /// A quiet night.
    pub fn sample_empty() -> Self {
        Self {
            rows: Vec::new(),
            next: None,
            narrowed: true,
            ..Self::sample()
        }
    }
}
