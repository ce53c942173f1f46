//! What the policies say of a text, in numbers that can be compared.

use std::cmp::Ordering;

use holdfast_domain::assessment::{CrisisReading, Finding};
use holdfast_domain::{Assessment, SignalKind};

/// What a person would be asked to look at: crisis as the level by which reading is ordered, 0 to 3; harassment and
/// stigma as 1 where a person should look, 0 where not, none where nothing answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Levels {
    crisis: u8,
    harassment: Option<u8>,
    stigma: Option<u8>,
}

/// Where a level goes when another model reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Direction {
    /// A person would look sooner, or look at all.
    Up,
    /// A person would look later, or not at all.
    Down,
    /// It stays.
    Same,
}

impl Direction {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Up, Self::Down, Self::Same];

    /// Its name in metrics and JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Same => "same",
        }
    }

    /// From one level to another.
    pub(crate) fn of(from: u8, to: u8) -> Self {
        match to.cmp(&from) {
            Ordering::Greater => Self::Up,
            Ordering::Less => Self::Down,
            Ordering::Equal => Self::Same,
        }
    }
}

impl Levels {
    /// Those of an evaluation's three parts.
    pub(crate) fn new(crisis: &CrisisReading, harassment: Finding, stigma: Finding) -> Self {
        Self {
            crisis: crisis.reading_level().number(),
            harassment: number(harassment),
            stigma: number(stigma),
        }
    }

    /// The level for a signal; none where nothing answered.
    pub(crate) const fn of(self, kind: SignalKind) -> Option<u8> {
        match kind {
            SignalKind::Crisis => Some(self.crisis),
            SignalKind::Harassment => self.harassment,
            SignalKind::Stigma => self.stigma,
        }
    }
}

impl From<&Assessment> for Levels {
    fn from(assessment: &Assessment) -> Self {
        Self::new(&assessment.crisis, assessment.harassment, assessment.stigma)
    }
}

const fn number(finding: Finding) -> Option<u8> {
    match finding {
        Finding::Clear => Some(0),
        Finding::Review => Some(1),
        Finding::Unknown => None,
    }
}
