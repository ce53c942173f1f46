//! Finding the phrases of all lexicons in one pass over a text's words.
//!
//! Every distinct set of alternatives is an *element*; a word's elements are looked up once. Each
//! pattern waits at its rarest element (its anchor), and only when that turns up are its other
//! steps tried around it. Contexts are looked for only in texts where there is a match to take back.

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

/// What a word, or the beginning of one, is part of.
#[derive(Debug, Default)]
struct Listing {
    /// One bit an element.
    elements: Box<[u64]>,
    /// Patterns of entries that wait at it.
    entries: Vec<u32>,
    /// Patterns of contexts that wait at it.
    contexts: Vec<u32>,
}

/// The compiled phrases.
#[derive(Debug, Default)]
pub(super) struct Index {
    listed: Vec<Listed>,
    /// How many words a context may stand away.
    within: Vec<usize>,
    patterns: Vec<Compiled>,
    /// Words of 64 bits that a set of elements takes.
    width: usize,
    words: WordMap<Listing>,
    /// Beginnings of words by their first byte.
    stems: HashMap<u8, Vec<(String, Listing)>>,
}

/// A pattern found at these words, both inclusive.
#[derive(Debug, Clone, Copy)]
struct Found {
    owner: Owner,
    first: usize,
    last: usize,
}

/// A text's words and what each is part of.
struct Scanned<'a> {
    tokens: Vec<Token>,
    listings: Vec<&'a Listing>,
    /// Where in `listings` each token's begin; one more than tokens.
    starts: Vec<u32>,
    /// The elements of all words, one bit each: most patterns lack one, and are passed over.
    present: Vec<u64>,
}

fn has(bits: &[u64], element: u32) -> bool {
    bits.get(element as usize / 64)
        .is_some_and(|word| word >> (element % 64) & 1 == 1)
}

impl<'a> Scanned<'a> {
    fn of(&self, token: usize) -> &[&'a Listing] {
        &self.listings[self.starts[token] as usize..self.starts[token + 1] as usize]
    }

    fn fits(&self, token: usize, element: u32) -> bool {
        self.of(token)
            .iter()
            .any(|listing| has(&listing.elements, element))
    }

    fn may_hold(&self, pattern: &Compiled) -> bool {
        pattern
            .steps
            .iter()
            .all(|(_, element)| has(&self.present, *element))
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
        let mut elements = Elements::default();
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
        index.list(&elements);
        index
    }

    /// Enters each word under the elements that it is part of.
    fn list(&mut self, elements: &Elements) {
        self.width = elements.waiting.len().div_ceil(64);
        let empty = vec![0; self.width].into_boxed_slice();
        for (words, element) in &elements.known {
            for word in words {
                for pattern in &elements.waiting[*element as usize] {
                    match self.patterns[*pattern as usize].owner {
                        Owner::Entry(_) => self.listing(word).entries.push(*pattern),
                        Owner::Context(..) => self.listing(word).contexts.push(*pattern),
                    }
                }
                let bits = &mut self.listing(word).elements;
                if bits.is_empty() {
                    bits.clone_from(&empty);
                }
                bits[*element as usize / 64] |= 1 << (*element % 64);
            }
        }
    }

    fn add(&mut self, pattern: &Pattern, owner: Owner, elements: &mut Elements) {
        let steps = pattern
            .steps
            .iter()
            .map(|step| (step.gap, elements.number(&step.words)))
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
        elements.waiting[element].push(self.patterns.len() as u32);
        self.patterns.push(compiled);
    }

    fn listing(&mut self, word: &Word) -> &mut Listing {
        match word {
            Word::Whole(word) => self.words.entry(word.as_str().into()).or_default(),
            Word::Stem(stem) => {
                let first = stem.as_bytes().first().copied().unwrap_or(0);
                let stems = self.stems.entry(first).or_default();
                let at = stems
                    .iter()
                    .position(|(known, _)| known == stem)
                    .unwrap_or_else(|| {
                        stems.push((stem.clone(), Listing::default()));
                        stems.len() - 1
                    });
                &mut stems[at].1
            }
        }
    }

