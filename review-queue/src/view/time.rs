//! Moments as the API writes them: RFC 3339 in UTC, to the microsecond.

use holdfast_domain::Timestamp;
use serde::Serializer;

/// A moment as RFC 3339, e.g. `2023-11-14T22:13:20Z`.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_micros())
        .map_or_else(|_| at.to_string(), |at| at.to_string())
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
pub(crate) fn moment<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*at))
}

#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
pub(crate) fn maybe<S: Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.serialize_some(&rfc3339(*at)),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc() {
        assert_eq!(
            rfc3339(Timestamp::from_micros(1_700_000_000_000_001)),
            "2023-11-14T22:13:20.000001Z"
        );
    }
}
