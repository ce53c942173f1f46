//! Matched, not matched, or unknown.
//!
//! A value that is missing, or a classifier that did not answer, makes a condition *unknown*, never
//! "not matched": silence is not innocence. Unknown travels upwards as far as it matters
//! (M matched, N not matched, U unknown):
//!
//! | all | M | N | U |   | any | M | N | U |   | not |   |
//! |-----|---|---|---|---|-----|---|---|---|---|-----|---|
//! | M   | M | N | U |   | M   | M | M | M |   | M   | N |
//! | N   | N | N | N |   | N   | M | N | U |   | N   | M |
//! | U   | U | N | U |   | U   | M | U | U |   | U   | U |
//!
//! So learning more never turns a definite answer round; the safety linter rests on that.

use serde::{Deserialize, Serialize};

/// The answer of a condition or a whole rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Matched,
    /// It does not hold.
    NotMatched,
    /// Something that it needs is not known.
    Unknown,
}

impl Verdict {
    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotMatched, _) | (_, Self::NotMatched) => Self::NotMatched,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Matched, Self::Matched) => Self::Matched,
        }
    }

    /// Either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Matched, _) | (_, Self::Matched) => Self::Matched,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::NotMatched, Self::NotMatched) => Self::NotMatched,
        }
    }

    /// The verdict's name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::NotMatched => "not matched",
            Self::Unknown => "unknown",
        }
    }
}

impl std::ops::Not for Verdict {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Matched => Self::NotMatched,
            Self::NotMatched => Self::Matched,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds {
            Self::Matched
        } else {
            Self::NotMatched
        }
    }
}

impl From<Option<bool>> for Verdict {
    fn from(known: Option<bool>) -> Self {
        known.map_or(Self::Unknown, Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Matched as M, NotMatched as N, Unknown as U};

    #[test]
    fn all_any_and_not_follow_the_documented_tables() {
        for (a, b, all, any) in [
            (M, M, M, M),
            (M, N, N, M),
            (M, U, U, M),
            (N, N, N, N),
            (N, U, N, U),
            (U, U, U, U),
        ] {
            assert_eq!((a.and(b), b.and(a)), (all, all), "all of {a:?} and {b:?}");
            assert_eq!((a.or(b), b.or(a)), (any, any), "any of {a:?} and {b:?}");
        }
        assert_eq!((!M, !N, !U), (N, M, U));
    }
}