    fn scan(&self, text: &str) -> Scanned<'_> {
        let tokens = tokens(text);
        let mut listings = Vec::with_capacity(tokens.len());
        let mut starts = Vec::with_capacity(tokens.len() + 1);
        let mut present = vec![0; self.width];
        for token in &tokens {
            starts.push(listings.len() as u32);
            let word = &text[token.range()];
            listings.extend(self.words.get(word));
            for (stem, listing) in self.stems.get(&word.as_bytes()[0]).into_iter().flatten() {
                if word.starts_with(stem.as_str()) {
                    listings.push(listing);
                }
            }
        }
        starts.push(listings.len() as u32);
        for listing in &listings {
            for (all, own) in present.iter_mut().zip(&listing.elements) {
                *all |= own;
            }
        }
        Scanned {
            tokens,
            listings,
            starts,
            present,
        }
    }

    /// Where the patterns that `waiting` picks are found.
    fn found<'a>(
        &'a self,
        scanned: &'a Scanned<'_>,
        waiting: fn(&Listing) -> &[u32],
    ) -> impl Iterator<Item = Found> + 'a {
        (0..scanned.tokens.len()).flat_map(move |token| {
            let patterns = scanned
                .of(token)
                .iter()
                .flat_map(move |listing| waiting(listing));
            patterns.filter_map(move |pattern| {
                let pattern = &self.patterns[*pattern as usize];
                if !scanned.may_hold(pattern) {
                    return None;
                }
                Some(Found {
                    owner: pattern.owner,
                    first: backwards(pattern, scanned, pattern.anchor, token)?,
                    last: forwards(pattern, scanned, pattern.anchor, token)?,
                })
            })
        })
    }

    pub(super) fn find(&self, text: &str) -> Vec<Hit<'_>> {
        let scanned = self.scan(text);
        let found: Vec<Found> = self.found(&scanned, |listing| &listing.entries).collect();
        let contexts: Vec<Found> = if found.is_empty() {
            Vec::new()
        } else {
            self.found(&scanned, |listing| &listing.contexts).collect()
        };
        let mut hits: Vec<(usize, usize, usize)> = found
            .iter()
            .filter_map(|hit| match hit.owner {
                Owner::Entry(entry) if !self.taken_back(entry, hit, &contexts, &scanned) => {
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

    fn taken_back(
        &self,
        entry: usize,
        hit: &Found,
        found: &[Found],
        scanned: &Scanned<'_>,
    ) -> bool {
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
        let mut found = self.found(&scanned, |listing| &listing.entries);
        found.any(|hit| match hit.owner {
            Owner::Entry(entry) => self.listed[entry].entry.signal == SignalKind::Crisis,
            Owner::Context(..) => false,
        })
    }
}

/// Sets of alternatives by number, while an index is built.
#[derive(Default)]
struct Elements {
    known: HashMap<Vec<Word>, u32>,
    /// Element to the patterns that wait at it.
    waiting: Vec<Vec<u32>>,
}

impl Elements {
    fn number(&mut self, words: &[Word]) -> u32 {
        if let Some(known) = self.known.get(words) {
            return *known;
        }
        let number = self.waiting.len() as u32;
        self.waiting.push(Vec::new());
        self.known.insert(words.to_vec(), number);
        number
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
fn backwards(pattern: &Compiled, scanned: &Scanned<'_>, step: usize, at: usize) -> Option<usize> {
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
fn forwards(pattern: &Compiled, scanned: &Scanned<'_>, step: usize, at: usize) -> Option<usize> {
    let Some((gap, element)) = pattern.steps.get(step + 1).copied() else {
        return Some(at);
    };
    (at + 1..=at + 1 + gap)
        .take_while(|after| *after < scanned.tokens.len() && scanned.together(at, *after))
        .filter(|after| scanned.fits(*after, element))
        .find_map(|after| forwards(pattern, scanned, step + 1, after))
}
