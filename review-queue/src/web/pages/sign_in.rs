//! The door.

use askama::Template;
use holdfast_domain::Timestamp;

use crate::web::shell::Shell;

/// The sign-in page.
#[derive(Debug, Template)]
#[template(path = "pages/sign_in.html")]
pub struct SignInPage {
    /// What stands around it.
    pub shell: Shell,
    /// The name as typed before.
    pub name: String,
    /// Why the last attempt did not work.
    pub wrong: Option<String>,
    /// Where to go afterwards, a path of this console.
    pub next: String,
}

impl SignInPage {
    /// A failed attempt.
    pub fn sample() -> Self {
        Self {
            shell: Shell::outside("Sign in", Timestamp::from_secs(1_700_000_000)),
            name: "ana".to_owned(),
            wrong: Some("Name and password do not go together. Try again.".to_owned()),
            next: "/queue".to_owned(),
        }
    }
}
