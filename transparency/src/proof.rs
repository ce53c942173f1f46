//! Proofs that one event stands in the log, as the C2SP specification `tlog-proof` defines them: a
//! small text that can be checked years later with the log's public key alone.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{Checkpoint, Trust, decimal};
use crate::error::ProofFileError;
use crate::hash::NodeHash;
use crate::note::MAX_BYTES;
use crate::tree::Inclusion;

/// What a proof begins with.
pub const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// A proof file, not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofFile {
    /// Data for whoever reads it, covered by no signature. We put the chain hash of the event before
    /// here: with it and the event's columns the entry can be computed ([`crate::chain::link`]).
    pub extra: Option<Vec<u8>>,
    /// The event's position.
    pub index: u64,
    /// The hashes beside the way from the event's leaf to the root.
    pub path: Vec<NodeHash>,
    /// The signed checkpoint, as published.
    pub checkpoint: String,
}

impl ProofFile {
    /// Reads a proof. Checks neither proof nor signatures.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        if bytes.len() > 2 * MAX_BYTES {
            return Err(ProofFileError::Characters);
        }
        let text = str::from_utf8(bytes).map_err(|_| ProofFileError::Characters)?;
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or(ProofFileError::NoCheckpoint)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(ProofFileError::FirstLine);
        }
        let extra = lines.next_if(|line| line.starts_with("extra"));
        let extra = extra.map(parse_extra).transpose()?;
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(decimal).ok_or(ProofFileError::Index)?;
        let path = (1..).zip(lines).map(|(number, line)| {
            NodeHash::from_base64(line).ok_or(ProofFileError::Hash { number })
        });
        Ok(Self {
            extra,
            index,
            path: path.collect::<Result<_, _>>()?,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Checks that the entry (an event's chain hash) stands at the index of a log that is believed,
    /// and answers the checkpoint that says so.
    pub fn check(&self, entry: &[u8], trust: &Trust) -> Result<Checkpoint, ProofFileError> {
        let checkpoint = trust.open(self.checkpoint.as_bytes())?;
        let proof = Inclusion {
            index: self.index,
            size: checkpoint.size,
            path: self.path.clone(),
        };
        proof.check(NodeHash::leaf(entry), checkpoint.root)?;
        Ok(checkpoint)
    }
}

/// The file's text.
impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

fn parse_extra(line: &str) -> Result<Vec<u8>, ProofFileError> {
    let base64 = line.strip_prefix("extra ").ok_or(ProofFileError::Extra)?;
    STANDARD.decode(base64).map_err(|_| ProofFileError::Extra)
}
