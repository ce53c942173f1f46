//! A case, shown: covered, or with its texts after the reading was recorded.

use axum::extract::{Query, State};
use axum::response::Response;
use holdfast_domain::{CaseId, CaseKind};
use http::StatusCode;
use serde::Deserialize;

use super::address::OfCase;
use super::reveal;
use crate::error::ReviewError;
use crate::view::{CaseView, RevealedCase};
use crate::web::console::Console;
use crate::web::pages;
use crate::web::pages::case::forms::{Drafts, Stale};
use crate::web::pages::incident::{IncidentPage, Opened};
use crate::web::pages::queue::Choice;
use crate::web::present::{self, code};
use crate::web::respond;
use crate::web::session::SignedIn;
use crate::web::shell::{Place, Shell};
use crate::web::words;

/// What came of the form before.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    done: Option<String>,
}

pub(super) async fn page(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    Query(after): Query<After>,
) -> Response {
    let answer = Answer {
        done: after.done,
        ..Answer::default()
    };
    show(&console, &who, id, answer).await
}

/// What a case's page says beside the case.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// What was done.
    pub(super) done: Option<String>,
    /// What was typed in a form that was refused.
    pub(super) drafts: Drafts,
    /// Why it was refused.
    pub(super) refused: Option<(String, ReviewError)>,
    /// A record of an incident that was just opened.
    pub(super) opened: Option<Opened>,
}

/// Shows a case.
pub(super) async fn show(
    console: &Console,
    who: &SignedIn,
    id: CaseId,
    answer: Answer,
) -> Response {
    match load(console, who, id).await {
        Ok((case, revealed)) => put_together(console, who, &case, revealed.as_ref(), answer).await,
        Err(error) => console.problem_page(who, &error, "/queue").await,
    }
}

/// The case, with its texts where the reader asked for them.
async fn load(
    console: &Console,
    who: &SignedIn,
    id: CaseId,
) -> Result<(CaseView, Option<RevealedCase>), ReviewError> {
    if let Some(nonce) = reveal::texts_wanted(who, id) {
        match reveal::revealed(console, who, id, &nonce).await {
            Ok(revealed) => return Ok((revealed.case.clone(), Some(revealed))),
            // The reason that was given is too long ago: the texts are covered until there is a new one.
            Err(ReviewError::Invalid(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let case = console.service().case(&who.access, id).await?;
    Ok((case, None))
}

async fn put_together(
    console: &Console,
    who: &SignedIn,
    case: &CaseView,
    revealed: Option<&RevealedCase>,
    answer: Answer,
) -> Response {
    let house = console.house(who).await;
    let title = format!("{} {}", words::kind(case.kind), case.number);
    let mut shell = console.shell(who, &house, &title).at(Place::Queue);
    shell.case = Some((case.case.to_string(), case.version));
    shell.notice = respond::notice(answer.done.as_deref());
    if case.kind == CaseKind::Incident {
        return show_incident(console, shell, case, revealed, answer);
    }
    let around = console.around(case, &house);
    let mut page = present::case::page(shell, case, revealed, &around, answer.drafts);
    let mut status = StatusCode::OK;
    if let Some((what, error)) = answer.refused {
        let problem = console.problem(&error);
        status = problem.status;
        match error {
            ReviewError::Stale { since, .. } => {
                page.stale = Some(Stale {
                    what,
                    arrived: present::timeline::timeline(&since, revealed),
                });
            }
            _ => {
                page.wrong = Some(match problem.reference {
                    Some(reference) => format!("{} Reference: {reference}", problem.sentence),
                    None => problem.sentence,
                });
            }
        }
    }
    pages::show(status, &page)
}

fn show_incident(
    console: &Console,
    shell: Shell,
    case: &CaseView,
    revealed: Option<&RevealedCase>,
    answer: Answer,
) -> Response {
    let problem = answer.refused.map(|(_, error)| console.problem(&error));
    let mut page = incident(shell, case, revealed, answer.opened);
    page.drafts = answer.drafts;
    let status = problem.as_ref().map_or(StatusCode::OK, |p| p.status);
    page.wrong = problem.map(|problem| problem.sentence);
    pages::show(status, &page)
}

fn incident(
    shell: Shell,
    case: &CaseView,
    revealed: Option<&RevealedCase>,
    opened: Option<Opened>,
) -> IncidentPage {
    let now = shell.now.0;
    let incident = case.incident.as_ref();
    let done = incident.is_some_and(|incident| incident.left == 0) && case.is_open();
    let mine = case.holder.as_ref().is_some_and(|holder| holder.me);
    let codes = words::CLOSE_CODES.into_iter().rev();
    IncidentPage {
        head: present::case::head(case, now),
        cause: incident.map_or_else(String::new, present::incident::cause),
        total: incident.map_or(0, |incident| incident.total as u64),
        left: incident.map_or(0, |incident| incident.left),
        members: incident
            .map(|incident| {
                incident
                    .records
                    .iter()
                    .map(present::incident::member)
                    .collect()
            })
            .unwrap_or_default(),
        opened,
        asks_why: case.reveal_needs_reason,
        claiming: present::forms::claiming(case),
        drafts: Drafts::default(),
        wrong: None,
        close_codes: if done && mine {
            codes
                .map(|ending| Choice::new(code(&ending), words::close_code(ending), "resolved"))
                .collect()
        } else {
            Vec::new()
        },
        timeline: present::timeline::timeline(&case.timeline, revealed),
        shell,
    }
}
