//! An incident: posts and records that one cause kept from being judged.

use askama::Template;

use super::case::{Claiming, Drafts, Entry, Head};
use super::queue::Choice;
use crate::web::shell::{Place, Shell};
use crate::web::words::Moment;

/// The incident page.
#[derive(Debug, Template)]
#[template(path = "pages/incident.html")]
pub struct IncidentPage {
    /// What stands around it.
    pub shell: Shell,
    /// The case's first lines.
    pub head: Head,
    /// What happened, in a sentence.
    pub cause: String,
    /// How many members there are.
    pub total: u64,
    /// How many were neither judged nor read.
    pub left: u64,
    /// The members shown here, those that wait first.
    pub members: Vec<Member>,
    /// The member that was just opened.
    pub opened: Option<Opened>,
    /// Whether the reader is asked why they read.
    pub asks_why: bool,
    /// Who holds it.
    pub claiming: Claiming,
    /// What was typed before.
    pub drafts: Drafts,
    /// What kept the last form from being carried out.
    pub wrong: Option<String>,
    /// How it can be closed; empty while members wait.
    pub close_codes: Vec<Choice>,
    /// What happened so far.
    pub timeline: Vec<Entry>,
}

/// One record of an incident.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its number.
    pub number: u64,
    /// Where the record stood.
    pub origin: String,
    /// A post, or a record that could not be read.
    pub what: String,
    /// How it was settled; none while it waits.
    pub settled: Option<String>,
}

/// A record opened for reading.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its number.
    pub number: u64,
    /// Its text; none where it is gone.
    pub text: Option<String>,
    /// When it was posted, where known.
    pub at: Option<Moment>,
}

impl IncidentPage {
    /// An incident with one record open.
    pub fn sample() -> Self {
        let member = |number, settled: Option<&str>| Member {
            number,
            origin: "holdfast.posts.v1, partition 0, offset 4711".to_owned(),
            what: "a record that could not be read".to_owned(),
            settled: settled.map(str::to_owned),
        };
        Self {
            shell: super::sample_shell("Incident").at(Place::Queue),
            head: Head::sample_incident(),
            cause: "Records could not be read: the field “author” is missing. They may hold a cry for help."
                .to_owned(),
            total: 3,
            left: 2,
            members: vec![member(1, None), member(2, None), member(3, Some("read by Ben Okafor"))],
            opened: Some(Opened {
                number: 1,
                text: Some("{\"text\": \"<script>alert(1)</script> is anybody there?\"}".to_owned()),
                at: None,
            }),
            asks_why: true,
            claiming: Claiming::sample_mine(),
            drafts: Drafts::default(),
            wrong: Some("The reason must not be empty.".to_owned()),
            close_codes: Vec::new(),
            timeline: vec![Entry::sample()],
        }
    }
}
