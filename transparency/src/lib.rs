//! Proves that the log still says what it said: a Merkle tree over it, signed checkpoints, and their
//! verification.
//!
//! Promises. Whoever kept a checkpoint and the log's public key can tell, from an export alone and
//! without trusting who made it, whether any row up to the checkpoint was edited, removed, added or
//! moved, and where. Without a checkpoint the answer says that it covers internal consistency only.
//! Every parser here answers any bytes with a value or an error, and never panics.
//!
//! Leaves to others: where rows come from and notes go (nothing here reads a file, a database, a
//! clock or a source of randomness), and who holds the signing key. Whether a sealed text opens is
//! the store's to say: only it has the keys.
//!
//! - [`hash`] and [`tree`]: the Merkle tree of RFC 6962 and RFC 9162, its proofs and their checking.
//! - [`note`], [`checkpoint`] and [`proof`]: the text formats of C2SP (signed-note, tlog-checkpoint,
//!   tlog-proof), so that tools and witnesses which know them need nothing of ours.
//! - [`notary`]: signs checkpoints, each continuing the one before.
//! - [`chain`], [`batch`] and [`export`]: an event's hash, the leaves of a screened batch, and a line
//!   of an export.
//! - [`verify`]: rows in, report out.
//!
//! To cover a new kind of row: add it to [`export::Line`], to `docs/verifying-the-log.md` and
//! `docs/verify.py`, check it in [`verify`] against a hash that an event's payload holds, and add its
//! tamperings to `tests/tampering.rs` and to the vectors (`tests/vectors.rs` says how they are made).

pub mod batch;
pub mod chain;
pub mod checkpoint;
pub mod error;
pub mod export;
pub mod hash;
pub mod notary;
pub mod note;
pub mod proof;
pub mod tree;
pub mod verify;
