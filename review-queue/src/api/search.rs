//! `GET /v1/search`.

use axum::Json;
use axum::extract::{RawQuery, State};

use super::queue::pairs;
use super::{ApiError, Problem};
use crate::auth::Caller;
use crate::state::ReviewState;
use crate::view::SearchResults;

/// Find cases by member, post id, link or case number.
///
/// Finds only what the caller may see. What is looked for is never logged.
#[utoipa::path(
    get,
    path = "/v1/search",
    tag = "queue",
    params(("q" = String, Query, description = "A member's name, a post's id, its link, or a case's number")),
    responses(
        (status = 200, description = "What was found, the newest first", body = SearchResults),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "The role does not allow it", body = Problem),
        (status = 422, description = "Nothing to look for", body = Problem),
    ),
)]
pub(super) async fn search(
    State(state): State<ReviewState>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<SearchResults>, ApiError> {
    let query = query.unwrap_or_default();
    let wanted = pairs(&query).find_map(|(name, value)| (name == "q").then_some(value));
    let wanted = wanted.unwrap_or_default();
    Ok(Json(state.service.search(&caller.access, &wanted).await?))
}
