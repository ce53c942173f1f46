//! A small log in memory, made as the store makes it.

#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(unreachable_pub, reason = "shared by test binaries")]

use holdfast_transparency::batch::{BatchLeaf, judged_by};
use holdfast_transparency::chain::{GENESIS, link};
use holdfast_transparency::checkpoint::{Checkpoint, Trust};
use holdfast_transparency::export::{EventLine, Line, TextLine};
use holdfast_transparency::hash::{NodeHash, to_hex};
use holdfast_transparency::notary::Notary;
use holdfast_transparency::note::SignerKey;
use holdfast_transparency::tree;
use holdfast_transparency::verify::{Report, Verifier};
use sha2::{Digest as _, Sha256};

pub const ORIGIN: &str = "holdfast.example/log";

pub fn key(seed: u8) -> SignerKey {
    SignerKey::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

pub fn trust() -> Trust {
    Trust::in_key(key(1).verifier())
}

/// Rows and stored ciphertexts.
#[derive(Debug, Clone)]
pub struct Log {
    pub events: Vec<EventLine>,
    pub texts: Vec<TextLine>,
}

impl Log {
    /// A log in which every third event is a screened batch.
    pub fn of(size: u64) -> Self {
        let mut log = Self {
            events: Vec::new(),
            texts: Vec::new(),
        };
        for position in 0..size {
            log.append(position);
        }
        log.chain_from(0);
        log
    }

    fn append(&mut self, position: u64) {
        let batch = position % 3 == 1;
        let recorded_at = 1_700_000_000_000_000 + position as i64 * 1_000;
        let leaves = batch.then(|| self.screen(position, recorded_at));
        let (event_type, payload) = match &leaves {
            Some(leaves) => ("BatchAssessed", batch_payload(leaves)),
            None => (
                "NoteAdded",
                format!("{{\"note\":\"sealed, é {position}\"}}"),
            ),
        };
        self.events.push(EventLine {
            position,
            event_id: [position as u8; 16],
            tenant: "default".to_owned(),
            stream: format!("case/{}", position % 4),
            version: position / 4 + 1,
            occurred_at: recorded_at - 5,
            recorded_at,
            actor: "{\"kind\":\"system\"}".to_owned(),
            causation: position
                .is_multiple_of(2)
                .then(|| format!("cause {position}")),
            correlation: None,
            event_type: event_type.to_owned(),
            type_version: 1,
            payload,
            chain: GENESIS,
            leaves: leaves.map(|leaves| leaves.into_iter().map(Into::into).collect()),
        });
    }

    fn screen(&mut self, position: u64, recorded_at: i64) -> Vec<BatchLeaf> {
        let count = position % 4 + 1;
        let leaves = (0..count).map(|number| {
            let sealed = vec![position as u8, number as u8, 7];
            let content = (number % 2 == 0).then(|| Sha256::digest(&sealed).into());
            if content.is_some() {
                self.texts.push(TextLine {
                    post: [position as u8 ^ 0x55; 16],
                    revision: number as i64,
                    recorded_at,
                    sealed,
                });
            }
            BatchLeaf {
                source: "holdfast.posts.v1/0".to_owned(),
                offset: (position * 10 + number) as i64,
                key: [number as u8; 32],
                outcome: if number == 0 { "case" } else { "clear" }.to_owned(),
                content,
            }
        });
        leaves.collect()
    }

    /// Computes the hashes from a position on, as one who covers up a change would.
    pub fn chain_from(&mut self, start: usize) {
        for place in start..self.events.len() {
            self.chain_at(place);
        }
    }

    /// Computes the hash of one row.
    pub fn chain_at(&mut self, place: usize) {
        let previous = match place.checked_sub(1) {
            Some(before) => self.events[before].chain,
            None => GENESIS,
        };
        self.events[place].chain = link(&previous, &self.events[place].columns());
    }

    /// The signed checkpoint of the first `size` events.
    pub fn signed(&self, size: usize) -> String {
        let mut notary = Notary::start(ORIGIN, vec![key(1)]).unwrap();
        for event in &self.events[..size] {
            notary.push(&event.chain);
        }
        notary.sign()
    }

    /// The same, as it is once opened.
    pub fn checkpoint(&self, size: usize) -> Checkpoint {
        let leaves = self.events[..size].iter();
        Checkpoint {
            origin: ORIGIN.to_owned(),
            size: size as u64,
            root: tree::root(leaves.map(|event| NodeHash::leaf(&event.chain))),
            extensions: Vec::new(),
        }
    }

    /// The lines of its export.
    pub fn lines(&self) -> Vec<String> {
        let events = self.events.iter().cloned();
        let events = events.map(|event| Line::Event(Box::new(event)));
        let texts = self.texts.iter().cloned().map(Line::Text);
        events.chain(texts).map(|line| line.to_json()).collect()
    }

    pub fn verify(&self, checkpoints: Vec<Checkpoint>) -> Report {
        verify(&self.lines(), checkpoints)
    }
}

pub fn verify(lines: &[impl AsRef<[u8]>], checkpoints: Vec<Checkpoint>) -> Report {
    let mut verifier = Verifier::new(checkpoints);
    for line in lines {
        verifier.line(line.as_ref());
    }
    verifier.finish()
}

pub fn batch_payload(leaves: &[BatchLeaf]) -> String {
    let versions = [("lexicon", "1"), ("encoder", "2026-11-24")];
    let versions = versions.map(|(name, version)| (name.to_owned(), version.to_owned()));
    let by = judged_by("abc", &versions.into());
    let root = tree::root(leaves.iter().map(|leaf| leaf.hash(&by)));
    format!(
        "{{\"stage\":\"triage\",\"count\":{},\"ruleset\":\"abc\",\"versions\":{{\"lexicon\":\"1\",\"encoder\":\"2026-11-24\"}},\"merkle_root\":\"{}\"}}",
        leaves.len(),
        to_hex(&root.0)
    )
}
