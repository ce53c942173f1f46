//! What a sender is told about each event.

use axum::Json;
use axum::response::{IntoResponse, Response};
use holdfast_domain::intake::{Received, RejectClass};
use http::StatusCode;
use serde::Serialize;

/// The answer to a request whose events are in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Answer {
    /// One per event, in the order sent.
    items: Vec<Item>,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Item {
    /// Which event, from 0.
    #[serde(rename = "item")]
    number: usize,
    /// 200: recorded. 422 or 413: kept as a dead letter.
    status: u16,
    /// What was wrong with it, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl Answer {
    pub(super) fn to(records: &[Received]) -> Self {
        Self {
            items: records
                .iter()
                .enumerate()
                .map(|(item, record)| Item::to(item, record))
                .collect(),
        }
    }

    /// The status of the whole: that of its one event, or 207 when several differ.
    pub(super) fn status(&self) -> StatusCode {
        let mut statuses = self.items.iter().map(|item| item.status);
        let first = statuses.next().unwrap_or(200);
        let same =
            statuses.all(|status| status == first) && (self.items.len() == 1 || first == 200);
        if same {
            StatusCode::from_u16(first).unwrap_or(StatusCode::OK)
        } else {
            StatusCode::MULTI_STATUS
        }
    }
}

impl Item {
    fn to(number: usize, record: &Received) -> Self {
        match &record.content {
            Ok(_) => Self {
                number,
                status: StatusCode::OK.as_u16(),
                problem: None,
            },
            Err(rejected) => {
                let status = match rejected.class {
                    RejectClass::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                };
                let problem = format!(
                    "{}. Kept as a dead letter; a person will look at it.",
                    rejected.message
                );
                Self {
                    number,
                    status: status.as_u16(),
                    problem: Some(problem),
                }
            }
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status(), Json(self)).into_response()
    }
}
