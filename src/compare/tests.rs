//! What counts as a change, and for the better.

use std::path::PathBuf;

use serde_json::json;

use super::*;

fn change(id: u32, from: u8, to: u8, label: Option<(u8, u8)>) -> Change {
    Change {
        id: json!(id),
        from,
        to,
        verdict: label.map(|label| verdict(label, from, to)),
        text: None,
    }
}

#[test]
fn nearer_to_the_label_is_better_and_a_label_that_supports_both_says_nothing() {
    assert_eq!(verdict((3, 3), 0, 2), Verdict::Better);
    assert_eq!(verdict((0, 0), 0, 2), Verdict::Worse);
    assert_eq!(verdict((2, 3), 2, 3), Verdict::Neither);
    assert_eq!(verdict((2, 3), 3, 1), Verdict::Worse);
    assert_eq!(verdict((1, 1), 0, 2), Verdict::Neither);
}

fn comparison() -> Comparison {
    let mut comparison = Comparison::of(Model::Encoder);
    comparison.live = "a".to_owned();
    comparison.candidate = "b".to_owned();
    comparison.texts = 4;
    let crisis = comparison.signals.get_mut(&SignalKind::Crisis).unwrap();
    crisis.hear(change(1, 0, 0, Some((0, 0))));
    crisis.hear(change(2, 0, 3, Some((3, 3))));
    crisis.hear(change(3, 0, 1, Some((0, 0))));
    crisis.hear(change(4, 2, 1, None));
    comparison
}

#[test]
fn changes_are_counted_by_direction_and_judged_where_there_is_a_label() {
    let comparison = comparison();
    let crisis = &comparison.signals[&SignalKind::Crisis];
    let counts = (crisis.up, crisis.down, crisis.same);
    assert_eq!(counts, (2, 1, 1));
    let judged = (crisis.better, crisis.worse, crisis.labelled());
    assert_eq!(judged, (1, 1, 2));
}

#[test]
fn the_table_names_the_posts_up_to_a_number_and_says_what_it_leaves_out() {
    let told = table(&comparison(), 1);
    assert!(
        told.contains("crisis            2        1        1        1        1"),
        "{told}"
    );
    assert!(
        told.contains("crisis up: 2\n  0 → 3  2  better\n  and 1 more"),
        "{told}"
    );
    assert!(told.contains("crisis down: 1\n  2 → 1  4"), "{told}");
    assert!(
        told.contains("stigma            0        0        0        -        -"),
        "{told}"
    );
}

#[test]
fn a_text_is_written_only_where_it_was_asked_for() {
    let mut change = change(1, 0, 1, None);
    assert!(!json!(change).to_string().contains("text"));
    change.text = Some("words of a member".to_owned().into());
    assert_eq!(json!(change)["text"], "words of a member");
    assert!(!format!("{change:?}").contains("words of a member"));
}

fn file(name: &str, content: &str) -> PathBuf {
    let unique = format!("holdfast-compare-{name}-{}.jsonl", std::process::id());
    let path = std::env::temp_dir().join(unique);
    std::fs::write(&path, content).unwrap();
    path
}

#[test]
fn plain_and_labelled_files_are_read_and_a_wrong_line_is_named_without_its_words() {
    let plain = file(
        "plain",
        "{\"id\":\"p\",\"text\":\"one\"}\n\n{\"text\":\"two\"}\n",
    );
    let rows = read(&plain).unwrap();
    let ids: Vec<&serde_json::Value> = rows.iter().map(|row| &row.id).collect();
    assert_eq!(ids, [&json!("p"), &json!(3)]);
    assert_eq!(rows[0].label(SignalKind::Crisis), None);
    let labelled = file(
        "labelled",
        "{\"id\":1,\"text\":\"one\",\"labels\":{\"crisis\":2,\"harassment\":null,\"stigma\":0}}\n",
    );
    let rows = read(&labelled).unwrap();
    assert_eq!(rows[0].label(SignalKind::Crisis), Some((2, 2)));
    assert_eq!(rows[0].label(SignalKind::Harassment), None);
    let wrong = file("wrong", "{\"text\":\"one\"}\nsecret words\n");
    let error = read(&wrong).err().unwrap();
    let said = format!("{error:?}");
    assert!(
        said.contains("line 2") && !said.contains("secret"),
        "{said}"
    );
    for path in [plain, labelled, wrong] {
        std::fs::remove_file(path).unwrap();
    }
}
