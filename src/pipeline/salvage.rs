//! Whatever a person may have written in a record that cannot be read.
//!
//! Ids are not words: a code that stands for a crisis in a post says nothing in `broken-988`. So where
//! the bytes look like JSON, whole or cut off or damaged, only what looks like text is read: what
//! stands in a field for text, and wherever it stands what has a space or a letter beyond ASCII in it
//! (many languages write without spaces, and no id uses their letters). Everything else is read whole.

use std::iter::Peekable;
use std::str::Chars;

use holdfast_domain::Sensitive;
use holdfast_domain::intake::Rejected;

/// Last words of the names of fields that hold text.
const TEXT_FIELDS: [&str; 30] = [
    "text",
    "texts",
    "words",
    "quoted",
    "quote",
    "title",
    "body",
    "message",
    "messages",
    "content",
    "contents",
    "comment",
    "caption",
    "description",
    "summary",
    "note",
    "notes",
    "reason",
    "detail",
    "details",
    "reply",
    "raw",
    "html",
    "markdown",
    "cooked",
    "bio",
    "about",
    "warning",
    "context",
    "data",
];

/// The text of a record that cannot be read.
pub(super) fn salvage(rejected: &Rejected) -> Sensitive<String> {
    let bytes = String::from_utf8_lossy(rejected.raw.reveal());
    Sensitive::new(texts(&bytes).unwrap_or_else(|| bytes.into_owned()))
}

/// What looks like text in something that looks like JSON, one a line; `None` where it does not.
fn texts(bytes: &str) -> Option<String> {
    let json = bytes.trim_start_matches('\u{feff}').trim_start();
    if !json.starts_with(['{', '[']) {
        return None;
    }
    let mut reading = Reading::default();
    let mut rest = json.chars().peekable();
    while let Some(next) = rest.next() {
        if next == '"' {
            let string = string(&mut rest);
            reading.string(string, followed_by_colon(&rest));
        } else {
            reading.between(next);
        }
    }
    reading.finish()
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    texts: Vec<String>,
    /// The name of the field that we are in.
    field: Option<String>,
    /// What stands between strings: punctuation, numbers, and in damaged JSON text that lost its marks.
    between: String,
}

impl Reading {
    fn string(&mut self, string: String, is_name: bool) {
        self.close_gap();
        if is_name {
            // A name may have swallowed text whose mark was lost.
            self.read(None, &string);
            self.field = Some(string);
        } else {
            let field = self.field.take();
            self.read(field.as_deref(), &string);
            self.field = field;
        }
    }

    fn between(&mut self, next: char) {
        self.between.push(next);
    }

    fn close_gap(&mut self) {
        let gap = std::mem::take(&mut self.between);
        let is_mark = |next: char| next.is_whitespace() || "{}[],:".contains(next);
        let text = gap.trim_matches(is_mark);
        if text.chars().any(char::is_alphabetic) {
            let field = self.field.take();
            self.read(field.as_deref(), text);
            self.field = field;
        }
    }

    fn read(&mut self, field: Option<&str>, text: &str) {
        // JSON written into a string of JSON.
        if let Some(inner) = texts(text) {
            self.texts.push(inner);
        } else if field.is_some_and(holds_text) || looks_like_text(text) {
            self.texts.push(text.to_owned());
        }
    }

    fn finish(mut self) -> Option<String> {
        self.close_gap();
        self.field.as_ref()?;
        Some(self.texts.join("\n"))
    }
}

fn looks_like_text(value: &str) -> bool {
    let value = value.trim();
    value.contains(char::is_whitespace) || !value.is_ascii()
}

/// Whether the last word of a field's name says text: `quoted_text` and `messageBody` do, `message_id`
/// does not.
fn holds_text(field: &str) -> bool {
    let last = field.rsplit(|next: char| !next.is_alphanumeric()).next();
    let last = last.unwrap_or_default();
    let word = match last.rfind(|next: char| next.is_uppercase()) {
        Some(at) if last.chars().any(char::is_lowercase) => &last[at..],
        _ => last,
    };
    TEXT_FIELDS.contains(&word.to_lowercase().as_str())
}

fn followed_by_colon(rest: &Peekable<Chars<'_>>) -> bool {
    rest.clone().find(|next| !next.is_whitespace()) == Some(':')
}

