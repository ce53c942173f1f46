//! Checkpoints as the C2SP specification `tlog-checkpoint` defines them: the text of a signed note
//! that says how long the log is and what the root of its tree is.

use std::fmt;

use crate::error::CheckpointError;
use crate::hash::NodeHash;
use crate::note::{Note, VerifierKey};
use crate::tree::MAX_SIZE;

/// How long a log was, and the root over all its events then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log. A log restored from a backup goes on under another origin.
    pub origin: String,
    /// How many events, the first being that at position 0.
    pub size: u64,
    /// The root of the tree over them.
    pub root: NodeHash,
    /// Further lines, which mean nothing here. We write none.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// Reads the text of a note.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = text.split('\n');
        let mut line = || lines.next().filter(|line| !line.is_empty());
        let (Some(origin), Some(size), Some(root)) = (line(), line(), line()) else {
            return Err(CheckpointError::Lines);
        };
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Lines);
        }
        Ok(Self {
            origin: origin.to_owned(),
            size: decimal(size).ok_or(CheckpointError::Size)?,
            root: NodeHash::from_base64(root).ok_or(CheckpointError::Root)?,
            extensions,
        })
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Which log's checkpoints are believed, and by whose signature.
#[derive(Debug, Clone)]
pub struct Trust {
    origin: String,
    keys: Vec<VerifierKey>,
}

impl Trust {
    /// Believes checkpoints of this origin that bear the signature of at least one of the keys.
    pub fn new(origin: impl Into<String>, keys: Vec<VerifierKey>) -> Self {
        let origin = origin.into();
        Self { origin, keys }
    }

    /// Believes a log whose key bears its name, which is the custom.
    pub fn in_key(key: VerifierKey) -> Self {
        Self::new(key.name().to_owned(), vec![key])
    }

    /// Reads a checkpoint and checks its signatures and origin.
    pub fn open(&self, note: &[u8]) -> Result<Checkpoint, CheckpointError> {
        let note = Note::parse(note)?;
        note.signed_by(&self.keys)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        if checkpoint.origin == self.origin {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::Origin {
                expected: self.origin.clone(),
                found: checkpoint.origin,
            })
        }
    }
}

/// A number as checkpoints write it.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    text.parse().ok().filter(|number| *number <= MAX_SIZE)
}
