//! Reading a phrase.

use super::{Node, Pattern, WIDEST_GAP, Word, spell_out};
use crate::lexicon::file::Variants;
use crate::lexicon::tokens::tokens;
use crate::normalise::normalise;

/// Reads a phrase; the error says what was expected.
pub(in crate::lexicon) fn parse(phrase: &str, variants: &Variants) -> Result<Vec<Pattern>, String> {
    let mut parser = Parser {
        rest: phrase,
        variants,
    };
    let alternatives = parser.alternatives()?;
    if !parser.rest.is_empty() {
        return Err("a ( for every )".to_owned());
    }
    spell_out(&[Node::Group {
        alternatives,
        optional: false,
    }])
}

struct Parser<'a> {
    rest: &'a str,
    variants: &'a Variants,
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Result<Vec<Vec<Node>>, String> {
        let mut alternatives = vec![self.sequence()?];
        while self.eat('|') {
            alternatives.push(self.sequence()?);
        }
        Ok(alternatives)
    }

    fn sequence(&mut self) -> Result<Vec<Node>, String> {
        // The words as written stand beside the nodes, for spellings of several words.
        let mut nodes: Vec<(Option<String>, Vec<Node>)> = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.chars().next() {
                None | Some('|' | ')') => break,
                Some('(') => {
                    let group = self.group()?;
                    nodes.push((None, vec![group]));
                }
                Some('*') => nodes.push((None, vec![self.gap()?])),
                Some(_) => nodes.push(self.word()?),
            }
        }
        if nodes.is_empty() || is_gap(nodes.first()) || is_gap(nodes.last()) {
            return Err(
                "words in every place and alternative, and gaps only between words".to_owned(),
            );
        }
        Ok(self.with_variants(&nodes))
    }

    fn group(&mut self) -> Result<Node, String> {
        self.eat('(');
        let alternatives = self.alternatives()?;
        if !self.eat(')') {
            return Err("a ) for every (".to_owned());
        }
        Ok(Node::Group {
            alternatives,
            optional: self.eat('?'),
        })
    }

    fn gap(&mut self) -> Result<Node, String> {
        let word = self.take_word();
        let width = word
            .get(1..)
            .filter(|digits| !digits.is_empty())
            .map_or(Ok(3), str::parse);
        match width {
            Ok(width @ 1..=WIDEST_GAP) => Ok(Node::Gap(width)),
            _ => Err(format!("a gap of 1 to {WIDEST_GAP} words after *")),
        }
    }

    fn word(&mut self) -> Result<(Option<String>, Vec<Node>), String> {
        let written = self.take_word();
        let optional = written.ends_with('?');
        let body = written.trim_end_matches('?');
        let words = words(body)?;
        if optional {
            return Ok((
                None,
                vec![Node::Group {
                    alternatives: vec![words],
                    optional,
                }],
            ));
        }
        Ok((Some(body.to_owned()), words))
    }

    fn take_word(&mut self) -> String {
        let end = self
            .rest
            .find([' ', '|', '(', ')'])
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let rest = self.rest.trim_start_matches(' ');
        let rest = if wanted == '?' { self.rest } else { rest };
        rest.strip_prefix(wanted)
            .map(|rest| self.rest = rest)
            .is_some()
    }

    /// Puts groups of all spellings in place of the words that have several, longest first.
    fn with_variants(&self, nodes: &[(Option<String>, Vec<Node>)]) -> Vec<Node> {
        let mut out = Vec::new();
        let mut at = 0;
        while at < nodes.len() {
            let spelt = |len: usize| -> Option<String> {
                let words: Option<Vec<&str>> = nodes
                    .get(at..at + len)?
                    .iter()
                    .map(|(word, _)| word.as_deref())
                    .collect();
                words.map(|words| words.join(" "))
            };
            let found = [3, 2, 1].into_iter().find_map(|len| {
                let usual = spelt(len)?;
                self.variants.get(&usual).map(|others| (len, usual, others))
            });
            if let Some((len, usual, others)) = found {
                let spellings =
                    std::iter::once(usual.as_str()).chain(others.iter().map(String::as_str));
                let alternatives = spellings
                    .filter_map(|spelling| words(spelling).ok())
                    .collect();
                out.push(Node::Group {
                    alternatives,
                    optional: false,
                });
                at += len;
            } else {
                out.extend(nodes[at].1.iter().cloned());
                at += 1;
            }
        }
        out
    }
}

fn is_gap(node: Option<&(Option<String>, Vec<Node>)>) -> bool {
    node.is_some_and(|(_, nodes)| matches!(nodes.as_slice(), [Node::Gap(_)]))
}

/// The normalised words of a piece of a phrase; `+` at its end makes the last a stem.
fn words(text: &str) -> Result<Vec<Node>, String> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let (body, stem) = word
            .strip_suffix('+')
            .map_or((word, false), |body| (body, true));
        let normalised = normalise(body);
        let tokens = tokens(normalised.text());
        let count = tokens.len();
        for (at, token) in tokens.into_iter().enumerate() {
            let word = normalised.text()[token.range()].to_owned();
            words.push(Node::Word(if stem && at + 1 == count {
                Word::Stem(word)
            } else {
                Word::Whole(word)
            }));
        }
    }
    if words.is_empty() {
        Err("words in every place and alternative".to_owned())
    } else {
        Ok(words)
    }
}
