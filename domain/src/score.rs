//! Scores as whole numbers, so that a replay gives the same answer on every machine.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A calibrated score from 0 to 1, in millionths.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(try_from = "u32", into = "u32")]
pub struct Score(u32);

impl Score {
    /// Certainly not.
    pub const ZERO: Self = Self(0);
    /// Certainly.
    pub const ONE: Self = Self(1_000_000);

    /// The score of that many millionths.
    pub const fn from_millionths(millionths: u32) -> Result<Self, OutOfRange> {
        if millionths > 1_000_000 {
            Err(OutOfRange)
        } else {
            Ok(Self(millionths))
        }
    }

    /// The nearest score to a probability; what is outside 0–1, or no number, is refused.
    pub fn from_probability(p: f64) -> Result<Self, OutOfRange> {
        if (0.0..=1.0).contains(&p) {
            Ok(Self((p * 1e6).round() as u32))
        } else {
            Err(OutOfRange)
        }
    }

    /// Millionths, 0 to 1,000,000.
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// The score as a probability from 0 to 1.
    pub fn probability(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

impl TryFrom<u32> for Score {
    type Error = OutOfRange;

    fn try_from(millionths: u32) -> Result<Self, OutOfRange> {
        Self::from_millionths(millionths)
    }
}

impl From<Score> for u32 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.probability())
    }
}

/// A number that is no score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a score lies between 0 and 1 (0 and 1000000 millionths)")]
pub struct OutOfRange;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_outside_the_range_cannot_be_built() {
        assert_eq!(Score::from_probability(1.01), Err(OutOfRange));
        assert_eq!(Score::from_probability(f64::NAN), Err(OutOfRange));
        assert!(serde_json::from_str::<Score>("1000001").is_err());
    }
}
