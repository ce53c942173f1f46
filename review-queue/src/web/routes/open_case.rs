//! Opening a case by hand.

use axum::extract::State;
use axum::response::Response;
use holdfast_domain::{CaseKind, CommunityId, PlatformId};
use http::StatusCode;

use crate::error::ReviewError;
use crate::service::OpenInput;
use crate::web::console::Console;
use crate::web::fields::Fields;
use crate::web::pages;
use crate::web::pages::open_case::{Draft, OpenCasePage};
use crate::web::pages::queue::Choice;
use crate::web::respond;
use crate::web::session::SignedIn;
use crate::web::shell::Place;

pub(super) async fn page(State(console): State<Console>, who: SignedIn) -> Response {
    show(&console, &who, &Fields::default(), None).await
}

pub(super) async fn open(
    State(console): State<Console>,
    who: SignedIn,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        let input = input(&fields)?;
        console
            .service()
            .open_by_hand(&who.access, &input, None, None)
            .await
    }
    .await;
    match outcome {
        Ok(changed) => {
            let done = if changed.opened { "opened" } else { "joined" };
            respond::go(&format!("/cases/{}?done={done}", changed.case))
        }
        Err(ReviewError::OtherCaseOpen { case: Some(case) }) => {
            respond::go(&format!("/cases/{case}?done=joined"))
        }
        Err(error) => show(&console, &who, &fields, Some(&error)).await,
    }
}

fn input(fields: &Fields) -> Result<OpenInput, ReviewError> {
    let kind: CaseKind = fields.choice("kind")?;
    let level = match kind {
        CaseKind::Crisis => fields.maybe_choice("level")?,
        _ => None,
    };
    Ok(OpenInput {
        kind,
        level,
        post: fields.words("post"),
        link: fields.words("link"),
        author: fields.words("author"),
        text: fields.words("text"),
        platform: name(fields, "platform", PlatformId::new)?,
        community: name(fields, "community", CommunityId::new)?,
        reason: fields.words_or_nothing("reason"),
    })
}

fn name<T, E>(
    fields: &Fields,
    field: &'static str,
    new: impl Fn(String) -> Result<T, E>,
) -> Result<Option<T>, ReviewError> {
    match fields.text(field) {
        "" => Ok(None),
        text => new(text.to_owned()).map(Some).map_err(|_| {
            ReviewError::field(field, "is no name: letters, digits, dots and dashes only")
        }),
    }
}

async fn show(
    console: &Console,
    who: &SignedIn,
    fields: &Fields,
    error: Option<&ReviewError>,
) -> Response {
    let house = console.house(who).await;
    let problem = error.map(|error| console.problem(error));
    let or = |name: &str, default: &str| match fields.text(name) {
        "" => default.to_owned(),
        chosen => chosen.to_owned(),
    };
    let (kind, level) = (or("kind", "crisis"), or("level", "urgent"));
    let page = OpenCasePage {
        shell: console
            .shell(who, &house, "Open a case")
            .at(Place::OpenCase),
        draft: Draft {
            post: fields.typed("post"),
            link: fields.typed("link"),
            author: fields.typed("author"),
            platform: fields.typed("platform"),
            text: fields.typed("text"),
            community: fields.typed("community"),
            reason: fields.typed("reason"),
        },
        kinds: vec![
            Choice::new("crisis", "Crisis: somebody may be in danger", &kind),
            Choice::new("harassment", "Harassment", &kind),
            Choice::new("stigma", "Stigma", &kind),
        ],
        levels: vec![
            Choice::new("act_now", "Act now", &level),
            Choice::new("urgent", "Urgent", &level),
            Choice::new("soon", "Soon", &level),
        ],
        wrong: problem.as_ref().map(|problem| problem.sentence.clone()),
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    pages::show(status, &page)
}
