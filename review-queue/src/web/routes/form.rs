//! The shape of every command from a page: who sends which form about which case, and what is shown
//! after it.

use std::future::Future;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use holdfast_domain::CaseId;

use super::address::OfCase;
use super::case::{self, Answer};
use crate::access::Access;
use crate::error::ReviewError;
use crate::service::{Ask, ReviewService};
use crate::web::console::Console;
use crate::web::fields::Fields;
use crate::web::pages::case::forms::Drafts;
use crate::web::respond;
use crate::web::session::SignedIn;

/// A form about a case, as it was sent.
pub(super) struct CaseForm {
    pub(super) console: Console,
    pub(super) who: SignedIn,
    pub(super) id: CaseId,
    pub(super) fields: Fields,
}

impl FromRequest<Console> for CaseForm {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Response> {
        let (mut head, body) = request.into_parts();
        let who = SignedIn::from_request_parts(&mut head, console).await?;
        let OfCase(id) = OfCase::from_request_parts(&mut head, console).await?;
        let request = Request::from_parts(head, body);
        let fields = Fields::from_request(request, console)
            .await
            .map_err(IntoResponse::into_response)?;
        Ok(Self {
            console: console.clone(),
            who,
            id,
            fields,
        })
    }
}

impl CaseForm {
    pub(super) const fn service(&self) -> &ReviewService {
        self.console.service()
    }

    pub(super) const fn access(&self) -> &Access {
        &self.who.access
    }

    /// A command that rests on nothing in particular.
    pub(super) const fn ask(&self) -> Ask {
        Ask::of(self.id)
    }

    /// A command that rests on what the page showed. A form that outlived its claim offers to claim
    /// the case again and go on.
    pub(super) async fn ask_as_seen(&self) -> Result<Ask, ReviewError> {
        if self.fields.text("claim") == "again" {
            self.service().claim(self.access(), &self.ask()).await?;
        }
        Ok(Ask::seen(self.id, self.fields.parse("version")?))
    }

    /// Gives the command: on with the case and the notice it answers, or the case again with what was
    /// typed and why it was `not_done`. Nothing of the command runs before the form is known to come
    /// from a page of ours.
    pub(super) async fn gives(
        &self,
        not_done: &str,
        drafts: Drafts,
        command: impl Future<Output = Result<&'static str, ReviewError>> + Send,
    ) -> Response {
        match self.outcome(command).await {
            Ok(done) => respond::go(&format!("/cases/{}?done={done}", self.id)),
            Err(error) => self.refused(not_done, drafts, error).await,
        }
    }

    /// What comes of a command, where the form comes from a page of ours.
    pub(super) async fn outcome<T>(
        &self,
        command: impl Future<Output = Result<T, ReviewError>> + Send,
    ) -> Result<T, ReviewError> {
        self.who.sent_by_us(&self.fields)?;
        command.await
    }

    /// The case again, with what was typed.
    pub(super) async fn refused(
        &self,
        not_done: &str,
        drafts: Drafts,
        error: ReviewError,
    ) -> Response {
        if let ReviewError::OtherCaseOpen { case: Some(other) } = error {
            return respond::go(&format!("/cases/{other}?done=joined"));
        }
        let answer = Answer {
            refused: Some((not_done.to_owned(), error)),
            drafts,
            ..Answer::default()
        };
        case::show(&self.console, &self.who, self.id, answer).await
    }
}
