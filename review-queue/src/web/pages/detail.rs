//! One covered stretch of method detail, shown singly.

use askama::Template;

use crate::web::shell::{Place, Shell};

/// The page that shows it.
#[derive(Debug, Template)]
#[template(path = "pages/detail.html")]
pub struct DetailPage {
    /// What stands around it.
    pub shell: Shell,
    /// The case.
    pub case: String,
    /// The words; none where they are gone.
    pub text: Option<String>,
}

impl DetailPage {
    /// A detail.
    pub fn sample() -> Self {
        Self {
            shell: super::sample_shell("Covered detail").at(Place::Queue),
            case: "0190f4d2-0000-7000-8000-000000000001".to_owned(),
            text: Some("<script>alert(3)</script>".to_owned()),
        }
    }
}
