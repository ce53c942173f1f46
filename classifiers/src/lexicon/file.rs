//! Reading one file and checking what it says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use holdfast_domain::{CrisisLevel, Score, SignalKind, Timestamp};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Entry;
use super::pattern::{self, Pattern};
use crate::error::LexiconError;

/// One checked lexicon file.
#[derive(Debug, Clone)]
pub struct Lexicon {
    /// The file's name without folder and ending, e.g. `crisis_en`.
    pub name: String,
    /// Of which signal it tells.
    pub signal: SignalKind,
    /// Its language (BCP 47).
    pub language: String,
    /// Where its phrases come from.
    pub source: String,
    /// Who has read it, and when.
    pub reviewed: Reviewed,
    /// From when on it wants reading again.
    pub expires: Timestamp,
    /// What it finds.
    pub entries: Vec<Entry>,
    /// SHA-256 of the file.
    pub(super) digest: [u8; 32],
    pub(super) phrases: Vec<EntryPhrases>,
    pub(super) contexts: Vec<Context>,
}

/// Who has read a lexicon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reviewed {
    /// Nobody with the needed knowledge yet, and why.
    NotYet(String),
    /// This person or body, on that day.
    By {
        /// Who.
        reviewer: String,
        /// When, at midnight UTC.
        on: Timestamp,
    },
}

/// The patterns of one entry, and the contexts that take it back (indices into the file's).
#[derive(Debug, Clone)]
pub(super) struct EntryPhrases {
    pub(super) patterns: Vec<Pattern>,
    pub(super) unless: Vec<usize>,
}

/// A named context that takes matches back.
#[derive(Debug, Clone)]
pub(super) struct Context {
    pub(super) within: usize,
    pub(super) patterns: Vec<(Place, Pattern)>,
}

/// Where a context's phrase must stand, seen from the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Before,
    After,
    Around,
    Anywhere,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    signal: SignalKind,
    language: String,
    source: String,
    reviewer: String,
    reviewed_at: Option<String>,
    expires: String,
    #[serde(default)]
    variants: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    contexts: BTreeMap<String, RawContext>,
    entry: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawContext {
    #[serde(default = "six")]
    within: usize,
    #[serde(default)]
    before: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    around: Vec<String>,
    #[serde(default)]
    anywhere: Vec<String>,
}

const fn six() -> usize {
    6
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    id: String,
    category: String,
    level: Option<u8>,
    weight: Option<f64>,
    #[serde(default)]
    screen_only: bool,
    phrases: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default, rename = "not")]
    counter_examples: Vec<String>,
}

impl Lexicon {
    /// Reads a file's content; `name` is the file's name without ending, for errors.
    pub fn parse(name: &str, content: &str) -> Result<Self, LexiconError> {
        let raw: RawFile = toml::from_str(content).map_err(|error| LexiconError::Unreadable {
            file: name.to_owned(),
            problem: error.to_string().trim_end().to_owned(),
        })?;
        let mut lexicon = Checker { file: name }.lexicon(raw)?;
        lexicon.digest = Sha256::digest(content).into();
        Ok(lexicon)
    }
}

/// Turns raw fields into checked ones, naming the place of what is wrong.
struct Checker<'a> {
    file: &'a str,
}

