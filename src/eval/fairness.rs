//! Whether the same thing is read alike whoever says it: contrast sets, in which each row says what the others of its
//! set say, as somebody else would.
//!
//! A variant is compared with the plain-English references of its own sets, never with all: so what differs is the way
//! of saying it. Sets are drawn again for the interval. A variant has some thirty rows; one row is worth points.

use std::collections::BTreeMap;

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use serde::Serialize;

use super::Judged;
use super::bootstrap::{RESAMPLES, SEED};

/// The variant that others are compared with.
const REFERENCE: &str = "reference";

/// How a variant fares beside the references of its sets.
#[derive(Debug, Clone, Serialize)]
pub struct Variant {
    /// What the sets vary, e.g. `dialect`.
    pub axis: String,
    /// Whose way of saying it.
    pub variant: String,
    /// Harmless rows in which something was found.
    pub false_alarms: Gap,
    /// Rows with a label whose signal was not found.
    pub misses: Gap,
}

/// A share, and how far it lies from the references'.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Gap {
    /// Rows that could go wrong.
    pub rows: usize,
    /// The share that did.
    pub share: f64,
    /// The same of the references in the same sets.
    pub reference: f64,
    /// The 95 % interval of the difference, by drawing sets again.
    pub interval: (f64, f64),
}

/// Compares all variants of contrast sets. Empty where the rows are none.
pub fn compare(judged: &[Judged]) -> Vec<Variant> {
    let mut references: BTreeMap<&str, bool> = BTreeMap::new();
    let mut variants: BTreeMap<(&str, &str), Vec<(&str, &Judged)>> = BTreeMap::new();
    for row in judged {
        let (Some(set), Some((axis, variant))) = (&row.group, axis_of(row)) else {
            continue;
        };
        if variant == REFERENCE {
            references.insert(set, is_wrong(row));
        } else {
            let rows = variants.entry((axis, variant)).or_default();
            rows.push((set, row));
        }
    }
    let compared = variants.into_iter().map(|((axis, variant), rows)| {
        let gap = |harmless: bool| {
            let rows = rows.iter().filter(|(_, row)| is_harmless(row) == harmless);
            let pairs = rows.filter_map(|(set, row)| Some((is_wrong(row), *references.get(set)?)));
            Gap::of(
                &pairs.collect::<Vec<_>>(),
                &format!("{axis}/{variant}/{harmless}"),
            )
        };
        Variant {
            axis: axis.to_owned(),
            variant: variant.to_owned(),
            false_alarms: gap(true),
            misses: gap(false),
        }
    });
    compared.collect()
}

impl Gap {
    fn of(pairs: &[(bool, bool)], name: &str) -> Self {
        if pairs.is_empty() {
            return Self::default();
        }
        let share = |wrong: &dyn Fn(&(bool, bool)) -> bool| {
            pairs.iter().filter(|pair| wrong(pair)).count() as f64 / pairs.len() as f64
        };
        let seed = name.bytes().fold(SEED, |seed, byte| {
            seed.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut draws: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let drawn = (0..pairs.len()).map(|_| pairs[rng.random_range(0..pairs.len())]);
                drawn
                    .map(|(one, other)| f64::from(i8::from(one) - i8::from(other)))
                    .sum::<f64>()
                    / pairs.len() as f64
            })
            .collect();
        draws.sort_by(f64::total_cmp);
        let at = |q: f64| draws[(q * (RESAMPLES - 1) as f64).round() as usize];
        Self {
            rows: pairs.len(),
            share: share(&|pair| pair.0),
            reference: share(&|pair| pair.1),
            interval: (at(0.025), at(0.975)),
        }
    }

    /// Whether the interval of the difference leaves zero out.
    pub fn is_apart(&self) -> bool {
        self.interval.0 > 0.0 || self.interval.1 < 0.0
    }
}

/// `axis/variant`, as rows of contrast sets name what they show.
fn axis_of(row: &Judged) -> Option<(&str, &str)> {
    row.functionality.as_deref()?.split_once('/')
}

fn is_harmless(row: &Judged) -> bool {
    let labels = &row.labels;
    labels.crisis.is_none_or(|(_, most)| most == 0)
        && labels.harassment != Some(1)
        && labels.stigma != Some(1)
}

/// Something found in a harmless row, or a label that was not found.
fn is_wrong(row: &Judged) -> bool {
    let (labels, read) = (&row.labels, &row.answer);
    if is_harmless(row) {
        return read.crisis >= 1 || read.harassment == 1 || read.stigma == 1;
    }
    labels.crisis.is_some_and(|(least, _)| least >= 1) && read.crisis == 0
        || labels.harassment == Some(1) && read.harassment == 0
        || labels.stigma == Some(1) && read.stigma == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::judged::Answer;
    use crate::eval::rows::Labels;

    fn row(set: &str, variant: &str, level: u8, read: u8) -> Judged {
        Judged {
            source: "corpus/fairness".to_owned(),
            functionality: Some(format!("dialect/{variant}")),
            lang: None,
            group: Some(set.to_owned()),
            obfuscated: false,
            first_of_pair: false,
            labels: Labels {
                crisis: Some((level, level)),
                harassment: Some(0),
                stigma: Some(0),
            },
            answer: Answer {
                crisis: read,
                ..Answer::default()
            },
        }
    }

    #[test]
    fn a_variant_is_compared_with_the_references_of_its_own_sets() {
        let rows = [
            row("tea", REFERENCE, 0, 0),
            row("tea", "scots", 0, 2),
            row("rain", REFERENCE, 0, 0),
            row("rain", "scots", 0, 0),
            row("elsewhere", REFERENCE, 0, 3),
            row("goodbye", REFERENCE, 3, 3),
            row("goodbye", "scots", 3, 0),
        ];
        let [scots] = compare(&rows).try_into().unwrap();
        assert_eq!(
            (scots.axis.as_str(), scots.variant.as_str()),
            ("dialect", "scots")
        );
        let Gap {
            rows,
            share,
            reference,
            interval,
        } = scots.false_alarms;
        assert_eq!((rows, share, reference), (2, 0.5, 0.0));
        assert!(interval.0 <= 0.5 && interval.1 >= 0.5);
        assert_eq!(
            (
                scots.misses.rows,
                scots.misses.share,
                scots.misses.reference
            ),
            (1, 1.0, 0.0)
        );
        assert!(scots.misses.is_apart());
    }

    #[test]
    fn rows_that_are_no_contrast_sets_are_left_out() {
        let mut plain = row("tea", "scots", 0, 2);
        plain.functionality = Some("everyday_talk".to_owned());
        assert!(compare(&[plain]).is_empty());
    }
}
