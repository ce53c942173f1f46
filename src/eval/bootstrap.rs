//! Intervals by drawing rows again, with a fixed seed: the same rows and answers give the same interval.
//!
//! Rows of one group (posts of one member, versions of one sentence) are drawn together, since they are no independent
//! evidence. Where every row is right or every row wrong, all draws agree and the interval has no width: read it with
//! the number of rows.

use std::collections::{BTreeMap, HashMap};

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use serde::Serialize;

use super::measures::{Bin, Draw, Measure, Observation, Signal, reliability};

/// How often rows are drawn again.
pub const RESAMPLES: usize = 500;
/// Where drawing starts, together with the name of what is drawn from.
pub const SEED: u64 = 0x484f_4c44_4641_5354;
/// A figure that fewer than this share of draws support has no interval.
const DRAWS_NEEDED: usize = RESAMPLES / 2;

/// A figure with its 95 % interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// On the rows as they are.
    pub value: f64,
    /// The 2.5th percentile of the draws; none where most draws do not support the figure.
    pub low: Option<f64>,
    /// The 97.5th.
    pub high: Option<f64>,
    /// How many rows it rests on; for a mean, how many sources.
    pub rows: usize,
    /// The figure of each draw.
    #[serde(skip)]
    draws: Vec<Option<f64>>,
}

impl Figure {
    fn new(value: f64, rows: usize, draws: Vec<Option<f64>>) -> Self {
        let (low, high) = interval(&draws).unzip();
        Self {
            value,
            low,
            high,
            rows,
            draws,
        }
    }

    /// The mean of figures of several sources, each counting the same.
    pub fn mean(figures: &[&Self]) -> Option<Self> {
        let value = mean_of(figures.iter().map(|one| one.value))?;
        let draws = (0..RESAMPLES)
            .map(|nth| {
                mean_of(
                    figures
                        .iter()
                        .filter_map(|one| one.draws.get(nth).copied()?),
                )
            })
            .collect();
        Some(Self::new(value, figures.len(), draws))
    }
}

fn mean_of(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), one| (sum + one, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

fn interval(draws: &[Option<f64>]) -> Option<(f64, f64)> {
    let mut known: Vec<f64> = draws.iter().copied().flatten().collect();
    if known.len() < DRAWS_NEEDED {
        return None;
    }
    known.sort_by(f64::total_cmp);
    Some((quantile(&known, 0.025), quantile(&known, 0.975)))
}

/// Between the two nearest of the sorted numbers, in proportion.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let place = q * (sorted.len() - 1) as f64;
    let (below, above) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    below + (above - below) * place.fract()
}

/// Rows for one signal.
#[derive(Debug, Clone)]
pub struct Sample {
    signal: Signal,
    rows: Vec<Observation>,
    group_of: Vec<usize>,
    groups: usize,
}

impl Sample {
    /// Rows with the group that each belongs to, if any.
    pub fn new<'a>(
        signal: Signal,
        rows: impl IntoIterator<Item = (Observation, Option<&'a str>)>,
    ) -> Self {
        let mut rows: Vec<(Observation, Option<&str>)> = rows.into_iter().collect();
        rows.sort_by(|(a, _), (b, _)| a.score.total_cmp(&b.score));
        let (mut named, mut groups) = (HashMap::new(), 0);
        let mut next = || {
            groups += 1;
            groups - 1
        };
        let group_of = rows
            .iter()
            .map(|(_, group)| match group {
                Some(name) => *named.entry(*name).or_insert_with(&mut next),
                None => next(),
            })
            .collect();
        Self {
            signal,
            rows: rows.into_iter().map(|(row, _)| row).collect(),
            group_of,
            groups,
        }
    }

    /// Every measure that the rows support, with its interval. `name` is what the rows are called, for the seed.
    pub fn figures(&self, measures: &[Measure], name: &str) -> BTreeMap<Measure, Figure> {
        let once = vec![1; self.rows.len()];
        let values: Vec<(Measure, f64)> = measures
            .iter()
            .filter_map(|&measure| Some((measure, measure.of(self.signal, self.draw(&once))?)))
            .collect();
        let mut draws = vec![Vec::with_capacity(RESAMPLES); values.len()];
        let mut rng = SmallRng::seed_from_u64(SEED ^ digest(name) ^ self.signal as u64);
        for _ in 0..RESAMPLES {
            let weights = self.weights(&mut rng);
            for ((measure, _), draws) in values.iter().zip(&mut draws) {
                draws.push(measure.of(self.signal, self.draw(&weights)));
            }
        }
        let figures = values.into_iter().zip(draws);
        figures
            .map(|((measure, value), draws)| {
                (measure, Figure::new(value, self.rows_under(measure), draws))
            })
            .collect()
    }

