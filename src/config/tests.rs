//! The example is the truth, and mistakes are named.

use super::*;

#[test]
fn the_checked_in_example_is_what_the_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("holdfast.example.toml");
    let checked_in = std::fs::read_to_string(path).expect("holdfast.example.toml is checked in");
    assert!(
        checked_in == example::example().unwrap(),
        "run ./dev generate"
    );
}

#[test]
fn the_example_reads_back_as_the_defaults() {
    let example = example::example().unwrap();
    let read: Config = toml::from_str(&example).expect("the example is valid");
    assert_eq!(
        read.to_toml().unwrap(),
        Config::default().to_toml().unwrap()
    );
}

#[test]
fn a_misspelt_key_is_named() {
    let file = std::env::temp_dir().join(format!("holdfast-misspelt-{}.toml", std::process::id()));
    std::fs::write(&file, "[store]\nurI = \"sqlite:x.db\"\n").unwrap();
    let error = format!("{:?}", Config::load(Some(&file)).unwrap_err());
    std::fs::remove_file(&file).unwrap();
    assert!(error.contains("urI"), "{error}");
}
