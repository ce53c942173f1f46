//! What can go wrong. No error carries a member's words.

/// A lexicon file that cannot be used, with the place and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LexiconError {
    /// The file is no TOML, or a field is missing, unknown or of the wrong kind.
    #[error("lexicon {file}: {problem}")]
    Unreadable {
        /// The file's name.
        file: String,
        /// Line, column and expectation, as the parser says them.
        problem: String,
    },
    /// A field of the file holds what it may not.
    #[error("lexicon {file}: {field} must be {expected}")]
    Field {
        /// The file's name.
        file: String,
        /// The field.
        field: &'static str,
        /// What may stand there.
        expected: String,
    },
    /// A field of an entry or context holds what it may not.
    #[error("lexicon {file}, entry {entry}: {field} must be {expected}")]
    Entry {
        /// The file's name.
        file: String,
        /// The entry's id.
        entry: String,
        /// The field.
        field: &'static str,
        /// What may stand there.
        expected: String,
    },
    /// The file could not be read from disk.
    #[error("lexicon {file} could not be read: {kind}")]
    Io {
        /// The file's name.
        file: String,
        /// How the read failed.
        kind: std::io::ErrorKind,
    },
}

/// Why a classifier could not judge. Says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClassifierError {
    /// What it needs (a model, a list) is not there.
    #[error("classifier is not ready: {0}")]
    NotReady(&'static str),
    /// It met a case it cannot handle.
    #[error("classifier failed: {0}")]
    Failed(&'static str),
}
