//! Finds the phrases of all rules in one pass over the text.
//!
//! All phrases of all rules, live and shadow, are compiled into one Aho-Corasick automaton, so that
//! a further phrase costs next to nothing per post.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, BuildError};

use crate::condition::Phrase;

/// The shared automaton.
#[derive(Debug, Clone)]
pub(crate) struct Matcher {
    automaton: AhoCorasick,
    /// For each pattern, the phrase and the sets that hold it.
    patterns: Vec<(Phrase, Vec<u32>)>,
}

/// What was found in one text: set and place, sorted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hits(Vec<(u32, usize, usize)>);

/// Collects phrases and numbers the sets that hold them.
#[derive(Debug, Default)]
pub(crate) struct MatcherBuilder {
    patterns: BTreeMap<Phrase, Vec<u32>>,
    sets: u32,
}

impl MatcherBuilder {
    /// Takes the phrases of one condition and returns the number of their set.
    pub(crate) fn add(&mut self, phrases: &[Phrase]) -> u32 {
        let set = self.sets;
        self.sets += 1;
        for phrase in phrases {
            let sets = self.patterns.entry(phrase.clone()).or_default();
            if sets.last() != Some(&set) {
                sets.push(set);
            }
        }
        set
    }

    /// Compiles the automaton; fails only where there are more phrases than it can hold.
    pub(crate) fn build(self) -> Result<Matcher, BuildError> {
        let patterns: Vec<_> = self.patterns.into_iter().collect();
        let automaton =
            AhoCorasick::new(patterns.iter().map(|(phrase, _)| phrase.text.as_bytes()))?;
        Ok(Matcher {
            automaton,
            patterns,
        })
    }
}

impl Matcher {
    /// Every phrase that stands in `text` between word boundaries, overlapping ones included.
    pub(crate) fn find(&self, text: &str) -> Hits {
        let mut hits = Vec::new();
        for found in self.automaton.find_overlapping_iter(text) {
            let (phrase, sets) = &self.patterns[found.pattern().as_usize()];
            if at_boundary(text, found.start())
                && (phrase.open_end || at_boundary(text, found.end()))
            {
                let end = if phrase.open_end {
                    word_end(text, found.end())
                } else {
                    found.end()
                };
                hits.extend(sets.iter().map(|set| (*set, found.start(), end)));
            }
        }
        hits.sort_unstable();
        Hits(hits)
    }
}

impl Hits {
    /// Where the phrases of a set were found, from left to right.
    pub(crate) fn of(&self, set: u32) -> impl Iterator<Item = Range<usize>> + '_ {
        let first = self.0.partition_point(|(other, ..)| *other < set);
        self.0[first..]
            .iter()
            .take_while(move |(other, ..)| *other == set)
            .map(|(_, start, end)| *start..*end)
    }
}

fn is_word(ch: char) -> bool {
    ch.is_alphanumeric() || ch == '_'
}

/// Whether `at` is not in the middle of a word; a phrase that ends with a sign needs no boundary.
fn at_boundary(text: &str, at: usize) -> bool {
    !(text[..at].chars().next_back().is_some_and(is_word)
        && text[at..].chars().next().is_some_and(is_word))
}

fn word_end(text: &str, from: usize) -> usize {
    text[from..]
        .char_indices()
        .find(|(_, ch)| !is_word(*ch))
        .map_or(text.len(), |(at, _)| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(text: &str) -> Phrase {
        Phrase {
            text: text.trim_end_matches('*').to_owned(),
            open_end: text.ends_with('*'),
        }
    }

    fn found(phrases: &[&str], text: &str) -> Vec<String> {
        let mut builder = MatcherBuilder::default();
        let set = builder.add(&phrases.iter().map(|text| phrase(text)).collect::<Vec<_>>());
        let hits = builder.build().unwrap().find(text);
        hits.of(set).map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn a_phrase_is_found_between_word_boundaries_only() {
        assert_eq!(
            found(&["end it"], "i will end it. end items, bend it"),
            ["end it"]
        );
    }

    #[test]
    fn a_star_lets_the_last_word_go_on() {
        assert_eq!(
            found(&["suicid*"], "suicidal, not parasuicide"),
            ["suicidal"]
        );
    }

    #[test]
    fn overlapping_phrases_are_all_found() {
        assert_eq!(
            found(&["kill my", "my self"], "kill my self"),
            ["kill my", "my self"]
        );
    }

    #[test]
    fn two_conditions_may_share_a_phrase() {
        let mut builder = MatcherBuilder::default();
        let sets = [
            builder.add(&[phrase("rope")]),
            builder.add(&[phrase("rope"), phrase("pill*")]),
        ];
        let hits = builder.build().unwrap().find("no rope");
        assert!(sets.iter().all(|set| hits.of(*set).count() == 1));
    }
}
