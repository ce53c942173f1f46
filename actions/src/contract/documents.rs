//! The files of `contracts/`, from the types.

use std::path::Path;
use std::{fs, io};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Channel, CloudEvent, asyncapi, examples};

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractFile {
    /// Its path below the folder of contracts, with `/`.
    pub path: String,
    /// What stands in it.
    pub content: String,
}

/// A message with its schemas and example.
pub(super) struct MessageType {
    pub(super) channel: Channel,
    /// JSON Schema 2020-12 of `data`, without references.
    pub(super) data: Value,
    /// JSON Schema 2020-12 of the whole event.
    pub(super) event: Value,
    /// A whole event.
    pub(super) example: Value,
}

fn message_types() -> Vec<MessageType> {
    vec![
        message(Channel::Actions, &examples::action()),
        message(Channel::Alerts, &examples::alert()),
        message(Channel::ReportOutcomes, &examples::report_outcome()),
        message(Channel::DeadLetters, &examples::dead_letter()),
        message(Channel::Canary, &examples::canary()),
    ]
}

fn message<T: JsonSchema + Serialize>(channel: Channel, example: &CloudEvent<T>) -> MessageType {
    MessageType {
        channel,
        data: schema_of::<T>(),
        event: schema_of::<CloudEvent<T>>(),
        example: serde_json::to_value(example).expect("an example is JSON"),
    }
}

/// Everything that belongs into the folder of contracts: a JSON Schema and an example per message, and
/// the `AsyncAPI` document.
pub fn contract_files() -> Vec<ContractFile> {
    let messages = message_types();
    let mut files = vec![file(
        "asyncapi.json".to_owned(),
        &asyncapi::document(&messages),
    )];
    for message in messages {
        let name = message.channel.event_type();
        let mut schema = message.data;
        schema["$id"] = json!(message.channel.schema_address());
        schema["title"] = json!(name);
        files.push(file(format!("schemas/{name}.json"), &schema));
        files.push(file(format!("examples/{name}.json"), &message.example));
    }
    files
}

/// Writes the files into `folder` and answers how many differed from what stood there.
pub fn write_contracts(folder: &Path) -> io::Result<usize> {
    let mut changed = 0;
    for file in contract_files() {
        let path = folder.join(&file.path);
        if fs::read_to_string(&path).is_ok_and(|present| present == file.content) {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(&path, &file.content)?;
        changed += 1;
    }
    Ok(changed)
}

fn file(path: String, value: &Value) -> ContractFile {
    let mut content = serde_json::to_string_pretty(value).expect("a value is JSON");
    content.push('\n');
    ContractFile { path, content }
}

/// A schema on its own, so that any tool reads it without looking elsewhere.
fn schema_of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{ActionCommand, Alert, Canary, DeadLetter, ReportOutcome};

    /// The checked-in folder; written anew first when `UPDATE_CONTRACTS` is set.
    fn folder() -> &'static Path {
        static ONCE: std::sync::Once = std::sync::Once::new();
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/contracts"));
        ONCE.call_once(|| {
            if std::env::var_os("UPDATE_CONTRACTS").is_some() {
                write_contracts(folder).unwrap();
            }
        });
        folder
    }

    #[test]
    fn the_checked_in_contracts_are_those_of_the_types() {
        for file in contract_files() {
            let present = fs::read_to_string(folder().join(&file.path)).unwrap_or_default();
            assert!(
                present == file.content,
                "{} differs from the types; run `UPDATE_CONTRACTS=1 cargo test -p holdfast-actions`",
                file.path
            );
        }
    }

    #[test]
    fn no_contract_is_left_over_from_a_message_that_is_gone() {
        let generated: Vec<_> = contract_files().into_iter().map(|file| file.path).collect();
        for kind in ["schemas", "examples"] {
            for entry in fs::read_dir(folder().join(kind)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                assert!(
                    generated.contains(&format!("{kind}/{name}")),
                    "{kind}/{name}"
                );
            }
        }
    }

    fn decodes<T: serde::de::DeserializeOwned + Serialize>(channel: Channel) {
        let path = folder().join(format!("examples/{}.json", channel.event_type()));
        let text = fs::read_to_string(path).unwrap();
        let event: CloudEvent<T> = serde_json::from_str(&text).unwrap();
        let again = serde_json::to_value(&event).unwrap();
        assert_eq!(again, serde_json::from_str::<Value>(&text).unwrap());
    }

    #[test]
    fn every_checked_in_example_decodes_and_loses_nothing() {
        decodes::<ActionCommand>(Channel::Actions);
        decodes::<Alert>(Channel::Alerts);
        decodes::<ReportOutcome>(Channel::ReportOutcomes);
        decodes::<DeadLetter>(Channel::DeadLetters);
        decodes::<Canary>(Channel::Canary);
    }

    #[test]
    fn an_alert_has_no_place_for_content_or_a_member() {
        let schema = schema_of::<Alert>();
        let fields: Vec<_> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        for forbidden in [
            "text",
            "author",
            "pseudonym",
            "subject",
            "post_id",
            "message",
            "excerpt",
        ] {
            assert!(
                !fields.iter().any(|field| field == forbidden),
                "{forbidden}"
            );
        }
    }

    #[test]
    fn a_receiver_may_meet_fields_that_it_does_not_know() {
        let mut example = serde_json::to_value(examples::action()).unwrap();
        example["data"]["added_later"] = json!(1);
        assert!(serde_json::from_value::<CloudEvent<ActionCommand>>(example).is_ok());
    }
}
