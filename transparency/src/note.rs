//! Signed notes as the C2SP specification `signed-note` defines them: a text, an empty line, and a
//! line for each signature.
//!
//! Reading is strict: what another reader could take differently is refused.

mod key;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use key::{SignerKey, VerifierKey};

use crate::error::NoteError;

/// The largest note that is read, in bytes.
pub const MAX_BYTES: usize = 1_000_000;

/// The most signatures that are read.
pub const MAX_SIGNATURES: usize = 100;

/// A line of signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key that is said to have signed.
    pub name: String,
    /// The key's id: with the name, it says which key and which algorithm.
    pub id: [u8; 4],
    /// The signature itself, not checked.
    pub bytes: Vec<u8>,
}

/// A text and who is said to have signed it. Trust the text only after
/// [`signed_by`](Self::signed_by).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

impl Note {
    /// A note without signatures, to be signed. The text ends with a line end.
    pub fn new(text: impl Into<String>) -> Result<Self, NoteError> {
        let text = text.into();
        check_characters(&text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::Text);
        }
        let signatures = Vec::new();
        Ok(Self { text, signatures })
    }

    /// Reads a note. Checks no signature.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_BYTES {
            return Err(NoteError::TooLarge);
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::Characters)?;
        check_characters(note)?;
        let empty_line = note.rfind("\n\n").ok_or(NoteError::NoSignatures)?;
        let (text, lines) = note.split_at(empty_line + 1);
        let lines = lines[1..]
            .strip_suffix('\n')
            .ok_or(NoteError::NoSignatures)?;
        if lines.split('\n').nth(MAX_SIGNATURES).is_some() {
            return Err(NoteError::TooManySignatures);
        }
        let signatures = (1..)
            .zip(lines.split('\n'))
            .map(|(line, text)| parse_signature(text).ok_or(NoteError::SignatureLine { line }));
        Ok(Self {
            text: text.to_owned(),
            signatures: signatures.collect::<Result<_, _>>()?,
        })
    }

    /// What was signed, with its last line end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lines of signature, in order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds a signature.
    pub fn sign(&mut self, key: &SignerKey) {
        self.signatures.push(Signature {
            name: key.name().to_owned(),
            id: key.id(),
            bytes: key.sign(self.text.as_bytes()).to_vec(),
        });
    }

    /// Those of the keys that have signed. Signatures of other keys are passed over; one in the name
    /// of a given key that does not fit refuses the note, and so does a note signed by none of them.
    pub fn signed_by<'a>(
        &self,
        keys: &'a [VerifierKey],
    ) -> Result<Vec<&'a VerifierKey>, NoteError> {
        let mut signers: Vec<&VerifierKey> = Vec::new();
        for signature in &self.signatures {
            let named =
                |key: &&VerifierKey| key.name() == signature.name && key.id() == signature.id;
            let mut candidates = keys.iter().filter(named).peekable();
            if candidates.peek().is_none() {
                continue;
            }
            let fits = |key: &&VerifierKey| key.verifies(self.text.as_bytes(), &signature.bytes);
            let signer = candidates
                .find(fits)
                .ok_or_else(|| NoteError::WrongSignature {
                    name: signature.name.clone(),
                })?;
            if !signers.contains(&signer) {
                signers.push(signer);
            }
        }
        if signers.is_empty() {
            return Err(NoteError::NotTrusted);
        }
        Ok(signers)
    }
}

/// The note as it is published.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            let bytes = [&signature.id[..], &signature.bytes].concat();
            writeln!(f, "— {} {}", signature.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(NoteError::Characters);
    }
    Ok(())
}

fn parse_signature(line: &str) -> Option<Signature> {
    let (name, base64) = line.strip_prefix("— ")?.split_once(' ')?;
    if !key::is_name(name) {
        return None;
    }
    let bytes = STANDARD.decode(base64).ok()?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    if signature.is_empty() {
        return None;
    }
    Some(Signature {
        name: name.to_owned(),
        id: *id,
        bytes: signature.to_vec(),
    })
}
