//! Search. The question is posted, so that names of members stand in no address and no log.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::error::ReviewError;
use crate::web::console::Console;
use crate::web::fields::Fields;
use crate::web::pages;
use crate::web::pages::search::{FoundCase, SearchPage};
use crate::web::present::queue::{row, status};
use crate::web::respond;
use crate::web::session::SignedIn;
use crate::web::shell::Place;

pub(super) async fn page(State(console): State<Console>, who: SignedIn) -> Response {
    let house = console.house(&who).await;
    let page = SearchPage {
        shell: console.shell(&who, &house, "Search").at(Place::Search),
        query: String::new(),
        found: None,
    };
    pages::show(StatusCode::OK, &page)
}

pub(super) async fn find(
    State(console): State<Console>,
    who: SignedIn,
    fields: Fields,
) -> Response {
    let found = async {
        who.sent_by_us(&fields)?;
        console
            .service()
            .search(&who.access, fields.text("q"))
            .await
    }
    .await;
    let house = console.house(&who).await;
    let shell = console.shell(&who, &house, "Search").at(Place::Search);
    let now = shell.now.0;
    match found {
        Ok(found) => {
            let found = found.cases.iter().map(|item| FoundCase {
                row: row(item, now),
                status: status(item),
            });
            let page = SearchPage {
                shell,
                query: fields.typed("q"),
                found: Some(found.collect()),
            };
            pages::show(StatusCode::OK, &page)
        }
        Err(ReviewError::Invalid(_)) => respond::go("/search"),
        Err(error) => respond::problem_page(shell, console.problem(&error), "/search"),
    }
}
