//! Finding the phrases of all lexicons in one pass over a text's words.
//!
//! Every distinct set of alternatives is an *element*; a word's elements are looked up once. Each
//! pattern waits at its rarest element (its anchor), and only when that turns up are its other
//! steps tried around it.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use holdfast_domain::SignalKind;

use super::file::{Lexicon, Place};
use super::fold_hash::WordMap;
use super::pattern::{Pattern, Word};
use super::tokens::{Token, tokens};
use super::{Entry, Hit};
use crate::normalise::vocabulary;

/// What a found pattern means.
#[derive(Debug, Clone, Copy)]
enum Owner {
    Entry(usize),
    Context(usize, Place),
}

#[derive(Debug)]
struct Compiled {
    /// Gap before the step, and its element.
    steps: Vec<(usize, u32)>,
    anchor: usize,
    owner: Owner,
}

#[derive(Debug)]
struct Listed {
    entry: Entry,
    unless: Vec<usize>,
}

/// The compiled phrases.
#[derive(Debug, Default)]
pub(super) struct Index {
    listed: Vec<Listed>,
    /// How many words a context may stand away.
    within: Vec<usize>,
    patterns: Vec<Compiled>,
    /// Element to the patterns that wait at it.
    by_anchor: Vec<Vec<u32>>,
    words: WordMap<Vec<u32>>,
    /// Beginnings of words by their first byte.
    stems: HashMap<u8, Vec<(String, Vec<u32>)>>,
}

/// A pattern found at these words, both inclusive.
#[derive(Debug, Clone, Copy)]
struct Found {
    owner: Owner,
    first: usize,
    last: usize,
}

/// A text's words and the elements of each.
struct Scanned {
    tokens: Vec<Token>,
    elements: Vec<u32>,
    /// Where in `elements` each token's begin; one more than tokens.
    starts: Vec<u32>,
}

impl Scanned {
    fn of(&self, token: usize) -> &[u32] {
        &self.elements[self.starts[token] as usize..self.starts[token + 1] as usize]
    }

    fn fits(&self, token: usize, element: u32) -> bool {
        self.of(token).contains(&element)
    }

    fn together(&self, left: usize, right: usize) -> bool {
        self.tokens[left].sentence == self.tokens[right].sentence
    }
}

impl Index {
    pub(super) fn build(lexicons: &[Lexicon]) -> Self {
        let mut index = Self {
            words: WordMap::with_hasher(BuildHasherDefault::default()),
            ..Self::default()
        };
        let mut elements: HashMap<Vec<Word>, u32> = HashMap::new();
        for lexicon in lexicons {
            let first_context = index.within.len();
            for context in &lexicon.contexts {
                let nth = index.within.len();
                index.within.push(context.within);
                for (place, pattern) in &context.patterns {
                    index.add(pattern, Owner::Context(nth, *place), &mut elements);
                }
            }
            for (entry, phrases) in lexicon.entries.iter().zip(&lexicon.phrases) {
                let nth = index.listed.len();
                let unless = phrases
                    .unless
                    .iter()
                    .map(|context| first_context + context)
                    .collect();
                index.listed.push(Listed {
                    entry: entry.clone(),
                    unless,
                });
                for pattern in &phrases.patterns {
                    index.add(pattern, Owner::Entry(nth), &mut elements);
                }
            }
        }
        index
    }

    fn add(&mut self, pattern: &Pattern, owner: Owner, elements: &mut HashMap<Vec<Word>, u32>) {
        let steps = pattern
            .steps
            .iter()
            .map(|step| (step.gap, self.element(&step.words, elements)))
            .collect();
        let rarest = pattern
            .steps
            .iter()
            .enumerate()
            .max_by_key(|(_, step)| rarity(&step.words));
        let anchor = rarest.map_or(0, |(at, _)| at);
        let compiled = Compiled {
            steps,
            anchor,
            owner,
        };
        let element = compiled.steps[anchor].1 as usize;
        self.by_anchor[element].push(self.patterns.len() as u32);
        self.patterns.push(compiled);
    }

    fn element(&mut self, words: &[Word], elements: &mut HashMap<Vec<Word>, u32>) -> u32 {
        if let Some(known) = elements.get(words) {
            return *known;
        }
        let element = self.by_anchor.len() as u32;
        self.by_anchor.push(Vec::new());
        elements.insert(words.to_vec(), element);
        for word in words {
            match word {
                Word::Whole(word) => self
                    .words
                    .entry(word.as_str().into())
                    .or_default()
                    .push(element),
                Word::Stem(stem) => {
                    let stems = self
                        .stems
                        .entry(stem.as_bytes().first().copied().unwrap_or(0))
                        .or_default();
                    match stems.iter_mut().find(|(known, _)| known == stem) {
                        Some((_, elements)) => elements.push(element),
                        None => stems.push((stem.clone(), vec![element])),
                    }
                }
            }
        }
        element
    }