/// The string that begins here, to its closing mark or to the end.
fn string(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut units = Vec::new();
    let mut buffer = [0; 2];
    while let Some(next) = rest.next() {
        match next {
            '"' => break,
            '\\' => match rest.next() {
                Some('u') => units.push(unit(rest)),
                Some('n' | 't' | 'r' | 'b' | 'f') => units.push(u16::from(b' ')),
                Some(other) => units.extend_from_slice(other.encode_utf16(&mut buffer)),
                None => break,
            },
            other => units.extend_from_slice(other.encode_utf16(&mut buffer)),
        }
    }
    String::from_utf16_lossy(&units)
}

/// The four digits of `\uXXXX`; fewer where it is cut off.
fn unit(rest: &mut Peekable<Chars<'_>>) -> u16 {
    let mut unit = 0;
    for _ in 0..4 {
        let Some(digit) = rest.peek().and_then(|next| next.to_digit(16)) else {
            break;
        };
        rest.next();
        unit = unit << 4 | digit as u16;
    }
    unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &str) -> String {
        texts(bytes).expect("looks like JSON")
    }

    #[test]
    fn ids_are_not_read_and_texts_are() {
        let record = r#"{"id":"broken-988","data":{"post_id":"kms-1","community_id":"c","text":"goodbye","n":988}}"#;
        assert_eq!(read(record), "goodbye");
    }

    #[test]
    fn in_a_schema_that_nobody_knows_whatever_has_a_space_or_foreign_letters_is_read() {
        let record = r#"{"ref":"broken-988","payload":{"x1":"I am going now","x2":"さようなら","x3":"988"}}"#;
        assert_eq!(read(record), "I am going now\nさようなら");
    }

    #[test]
    fn the_name_of_a_field_says_whether_one_word_is_text() {
        for field in [
            "text",
            "quoted_text",
            "messageBody",
            "Title",
            "reply_context",
            "TEXT",
        ] {
            assert_eq!(
                read(&format!(r#"{{"{field}":"goodbye"}}"#)),
                "goodbye",
                "{field}"
            );
        }
        for field in [
            "message_id",
            "contentType",
            "postId",
            "ID",
            "textId",
            "author",
        ] {
            assert_eq!(read(&format!(r#"{{"{field}":"goodbye"}}"#)), "", "{field}");
        }
        assert_eq!(read(r#"{"reply_context":["one","two"]}"#), "one\ntwo");
    }

    #[test]
    fn a_text_is_found_in_json_that_ends_anywhere() {
        let record = r#"{"id":"broken-988","data":{"text":"I say goodbye"#;
        assert_eq!(read(record), "I say goodbye");
        for end in record.find("goodbye").unwrap()..record.len() {
            assert!(read(&record[..end]).starts_with("I say"), "{end}");
        }
        assert_eq!(read(r#"{"id":"broken-98"#), "");
        assert_eq!(read(r#"{"text":"so long \u00e9\u00"#), "so long é\0");
    }

    #[test]
    fn a_text_that_lost_its_marks_is_read_as_well() {
        assert_eq!(
            read(r#"{"id":"988","text":"she said "goodbye" to all"}"#),
            "she said \ngoodbye\n to all"
        );
        assert!(read(r#"{"id":"988","text": goodbye to all of you}"#).contains("goodbye to all"));
        assert!(
            read(r#"{"id": broken-988", "text": "goodbye to all"}"#).contains("goodbye to all")
        );
    }

    #[test]
    fn of_two_fields_with_one_name_both_are_read() {
        assert_eq!(
            read(r#"{"text":"goodbye","text":"hello"}"#),
            "goodbye\nhello"
        );
    }

    #[test]
    fn json_in_a_string_of_json_is_read_as_json() {
        assert_eq!(
            read(r#"{"data":"{\"id\":\"broken-988\",\"text\":\"good bye\"}"}"#),
            "good bye"
        );
        assert_eq!(
            read(r#"{"data":"{\"id\":\"broken-988\",\"text\":\"good by"#),
            "good by"
        );
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(
            read(r#"{"text":"good\u0062ye\nto \"all\" \ud83d\ude22"}"#),
            "goodbye to \"all\" 😢"
        );
    }

    #[test]
    fn what_is_no_json_is_read_whole() {
        assert_eq!(texts("goodbye-988"), None);
        assert_eq!(texts("[b]goodbye[/b]"), None);
        assert_eq!(texts("<post id=\"988\">goodbye</post>"), None);
        assert_eq!(texts(""), None);
    }
}
