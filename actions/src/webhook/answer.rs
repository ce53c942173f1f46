//! What a receiver's answer means.

use std::time::Duration;

use holdfast_domain::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::error::SendError;
use crate::sender::Handed;

pub(super) fn understand(
    endpoint: &'static str,
    status: StatusCode,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Handed, SendError> {
    let what = format!("the receiver answered {status}");
    match status.as_u16() {
        200..300 => Ok(Handed::Arrived),
        410 => Err(SendError::EndpointGone { endpoint }),
        408 | 425 | 429 => Err(SendError::NotNow {
            what,
            after: retry_after(headers, now),
        }),
        400..500 => Err(SendError::Refused { what }),
        300..400 => Err(SendError::not_now(format!(
            "{what}; redirects are not followed, set the final address"
        ))),
        _ => Err(SendError::NotNow {
            what,
            after: retry_after(headers, now),
        }),
    }
}

/// `Retry-After` in either form: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(secs) = text.parse::<u64>() {
        return Some(Duration::from_secs(secs));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Timestamp::from_micros(at.as_microsecond()).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, after: Option<&str>) -> Result<Handed, SendError> {
        let mut headers = HeaderMap::new();
        if let Some(after) = after {
            headers.insert(RETRY_AFTER, after.parse().unwrap());
        }
        understand(
            "actions",
            StatusCode::from_u16(status).unwrap(),
            &headers,
            Timestamp::from_secs(784_111_777),
        )
    }

    #[test]
    fn a_receiver_says_how_long_to_wait_in_seconds_or_as_a_date() {
        for (text, secs) in [("120", 120), ("Sun, 06 Nov 1994 08:50:37 GMT", 60)] {
            let Err(SendError::NotNow { after, .. }) = answer(429, Some(text)) else {
                panic!("429 means later");
            };
            assert_eq!(after, Some(Duration::from_secs(secs)), "{text}");
        }
    }

    #[test]
    fn most_client_errors_are_final_and_three_are_not() {
        for status in [400, 401, 403, 404, 409, 413, 422] {
            assert!(
                matches!(answer(status, None), Err(SendError::Refused { .. })),
                "{status}"
            );
        }
        for status in [408, 425, 429, 500, 502, 503, 504, 301, 302, 307, 308] {
            assert!(
                matches!(answer(status, None), Err(SendError::NotNow { .. })),
                "{status}"
            );
        }
        assert!(matches!(
            answer(410, None),
            Err(SendError::EndpointGone { .. })
        ));
        assert!(matches!(answer(204, None), Ok(Handed::Arrived)));
    }
}
