//! What the routers of API and console share.

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts as Head;

use crate::auth::{Auth, Caller};
use crate::error::ReviewError;
use crate::news::News;
use crate::service::ReviewService;

/// What handlers work with. Cheap to clone.
#[derive(Debug, Clone, FromRef)]
pub struct ReviewState {
    /// The queue.
    pub service: ReviewService,
    /// Who comes in.
    pub auth: Auth,
    /// What changes.
    pub news: News,
}

impl ReviewState {
    /// Who sends the request; refused where nobody is signed in or a token lacks the scope.
    pub async fn caller(&self, head: &Head) -> Result<Caller, ReviewError> {
        let caller = self.auth.caller(&head.headers).await?;
        let caller = caller.ok_or(ReviewError::NotSignedIn)?;
        caller.check_scope(&head.method, head.uri.path())?;
        Ok(caller)
    }
}

/// Handlers that take a [`Caller`] answer with a problem where nobody is signed in.
impl FromRequestParts<ReviewState> for Caller {
    type Rejection = crate::api::ApiError;

    async fn from_request_parts(
        head: &mut Head,
        state: &ReviewState,
    ) -> Result<Self, Self::Rejection> {
        Ok(state.caller(head).await?)
    }
}