    /// Scores against labels, or nothing where labels are of one kind only.
    pub fn reliability(&self) -> Option<Vec<Bin>> {
        let level = self.signal.threshold();
        let has = |kind| {
            self.rows
                .iter()
                .any(|row| row.is_at_least(level) == Some(kind))
        };
        let once = vec![1; self.rows.len()];
        (has(true) && has(false)).then(|| reliability(self.draw(&once), level).to_vec())
    }

    const fn draw<'a>(&'a self, weights: &'a [u32]) -> Draw<'a> {
        Draw {
            rows: self.rows.as_slice(),
            weights,
        }
    }

    fn rows_under(&self, measure: Measure) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| measure.rests_on(self.signal, **row))
            .count()
    }

    /// How often each row was drawn, when as many groups are drawn as there are.
    fn weights(&self, rng: &mut SmallRng) -> Vec<u32> {
        let mut times = vec![0; self.groups];
        for _ in 0..self.groups {
            times[rng.random_range(0..self.groups)] += 1;
        }
        self.group_of.iter().map(|&group| times[group]).collect()
    }
}

/// A number for a name (FNV-1a), the same on every machine: sources with one seed would be drawn alike, and their mean
/// would look less sure than it is.
fn digest(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(right: usize, of: usize) -> Vec<(Observation, Option<&'static str>)> {
        let row = |nth| Observation {
            lowest: 1,
            highest: 1,
            read: u8::from(nth < right),
            score: nth as f64 / 100.0,
        };
        (0..of).map(|nth| (row(nth), None)).collect()
    }

    fn recall(rows: Vec<(Observation, Option<&str>)>, name: &str) -> Figure {
        let sample = Sample::new(Signal::Harassment, rows);
        sample
            .figures(&[Measure::Recall], name)
            .remove(&Measure::Recall)
            .unwrap()
    }

    #[test]
    fn the_interval_of_a_share_is_near_what_theory_says() {
        // 70 of 100: standard error sqrt(.7 · .3 / 100) = .0458, so .610 to .790.
        let figure = recall(hits(70, 100), "a");
        assert!((figure.value - 0.7).abs() < 1e-12);
        assert_eq!(figure.rows, 100);
        assert!((figure.low.unwrap() - 0.61).abs() < 0.025, "{figure:?}");
        assert!((figure.high.unwrap() - 0.79).abs() < 0.025, "{figure:?}");
    }

    #[test]
    fn the_same_rows_give_the_same_interval_and_another_name_another_draw() {
        assert_eq!(recall(hits(7, 30), "a"), recall(hits(7, 30), "a"));
        assert_ne!(
            recall(hits(7, 30), "a").draws,
            recall(hits(7, 30), "b").draws
        );
    }

    #[test]
    fn rows_of_one_group_are_drawn_together() {
        // Ten people, ten posts each, all right or all wrong: as unsure as ten rows, not as a hundred.
        const NAMES: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        let alone = recall(hits(70, 100), "a");
        let grouped = hits(70, 100)
            .into_iter()
            .enumerate()
            .map(|(nth, (row, _))| (row, Some(NAMES[nth / 10])));
        let grouped = recall(grouped.collect(), "a");
        let width = |figure: &Figure| figure.high.unwrap() - figure.low.unwrap();
        assert!(width(&grouped) > 2.0 * width(&alone), "{grouped:?}");
    }

    #[test]
    fn a_mean_counts_every_source_the_same_and_is_surer_than_each() {
        let (large, small) = (recall(hits(90, 100), "a"), recall(hits(10, 20), "b"));
        let mean = Figure::mean(&[&large, &small]).unwrap();
        assert!((mean.value - 0.7).abs() < 1e-12);
        assert_eq!(mean.rows, 2);
        let width = |figure: &Figure| figure.high.unwrap() - figure.low.unwrap();
        assert!(width(&mean) < width(&small));
        assert!(Figure::mean(&[]).is_none());
    }

    #[test]
    fn quantiles_lie_between_neighbours_in_proportion() {
        // numpy.quantile([1, 2, 4], .25) = 1.5 and .75 → 3.
        assert!((quantile(&[1.0, 2.0, 4.0], 0.25) - 1.5).abs() < 1e-12);
        assert!((quantile(&[1.0, 2.0, 4.0], 0.75) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_figure_that_few_draws_support_has_no_interval() {
        let mut draws = vec![None; RESAMPLES];
        for draw in draws.iter_mut().take(DRAWS_NEEDED - 1) {
            *draw = Some(0.5);
        }
        assert_eq!(Figure::new(0.5, 1, draws).low, None);
    }
}
