//! `holdfast assess` as a person at a terminal or a script uses it.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn assess(lines: &str, flags: &[&str]) -> (Output, Vec<Value>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .arg("assess")
        .args(flags)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(lines.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let answers = String::from_utf8(output.stdout.clone()).unwrap();
    let answers = answers
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    (output, answers.collect())
}

#[test]
fn texts_are_answered_in_their_order_with_scores_evidence_and_versions() {
    let lines = r#"{"id":"a","text":"the bread turned out well, sun's out"}

{"id":7,"text":"é è. i am going to kill myself tonight, goodbye","lang":"en"}
{"text":"sounds right","context":"does anyone know if the group meets on friday"}
"#;
    let (output, answers) = assess(lines, &["--explain"]);
    assert!(output.status.success(), "{output:?}");
    let ids: Vec<String> = answers
        .iter()
        .map(|answer| answer["id"].to_string())
        .collect();
    assert_eq!(ids, ["\"a\"", "7", "null"]);
    let levels: Vec<u64> = answers
        .iter()
        .map(|answer| answer["crisis"].as_u64().unwrap())
        .collect();
    assert_eq!(levels, [0, 3, 0]);
    for answer in &answers {
        let sum: f64 = answer["crisis_scores"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p.as_f64().unwrap())
            .sum();
        assert!((sum - 1.0).abs() < 1e-4);
        assert_eq!(answer["unscored"], false);
        assert!(
            ["encoder", "linear", "lexicon", "policies"]
                .iter()
                .all(|name| answer["versions"][name].is_string())
        );
    }
    let evidence = answers[1]["evidence"].as_array().unwrap();
    let crisis = evidence
        .iter()
        .find(|one| one["signal"] == "crisis")
        .unwrap();
    // Characters, not bytes: the two accented ones take two bytes each.
    let text: Vec<char> = "é è. i am going to kill myself tonight, goodbye"
        .chars()
        .collect();
    let (start, end) = (
        crisis["start"].as_u64().unwrap() as usize,
        crisis["end"].as_u64().unwrap() as usize,
    );
    let words: String = text[start..end].iter().collect();
    assert!(
        words.contains("kill myself") || words.contains("goodbye"),
        "{words}"
    );
    assert!(!answers[1]["explanation"].as_array().unwrap().is_empty());
}

#[test]
fn a_line_that_cannot_be_read_says_which_and_why_and_the_others_are_answered() {
    let lines = "{\"id\":1,\"text\":\"hello all\"}\nnot json at all\n{\"id\":2}\n{\"id\":3,\"text\":\"night all\"}\n";
    let (output, answers) = assess(lines, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(answers.len(), 4);
    assert!(
        answers[1]["error"]
            .as_str()
            .unwrap()
            .starts_with("line 2: it is no JSON object")
    );
    assert!(answers[2]["error"].as_str().unwrap().contains("`text`"));
    let complaints = String::from_utf8(output.stderr).unwrap();
    assert!(complaints.contains("line 3") && !complaints.contains("not json at all"));
    assert_eq!(
        (&answers[0]["crisis"], &answers[3]["id"]),
        (&0.into(), &3.into())
    );
}

#[test]
fn without_models_the_lexicons_answer_alone() {
    let (output, answers) = assess(
        "{\"id\":1,\"text\":\"i want to kill myself\"}\n",
        &["--backend", "lexicon"],
    );
    assert!(output.status.success());
    assert!(answers[0]["crisis"].as_u64().unwrap() >= 2);
    assert!(answers[0]["versions"].get("encoder").is_none());
}

#[test]
fn hostile_and_strange_texts_are_answered_and_a_sentence_of_risk_is_found_in_them() {
    let padding = "we talked about the garden and the bus was late again. ".repeat(190);
    let risk = "i am going to kill myself tonight, goodbye everyone.";
    let texts = [
        ("empty", String::new()),
        ("long", "a quiet day with tea and rain. ".repeat(2_115)),
        ("flood", "😀".repeat(8_000)),
        ("strange script", "もう生きていたくない".to_owned()),
        ("buried", format!("{padding}{risk} {padding}")),
        (
            "among emoji",
            format!("{}{risk}{}", "😭".repeat(3_000), "🕊".repeat(3_000)),
        ),
        (
            "turned round",
            format!("\u{202e}\u{2066}{risk}\u{2069}\u{202c}"),
        ),
        (
            "with gaps",
            risk.replace("kill", "k\u{200b}i\u{ad}ll")
                .replace("tonight", "2nite"),
        ),
    ];
    let lines: String = texts
        .iter()
        .map(|(id, text)| serde_json::json!({ "id": id, "text": text }).to_string() + "\n")
        .collect();
    let (output, answers) = assess(&lines, &[]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(answers.len(), texts.len());
    for answer in &answers {
        let id = answer["id"].as_str().unwrap();
        let level = answer["crisis"].as_u64().unwrap();
        match id {
            // A language that nobody reads goes to a person, not to zero.
            "strange script" => assert_eq!(answer["unscored"], true),
            "empty" | "long" | "flood" => assert!(level <= 1, "{id} reads {level}"),
            _ => assert!(level >= 2, "{id} reads {level}"),
        }
    }
}
