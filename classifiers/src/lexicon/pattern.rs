//! The phrase language: from text to sequences of words to look for.

mod parse;

use std::collections::BTreeMap;

pub(super) use self::parse::parse;

/// Most sequences that one phrase may stand for.
const MOST_SEQUENCES: usize = 1024;
/// Most gaps in a phrase, and words in a gap: they bound the work of a match.
const MOST_GAPS: usize = 3;
const WIDEST_GAP: usize = 8;

/// A sequence of words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Pattern {
    pub(super) steps: Vec<Step>,
}

/// One word of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    /// How many words may stand before it, after the step before.
    pub(super) gap: usize,
    /// The word is one of these, sorted.
    pub(super) words: Vec<Word>,
}

/// A word, or the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Word {
    Whole(String),
    Stem(String),
}

/// What stands at one place of a phrase.
#[derive(Debug, Clone)]
enum Node {
    Word(Word),
    /// Up to so many words of any kind.
    Gap(usize),
    /// One of these phrases, or nothing where it is optional.
    Group {
        alternatives: Vec<Vec<Node>>,
        optional: bool,
    },
}

/// All sequences that a phrase stands for.
fn spell_out(nodes: &[Node]) -> Result<Vec<Pattern>, String> {
    let mut sequences = expand(nodes)?;
    sequences.retain(|sequence| !sequence.steps.is_empty());
    for sequence in &mut sequences {
        if let Some(first) = sequence.steps.first_mut() {
            first.gap = 0;
        }
        if sequence.steps.iter().filter(|step| step.gap > 0).count() > MOST_GAPS {
            return Err(format!("at most {MOST_GAPS} gaps"));
        }
    }
    if sequences.is_empty() {
        Err("one word that is not optional".to_owned())
    } else {
        Ok(merged(sequences))
    }
}

fn expand(nodes: &[Node]) -> Result<Vec<Pattern>, String> {
    let mut sequences = vec![Pattern::default()];
    let mut gap = 0;
    for node in nodes {
        let choices = match node {
            Node::Gap(width) => {
                gap = *width;
                continue;
            }
            Node::Word(word) => vec![Pattern {
                steps: vec![Step {
                    gap: 0,
                    words: vec![word.clone()],
                }],
            }],
            Node::Group {
                alternatives,
                optional,
            } => {
                let mut choices = Vec::new();
                for alternative in alternatives {
                    choices.extend(expand(alternative)?);
                }
                if *optional {
                    choices.push(Pattern::default());
                }
                merged(choices)
            }
        };
        sequences = sequences
            .iter()
            .flat_map(|before| choices.iter().map(|choice| follow(before, gap, choice)))
            .collect();
        gap = 0;
        if sequences.len() > MOST_SEQUENCES {
            return Err(format!(
                "fewer alternatives: it stands for more than {MOST_SEQUENCES} phrases"
            ));
        }
    }
    Ok(sequences)
}

fn follow(before: &Pattern, gap: usize, next: &Pattern) -> Pattern {
    let mut steps = before.steps.clone();
    let joint = steps.len();
    steps.extend(next.steps.iter().cloned());
    if let Some(first) = steps.get_mut(joint) {
        first.gap = gap.max(first.gap);
    }
    Pattern { steps }
}

/// Sequences that differ in one place become one with alternatives there.
fn merged(mut sequences: Vec<Pattern>) -> Vec<Pattern> {
    let longest = sequences
        .iter()
        .map(|sequence| sequence.steps.len())
        .max()
        .unwrap_or(0);
    for place in 0..longest {
        let mut groups: BTreeMap<Pattern, Vec<Word>> = BTreeMap::new();
        let mut shorter = Vec::new();
        for mut sequence in sequences {
            match sequence
                .steps
                .get_mut(place)
                .map(|step| std::mem::take(&mut step.words))
            {
                Some(words) => groups.entry(sequence).or_default().extend(words),
                None => shorter.push(sequence),
            }
        }
        shorter.sort();
        shorter.dedup();
        sequences = groups
            .into_iter()
            .map(|(mut sequence, mut words)| {
                words.sort();
                words.dedup();
                sequence.steps[place].words = words;
                sequence
            })
            .chain(shorter)
            .collect();
    }
    sequences
}
