//! Turns a parser's complaint into a [`Problem`] without the content that such complaints quote.

use std::fmt::Write as _;

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::Problem;

/// Reads `json`; a refusal names the field below `prefix`.
pub(crate) fn read<'a, T: serde::Deserialize<'a>>(
    json: &'a str,
    prefix: &str,
) -> Result<T, Problem> {
    // The plain parser first: following the path costs time that only bad records should pay.
    if let Ok(value) = serde_json::from_str(json) {
        return Ok(value);
    }
    let deserializer = &mut serde_json::Deserializer::from_str(json);
    match serde_path_to_error::deserialize::<_, T>(deserializer) {
        Err(error) => Err(problem(prefix, error.path(), error.inner())),
        // The value reads, so what follows it does not.
        Ok(_) => Err(Problem::poison(
            "something follows the JSON value; send one value per record",
        )),
    }
}

/// Reads a value that a field mapping put together.
pub(crate) fn read_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| problem("", error.path(), error.inner()))
}

fn problem(prefix: &str, path: &Path, error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => {
            let (missing, what) = describe(&error.to_string());
            Problem::schema(join(prefix, path, missing.as_deref()), what)
        }
        Category::Syntax | Category::Eof | Category::Io => Problem::poison(format!(
            "the record is not JSON, line {} column {}; send one JSON object",
            error.line(),
            error.column(),
        )),
    }
}

