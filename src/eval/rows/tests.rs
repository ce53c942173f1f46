use super::*;

const CORPUS: &str = r#"{"id":"A-1","text":"soup","context":"what is for dinner","labels":{"crisis":2,"harassment":0,"stigma":null},"functionality":"obfuscated_abuse","stigma_attribution":null,"register":"chat","lang":"en"}"#;
const PUBLIC: &str = r#"{"id":"s-1","text":"soup","source":"sad","labels":{"crisis":0,"harassment":null,"stigma":1},"meta":{"crisis_range":[0,1],"group":"user-1","functionality":"stew"}}"#;

fn origin() -> Origin {
    Origin {
        file: "rows.jsonl".to_owned(),
        folder: "dev".to_owned(),
        stem: "rows".to_owned(),
    }
}

fn problem(line: &str) -> String {
    let lines = format!("{CORPUS}\n\n{line}\n");
    format!("{:#}", origin().rows(lines.as_bytes()).unwrap_err())
}

#[test]
fn rows_of_both_forms_are_read() {
    let rows = origin()
        .rows(format!("{CORPUS}\n{PUBLIC}").as_bytes())
        .unwrap();
    let [corpus, public] = rows.as_slice() else {
        panic!("two rows");
    };
    assert_eq!(
        (corpus.source.as_str(), public.source.as_str()),
        ("dev/rows", "dev/sad")
    );
    assert_eq!(
        corpus.labels,
        Labels {
            crisis: Some((2, 2)),
            harassment: Some(0),
            stigma: None
        }
    );
    assert_eq!(
        public.labels,
        Labels {
            crisis: Some((0, 1)),
            harassment: None,
            stigma: Some(1)
        }
    );
    assert!(corpus.is_obfuscated() && !public.is_obfuscated());
    assert_eq!(
        corpus.text.context.as_ref().unwrap().reveal(),
        "what is for dinner"
    );
    assert_eq!(corpus.text.lang.as_deref(), Some("en"));
    assert_eq!(public.functionality.as_deref(), Some("stew"));
    assert_eq!(public.group.as_deref(), Some("user-1"));
}

#[test]
fn a_range_without_a_label_says_nothing() {
    let row = PUBLIC.replace("\"crisis\":0", "\"crisis\":null");
    assert_eq!(
        origin().rows(row.as_bytes()).unwrap()[0].labels.crisis,
        None
    );
}

#[test]
fn a_missing_value_as_python_writes_it_does_not_spoil_a_row() {
    let row = PUBLIC
        .replace("\"group\":\"user-1\"", "\"group\":NaN,\"votes\":[NaN,2]")
        .replace("soup", r#"NaN \"NaN\" \\"#);
    let rows = origin().rows(row.as_bytes()).unwrap();
    assert_eq!(rows[0].text.text.reveal(), r#"NaN "NaN" \"#);
    assert_eq!(rows[0].group, None);
}

#[test]
fn a_mistake_is_named_with_file_line_and_field() {
    for (from, to, said) in [
        (
            "\"crisis\":2",
            "\"crisis\":4",
            "labels.crisis must be a whole number from 0 to 3, or null where unknown",
        ),
        (
            "\"harassment\":0",
            "\"harassment\":true",
            "labels.harassment must be a whole number from 0 to 1, or null where unknown",
        ),
        (
            ",\"stigma\":null",
            "",
            "labels.stigma is missing; write null where it is unknown",
        ),
        ("\"text\":\"soup\"", "\"text\":7", "text must be a string"),
        ("\"text\":\"soup\",", "", "text is missing"),
        (
            "\"lang\":\"en\"",
            "\"lang\":[\"en\"]",
            "lang must be a string",
        ),
        (
            "\"labels\"",
            "\"label\"",
            "labels must be an object with crisis, harassment and stigma",
        ),
        ("\"lang\":\"en\"}", "", "it is no JSON"),
    ] {
        let line = CORPUS.replace(from, to);
        assert_ne!(line, CORPUS);
        assert_eq!(problem(&line), format!("rows.jsonl, line 3: {said}"));
    }
    for range in ["[1,0]", "[0,4]", "[1]", "2"] {
        let said = problem(&PUBLIC.replace("[0,1]", range));
        assert_eq!(
            said,
            "rows.jsonl, line 3: meta.crisis_range must be two levels of 0 to 3, the lower first"
        );
    }
    assert!(problem("[]").ends_with("it must be an object"));
}

#[test]
fn an_error_shows_nothing_of_a_text() {
    for line in [
        CORPUS.replace("\"soup\"", "[\"soup\"]"),
        CORPUS.replace("\"crisis\":2", "\"crisis\":\"soup\""),
        CORPUS.replace("\"lang\":\"en\"", "\"lang\":\"soup"),
        "soup".to_owned(),
    ] {
        assert!(!problem(&line).contains("soup"));
    }
}

#[test]
fn an_empty_file_is_a_mistake_not_a_perfect_score() {
    assert_eq!(
        origin().rows(&b"\n"[..]).unwrap_err().to_string(),
        "rows.jsonl holds no rows"
    );
}

#[test]
fn a_packed_file_is_read_like_an_open_one_and_half_a_file_is_refused() {
    let folder = std::env::temp_dir().join(format!("holdfast-eval-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let open = folder.join("few.jsonl");
    std::fs::write(&open, format!("{CORPUS}\n{PUBLIC}\n")).unwrap();
    let packed = Command::new("gzip")
        .arg("--keep")
        .arg("--force")
        .arg(&open)
        .status()
        .unwrap();
    assert!(packed.success());
    let gz = folder.join("few.jsonl.gz");
    let (rows, unpacked) = (read(&open).unwrap(), read(&gz).unwrap());
    assert_eq!(rows.len(), unpacked.len());
    assert_eq!(rows[0].source, unpacked[0].source);
    let bytes = std::fs::read(&gz).unwrap();
    std::fs::write(&gz, &bytes[..bytes.len() - 12]).unwrap();
    assert!(read(&gz).is_err());
    assert!(
        read(&folder.join("none.jsonl"))
            .unwrap_err()
            .to_string()
            .ends_with("cannot be read")
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
