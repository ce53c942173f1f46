//! The report for people.

use std::fmt;

use super::{Fault, Finding, Report, Verdict};
use crate::export::uuid;

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proven => "proven",
            Self::OnlyConsistent => "only_consistent",
            Self::Tampered => "tampered",
        })
    }
}

impl Fault {
    /// The fault in one word, for machines. `docs/verify.py` uses the same.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::OutOfPlace { .. } => "out_of_place",
            Self::Broken => "broken",
            Self::Leaves(_) => "leaves",
            Self::Text { .. } => "text",
            Self::Truncated { .. } => "truncated",
            Self::Rewritten { .. } => "rewritten",
            Self::Forked { .. } => "forked",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            position,
            from,
            to,
            fault,
        } = self;
        match fault {
            Fault::Unreadable => write!(f, "position {position}: the row cannot be read")?,
            Fault::OutOfPlace { found } if found == position => {
                write!(
                    f,
                    "position {position}: the row stands where it does not belong"
                )?;
            }
            Fault::OutOfPlace { found } => {
                write!(
                    f,
                    "position {position}: the row is missing; that of {found} follows"
                )?;
            }
            Fault::Broken => {
                write!(
                    f,
                    "position {position}: the row is not what followed the one before it"
                )?;
            }
            Fault::Leaves(fault) => write!(f, "position {position}: {fault}")?,
            Fault::Text { post, revision } => {
                let post = uuid(post);
                write!(
                    f,
                    "position {position}: the stored text of post {post}, revision {revision}, is not the one that was screened"
                )?;
            }
            Fault::Truncated { size } => {
                return write!(
                    f,
                    "position {position}: the log ends here; {size} events were signed"
                );
            }
            Fault::Rewritten { size } => {
                return write!(
                    f,
                    "positions {from} to {to}: rows were changed and the hashes after them made anew; the checkpoint of {size} events does not hold"
                );
            }
            Fault::Forked { size } => {
                return write!(
                    f,
                    "the checkpoint of {size} events belongs to another log, though the same key signed it"
                );
            }
        }
        if from < position {
            write!(f, " (nothing proves the rows from {from} on)")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            events,
            leaves,
            texts,
            proven,
            ..
        } = self;
        writeln!(
            f,
            "read {events} events, {leaves} screened records, {texts} stored texts"
        )?;
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        if self.further > 0 {
            writeln!(f, "and {} more", self.further)?;
        }
        match self.verdict() {
            Verdict::Tampered => writeln!(f, "the log was changed")?,
            Verdict::Proven => writeln!(f, "the log is what was signed")?,
            Verdict::OnlyConsistent => {
                writeln!(
                    f,
                    "the rows fit one another; that proves internal consistency only: hold them against a checkpoint kept elsewhere"
                )?;
            }
        }
        match proven.checked_sub(1) {
            Some(last) if self.verdict() == Verdict::Tampered => {
                writeln!(
                    f,
                    "proven: positions 0 to {last}, but for what is named above"
                )?;
            }
            Some(last) => writeln!(f, "proven: positions 0 to {last}")?,
            None => writeln!(f, "proven: no position")?,
        }
        if let Some(rows) = self.unproven() {
            let (first, last) = rows.into_inner();
            writeln!(
                f,
                "after the last checkpoint that holds: positions {first} to {last}"
            )?;
        }
        Ok(())
    }
}
