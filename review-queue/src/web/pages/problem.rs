//! Something did not work: one sentence, what to do, and a number to quote.

use askama::Template;

use crate::web::shell::Shell;

/// The page for what did not work.
#[derive(Debug, Template)]
#[template(path = "pages/problem.html")]
pub struct ProblemPage {
    /// What stands around it.
    pub shell: Shell,
    /// What went wrong.
    pub title: String,
    /// What to do.
    pub advice: String,
    /// The number under which the log knows more; none where there is nothing to look up.
    pub reference: Option<String>,
    /// Where to go from here.
    pub back: String,
}

impl ProblemPage {
    /// A failure of ours.
    pub fn sample() -> Self {
        Self {
            shell: super::sample_shell("Something went wrong"),
            title: "Your note was not saved: the database did not answer.".to_owned(),
            advice: "Go back and try again in a minute. If it happens again, tell whoever runs Holdfast for you."
                .to_owned(),
            reference: Some("7f3a-19c2".to_owned()),
            back: "/queue".to_owned(),
        }
    }
}
