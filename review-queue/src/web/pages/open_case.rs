//! Opening a case by hand: what a person saw and no machine brought.

use askama::Template;

use super::queue::Choice;
use crate::web::shell::{Place, Shell};

/// The page that opens a case.
#[derive(Debug, Template)]
#[template(path = "pages/open_case.html")]
pub struct OpenCasePage {
    /// What stands around it.
    pub shell: Shell,
    /// What was typed before.
    pub draft: Draft,
    /// What kinds can be opened.
    pub kinds: Vec<Choice>,
    /// What levels a crisis case can start at.
    pub levels: Vec<Choice>,
    /// Why the last attempt did not work.
    pub wrong: Option<String>,
}

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The platform's id of the post.
    pub post: String,
    /// Its address.
    pub link: String,
    /// The member's name on the platform.
    pub author: String,
    /// The platform.
    pub platform: String,
    /// Text copied from somewhere.
    pub text: String,
    /// Where.
    pub community: String,
    /// Why.
    pub reason: String,
}

impl OpenCasePage {
    /// A refused attempt with everything typed.
    pub fn sample() -> Self {
        Self {
            shell: super::sample_shell("Open a case").at(Place::OpenCase),
            draft: Draft {
                post: "<b>4711</b>".to_owned(),
                text: "“goodbye” & <i>thanks</i>".to_owned(),
                ..Draft::default()
            },
            kinds: vec![
                Choice::new("crisis", "Crisis: somebody may be in danger", "crisis"),
                Choice::new("harassment", "Harassment", "crisis"),
                Choice::new("stigma", "Stigma", "crisis"),
            ],
            levels: vec![
                Choice::new("act_now", "Act now", "urgent"),
                Choice::new("urgent", "Urgent", "urgent"),
                Choice::new("soon", "Soon", "urgent"),
            ],
            wrong: Some("Say who it is about: a post, a link or a member's name.".to_owned()),
        }
    }
}
