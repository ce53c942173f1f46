//! Any text gives a ruleset, or says what is wrong with it at a place that it has.

#![no_main]

use holdfast_classifiers::TextNormaliser;
use holdfast_rules::error::Severity;
use holdfast_rules::report::lint_sources;
use holdfast_rules::{LoadError, Problem, Ruleset, Source};
use libfuzzer_sys::fuzz_target;

/// The seeds have the id `crisis.fuzzed`, as their file is called here.
const FILE: &str = "crisis/fuzzed.yaml";

fuzz_target!(|text: &str| {
    let sources = [Source {
        file: FILE.to_owned(),
        text: text.to_owned(),
    }];
    let compiled = Ruleset::compile(&sources, &TextNormaliser);
    match &compiled {
        Ok(ruleset) => assert_eq!(ruleset.rules().len(), 1, "one file is one rule"),
        Err(LoadError::Problems(problems)) => {
            assert!(!problems.is_empty(), "refused without a word");
            problems
                .iter()
                .for_each(|problem| must_be_clear(problem, text));
        }
        Err(LoadError::Unreadable { .. }) => panic!("no file was to be read"),
    }
    let report = lint_sources(&sources, &TextNormaliser);
    assert_eq!(
        report.is_ok(),
        compiled.is_ok(),
        "the linter and the compiler disagree"
    );
    report
        .problems
        .iter()
        .for_each(|problem| must_be_clear(problem, text));
});

fn must_be_clear(problem: &Problem, text: &str) {
    assert!(!problem.found.is_empty(), "nothing is said");
    assert!(
        problem.found.len() <= 500,
        "too long to read: {}",
        problem.found
    );
    let (line, column) = (problem.line as usize, problem.column as usize);
    assert!(line >= 1 && column >= 1, "{line}:{column} is no place");
    if problem.severity == Severity::Error && problem.file == FILE {
        // The end of the file is a place as well, one line on.
        let lines = text.split(['\n', '\r']).count();
        assert!(line <= lines + 1, "line {line} of {lines}");
    }
}
