use super::*;

const HEAD: &str = r#"
signal = "crisis"
language = "en"
source = "written for this test"
reviewer = "none: a test"
expires = "2027-01-01"
"#;

fn set(rest: &str) -> LexiconSet {
    let lexicon = Lexicon::parse("crisis_en", &format!("{HEAD}{rest}")).unwrap();
    LexiconSet::new(vec![lexicon])
}

fn refused(content: &str) -> String {
    Lexicon::parse("crisis_en", content)
        .unwrap_err()
        .to_string()
}

fn one(phrase: &str) -> LexiconSet {
    set(&format!(
        "[[entry]]\nid = \"a\"\ncategory = \"x\"\nlevel = 2\nphrases = [\"{phrase}\"]\nexamples = [\"-\"]"
    ))
}

fn found(set: &LexiconSet, text: &str) -> bool {
    !set.find(normalise(text).text()).is_empty()
}

#[test]
fn every_example_of_every_shipped_file_does_what_the_file_says() {
    let broken = shipped().unwrap().broken_examples();
    assert!(broken.is_empty(), "{} broken: {broken:#?}", broken.len());
}

#[test]
fn words_match_whole_and_across_commas_but_not_across_full_stops() {
    let set = one("end it all");
    assert!(found(&set, "I'll END it, all of it"));
    assert!(!found(&set, "that was the end. it all began"));
    assert!(!found(&set, "weekend it all"));
    assert!(found(&set, "i want to end... it all"));
}

#[test]
fn gaps_alternatives_options_and_stems_do_what_the_table_says() {
    let set = one("take *2 (pills|all of them)");
    assert!(found(&set, "take them pills") && found(&set, "take just about all of them"));
    assert!(!found(&set, "take one two three pills"));
    let set = one("(really really)? want suicid+");
    assert!(found(&set, "want suicide") && found(&set, "really really want suicidal"));
}

#[test]
fn a_context_takes_a_match_back_only_from_its_place() {
    let set = set(
        "[contexts.denial]\nwithin = 2\nbefore = [\"not going to\"]\nafter = [\"jk\"]\nanywhere = [\"spreadsheet\"]\naround = [\"kill myself laughing\"]\n\
        [[entry]]\nid = \"a\"\ncategory = \"x\"\nlevel = 3\nphrases = [\"kill myself\"]\nunless = [\"denial\"]\nexamples = [\"-\"]",
    );
    assert!(found(&set, "I will kill myself"));
    for text in [
        "I'm not going to kill myself",
        "kill myself, jk",
        "kill myself over this. spreadsheet",
        "nearly kill myself laughing",
    ] {
        assert!(!found(&set, text), "{text}");
    }
    assert!(found(&set, "I'm not going to. kill myself instead"));
}

#[test]
fn a_hit_names_the_words_in_the_original() {
    let normalised = normalise("So... I want to K1LL  MYS3LF tonight");
    let set = one("kill myself");
    let hits = set.find(normalised.text());
    let span = normalised.original_span(hits[0].range.clone());
    assert_eq!(
        &"So... I want to K1LL  MYS3LF tonight"[span],
        "K1LL  MYS3LF"
    );
}

#[test]
fn the_pre_screen_ignores_contexts_and_knows_words_the_classifier_does_not_use() {
    let set = set(
        "[contexts.denial]\nbefore = [\"not\"]\n[[entry]]\nid = \"a\"\ncategory = \"x\"\nlevel = 3\nphrases = [\"kill myself\"]\nunless = [\"denial\"]\nexamples = [\"-\"]\n\
        [[entry]]\nid = \"w\"\ncategory = \"x\"\nscreen_only = true\nphrases = [\"suicid+\"]",
    );
    assert!(set.pre_screen("not kill myself") && set.pre_screen("suicidality"));
    assert!(!found(&set, "suicidality") && !set.pre_screen("soup"));
}

#[test]
fn a_mistake_in_a_file_is_named_with_its_place() {
    let entry = "[[entry]]\nid = \"bye\"\ncategory = \"x\"\nexamples = [\"-\"]\n";
    assert_eq!(
        refused(&format!("{HEAD}{entry}level = 7\nphrases = [\"a\"]")),
        "lexicon crisis_en, entry bye: level must be 0 to 3"
    );
    assert!(
        refused(&format!("{HEAD}{entry}level = 1\nphrases = [\"(a\"]"))
            .contains("entry bye: phrases must be a ) for every (")
    );
    assert!(
        refused(&format!(
            "{HEAD}{entry}level = 1\nphrases = [\"a\"]\nunless = [\"x\"]"
        ))
        .contains("unless must be contexts of the file")
    );
    assert!(
        refused(
            &HEAD
                .replace("2027-01-01", "soon")
                .replace("signal", "entry = []\nsignal")
        )
        .contains("expires must be a day")
    );
    assert!(refused("signal = \"crisis\"").contains("missing field"));
    assert!(
        refused(&format!("{HEAD}{entry}levle = 1\nphrases = [\"a\"]"))
            .contains("unknown field `levle`")
    );
}

#[test]
fn an_expired_file_is_reported_from_its_day_on() {
    let set = one("a b");
    let day = |secs| set.expired_at(Timestamp::from_secs(secs)).count();
    assert_eq!((day(1_798_761_599), day(1_798_761_600)), (0, 1));
}
