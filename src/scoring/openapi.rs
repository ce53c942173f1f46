//! The contract of `POST /v1/assess-draft`, made from the types.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::draft::{DraftAnswer, DraftRequest, Problem};

/// The contract as JSON, as it is checked in.
pub(crate) fn openapi() -> anyhow::Result<String> {
    let mut json = serde_json::to_string_pretty(&document()?)?;
    json.push('\n');
    Ok(json)
}

fn document() -> anyhow::Result<Value> {
    let problem = |what: &str| {
        json!({
            "description": what,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        })
    };
    let mut busy =
        problem("Too many texts are being judged; send it again after Retry-After seconds");
    busy["headers"] = json!({ "Retry-After": { "schema": { "type": "integer" } } });
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Holdfast scoring",
            "description": "Kind words for somebody who is about to post. Stateless: nothing is stored or \
                logged. Not a diagnosis, not a prediction, not emergency triage.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": { "/v1/assess-draft": { "post": {
            "operationId": "assessDraft",
            "summary": "What to tell the author of a draft",
            "security": [{ "token": [] }],
            "requestBody": {
                "required": true,
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/DraftRequest" } } },
            },
            "responses": {
                "200": {
                    "description": "Words and resources, none where there is nothing to say",
                    "content": { "application/json": { "schema": { "$ref": "#/components/schemas/DraftAnswer" } } },
                },
                "400": problem("The body does not read"),
                "401": problem("No token, or none with the scope score"),
                "408": problem("The body did not arrive in time"),
                "413": problem("The request or the text is too long"),
                "429": busy,
                "500": problem("The text could not be judged"),
                "503": problem("Not now; send it again"),
            },
        } } },
        "components": {
            "schemas": schemas()?,
            "securitySchemes": { "token": {
                "type": "http", "scheme": "bearer",
                "description": "An integrator's token with the scope `score`",
            } },
        },
    }))
}

fn schemas() -> anyhow::Result<Value> {
    let mut all = serde_json::Map::new();
    let (read, written) = (
        SchemaSettings::draft2020_12(),
        SchemaSettings::draft2020_12().for_serialize(),
    );
    schema::<DraftRequest>("DraftRequest", read, &mut all)?;
    schema::<DraftAnswer>("DraftAnswer", written.clone(), &mut all)?;
    schema::<Problem>("Problem", written, &mut all)?;
    Ok(Value::Object(all))
}

/// A type's schema among the components, and those that it refers to beside it.
fn schema<T: JsonSchema>(
    name: &str,
    settings: SchemaSettings,
    all: &mut serde_json::Map<String, Value>,
) -> anyhow::Result<()> {
    let text = serde_json::to_string(&settings.into_generator().into_root_schema_for::<T>())?;
    let mut schema: Value =
        serde_json::from_str(&text.replace("#/$defs/", "#/components/schemas/"))?;
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("$schema");
        if let Some(Value::Object(others)) = fields.remove("$defs") {
            all.extend(others);
        }
    }
    all.insert(name.to_owned(), schema);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_contract_is_that_of_the_code() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/docs/scoring-over-http.openapi.json"
        );
        let checked_in = std::fs::read_to_string(path).expect("the contract is checked in");
        assert!(checked_in == openapi().unwrap(), "run ./dev generate");
    }

    #[test]
    fn every_reference_in_the_contract_leads_somewhere() {
        let text = openapi().unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(
                document["components"]["schemas"][name].is_object(),
                "{name}"
            );
        }
    }
}
