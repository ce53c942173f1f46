//! `holdfast intake check`: says what a topic or a file would become, before anybody relies on it.
//!
//! Reads up to a thousand records without committing and without joining the group, and says what each
//! would become, what is missing, and whether the key orders by author. No word of a member and no id of a
//! platform stands in the report.

mod file;
mod ordering;
mod render;
mod report;
mod topic;

pub use file::check_file;
pub use render::render;
pub use report::{CheckReport, Checked, Finding, KeyOrder};
pub use topic::check_topic;

use holdfast_domain::intake::{Incoming, Received};

use ordering::Ordering;
use report::describe;

/// How many records are read unless told otherwise.
pub const RECORDS: usize = 1000;

/// Gathers a report, record by record.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    report: CheckReport,
    ordering: Ordering,
}

impl Checker {
    /// Takes a record in. `key` is its Kafka key.
    pub(crate) fn take(&mut self, received: &Received, key: Option<&[u8]>, partition: i32) {
        let checked = describe(received);
        *self
            .report
            .becomes
            .entry(checked.becomes.clone())
            .or_default() += 1;
        for finding in &checked.missing {
            let seen = self.report.findings.entry(*finding).or_default();
            seen.records += 1;
            seen.first.get_or_insert_with(|| checked.origin.clone());
        }
        self.report.records.push(checked);
        if let Some(author) = author_of(received) {
            self.ordering.see(author, key, partition);
        }
    }

    pub(crate) fn finish(mut self, source: String, keyed: bool) -> CheckReport {
        self.report.source = source;
        self.report.key_order = if keyed {
            self.ordering.verdict()
        } else {
            KeyOrder::NotKeyed
        };
        self.report
    }
}

/// Whom a record must be keyed by.
fn author_of(received: &Received) -> Option<&str> {
    match received.content.as_ref().ok()? {
        Incoming::Post(post) => Some(post.author.pseudonym.reveal()),
        Incoming::PostDeleted(deleted) => Some(deleted.author.reveal()),
        Incoming::Report(report) => Some(report.reported.reveal()),
        Incoming::Appeal(appeal) => Some(appeal.author.reveal()),
        Incoming::ProfileHint(hint) => Some(hint.author.reveal()),
        Incoming::ActionResult(_) | Incoming::Outreach(_) => None,
    }
}
