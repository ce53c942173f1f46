//! What a community writes in these tests.

use serde_json::{Value, json};

use crate::world::project_file;

/// A post as a platform sends it.
pub(crate) fn post(id: &str, author: &str, text: &str, revision: u64) -> Value {
    json!({
        "post_id": id,
        "kind": "comment",
        "community_id": "night-shift",
        "thread_id": "t-1",
        "author": { "pseudonym": author, "role": "member" },
        "text": text,
        "language": "en",
        "created_at": holdfast_time(),
        "revision": revision,
    })
}

/// The texts of the corpus' development part, which is the project's own.
pub(crate) fn texts() -> Vec<String> {
    let file =
        std::fs::read_to_string(project_file("models/corpus/dev.jsonl")).expect("the corpus");
    let text = |line: &str| {
        let row: Value = serde_json::from_str(line).expect("a row");
        row["text"].as_str().expect("a text").to_owned()
    };
    file.lines().map(text).collect()
}

/// Now, as a platform writes it.
pub(crate) fn holdfast_time() -> String {
    let micros = holdfast::system::clock().now().as_micros();
    jiff::Timestamp::from_microsecond(micros)
        .expect("a moment")
        .to_string()
}
