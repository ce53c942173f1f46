//! What is wrong with a policy, said so that its writer can put it right.

use std::fmt;

use serde::Serialize;

use crate::safety::Row;
use crate::yaml::Place;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The policy cannot be loaded.
    Error,
    /// It loads, and could be better.
    Advice,
}

/// One finding in one policy file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The file, relative to the policies' folder.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// How grave.
    pub severity: Severity,
    /// What was found.
    pub found: String,
    /// What was expected in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The known name nearest to a misspelt one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
    /// The safety invariant that it breaks: row and reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invariant: Option<Broken>,
}

/// A broken safety invariant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Broken {
    /// Its row in the product's list, e.g. `N1`.
    pub row: String,
    /// Why it exists, for a reader who is no programmer.
    pub why: String,
}

impl Problem {
    pub(crate) fn error(file: &str, place: Place, found: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: place.line,
            column: place.column,
            severity: Severity::Error,
            found: found.into(),
            expected: None,
            nearest: None,
            invariant: None,
        }
    }

    pub(crate) fn advice(file: &str, place: Place, found: impl Into<String>) -> Self {
        Self {
            severity: Severity::Advice,
            ..Self::error(file, place, found)
        }
    }

    pub(crate) fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(crate) fn breaks(&mut self, row: Row) {
        self.invariant = Some(Broken {
            row: row.name.to_owned(),
            why: row.why.to_owned(),
        });
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Advice {
            "advice: "
        } else {
            ""
        };
        write!(
            f,
            "{}:{}:{}: {severity}{}",
            self.file, self.line, self.column, self.found
        )?;
        if let Some(broken) = &self.invariant {
            write!(
                f,
                "\n  this breaks safety rule {}: {}",
                broken.row, broken.why
            )?;
        }
        if let Some(expected) = &self.expected {
            write!(f, "\n  expected {expected}")?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, "\n  did you mean '{nearest}'?")?;
        }
        Ok(())
    }
}

/// Why policies could not be loaded. None of them is in force then: a half-loaded set would leave
/// people unseen without a word.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Files could not be read.
    #[error("policies could not be read from {path}")]
    Unreadable {
        /// Which folder or file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Policies are wrong; every finding of every file.
    #[error("{} in the policies:\n{}", count(.0.len()), list(.0))]
    Problems(Vec<Problem>),
}

impl LoadError {
    /// The findings, where policies could be read at all.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Unreadable { .. } => &[],
            Self::Problems(problems) => problems,
        }
    }
}

fn count(problems: usize) -> String {
    if problems == 1 {
        "one problem".to_owned()
    } else {
        format!("{problems} problems")
    }
}

fn list(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
