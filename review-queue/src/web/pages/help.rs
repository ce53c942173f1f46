//! What the words and keys mean, and the reader's own settings.

use askama::Template;

use crate::web::shell::{Place, Shell};
use crate::web::words::LevelView;

/// The help page.
#[derive(Debug, Template)]
#[template(path = "pages/help.html")]
pub struct HelpPage {
    /// What stands around it.
    pub shell: Shell,
    /// The promises in force: level and how soon a person looks and reaches out.
    pub promises: Vec<PromiseLine>,
}

/// What is promised at a level.
#[derive(Debug, Clone)]
pub struct PromiseLine {
    /// The level.
    pub level: LevelView,
    /// How soon a person looks.
    pub look: String,
    /// How soon a person reaches out.
    pub outreach: String,
}

impl HelpPage {
    /// With the default promises.
    pub fn sample() -> Self {
        let line = |level, look: &str, outreach: &str| PromiseLine {
            level,
            look: look.to_owned(),
            outreach: outreach.to_owned(),
        };
        Self {
            shell: super::sample_shell("Help").at(Place::Help),
            promises: vec![
                line(LevelView::ActNow, "5 min", "15 min"),
                line(LevelView::Urgent, "30 min", "1 h"),
                line(LevelView::Soon, "4 h", "12 h"),
                line(LevelView::None, "24 h", "2 days"),
            ],
        }
    }
}
