//! What can be wrong with an artefact. No message holds text that was to be scored.

use std::io;

/// An artefact that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file could not be read.
    #[error(
        "{file} could not be read; an artefact folder holds manifest.json and the files that it lists"
    )]
    Io {
        /// The file.
        file: String,
        /// How it failed.
        #[source]
        source: io::Error,
    },
    /// The manifest is not one.
    #[error("{file} is no manifest of an artefact")]
    Manifest {
        /// The file.
        file: String,
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// A file is not the one that was released.
    #[error(
        "{file} has the SHA-256 {found}, and the manifest says {expected}: it was changed or cut short, fetch it again"
    )]
    Digest {
        /// The file.
        file: String,
        /// What the manifest says.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The weights do not fit.
    #[error("{file}: {problem}")]
    Weights {
        /// The file.
        file: String,
        /// What does not fit.
        problem: String,
    },
    /// The tokeniser's file is not one.
    #[error("{file} is no tokeniser: {problem}")]
    Tokeniser {
        /// The file.
        file: String,
        /// Why.
        problem: String,
    },
    /// The second backend failed. Says nothing of the text.
    #[cfg(feature = "rust-bert")]
    #[error("rust-bert could not read a batch: {problem}")]
    RustBert {
        /// What libtorch says of shapes and kinds.
        problem: String,
    },
    /// A text could not be cut into pieces. Says nothing of the text.
    #[error("a text could not be cut into word pieces")]
    NotCut,
}
