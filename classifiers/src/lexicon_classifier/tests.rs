use std::sync::Arc;

use holdfast_domain::CrisisLevel;
use proptest::prelude::*;

use super::*;
use crate::lexicon;

fn judge(text: &str) -> Vec<Signal> {
    let classifier = LexiconClassifier::new(lexicon::shipped().unwrap());
    classifier
        .judge(&[JudgedText::of_text(text)])
        .unwrap()
        .remove(0)
}

fn shown<'a>(text: &'a str, signal: &Signal) -> Vec<&'a str> {
    signal
        .scored()
        .unwrap()
        .evidence
        .iter()
        .map(|evidence| &text[evidence.span.range()])
        .collect()
}

#[test]
fn intent_is_level_three_and_its_words_are_shown_as_written() {
    let text = "ok so. I'm G0NNA k i l l  mys3lf tonight";
    let signals = judge(text);
    let crisis = signals[0].scored().unwrap();
    assert_eq!(crisis.level, Some(CrisisLevel::ActNow));
    assert!(crisis.score.millionths() > 850_000);
    assert!(
        shown(text, &signals[0]).contains(&"I'm G0NNA k i l l  mys3lf"),
        "{:?}",
        shown(text, &signals[0])
    );
}

#[test]
fn ordinary_talk_scores_near_zero_on_all_signals() {
    for signal in judge("Went to the shop with my sister, made soup, watched the football.") {
        let scored = signal.scored().unwrap();
        assert!(scored.score.millionths() == scoring::NOTHING_FOUND && scored.evidence.is_empty());
    }
}

#[test]
fn harassment_and_stigma_name_their_labels() {
    let signals = judge("kill yourself, nobody likes you");
    assert_eq!(
        signals[1].scored().unwrap().labels[0].label,
        "incite_self_harm_explicit"
    );
    let signals = judge("never date a bipolar, swipe left");
    assert_eq!(
        signals[2].scored().unwrap().labels[0].label,
        "social_distance"
    );
}

#[test]
fn an_uncovered_language_is_unavailable_unless_something_is_found() {
    let uncovered = Answer::Unavailable(Unavailable::LanguageNotCovered);
    assert!(
        judge("Я больше не могу так жить дальше")
            .iter()
            .all(|signal| signal.answer == uncovered)
    );
    let german = judge("ich weiß nicht was ich noch machen soll und ich will nicht mehr leben");
    assert_eq!(german[0].scored().unwrap().level, Some(CrisisLevel::Urgent));
    assert_eq!(german[1].answer, uncovered);
    assert!(judge("Я больше не могу. kill myself")[0].scored().is_some());
}

/// Tricks that hide a letter and leave the word readable.
fn hide(phrase: &str, seed: &[u8]) -> String {
    let mut out = String::new();
    for (at, ch) in phrase.char_indices() {
        let trick = seed[at % seed.len()] % 9;
        let inner = at > 0 && ch != ' ' && !phrase[..at].ends_with(' ');
        match (trick, ch) {
            (0, _) if inner => out.extend(['\u{200b}', ch]),
            (1, _) if ch != ' ' => out.extend([ch, '\u{336}']),
            (2, 'o') => out.push('0'),
            (2, 'e') => out.push('3'),
            (3, 'i') => out.push('1'),
            (3, 'a') => out.push('@'),
            (4, 'e') => out.push('е'),
            (4, 'i') => out.push('і'),
            (5, 'a'..='z') => out.extend(char::from_u32(ch as u32 - 'a' as u32 + 0xFF41)),
            (6, _) if inner => out.extend(['\u{ad}', ch]),
            (7, ' ') => out.push_str("  "),
            (8, _) => out.extend(ch.to_uppercase()),
            _ => out.push(ch),
        }
    }
    out
}

proptest! {
    #[test]
    fn a_hidden_phrase_in_any_surroundings_is_found_where_it_stands(
        before in "[ w-z🙂é,]{0,40}", after in "[ w-z🙂é,]{0,40}", seed in prop::collection::vec(any::<u8>(), 5..30),
        phrase in prop::sample::select(vec!["want to die", "by the time you read this", "killing myself"]),
    ) {
        let hidden = hide(phrase, &seed);
        let text = format!("{before}. {hidden} . {after}");
        let signals = judge(&text);
        let shown = shown(&text, &signals[0]);
        prop_assert!(shown.contains(&hidden.as_str()), "{shown:?} lacks {hidden:?}");
    }
}