impl Checker<'_> {
    fn lexicon(&self, raw: RawFile) -> Result<Lexicon, LexiconError> {
        if self.file != format!("{}_{}", raw.signal, raw.language) {
            return Err(self.field(
                "language",
                format!(
                    "that of the file's name, <signal>_<language>, here {}_…",
                    raw.signal
                ),
            ));
        }
        if raw.source.trim().is_empty() {
            return Err(self.field("source", "where the phrases come from"));
        }
        let expires =
            parse_day(&raw.expires).ok_or_else(|| self.field("expires", "a day as YYYY-MM-DD"))?;
        let reviewed = self.reviewed(&raw)?;
        let names: Vec<&String> = raw.contexts.keys().collect();
        let mut contexts = Vec::new();
        for (name, context) in &raw.contexts {
            contexts.push(self.context(name, context, &raw.variants)?);
        }
        let mut ids = BTreeSet::new();
        let (mut entries, mut phrases) = (Vec::new(), Vec::new());
        for entry in &raw.entry {
            if !ids.insert(entry.id.as_str()) {
                return Err(self.entry(&entry.id, "id", "used once in the file"));
            }
            let unless = self.unless(entry, &names)?;
            phrases.push(EntryPhrases {
                patterns: self.patterns(&entry.id, "phrases", &entry.phrases, &raw.variants)?,
                unless,
            });
            entries.push(self.checked_entry(entry, &raw)?);
        }
        let RawFile {
            signal,
            language,
            source,
            ..
        } = raw;
        Ok(Lexicon {
            name: self.file.to_owned(),
            signal,
            language,
            source,
            reviewed,
            expires,
            entries,
            digest: [0; 32],
            phrases,
            contexts,
        })
    }

    fn reviewed(&self, raw: &RawFile) -> Result<Reviewed, LexiconError> {
        let on = raw.reviewed_at.as_deref().map(|day| {
            parse_day(day).ok_or_else(|| self.field("reviewed_at", "a day as YYYY-MM-DD"))
        });
        match (raw.reviewer.strip_prefix("none"), on.transpose()?) {
            (Some(why), _) => Ok(Reviewed::NotYet(
                why.trim_start_matches(':').trim().to_owned(),
            )),
            (None, Some(on)) => Ok(Reviewed::By {
                reviewer: raw.reviewer.clone(),
                on,
            }),
            (None, None) => Err(self.field(
                "reviewed_at",
                "given where there is a reviewer; else write reviewer = \"none: why\"",
            )),
        }
    }

    fn context(
        &self,
        name: &str,
        raw: &RawContext,
        variants: &Variants,
    ) -> Result<Context, LexiconError> {
        let lists = [
            (Place::Before, "before", &raw.before),
            (Place::After, "after", &raw.after),
            (Place::Around, "around", &raw.around),
            (Place::Anywhere, "anywhere", &raw.anywhere),
        ];
        let mut patterns = Vec::new();
        for (place, field, phrases) in lists {
            patterns.extend(
                self.patterns(name, field, phrases, variants)?
                    .into_iter()
                    .map(|pattern| (place, pattern)),
            );
        }
        Ok(Context {
            within: raw.within,
            patterns,
        })
    }

    fn patterns(
        &self,
        entry: &str,
        field: &'static str,
        phrases: &[String],
        variants: &Variants,
    ) -> Result<Vec<Pattern>, LexiconError> {
        let mut patterns = Vec::new();
        for phrase in phrases {
            let read = pattern::parse(phrase, variants);
            patterns.extend(read.map_err(|expected| {
                self.entry(entry, field, format!("{expected} (in \"{phrase}\")"))
            })?);
        }
        Ok(patterns)
    }

    fn unless(&self, entry: &RawEntry, names: &[&String]) -> Result<Vec<usize>, LexiconError> {
        let known = || {
            names
                .iter()
                .map(|name| name.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let place = |wanted: &String| {
            names
                .iter()
                .position(|name| *name == wanted)
                .ok_or_else(|| {
                    self.entry(
                        &entry.id,
                        "unless",
                        format!("contexts of the file ({}), not {wanted}", known()),
                    )
                })
        };
        entry.unless.iter().map(place).collect()
    }

    fn checked_entry(&self, raw: &RawEntry, file: &RawFile) -> Result<Entry, LexiconError> {
        let wrong = |field, expected: &str| self.entry(&raw.id, field, expected);
        if raw.phrases.is_empty() {
            return Err(wrong("phrases", "one phrase or more"));
        }
        if raw.examples.is_empty() && !raw.screen_only {
            return Err(wrong("examples", "one text or more that the entry matches"));
        }
        if !raw
            .category
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            || raw.category.is_empty()
        {
            return Err(wrong(
                "category",
                "a label of the code book in lower case, e.g. goodbye_explicit",
            ));
        }
        let level = match (file.signal, raw.level) {
            (SignalKind::Crisis, Some(level)) => {
                CrisisLevel::from_number(level).ok_or_else(|| wrong("level", "0 to 3"))?
            }
            (SignalKind::Crisis, None) if raw.screen_only => CrisisLevel::None,
            (SignalKind::Crisis, None) => {
                return Err(wrong("level", "given (1, 2 or 3) in a crisis lexicon"));
            }
            (_, Some(_)) => return Err(wrong("level", "left out: only crisis has levels")),
            (_, None) => CrisisLevel::None,
        };
        let usual = [0.65, 0.65, 0.8, 0.9][usize::from(level.number())];
        let weight = Score::from_probability(raw.weight.unwrap_or(usual))
            .map_err(|_| wrong("weight", "0 to 1"))?;
        Ok(Entry {
            id: raw.id.clone(),
            signal: file.signal,
            language: file.language.clone(),
            category: raw.category.clone(),
            level,
            weight,
            screen_only: raw.screen_only,
            examples: raw.examples.clone(),
            counter_examples: raw.counter_examples.clone(),
        })
    }

    fn field(&self, field: &'static str, expected: impl fmt::Display) -> LexiconError {
        LexiconError::Field {
            file: self.file.to_owned(),
            field,
            expected: expected.to_string(),
        }
    }

    fn entry(&self, entry: &str, field: &'static str, expected: impl fmt::Display) -> LexiconError {
        LexiconError::Entry {
            file: self.file.to_owned(),
            entry: entry.to_owned(),
            field,
            expected: expected.to_string(),
        }
    }
}

/// Other spellings of words and word pairs: `want to` → `wanna`.
pub(super) type Variants = BTreeMap<String, Vec<String>>;

/// Midnight UTC of a day written `YYYY-MM-DD`.
fn parse_day(text: &str) -> Option<Timestamp> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let long = [
        31,
        if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) {
            29
        } else {
            28
        },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    if !(1970..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=long[month as usize - 1]).contains(&day)
    {
        return None;
    }
    let before: i64 = long[..month as usize - 1].iter().sum();
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let days = (year - 1970) * 365 + leaps(year - 1) - leaps(1969) + before + day - 1;
    Some(Timestamp::from_secs(days * 86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1970_with_leap_years() {
        assert_eq!(parse_day("1970-01-01"), Some(Timestamp::from_secs(0)));
        assert_eq!(
            parse_day("2000-03-01"),
            Some(Timestamp::from_secs(951_868_800))
        );
        assert_eq!(
            parse_day("2026-08-20"),
            Some(Timestamp::from_secs(1_787_184_000))
        );
        assert_eq!(parse_day("2027-02-29"), None);
        assert_eq!(parse_day("soon"), None);
    }
}
