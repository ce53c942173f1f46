//! The files of `contracts/`, from the types.

use std::path::Path;
use std::{fs, io};

use serde_json::{Value, json};

use super::catalogue::{channels, message_types, schema_of};
use super::{CloudEvent, asyncapi};

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractFile {
    /// Its path below the folder of contracts, with `/`.
    pub path: String,
    /// What stands in it.
    pub content: String,
}

impl ContractFile {
    fn json(path: String, value: &Value) -> Self {
        let mut content = serde_json::to_string_pretty(value).expect("a value is JSON");
        content.push('\n');
        Self { path, content }
    }
}

/// Everything that belongs into the folder of contracts: a JSON Schema and an example per message,
/// the schema of the envelope, and the AsyncAPI document.
pub fn contract_files() -> Vec<ContractFile> {
    let mut files = vec![
        ContractFile::json("asyncapi.json".to_owned(), &asyncapi_document()),
        ContractFile::json(
            "schemas/cloudevent.json".to_owned(),
            &named(schema_of::<CloudEvent<Value>>(), "cloudevent"),
        ),
    ];
    for message in message_types() {
        let name = message.event_type.as_str();
        files.push(ContractFile::json(
            format!("schemas/{name}.json"),
            &named(message.schema, name),
        ));
        files.push(ContractFile::json(
            format!("examples/{name}.json"),
            &message.example,
        ));
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

fn named(mut schema: Value, name: &str) -> Value {
    schema["$id"] = json!(format!("urn:holdfast:schema:{name}"));
    schema["title"] = json!(name);
    schema
}

fn asyncapi_document() -> Value {
    asyncapi::document(
        "Holdfast intake",
        "What platforms tell Holdfast. Every topic may carry a prefix that the configuration names.",
        Some("holdfast"),
        &channels(),
    )
}
