//! What the linear tier looks at: each word, each two and three words in a row, and the ends of words.

/// Mixes numbers; a fixed choice, for the weights were learned with it.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hashes of a normalised text's features, one after the other.
pub struct Features<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Hashes of the last two words.
    before: [u64; 2],
    /// Features of the present word that were not given out yet.
    waiting: [u64; 5],
    left: usize,
}

impl<'a> Features<'a> {
    /// The features of a text.
    pub const fn of(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            before: [0; 2],
            waiting: [0; 5],
            left: 0,
        }
    }

    /// Reads the next word; false at the end of the text.
    fn next_word(&mut self) -> bool {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || byte == b'\'';
        let Some(skip) = self.bytes[self.at..].iter().position(|byte| is_word(*byte)) else {
            self.at = self.bytes.len();
            return false;
        };
        let rest = &self.bytes[self.at + skip..];
        let len = rest
            .iter()
            .position(|byte| !is_word(*byte))
            .unwrap_or(rest.len());
        self.at += skip + len;
        self.describe(&rest[..len]);
        true
    }

    fn describe(&mut self, word: &[u8]) {
        let hash = hash(word);
        let [last, one_more] = self.before;
        let beginning = hash_part(&word[..word.len().min(4)], 3);
        let end = hash_part(&word[word.len().saturating_sub(4)..], 5);
        self.waiting = [
            end,
            beginning,
            join(join(one_more, last), hash),
            join(last, hash),
            mix(hash),
        ];
        self.left = 5;
        self.before = [hash, last];
    }
}

impl Iterator for Features<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        if self.left == 0 && !self.next_word() {
            return None;
        }
        self.left -= 1;
        Some(self.waiting[self.left])
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64;
    for part in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..part.len()].copy_from_slice(part);
        hash = mix(hash ^ u64::from_le_bytes(word));
    }
    hash
}

fn hash_part(bytes: &[u8], kind: u64) -> u64 {
    mix(hash(bytes) ^ kind.wrapping_mul(MIX))
}

const fn join(before: u64, now: u64) -> u64 {
    mix(before.rotate_left(23) ^ now)
}

const fn mix(number: u64) -> u64 {
    let mixed = (number ^ (number >> 32)).wrapping_mul(MIX);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_give_the_same_features_whatever_stands_between_them() {
        let features = |text| Features::of(text).collect::<Vec<_>>();
        assert_eq!(
            features("so tired, of this"),
            features("so  tired of this!")
        );
        assert_ne!(features("tired so of this"), features("so tired of this"));
        assert_eq!(features("so tired").len(), 10);
        assert!(features(" ... ").is_empty());
    }

    #[test]
    fn hashes_stay_what_the_weights_were_learned_with() {
        let hashes: Vec<u64> = Features::of("goodbye all").collect();
        insta::assert_debug_snapshot!(hashes);
    }
}
