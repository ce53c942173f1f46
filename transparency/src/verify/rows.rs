//! Taking rows in.

use std::collections::{BTreeMap, HashMap};
use std::vec::IntoIter;

use sha2::{Digest as _, Sha256};

use super::{Fault, Finding, Report};
use crate::batch::{BATCH, BatchFacts, BatchLeaf};
use crate::chain::{EventColumns, GENESIS, link};
use crate::checkpoint::Checkpoint;
use crate::error::LeavesFault;
use crate::export::{EventLine, Line, TextLine};
use crate::hash::NodeHash;
use crate::tree::Frontier;

/// Holds a log against checkpoints, row by row.
#[derive(Debug)]
pub struct Verifier {
    /// Those not reached yet, the smallest first.
    ahead: std::iter::Peekable<IntoIter<Checkpoint>>,
    checkpoints: u64,
    largest: u64,
    /// The size of the largest that held, and the sizes of those that did not.
    proven: u64,
    refuted: Vec<u64>,
    /// The tree over the stored hashes; none once a row is missing.
    tree: Option<Frontier>,
    /// The position of the row to come.
    next: u64,
    /// The stored hash of the row before; none where that row is missing.
    previous: Option<[u8; 32]>,
    texts: Option<Texts>,
    events: u64,
    leaves: u64,
    compared: u64,
    findings: Vec<(u64, Fault)>,
    further: u64,
}

/// What the leaves say of stored ciphertexts. Some 60 bytes for each text.
#[derive(Debug, Default)]
struct Texts {
    /// The digest of each, and when it was first recorded.
    stored: HashMap<[u8; 32], i64>,
    /// The first batch recorded at a time.
    batches: BTreeMap<i64, u64>,
}

impl Verifier {
    /// Holds the log against checkpoints that were opened by [`Trust`](crate::checkpoint::Trust), in
    /// any order; without any, only against itself.
    pub fn new(mut checkpoints: Vec<Checkpoint>) -> Self {
        checkpoints.sort_by_key(|checkpoint| checkpoint.size);
        let mut verifier = Self {
            checkpoints: checkpoints.len() as u64,
            largest: checkpoints.last().map_or(0, |last| last.size),
            ahead: checkpoints.into_iter().peekable(),
            proven: 0,
            refuted: Vec::new(),
            tree: Some(Frontier::new()),
            next: 0,
            previous: Some(GENESIS),
            texts: Some(Texts::default()),
            events: 0,
            leaves: 0,
            compared: 0,
            findings: Vec::new(),
            further: 0,
        };
        verifier.compare_roots();
        verifier
    }

    /// Passes texts over. Saves the memory of remembering every text's digest.
    #[must_use]
    pub fn without_texts(mut self) -> Self {
        self.texts = None;
        self
    }

    /// How many rows of the log have been taken: for showing progress.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Takes the next line of an export.
    pub fn line(&mut self, line: &[u8]) {
        match Line::parse(line) {
            Ok(Line::Event(event)) => self.event_line(*event),
            Ok(Line::Text(text)) => self.text(&text),
            Err(_) => self.unreadable(),
        }
    }

    /// Takes the next row of the log, read from an export.
    pub fn event_line(&mut self, mut event: EventLine) {
        let leaves = event.leaves.take();
        let leaves =
            leaves.map(|leaves| leaves.into_iter().map(BatchLeaf::from).collect::<Vec<_>>());
        self.event(&event.columns(), &event.chain, leaves.as_deref());
    }

    /// Takes the next row of the log, its stored hash, and the leaves that stand beside it.
    pub fn event(
        &mut self,
        row: &EventColumns<'_>,
        chain: &[u8; 32],
        leaves: Option<&[BatchLeaf]>,
    ) {
        self.events += 1;
        if row.position < self.next {
            // Too late or once more. What follows may still be in order.
            let found = row.position;
            return self.find(row.position, Fault::OutOfPlace { found });
        }
        if row.position > self.next {
            let found = row.position;
            self.find(self.next, Fault::OutOfPlace { found });
            self.lose_order();
        }
        let follows = |previous: &[u8; 32]| link(previous, row) == *chain;
        if self
            .previous
            .as_ref()
            .is_some_and(|previous| !follows(previous))
        {
            self.find(row.position, Fault::Broken);
        }
        self.previous = Some(*chain);
        self.next = row.position.saturating_add(1);
        self.take_leaves(row, leaves);
        if let Some(tree) = &mut self.tree {
            tree.push(NodeHash::leaf(chain));
        }
        self.compare_roots();
    }

