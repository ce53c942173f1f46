//! What can be wrong with a key, a note, a checkpoint, a proof or a line.

use thiserror::Error;

/// A tree's frontier does not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrontierError {
    /// Not even a size.
    #[error("a frontier begins with its size in 8 bytes; there are fewer")]
    Short,
    /// No log is that long.
    #[error("a frontier of {size} leaves is larger than any log")]
    TooLarge {
        /// As stated.
        size: u64,
    },
    /// Hashes and size do not fit together.
    #[error("a frontier of {size} leaves has 32 bytes for each bit set in the size, not {bytes}")]
    Length {
        /// As stated.
        size: u64,
        /// How many bytes follow.
        bytes: usize,
    },
}

/// A proof cannot be made, or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofError {
    /// There is no such leaf.
    #[error("the tree of {size} leaves has none at {index}")]
    OutsideTree {
        /// The place asked for.
        index: u64,
        /// How many leaves the tree has.
        size: u64,
    },
    /// A log never gets shorter.
    #[error("a tree of {new} leaves cannot continue one of {old}")]
    Shrinks {
        /// The earlier size.
        old: u64,
        /// The later size.
        new: u64,
    },
    /// The leaves ended too early to make the proof.
    #[error("the proof needs {need} leaves, and there are {have}")]
    LeavesLacking {
        /// How many it takes.
        need: u64,
        /// How many there were.
        have: u64,
    },
    /// Fewer hashes than the sizes call for.
    #[error("the proof has too few hashes for its sizes")]
    Short,
    /// More hashes than the sizes call for.
    #[error("the proof has more hashes than its sizes call for")]
    Long,
    /// The hashes lead elsewhere.
    #[error("the proof leads to another root")]
    OtherRoot,
}

/// A key does not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not of the form.
    #[error("a {expected} key has the form {form}")]
    Form {
        /// `public` or `private`.
        expected: &'static str,
        /// The form.
        form: &'static str,
    },
    /// The name cannot stand in a signature line.
    #[error("a key's name is not empty and has neither spaces nor + nor control characters")]
    Name,
    /// Damaged, or not of this name.
    #[error("the key's id is not that of its name and bytes: part of the key was lost or changed")]
    Id,
    /// Another kind of key.
    #[error("the key is of kind {kind}; only Ed25519 (kind 1, 32 bytes) is known here")]
    Kind {
        /// The first byte of the key.
        kind: u8,
    },
    /// No point of the curve, or one that any signature fits.
    #[error("the key is not a usable Ed25519 public key")]
    Unusable,
}

/// A signed note does not read, or is not signed by whom it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Larger than any note we make.
    #[error("a note has at most {max} bytes", max = crate::note::MAX_BYTES)]
    TooLarge,
    /// Not text.
    #[error("a note is UTF-8 without control characters other than line ends")]
    Characters,
    /// No text, or none that ends in a line end.
    #[error("a note's text ends with a line end")]
    Text,
    /// No empty line, or nothing after it.
    #[error(
        "a note has an empty line, then at least one line of signature, each with its line end"
    )]
    NoSignatures,
    /// More than we read.
    #[error("a note has at most {max} signatures", max = crate::note::MAX_SIGNATURES)]
    TooManySignatures,
    /// A line after the text that is no signature.
    #[error("signature line {line} is not: — NAME BASE64")]
    SignatureLine {
        /// From 1.
        line: usize,
    },
    /// A key that we trust, and a signature that is not its own.
    #[error("the signature of {name} does not fit the text")]
    WrongSignature {
        /// The key's name.
        name: String,
    },
    /// Signed by strangers only.
    #[error("the note bears no signature of a key that is trusted here")]
    NotTrusted,
}

/// A checkpoint does not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Too few lines, or an empty one.
    #[error("a checkpoint's text is three lines or more, none of them empty: origin, size, root")]
    Lines,
    /// The second line.
    #[error("a checkpoint's size is a decimal number without leading zeros, at most 2^63-1")]
    Size,
    /// The third line.
    #[error("a checkpoint's root is the base64 of 32 bytes")]
    Root,
    /// Of another log.
    #[error("the checkpoint is of {found}, not of {expected}")]
    Origin {
        /// Whose was asked for.
        expected: String,
        /// Whose it is.
        found: String,
    },
}

/// A proof file does not read, or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofFileError {
    /// Not UTF-8, or larger than a proof can be.
    #[error("a proof is a small UTF-8 text")]
    Characters,
    /// The first line.
    #[error("a proof begins with the line {first}", first = crate::proof::FIRST_LINE)]
    FirstLine,
    /// The line of extra data.
    #[error("the line of extra data is: extra BASE64")]
    Extra,
    /// The line of the index.
    #[error("the index is: index N, a decimal number without leading zeros, at most 2^63-1")]
    Index,
    /// A hash.
    #[error("hash {number} of the proof is not the base64 of 32 bytes")]
    Hash {
        /// From 1.
        number: usize,
    },
    /// No checkpoint.
    #[error("a proof has an empty line after its hashes, then the checkpoint")]
    NoCheckpoint,
    /// What is wrong with the checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// What is wrong with the proof.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// A checkpoint must not be signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotaryError {
    /// The origin is no line of text.
    #[error("an origin is one line of text, not empty and without control characters")]
    Origin,
    /// Nobody signs.
    #[error("a checkpoint is signed by at least one key")]
    NoKey,
    /// The last checkpoint was of another log.
    #[error("the last checkpoint is of {found}, and {expected} does not continue it")]
    OtherLog {
        /// Whose checkpoints are signed here.
        expected: String,
        /// Whose it is.
        found: String,
    },
    /// What would be continued is not what was signed.
    #[error(
        "the log at {size} events is not the one whose checkpoint was signed: do not sign, run verify"
    )]
    Fork {
        /// The size of the last checkpoint.
        size: u64,
    },
}

/// A line of an export does not read.
#[derive(Debug, Error)]
pub enum LineError {
    /// Not one of the lines an export has.
    #[error("the line is not one of an export (near character {column})")]
    Form {
        /// Where reading stopped, from 1.
        column: usize,
    },
    /// No log is that long.
    #[error("a position is less than 2^63-1")]
    Position,
}

/// What is wrong with the leaves beside an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LeavesFault {
    /// A screened batch without its leaves.
    #[error("the leaves of the batch are missing or do not unpack")]
    Missing,
    /// Leaves beside an event that seals none.
    #[error("leaves stand beside an event that is no screened batch")]
    Surplus,
    /// The event cannot be read.
    #[error("the event does not say what its leaves must be, or is of an unknown version")]
    Unreadable,
    /// One was added or left out.
    #[error("the batch has {stated} leaves, and {found} are there")]
    Count {
        /// As the event says.
        stated: u64,
        /// How many there are.
        found: u64,
    },
    /// One was edited or moved.
    #[error("the leaves are not those whose root the event holds")]
    Root,
}