/// The dotted path. Names that the contract does not have may be a member's words: they print as `?`.
fn join(prefix: &str, path: &Path, missing: Option<&str>) -> String {
    let mut text = prefix.to_owned();
    for segment in path {
        match segment {
            Segment::Seq { index } => write!(text, "[{index}]").expect("writing to a string"),
            Segment::Map { key } => push(&mut text, if is_known(key) { key } else { "?" }),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    if let Some(name) = missing {
        push(&mut text, name);
    }
    text
}

fn push(text: &mut String, name: &str) {
    if !text.is_empty() {
        text.push('.');
    }
    text.push_str(name);
}

/// Field names of the contract.
pub(crate) const KNOWN_FIELDS: &[&str] = &[
    "account_closed",
    "action_id",
    "age_band",
    "appeal_id",
    "at",
    "attachments",
    "author",
    "carries_out",
    "community_id",
    "content_warning",
    "created_at",
    "data",
    "data_base64",
    "datacontenttype",
    "dataschema",
    "deleted_at",
    "deleted_by",
    "detail",
    "edited_at",
    "hint",
    "holdfastsynthetic",
    "id",
    "kind",
    "language",
    "locale",
    "outcome",
    "parent_id",
    "platform",
    "platform_meta",
    "post_id",
    "pseudonym",
    "quoted_text",
    "reason",
    "reply_context",
    "report_id",
    "reported",
    "reporter",
    "revision",
    "role",
    "source",
    "specversion",
    "subject",
    "text",
    "thread_id",
    "time",
    "traceparent",
    "type",
    "url",
    "visibility",
];

fn is_known(name: &str) -> bool {
    KNOWN_FIELDS.binary_search(&name).is_ok()
}

/// What serde complains about, without what it quotes; and the name of a missing field.
fn describe(complaint: &str) -> (Option<String>, String) {
    let complaint = without_place(complaint);
    if let Some(name) = quoted_after(complaint, "missing field `") {
        return (Some(name), "is missing; it is required".to_owned());
    }
    if let Some(name) = quoted_after(complaint, "duplicate field `") {
        return (Some(name), "stands there twice; send it once".to_owned());
    }
    if let Some(rest) = complaint.strip_prefix("invalid type: ") {
        return (None, format!("is {}, {}", kind_of(rest), expected(rest)));
    }
    if complaint.starts_with("invalid value: ") || complaint.starts_with("unknown variant ") {
        return (
            None,
            format!("has a value that is not taken, {}", expected(complaint)),
        );
    }
    (
        None,
        own_words(complaint)
            .unwrap_or("does not read; compare it with the schema")
            .to_owned(),
    )
}

fn without_place(complaint: &str) -> &str {
    complaint
        .rfind(" at line ")
        .map_or(complaint, |end| &complaint[..end])
}

fn quoted_after(complaint: &str, start: &str) -> Option<String> {
    let name = complaint.strip_prefix(start)?.split('`').next()?;
    is_known(name).then(|| name.to_owned())
}

/// The JSON kind found, from a fixed list.
fn kind_of(rest: &str) -> &'static str {
    const KINDS: &[(&str, &str)] = &[
        ("string", "a text"),
        ("integer", "a number"),
        ("floating point", "a number"),
        ("number", "a number"),
        ("boolean", "true or false"),
        ("null", "null"),
        ("map", "an object"),
        ("sequence", "a list"),
        ("unit", "null"),
    ];
    KINDS
        .iter()
        .find(|(start, _)| rest.starts_with(start))
        .map_or("something else", |(_, kind)| kind)
}

/// What was expected: the last part of the complaint, which our own types wrote.
fn expected(complaint: &str) -> String {
    let Some(start) = complaint.rfind(", expected ") else {
        return "compare it with the schema".to_owned();
    };
    let expected = &complaint[start + ", expected ".len()..];
    // A quoted text could end in the same words; ours are short, and plain.
    let plain = |c: char| c.is_ascii_alphanumeric() || " _-,.`".contains(c);
    if expected.len() <= 120 && expected.chars().all(plain) && names_only_our_words(expected) {
        format!("expected {}", expected.replace('`', ""))
    } else {
        "compare it with the schema".to_owned()
    }
}

fn names_only_our_words(expected: &str) -> bool {
    const OPENINGS: &[&str] = &[
        "a string",
        "a borrowed string",
        "a map",
        "a sequence",
        "i64",
        "u64",
        "struct ",
        "one of `",
        "`",
        "a UUID",
        "any valid JSON value",
        "a boolean",
        "option",
        "string or map",
    ];
    OPENINGS.iter().any(|opening| expected.starts_with(opening))
}

/// Complaints that our own types write, which never quote.
fn own_words(complaint: &str) -> Option<&'static str> {
    const OWN: &[&str] = &["not a time; send RFC 3339 with an offset, e.g. 2026-03-01T21:04:05Z"];
    OWN.iter().find(|own| **own == complaint).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::PostData;

    fn refusal(json: &str) -> String {
        read::<PostData>(json, "data").unwrap_err().to_string()
    }

    const REST: &str = r#""post_id":"1","community_id":"c","author":{"pseudonym":"u"},"text":"t""#;

    #[test]
    fn the_list_of_known_fields_is_sorted() {
        assert!(KNOWN_FIELDS.is_sorted());
    }

    #[test]
    fn a_missing_field_is_named_with_its_path() {
        assert_eq!(
            refusal("{\"post_id\":\"1\"}"),
            "field data.community_id: is missing; it is required"
        );
        assert_eq!(
            refusal(r#"{"author":{"role":"member"}}"#),
            "field data.author.pseudonym: is missing; it is required",
        );
    }

    #[test]
    fn a_wrong_kind_is_said_without_the_value() {
        assert_eq!(
            refusal(r#"{"post_id":"1","author":{"pseudonym":4711}}"#),
            "field data.author.pseudonym: is a number, expected a string",
        );
        let refusal = refusal(&format!(
            r#"{{{REST},"created_at":"2026-03-01T00:00:00Z","revision":"good night, all"}}"#
        ));
        assert_eq!(refusal, "field data.revision: is a text, expected i64");
    }

    #[test]
    fn a_wrong_word_is_said_with_the_words_that_are_taken() {
        let refusal = refusal(&format!(
            r#"{{{REST},"created_at":"2026-03-01T00:00:00Z","kind":"poem"}}"#
        ));
        assert_eq!(
            refusal,
            "field data.kind: has a value that is not taken, expected one of post, comment, chat, dm, profile",
        );
    }

    #[test]
    fn a_text_that_imitates_a_complaint_is_not_repeated() {
        let json = format!(
            r#"{{{REST},"created_at":"2026-03-01T00:00:00Z","revision":"x, expected a string I wrote"}}"#
        );
        assert!(!refusal(&json).contains("wrote"));
        let json = format!(
            r#"{{{REST},"created_at":"2026-03-01T00:00:00Z","kind":"`, expected a string I wrote"}}"#
        );
        assert!(!refusal(&json).contains("wrote"));
    }

    #[test]
    fn a_wrong_time_says_how_to_write_one() {
        let refusal = refusal(&format!(r#"{{{REST},"created_at":"yesterday"}}"#));
        assert_eq!(
            refusal,
            "field data.created_at: not a time; send RFC 3339 with an offset, e.g. 2026-03-01T21:04:05Z",
        );
    }

    #[test]
    fn broken_json_is_poison_with_its_place() {
        let problem = read::<PostData>("{\"post_id\":", "data").unwrap_err();
        assert_eq!(problem.class, holdfast_domain::intake::RejectClass::Poison);
        assert!(problem.to_string().contains("line 1"));
        assert!(
            read::<serde_json::Value>("{} {}", "")
                .unwrap_err()
                .to_string()
                .contains("one value")
        );
    }
}
