//! `GET /v1/queue`.

use axum::Json;
use axum::extract::{RawQuery, State};
use holdfast_domain::{CaseKind, CommunityId, CrisisLevel};
use utoipa::IntoParams;

use super::{ApiError, Problem};
use crate::auth::Caller;
use crate::error::{FieldError, ReviewError};
use crate::service::QueueFilter;
use crate::state::ReviewState;
use crate::view::QueuePage;

const PAGE: usize = 50;

/// How the queue is narrowed. A name given several times means any of its values.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes the parameters; they are read by name below"
)]
pub(super) struct QueueParams {
    /// `open` (the default) or `closed`.
    status: Option<String>,
    /// `crisis`, `harassment`, `stigma`, `appeal` or `incident`.
    kind: Vec<String>,
    /// At least `soon`, `urgent` or `act_now`.
    min_level: Option<String>,
    /// In this community.
    community: Vec<String>,
    /// `me` or `nobody`.
    holder: Option<String>,
    /// In this language, by the newest post whose language the platform names (BCP 47, region
    /// ignored).
    language: Option<String>,
    /// `live` (the default) or `backfill`, for look-back.
    freshness: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many, 1 to 200; 50 where nothing is said.
    limit: Option<usize>,
}

/// What waits for a person, the most urgent first.
///
/// Ordered by level, then by the time to the promised first look, then by age. Holds nothing that a
/// member wrote.
#[utoipa::path(
    get,
    path = "/v1/queue",
    tag = "queue",
    params(QueueParams),
    responses(
        (status = 200, description = "A page", body = QueuePage),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "The role does not allow it", body = Problem),
        (status = 422, description = "A parameter is wrong", body = Problem),
    ),
)]
pub(super) async fn queue(
    State(state): State<ReviewState>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<QueuePage>, ApiError> {
    let asked = Query::read(query.as_deref().unwrap_or_default(), &caller)?;
    let page = state
        .service
        .queue(
            &caller.access,
            &asked.filter,
            asked.after.as_deref(),
            asked.limit,
        )
        .await?;
    Ok(Json(page))
}

struct Query {
    filter: QueueFilter,
    after: Option<String>,
    limit: usize,
}

impl Query {
    fn read(query: &str, caller: &Caller) -> Result<Self, ReviewError> {
        let mut read = Self {
            filter: QueueFilter::default(),
            after: None,
            limit: PAGE,
        };
        let mut errors = Vec::new();
        for (name, value) in pairs(query) {
            if value.is_empty() {
                continue;
            }
            if let Err(message) = read.take(&name, value, caller) {
                errors.push(FieldError::new(name, message));
            }
        }
        if errors.is_empty() {
            Ok(read)
        } else {
            Err(ReviewError::Invalid(errors))
        }
    }

    fn take(&mut self, name: &str, value: String, caller: &Caller) -> Result<(), &'static str> {
        let filter = &mut self.filter;
        match (name, value.as_str()) {
            ("status", "open") => filter.closed = false,
            ("status", "closed") => filter.closed = true,
            ("status", _) => return Err("is open or closed"),
            ("kind", kind) => filter
                .kinds
                .push(CaseKind::parse(kind).ok_or("is no kind of case")?),
            ("min_level", level) => {
                filter.min_level = Some(level_named(level).ok_or("is soon, urgent or act_now")?);
            }
            ("community", community) => filter
                .communities
                .push(CommunityId::new(community).map_err(|_| "is no name of a community")?),
            ("holder", "me") => filter.holder = Some(caller.access.user),
            ("holder", "nobody") => filter.unheld = true,
            ("holder", _) => return Err("is me or nobody"),
            ("language", _) => filter.language = Some(value),
            ("freshness", "live") => filter.backfill = false,
            ("freshness", "backfill") => filter.backfill = true,
            ("freshness", _) => return Err("is live or backfill"),
            ("after", _) => self.after = Some(value),
            ("limit", limit) => {
                self.limit = limit
                    .parse()
                    .ok()
                    .filter(|limit| (1..=200).contains(limit))
                    .ok_or("is a number from 1 to 200")?;
            }
            _ => return Err("is no parameter of the queue"),
        }
        Ok(())
    }
}

fn level_named(name: &str) -> Option<CrisisLevel> {
    CrisisLevel::ALL
        .into_iter()
        .find(|level| crate::metrics::level_name(*level) == name)
}

/// The names and values of a query, decoded.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let ahead = rest.clone();
                let digits: Vec<u8> = ahead.take(2).collect();
                let code = std::str::from_utf8(&digits)
                    .ok()
                    .filter(|digits| digits.len() == 2)
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok());
                match code {
                    Some(code) => {
                        bytes.push(code);
                        rest.nth(1);
                    }
                    None => bytes.push(b'%'),
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_and_odd_percent_signs_are_kept() {
        let read: Vec<_> = pairs("a=b%20c+d&e=100%&f=%C3%A9").collect();
        let expected = [("a", "b c d"), ("e", "100%"), ("f", "é")];
        assert_eq!(
            read,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }
}