/// Prints recall and false alarms on a corpus file. Run by hand:
/// `cargo test -p holdfast-classifiers measure -- --ignored --nocapture`; `CORPUS=train` for the other
/// file, `SHOW=false_alarms` or `SHOW=missed` lists rows.
#[test]
#[ignore = "a measurement, not a promise"]
#[expect(
    clippy::print_stdout,
    clippy::too_many_lines,
    reason = "its result is what it prints"
)]
fn measure_the_lexicons_on_the_corpus() {
    let file = std::env::var("CORPUS").unwrap_or_else(|_| "dev".to_owned());
    let show = std::env::var("SHOW").unwrap_or_default();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../models/corpus/{file}.jsonl"));
    let rows = holdfast_models::corpus::read(&path).unwrap();
    let set = lexicon::shipped().unwrap();
    let judge = |text: &str, kind| {
        let signals = LexiconClassifier::new(Arc::clone(&set))
            .judge(&[JudgedText::of_text(text)])
            .unwrap()
            .remove(0);
        signals
            .into_iter()
            .find(|signal| signal.kind == kind)
            .unwrap()
    };
    let hits = |text: &str| -> Vec<String> {
        let normalised = crate::normalise(text);
        let found = set.find(normalised.text());
        found
            .iter()
            .map(|hit| {
                format!(
                    "{}[{}]",
                    hit.entry.id,
                    &normalised.text()[hit.range.clone()]
                )
            })
            .collect()
    };
    let share = |name: &str, part: usize, of: usize| {
        println!(
            "{name}: {part} of {of} = {:.1} %",
            100.0 * part as f64 / of.max(1) as f64
        );
    };
    let level = |text: &str| {
        judge(text, SignalKind::Crisis)
            .scored()
            .and_then(|scored| scored.level)
            .map_or(0, CrisisLevel::number)
    };
    for gold in 0..=3u8 {
        let of: Vec<_> = rows
            .iter()
            .filter(|row| row.labels.crisis == Some(gold))
            .collect();
        let levels: Vec<u8> = of.iter().map(|row| level(&row.text)).collect();
        let at_least = |wanted: u8| levels.iter().filter(|level| **level >= wanted).count();
        share(&format!("crisis {gold}: any level"), at_least(1), of.len());
        share(
            &format!("crisis {gold}: level 2 or more"),
            at_least(2),
            of.len(),
        );
        share(
            &format!("crisis {gold}: pre-screen"),
            of.iter()
                .filter(|row| set.pre_screen(crate::normalise(&row.text).text()))
                .count(),
            of.len(),
        );
        for (row, level) in of.iter().zip(&levels) {
            if show == "false_alarms" && gold == 0 && *level >= 2
                || show == "missed" && gold >= 2 && *level == 0
            {
                println!(
                    "  {gold}->{level} {} {:?} {}",
                    row.functionality,
                    hits(&row.text),
                    row.text.replace('\n', " / ")
                );
            }
        }
    }
    let kinds = [(SignalKind::Harassment, 0), (SignalKind::Stigma, 1)];
    for (kind, nth) in kinds {
        for gold in [1, 0] {
            let label = |row: &holdfast_models::corpus::Row| {
                [row.labels.harassment, row.labels.stigma][nth]
            };
            let of: Vec<_> = rows.iter().filter(|row| label(row) == Some(gold)).collect();
            let hit = |row: &&&holdfast_models::corpus::Row| {
                judge(&row.text, kind)
                    .scored()
                    .is_some_and(|scored| !scored.evidence.is_empty())
            };
            share(
                &format!("{kind} {gold}: hit"),
                of.iter().filter(hit).count(),
                of.len(),
            );
            for row in of
                .iter()
                .filter(|row| show == kind.as_str() && gold == 0 && hit(row))
            {
                println!(
                    "  {} {:?} {}",
                    row.functionality,
                    hits(&row.text),
                    row.text.replace('\n', " / ")
                );
            }
        }
    }
    let silent = |lang: &str| {
        let of: Vec<_> = rows.iter().filter(|row| row.lang == lang).collect();
        let silent = of
            .iter()
            .filter(|row| judge(&row.text, SignalKind::Crisis).scored().is_none())
            .count();
        share(&format!("{lang}: crisis not covered"), silent, of.len());
    };
    for lang in [
        "en", "es", "fr", "de", "pt", "it", "nl", "pl", "tr", "hi-Latn", "ar",
    ] {
        silent(lang);
    }
}
