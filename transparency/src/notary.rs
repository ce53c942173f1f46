//! Signs checkpoints of one log, each continuing the one before.
//!
//! A log must never sign two checkpoints of which the later does not contain the earlier. The notary
//! makes that impossible rather than checking for it: it goes on from the frontier of what it has
//! signed, and starts again only from a frontier whose root is that of the last checkpoint.

use crate::checkpoint::Checkpoint;
use crate::error::NotaryError;
use crate::hash::NodeHash;
use crate::note::{Note, SignerKey};
use crate::tree::Frontier;

/// Who signs for a log, and how far the log has got.
#[derive(Debug)]
pub struct Notary {
    origin: String,
    keys: Vec<SignerKey>,
    frontier: Frontier,
}

impl Notary {
    /// For a log of which nothing has been signed. All keys sign: more than one while a new key takes
    /// over from an old one.
    pub fn start(origin: impl Into<String>, keys: Vec<SignerKey>) -> Result<Self, NotaryError> {
        let origin = origin.into();
        if origin.is_empty() || origin.contains(|letter: char| letter < ' ') {
            return Err(NotaryError::Origin);
        }
        if keys.is_empty() {
            return Err(NotaryError::NoKey);
        }
        let frontier = Frontier::new();
        Ok(Self {
            origin,
            keys,
            frontier,
        })
    }

    /// Goes on after the last checkpoint that was signed, from the frontier kept with it.
    pub fn resume(
        origin: impl Into<String>,
        keys: Vec<SignerKey>,
        frontier: Frontier,
        last: &Checkpoint,
    ) -> Result<Self, NotaryError> {
        let mut notary = Self::start(origin, keys)?;
        if last.origin != notary.origin {
            return Err(NotaryError::OtherLog {
                expected: notary.origin,
                found: last.origin.clone(),
            });
        }
        if (frontier.size(), frontier.root()) != (last.size, last.root) {
            return Err(NotaryError::Fork { size: last.size });
        }
        notary.frontier = frontier;
        Ok(notary)
    }

    /// How many events have been taken: the position of the next.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Takes the next event, by its chain hash as the log stores it.
    pub fn push(&mut self, chain: &[u8; 32]) {
        self.frontier.push(NodeHash::leaf(chain));
    }

    /// What to keep with the checkpoint, in order to go on from it.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The checkpoint of all events taken.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            origin: self.origin.clone(),
            size: self.frontier.size(),
            root: self.frontier.root(),
            extensions: Vec::new(),
        }
    }

    /// The signed checkpoint of all events taken, as it is published. Keep frontier and note before
    /// anyone else sees it.
    pub fn sign(&self) -> String {
        let text = self.checkpoint().to_string();
        let mut note = Note::new(text).expect("an origin without control characters makes a note");
        self.keys.iter().for_each(|key| note.sign(key));
        note.to_string()
    }
}
