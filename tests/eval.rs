//! `holdfast eval` as it is called.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

fn eval(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .args(["eval", "--backend", "lexicon"])
        .args(arguments)
        .env_remove("HOLDFAST_CONFIG")
        .output()
        .unwrap()
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("eval")
        .join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/corpus/dev.jsonl");

#[test]
fn missed_gates_fail_the_call_and_are_listed_and_without_gates_it_only_tells() {
    let folder = folder("gates");
    let (json, page) = (folder.join("eval.json"), folder.join("eval.html"));
    let (json_name, page_name) = (json.to_str().unwrap(), page.to_str().unwrap());
    let gated = eval(&[CORPUS, "--gates", "--json", json_name, "--page", page_name]);
    // Word lists alone miss most of what was written to be missed by word lists.
    assert_eq!(gated.status.code(), Some(1));
    let told = String::from_utf8(gated.stdout).unwrap();
    assert!(told.contains("MISSED       corpus/dev"), "{told}");
    assert!(told.contains("not measured dev/sad"), "{told}");
    let all: serde_json::Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    assert_eq!(all["sources"][0]["overall"]["rows"], 537);
    assert_eq!(all["gates"][0]["verdict"], "missed");
    let page = fs::read_to_string(&page).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("id=\"gates\""));

    let told = eval(&[CORPUS]);
    assert_eq!(told.status.code(), Some(0));
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(
        told.contains("goodbye_veiled") && !told.contains("MISSED"),
        "{told}"
    );
}

#[test]
fn no_text_of_a_row_is_shown_anywhere() {
    let folder = folder("secret");
    let (rows, page) = (folder.join("rows.jsonl"), folder.join("eval.html"));
    let row = r#"{"id":"1","text":"marmalade tonight","labels":{"crisis":3,"harassment":0,"stigma":0},"context":"marmalade?","functionality":"goodbye_veiled","lang":"en"}"#;
    fs::write(&rows, format!("{row}\n")).unwrap();
    let told = eval(&[rows.to_str().unwrap(), "--page", page.to_str().unwrap()]);
    assert!(told.status.success());
    assert!(
        !String::from_utf8(told.stdout)
            .unwrap()
            .contains("marmalade")
    );
    assert!(!fs::read_to_string(&page).unwrap().contains("marmalade"));

    fs::write(
        &rows,
        format!("{row}\n{}\n", row.replace(":3,", ":\"marmalade\",")),
    )
    .unwrap();
    let refused = eval(&[rows.to_str().unwrap()]);
    assert_ne!(refused.status.code(), Some(0));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains("rows.jsonl, line 2: labels.crisis must be"),
        "{said}"
    );
    assert!(
        !said.contains("marmalade") && refused.stdout.is_empty(),
        "{said}"
    );
}

#[test]
fn a_file_named_twice_does_not_count_twice() {
    let refused = eval(&[CORPUS, CORPUS]);
    assert_ne!(refused.status.code(), Some(0));
    assert!(
        String::from_utf8(refused.stderr)
            .unwrap()
            .contains("is named twice")
    );
}
