//! Finding cases by what the platform or we call them.

use askama::Template;

use super::queue::{QueuePage, QueueRow};
use crate::web::shell::{Place, Shell};

/// The search page.
#[derive(Debug, Template)]
#[template(path = "pages/search.html")]
pub struct SearchPage {
    /// What stands around it.
    pub shell: Shell,
    /// What was asked.
    pub query: String,
    /// What was found; none where nothing was asked yet.
    pub found: Option<Vec<FoundCase>>,
}

/// A case that was found.
#[derive(Debug, Clone)]
pub struct FoundCase {
    /// The case.
    pub row: QueueRow,
    /// How it stands, e.g. `closed: support was given`.
    pub status: String,
}

impl SearchPage {
    /// Two cases of one member.
    pub fn sample() -> Self {
        let found = QueuePage::sample().rows.into_iter().take(2);
        Self {
            shell: super::sample_shell("Search").at(Place::Search),
            query: "member-4711".to_owned(),
            found: Some(
                found
                    .map(|row| FoundCase {
                        row,
                        status: "open".to_owned(),
                    })
                    .collect(),
            ),
        }
    }
}
