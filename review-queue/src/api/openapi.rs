//! The contract of the API, made from the code.

use axum::response::IntoResponse;
use http::header;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{
    Problem, case, claim, close, contact, decisions, level, notes, open, queue, release, renew,
    reopen, reveal, search, stream, takeover, undo,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Holdfast review queue",
        description = "Orders moderators' reading: not a diagnosis, not a prediction, not emergency \
            triage. Nothing is readable without a sign-in. Times are RFC 3339 in UTC.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        queue::queue, search::search, stream::stream, open::open, case::case, claim::claim,
        renew::renew, release::release, takeover::take_over, notes::note, level::level,
        contact::contact, decisions::decide, undo::undo, close::close, reopen::reopen,
        reveal::reveal,
    ),
    components(schemas(Problem)),
    tags(
        (name = "queue", description = "What waits for a person"),
        (name = "cases", description = "The unit of human work"),
    ),
    security(("token" = []), ("session" = [])),
    modifiers(&Doors),
)]
struct Contract;

/// The two ways to come in.
struct Doors;

impl Modify for Doors {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API token, `hf_…`"))
            .build();
        components.add_security_scheme("token", SecurityScheme::Http(token));
        let cookie = ApiKeyValue::with_description(
            "__Host-holdfast",
            "The console's session; changes carry its token in `X-CSRF-Token`",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// The contract as JSON, as it is checked in.
pub fn openapi() -> String {
    let mut json = Contract::openapi()
        .to_pretty_json()
        .expect("the contract is plain JSON");
    json.push('\n');
    json
}

/// Serves the contract.
pub(super) async fn serve() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_contract_is_that_of_the_code() {
        assert!(
            include_str!("../../openapi.json") == openapi(),
            "review-queue/openapi.json is not what the code says; run `./dev generate`"
        );
    }

    #[test]
    fn every_operation_tells_what_it_answers_without_a_sign_in() {
        let contract: serde_json::Value = serde_json::from_str(&openapi()).unwrap();
        for (path, operations) in contract["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                assert!(operation["responses"]["401"].is_object(), "{method} {path}");
            }
        }
    }
}
