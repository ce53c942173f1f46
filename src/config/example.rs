//! Writes `holdfast.example.toml`: every key with its default and its documentation, taken from the
//! types themselves, so that it cannot be out of date.

use std::fmt::Write as _;

use schemars::schema_for;
use serde_json::Value;

use super::Config;

const HEAD: &str = "\
# Holdfast's settings, each with its default. Generated from the types: `./dev generate`.
#
# The environment overrides the file: HOLDFAST_<SECTION>__<KEY>, e.g. HOLDFAST_STORE__URL.
# `holdfast config check` says what is wrong, `holdfast config print` what is in force.
";

/// The example file's text.
pub fn example() -> anyhow::Result<String> {
    let schema = serde_json::to_value(schema_for!(Config))?;
    let defaults = serde_json::to_value(Config::default())?;
    let mut out = String::from(HEAD);
    let writer = Writer {
        definitions: schema.get("$defs").cloned().unwrap_or_default(),
    };
    writer.table(&mut out, "", &schema, &defaults);
    Ok(out)
}

struct Writer {
    definitions: Value,
}

impl Writer {
    /// Plain keys first, then the tables below them, as TOML wants it.
    fn table(&self, out: &mut String, path: &str, schema: &Value, defaults: &Value) {
        let Some(properties) = self
            .resolve(schema)
            .get("properties")
            .and_then(Value::as_object)
        else {
            return;
        };
        let is_table = |name: &str| defaults.get(name).is_some_and(Value::is_object);
        for (name, property) in properties.iter().filter(|(name, _)| !is_table(name)) {
            self.document(out, property);
            match defaults.get(name).and_then(toml_value) {
                Some(value) => writeln!(out, "{name} = {value}"),
                None => writeln!(out, "# {name} ="),
            }
            .expect("writing to a string");
        }
        for (name, property) in properties.iter().filter(|(name, _)| is_table(name)) {
            let below = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            out.push('\n');
            self.document(out, property);
            writeln!(out, "[{below}]").expect("writing to a string");
            self.entries(out, &below, property, &defaults[name]);
        }
    }

    /// A struct's documented keys, or a map's entries as they are.
    fn entries(&self, out: &mut String, path: &str, schema: &Value, defaults: &Value) {
        if self.resolve(schema).get("properties").is_some() {
            return self.table(out, path, schema, defaults);
        }
        for (name, value) in defaults.as_object().into_iter().flatten() {
            if let Some(value) = toml_value(value) {
                writeln!(out, "{name} = {value}").expect("writing to a string");
            }
        }
    }

    fn document(&self, out: &mut String, property: &Value) {
        let own = property.get("description");
        let text = own.or_else(|| self.resolve(property).get("description"));
        for line in text.and_then(Value::as_str).unwrap_or_default().lines() {
            writeln!(out, "# {line}").expect("writing to a string");
        }
    }

    /// Follows references and the wrappers around optional values.
    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let name = name.rsplit('/').next().unwrap_or_default();
            return self
                .definitions
                .get(name)
                .map_or(schema, |found| self.resolve(found));
        }
        match schema
            .get("anyOf")
            .and_then(Value::as_array)
            .and_then(|options| options.first())
        {
            Some(first) => self.resolve(first),
            None => schema,
        }
    }
}

/// A plain value as TOML; `None` for what TOML has no word for.
fn toml_value(value: &Value) -> Option<String> {
    let value: toml::Value = match value {
        Value::Null | Value::Object(_) => return None,
        other => serde_json::from_value(other.clone()).ok()?,
    };
    Some(value.to_string())
}