    fn scan(&self, text: &str) -> Scanned {
        let tokens = tokens(text);
        let mut elements = Vec::with_capacity(tokens.len());
        let mut starts = Vec::with_capacity(tokens.len() + 1);
        for token in &tokens {
            starts.push(elements.len() as u32);
            let word = &text[token.range()];
            if let Some(known) = self.words.get(word) {
                elements.extend_from_slice(known);
            }
            for (stem, known) in self.stems.get(&word.as_bytes()[0]).into_iter().flatten() {
                if word.starts_with(stem.as_str()) {
                    elements.extend_from_slice(known);
                }
            }
        }
        starts.push(elements.len() as u32);
        Scanned {
            tokens,
            elements,
            starts,
        }
    }

    fn found(&self, scanned: &Scanned) -> Vec<Found> {
        let mut found = Vec::new();
        for token in 0..scanned.tokens.len() {
            for element in scanned.of(token) {
                for pattern in &self.by_anchor[*element as usize] {
                    let pattern = &self.patterns[*pattern as usize];
                    if let (Some(first), Some(last)) = (
                        backwards(pattern, scanned, pattern.anchor, token),
                        forwards(pattern, scanned, pattern.anchor, token),
                    ) {
                        found.push(Found {
                            owner: pattern.owner,
                            first,
                            last,
                        });
                    }
                }
            }
        }
        found
    }

    pub(super) fn find(&self, text: &str) -> Vec<Hit<'_>> {
        let scanned = self.scan(text);
        let found = self.found(&scanned);
        let mut hits: Vec<(usize, usize, usize)> = found
            .iter()
            .filter_map(|hit| match hit.owner {
                Owner::Entry(entry) if !self.taken_back(entry, hit, &found, &scanned) => {
                    Some((hit.first, hit.last, entry))
                }
                _ => None,
            })
            .collect();
        hits.sort_unstable();
        hits.dedup();
        hits.into_iter()
            .map(|(first, last, entry)| Hit {
                entry: &self.listed[entry].entry,
                range: scanned.tokens[first].range().start..scanned.tokens[last].range().end,
            })
            .collect()
    }

    fn taken_back(&self, entry: usize, hit: &Found, found: &[Found], scanned: &Scanned) -> bool {
        let unless = &self.listed[entry].unless;
        !unless.is_empty()
            && found.iter().any(|other| match other.owner {
                Owner::Context(context, place) if unless.contains(&context) => {
                    let within = self.within[context];
                    match place {
                        Place::Anywhere => true,
                        Place::Around => other.first <= hit.first && hit.last <= other.last,
                        Place::Before => {
                            other.last < hit.first
                                && hit.first - other.last <= within + 1
                                && scanned.together(other.last, hit.first)
                        }
                        Place::After => {
                            other.first > hit.last
                                && other.first - hit.last <= within + 1
                                && scanned.together(hit.last, other.first)
                        }
                    }
                }
                _ => false,
            })
    }

    pub(super) fn pre_screen(&self, text: &str) -> bool {
        let scanned = self.scan(text);
        self.found(&scanned).iter().any(|hit| match hit.owner {
            Owner::Entry(entry) => self.listed[entry].entry.signal == SignalKind::Crisis,
            Owner::Context(..) => false,
        })
    }
}

/// How rare the words of a step are: by their place in the vocabulary, unknown words rarest.
fn rarity(words: &[Word]) -> u32 {
    let one = |word: &Word| match word {
        Word::Whole(word) => vocabulary().rareness(word),
        Word::Stem(_) => 900,
    };
    words.iter().map(one).min().unwrap_or(0)
}

/// Where the pattern begins, when its step `step` stands at word `at`.
fn backwards(pattern: &Compiled, scanned: &Scanned, step: usize, at: usize) -> Option<usize> {
    if step == 0 {
        return Some(at);
    }
    let (gap, _) = pattern.steps[step];
    let element = pattern.steps[step - 1].1;
    (0..=gap)
        .map_while(|skipped| at.checked_sub(skipped + 1))
        .take_while(|before| scanned.together(*before, at))
        .filter(|before| scanned.fits(*before, element))
        .find_map(|before| backwards(pattern, scanned, step - 1, before))
}

/// Where the pattern ends, when its step `step` stands at word `at`.
fn forwards(pattern: &Compiled, scanned: &Scanned, step: usize, at: usize) -> Option<usize> {
    let Some((gap, element)) = pattern.steps.get(step + 1).copied() else {
        return Some(at);
    };
    (at + 1..=at + 1 + gap)
        .take_while(|after| *after < scanned.tokens.len() && scanned.together(at, *after))
        .filter(|after| scanned.fits(*after, element))
        .find_map(|after| forwards(pattern, scanned, step + 1, after))
}
