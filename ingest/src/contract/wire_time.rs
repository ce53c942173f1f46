//! Times as messages write them.

use std::borrow::Cow;

use holdfast_domain::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment in RFC 3339 with its offset, e.g. `2026-03-01T21:04:05.250Z`. Kept to the microsecond;
/// anything finer is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireTime(pub Timestamp);

impl WireTime {
    /// Reads RFC 3339; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let moment: jiff::Timestamp = text.parse().ok()?;
        Some(Self(Timestamp::from_micros(moment.as_microsecond())))
    }

    /// A fixed moment for examples: 1 March 2026, 21:04:05 UTC, plus `secs`.
    pub(crate) const fn example(secs: i64) -> Self {
        Self(Timestamp::from_secs(1_772_399_045 + secs))
    }
}

impl Serialize for WireTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let moment = jiff::Timestamp::from_microsecond(self.0.as_micros())
            .map_err(|_| serde::ser::Error::custom("a time outside the years 0 to 9999"))?;
        serializer.collect_str(&moment)
    }
}

impl<'de> Deserialize<'de> for WireTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            // Never the text itself: a mapping error may put a post where the time belongs.
            de::Error::custom("not a time; send RFC 3339 with an offset, e.g. 2026-03-01T21:04:05Z")
        })
    }
}

impl JsonSchema for WireTime {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "WireTime".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_with_another_offset_is_the_same_moment() {
        assert_eq!(
            WireTime::parse("2026-03-01T22:04:05.250+01:00"),
            WireTime::parse("2026-03-01T21:04:05.25Z"),
        );
    }

    #[test]
    fn a_time_without_an_offset_is_refused_without_being_repeated() {
        let refusal = serde_json::from_str::<WireTime>("\"2026-03-01 at nine\"")
            .unwrap_err()
            .to_string();
        assert!(refusal.contains("RFC 3339"));
        assert!(!refusal.contains("nine"));
        assert_eq!(WireTime::parse("2026-03-01T21:04:05"), None);
    }

    #[test]
    fn a_time_reads_back_to_the_microsecond() {
        let time = WireTime(Timestamp::from_micros(1_772_399_045_000_001));
        let json = serde_json::to_string(&time).unwrap();
        assert_eq!(serde_json::from_str::<WireTime>(&json).unwrap(), time);
    }
}
