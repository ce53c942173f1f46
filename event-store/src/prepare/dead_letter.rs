//! What is sealed of a record that could not be read: its key, its headers, its bytes.
//!
//! One byte of flags (1: a key, 2: headers); the key's length and the key; where the flag says so the
//! number of headers and each one's name and value; the record's bytes. Lengths and numbers are four
//! bytes, big-endian. Letters from before headers were kept have the second flag unset.

use crate::ports::DeadLetterWrite;

const HAS_KEY: u8 = 1;
const HAS_HEADERS: u8 = 2;

/// What was sealed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LetterParts {
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) raw: Vec<u8>,
}

pub(super) fn plain(letter: &DeadLetterWrite) -> Vec<u8> {
    let key = letter.key.as_ref().map(|key| key.reveal().as_slice());
    let (headers, raw) = (letter.headers.reveal(), letter.raw.reveal());
    let mut plain = Vec::with_capacity(raw.len() + 64);
    plain.push(
        if key.is_some() { HAS_KEY } else { 0 } | if headers.is_empty() { 0 } else { HAS_HEADERS },
    );
    put(&mut plain, key.unwrap_or_default());
    if !headers.is_empty() {
        plain.extend_from_slice(&(headers.len() as u32).to_be_bytes());
        for (name, value) in headers {
            put(&mut plain, name.as_bytes());
            put(&mut plain, value);
        }
    }
    plain.extend_from_slice(raw);
    plain
}

/// `None` where the bytes are none of ours.
pub(super) fn parts(plain: &[u8]) -> Option<LetterParts> {
    let (flags, mut rest) = plain.split_first()?;
    let key = take(&mut rest)?;
    let mut headers = Vec::new();
    if flags & HAS_HEADERS != 0 {
        for _ in 0..number(&mut rest)? {
            let name = String::from_utf8(take(&mut rest)?.to_vec()).ok()?;
            headers.push((name, take(&mut rest)?.to_vec()));
        }
    }
    Some(LetterParts {
        key: (flags & HAS_KEY != 0).then(|| key.to_vec()),
        headers,
        raw: rest.to_vec(),
    })
}

fn put(plain: &mut Vec<u8>, bytes: &[u8]) {
    plain.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    plain.extend_from_slice(bytes);
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (number, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_be_bytes(*number))
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(rest)? as usize;
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_from_before_headers_were_kept_still_opens() {
        let parts = parts(b"\x01\x00\x00\x00\x03ana{broken").unwrap();
        assert_eq!(parts.key.as_deref(), Some(b"ana".as_slice()));
        assert_eq!(
            (parts.headers.len(), parts.raw.as_slice()),
            (0, b"{broken".as_slice())
        );
    }

    #[test]
    fn bytes_that_end_too_soon_are_none_of_ours() {
        assert_eq!(parts(b""), None);
        assert_eq!(parts(b"\x01\x00\x00\x00\x09ana"), None);
        assert_eq!(parts(b"\x02\x00\x00\x00\x00\x00\x00\x00\x01"), None);
    }
}
