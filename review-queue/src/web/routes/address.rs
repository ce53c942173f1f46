//! Which case an address names.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::response::Response;
use holdfast_domain::CaseId;
use http::request::Parts;

use crate::error::ReviewError;
use crate::web::console::Console;
use crate::web::respond;
use crate::web::shell::Shell;

/// The case that an address names. What is no case's number is answered like a case that is not
/// there.
pub(super) struct OfCase(pub(super) CaseId);

impl FromRequestParts<Console> for OfCase {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &Console,
    ) -> Result<Self, Self::Rejection> {
        let named = Path::<HashMap<String, String>>::from_request_parts(parts, console).await;
        let id = named
            .ok()
            .and_then(|Path(named)| named.get("id")?.parse().ok());
        id.map(Self).ok_or_else(|| {
            let problem = console.problem(&ReviewError::no_case());
            let shell = Shell::outside("Not found", console.service().now());
            respond::problem_page(shell, problem, "/queue")
        })
    }
}
