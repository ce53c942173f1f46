//! The words that an altered word may be read as.

use std::collections::HashMap;
use std::sync::LazyLock;

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    Vocabulary::parse(&[
        include_str!("../../lexicons/words_masked_en.txt"),
        include_str!("../../lexicons/words_en.txt"),
    ])
});

/// The shipped vocabulary.
pub(crate) fn vocabulary() -> &'static Vocabulary {
    &VOCABULARY
}

/// What one place of a disguised word may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// This letter.
    Letter(u8),
    /// One of these letters, the likeliest first.
    OneOf(&'static [u8]),
    /// Any letter.
    Any,
}

impl Slot {
    fn admits(self, letter: u8) -> bool {
        match self {
            Self::Letter(own) => own == letter,
            Self::OneOf(letters) => letters.contains(&letter),
            Self::Any => true,
        }
    }
}

/// Known words, in the order in which they are preferred: first those that people disguise.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    ranks: HashMap<&'static str, u32>,
    /// Words of one length, by rank.
    by_length: Vec<Vec<&'static str>>,
    /// Words of a rank below this are those that people disguise.
    disguised: u32,
}

/// The longest word that is looked for.
pub(super) const LONGEST: usize = 20;

impl Vocabulary {
    fn parse(files: &[&'static str; 2]) -> Self {
        let mut ranks = HashMap::new();
        let mut by_length = vec![Vec::new(); LONGEST + 1];
        let mut disguised = 0;
        for (nth, file) in files.iter().enumerate() {
            for word in file
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
            {
                if word.len() <= LONGEST && !ranks.contains_key(word) {
                    ranks.insert(word, ranks.len() as u32);
                    by_length[word.len()].push(word);
                }
            }
            if nth == 0 {
                disguised = ranks.len() as u32;
            }
        }
        Self {
            ranks,
            by_length,
            disguised,
        }
    }

    /// How far down the order of preference a word stands.
    pub(super) fn rank(&self, word: &str) -> Option<u32> {
        self.ranks.get(word).copied()
    }

    /// Whether the word is known.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.ranks.contains_key(word)
    }

    /// How seldom a word is written: its place among the ordinary words, unknown ones last.
    pub(crate) fn rareness(&self, word: &str) -> u32 {
        self.rank(word).map_or(u32::MAX, |rank| {
            rank.saturating_sub(self.disguised)
                .max(if rank < self.disguised { 500 } else { 0 })
        })
    }

    /// Whether the word is one that people disguise.
    pub(super) fn is_disguised_often(&self, word: &str) -> bool {
        self.rank(word).is_some_and(|rank| rank < self.disguised)
    }

    /// The preferred word that fits, slot by slot.
    pub(super) fn reading(&self, slots: &[Slot]) -> Option<&'static str> {
        let words = self.by_length.get(slots.len())?;
        words.iter().copied().find(|word| {
            word.bytes()
                .zip(slots)
                .all(|(letter, slot)| slot.admits(letter))
        })
    }
}