    /// Takes note of a row that cannot be read: a damaged line, or columns that hold what they
    /// cannot.
    pub fn unreadable(&mut self) {
        self.events += 1;
        self.find(self.next, Fault::Unreadable);
        self.lose_order();
        self.next = self.next.saturating_add(1);
    }

    /// Takes a stored ciphertext. Texts come after all events.
    pub fn text(&mut self, text: &TextLine) {
        let Some(texts) = &self.texts else { return };
        self.compared += 1;
        let recorded = texts.stored.get(&Sha256::digest(&text.sealed)[..]).copied();
        if recorded == Some(text.recorded_at) {
            return;
        }
        let at = recorded.unwrap_or(text.recorded_at);
        // Where its batch stands or, if that is gone, where the next one does.
        let batch = texts.batches.range(at..).next();
        let position = batch.map_or(self.next, |(_, position)| *position);
        let (post, revision) = (text.post, text.revision);
        self.find(position, Fault::Text { post, revision });
    }

    /// The report, once all rows have been taken.
    pub fn finish(self) -> Report {
        let found = self.findings.iter().copied().chain(self.conclude());
        let mut findings: Vec<Finding> = found
            .map(|(position, fault)| self.place(position, fault))
            .collect();
        findings.sort_by_key(|finding| finding.position);
        Report {
            events: self.events,
            leaves: self.leaves,
            texts: self.compared,
            checkpoints: self.checkpoints,
            proven: self.proven,
            end: self.next,
            findings,
            further: self.further,
        }
    }

    /// What the checkpoints say, now that the end is known. Never left out for other findings.
    fn conclude(&self) -> Vec<(u64, Fault)> {
        let mut found = Vec::new();
        if self.next < self.largest {
            let size = self.largest;
            found.push((self.next, Fault::Truncated { size }));
        }
        for &size in &self.refuted {
            if size <= self.proven {
                found.push((size.saturating_sub(1), Fault::Forked { size }));
            } else {
                found.push((self.proven, Fault::Rewritten { size }));
                // That the checkpoints after it do not hold either follows.
                break;
            }
        }
        found
    }

    /// Who changes a row may also have changed those before it that nothing proves.
    fn place(&self, position: u64, fault: Fault) -> Finding {
        let to = match fault {
            Fault::Truncated { size } | Fault::Rewritten { size } => size - 1,
            _ => position,
        };
        let forked = matches!(fault, Fault::Forked { .. });
        let from = if position < self.proven || forked {
            position
        } else {
            self.proven
        };
        Finding {
            position,
            from,
            to,
            fault,
        }
    }

    fn compare_roots(&mut self) {
        while let Some(checkpoint) = self.ahead.next_if(|ahead| ahead.size <= self.next) {
            let Some(tree) = &self.tree else { continue };
            if tree.size() != checkpoint.size {
                continue;
            }
            if tree.root() == checkpoint.root {
                self.proven = checkpoint.size;
            } else {
                self.refuted.push(checkpoint.size);
            }
        }
    }

    fn take_leaves(&mut self, row: &EventColumns<'_>, leaves: Option<&[BatchLeaf]>) {
        if let Err(fault) = check_leaves(row, leaves) {
            self.find(row.position, Fault::Leaves(fault));
        }
        let leaves = leaves.unwrap_or_default();
        self.leaves += leaves.len() as u64;
        let Some(texts) = &mut self.texts else { return };
        if row.event_type == BATCH {
            texts.batches.entry(row.recorded_at).or_insert(row.position);
        }
        for digest in leaves.iter().filter_map(|leaf| leaf.content) {
            texts.stored.entry(digest).or_insert(row.recorded_at);
        }
    }

    fn lose_order(&mut self) {
        self.tree = None;
        self.previous = None;
    }

    fn find(&mut self, position: u64, fault: Fault) {
        if self.findings.len() < Report::MAX_FINDINGS {
            self.findings.push((position, fault));
        } else {
            self.further += 1;
        }
    }
}

fn check_leaves(row: &EventColumns<'_>, leaves: Option<&[BatchLeaf]>) -> Result<(), LeavesFault> {
    match leaves {
        None if row.event_type == BATCH => Err(LeavesFault::Missing),
        None => Ok(()),
        Some(_) if row.event_type != BATCH => Err(LeavesFault::Surplus),
        Some(leaves) => {
            let facts = BatchFacts::parse(row.payload).filter(|_| row.type_version == 1);
            facts.ok_or(LeavesFault::Unreadable)?.check(leaves)
        }
    }
}
