//! What can be counted, on rows that may weigh more than one (a bootstrap draws some twice and some not at all).

use serde::Serialize;

#[cfg(test)]
mod tests;

/// Bins of reliability, of equal width.
pub const BINS: usize = 15;

/// What a row is judged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Levels 0 to 3.
    Crisis,
    /// 0 or 1.
    Harassment,
    /// 0 or 1.
    Stigma,
    /// Every label above 0 of the three, as one list: was it seen at all?
    Any,
}

/// The three signals that have scores.
pub const SIGNALS: [Signal; 3] = [Signal::Crisis, Signal::Harassment, Signal::Stigma];

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Agreement of levels beyond chance; a miss by two levels counts four times a miss by one.
    QuadraticKappa,
    /// Share of rows of level 1 or more that were read as 1 or more.
    AnyAlertRecall,
    /// Share of positives found: for crisis level 2 or more read as 2 or more.
    Recall,
    /// Share of negatives read as positive: for crisis rows below level 2 read as 2 or more.
    FalseAlarms,
    /// Share of rows of level 0 read as 2 or more.
    FalseAlarmsAtRest,
    /// Share of rows of level 3 read as 0 or 1.
    CriticalMisses,
    /// Harmonic mean of precision and recall.
    F1,
    /// Mean of the F1 of the positives and that of the negatives.
    MacroF1,
    /// How likely a positive scores above a negative.
    Auroc,
    /// Average precision: precision averaged over the positives, from the highest score down.
    Auprc,
    /// How far scores are from the share of positives among rows with such a score.
    Ece,
    /// Share of minimal pairs in which the row with the higher label has the higher score.
    PairsOrdered,
}

impl Signal {
    /// From which level on a row counts as positive.
    pub const fn threshold(self) -> u8 {
        match self {
            Self::Crisis => 2,
            _ => 1,
        }
    }

    /// What is counted for it on rows.
    pub const fn measures(self) -> &'static [Measure] {
        use Measure as M;
        match self {
            Self::Crisis => &[
                M::QuadraticKappa,
                M::AnyAlertRecall,
                M::Recall,
                M::FalseAlarms,
                M::FalseAlarmsAtRest,
                M::CriticalMisses,
                M::Auroc,
                M::Auprc,
                M::Ece,
            ],
            Self::Harassment | Self::Stigma => &[
                M::F1,
                M::MacroF1,
                M::Recall,
                M::FalseAlarms,
                M::Auroc,
                M::Auprc,
                M::Ece,
            ],
            Self::Any => &[M::Recall],
        }
    }

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crisis => "crisis",
            Self::Harassment => "harassment",
            Self::Stigma => "stigma",
            Self::Any => "any signal",
        }
    }
}

impl Measure {
    /// Its name for people.
    pub const fn name(self, signal: Signal) -> &'static str {
        match (self, signal) {
            (Self::QuadraticKappa, _) => "quadratic kappa",
            (Self::AnyAlertRecall, _) => "any-alert recall",
            (Self::Recall, Signal::Crisis) => "recall ≥ 2",
            (Self::Recall, Signal::Any) => "positives seen",
            (Self::Recall, _) => "recall",
            (Self::FalseAlarms, Signal::Crisis) => "false alarms ≥ 2",
            (Self::FalseAlarms, _) => "false alarms",
            (Self::FalseAlarmsAtRest, _) => "false alarms ≥ 2 at level 0",
            (Self::CriticalMisses, _) => "critical misses",
            (Self::F1, _) => "F1",
            (Self::MacroF1, _) => "macro-F1",
            (Self::Auroc, Signal::Crisis) => "AUROC ≥ 2",
            (Self::Auroc, _) => "AUROC",
            (Self::Auprc, Signal::Crisis) => "AUPRC ≥ 2",
            (Self::Auprc, _) => "AUPRC",
            (Self::Ece, _) => "ECE",
            (Self::PairsOrdered, _) => "pairs ordered",
        }
    }

    /// Whether it is a share of rows, shown in percent.
    pub const fn is_share(self) -> bool {
        matches!(
            self,
            Self::AnyAlertRecall
                | Self::Recall
                | Self::FalseAlarms
                | Self::FalseAlarmsAtRest
                | Self::CriticalMisses
                | Self::PairsOrdered
        )
    }

    /// Whether less is better.
    pub const fn is_better_low(self) -> bool {
        matches!(
            self,
            Self::FalseAlarms | Self::FalseAlarmsAtRest | Self::CriticalMisses | Self::Ece
        )
    }

    /// The figure, or nothing where the rows do not support it.
    pub fn of(self, signal: Signal, draw: Draw<'_>) -> Option<f64> {
        let level = signal.threshold();
        match self {
            Self::QuadraticKappa => quadratic_kappa(draw),
            Self::AnyAlertRecall => share(draw, self, signal, |row| row.read >= 1),
            Self::Recall | Self::FalseAlarms | Self::FalseAlarmsAtRest => {
                share(draw, self, signal, |row| row.read >= level)
            }
            Self::CriticalMisses => share(draw, self, signal, |row| row.read <= 1),
            Self::PairsOrdered => share(draw, self, signal, |row| row.read >= 1),
            Self::F1 => Some(Confusion::of(draw, level)?.f1()),
            Self::MacroF1 => Some(Confusion::of(draw, level)?.macro_f1()),
            Self::Auroc => auroc(draw, level),
            Self::Auprc => auprc(draw, level),
            Self::Ece => ece(draw, level),
        }
    }

    /// Whether the figure rests on the row.
    pub fn rests_on(self, signal: Signal, row: Observation) -> bool {
        let level = signal.threshold();
        match self {
            Self::QuadraticKappa => row.lowest == row.highest,
            Self::AnyAlertRecall => row.lowest >= 1,
            Self::Recall => row.lowest >= level,
            Self::FalseAlarms => row.highest < level,
            Self::FalseAlarmsAtRest => row.highest == 0,
            Self::CriticalMisses => row.lowest == 3,
            Self::F1 | Self::MacroF1 | Self::Auroc | Self::Auprc | Self::Ece => {
                row.is_at_least(level).is_some()
            }
            Self::PairsOrdered => true,
        }
    }
}

/// What one row says for one signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// The lowest level that its label supports.
    pub lowest: u8,
    /// The highest.
    pub highest: u8,
    /// The level that was read.
    pub read: u8,
    /// The probability of a positive, 0 to 1.
    pub score: f64,
}

impl Observation {
    /// Whether the row is of the level or above; nothing where its label does not say.
    pub const fn is_at_least(self, level: u8) -> Option<bool> {
        if self.lowest >= level {
            Some(true)
        } else if self.highest < level {
            Some(false)
        } else {
            None
        }
    }
}

/// Rows, the lowest score first, and how often each was drawn.
#[derive(Debug, Clone, Copy)]
pub struct Draw<'a> {
    /// The rows.
    pub rows: &'a [Observation],
    /// As many.
    pub weights: &'a [u32],
}

impl<'a> Draw<'a> {
    fn drawn(self) -> impl Iterator<Item = (Observation, f64)> + 'a {
        let weighted = self.rows.iter().copied().zip(self.weights.iter());
        weighted
            .filter(|&(_, &weight)| weight > 0)
            .map(|(row, &weight)| (row, f64::from(weight)))
    }

    /// The rows whose label says whether they are of the level.
    fn known(self, level: u8) -> impl Iterator<Item = (bool, Observation, f64)> + 'a {
        self.drawn()
            .filter_map(move |(row, weight)| Some((row.is_at_least(level)?, row, weight)))
    }
}

/// The share of the rows that a measure rests on for which something holds.
fn share(
    draw: Draw<'_>,
    measure: Measure,
    signal: Signal,
    holds: impl Fn(Observation) -> bool,
) -> Option<f64> {
    let (mut of, mut all) = (0.0, 0.0);
    for (row, weight) in draw.drawn() {
        if measure.rests_on(signal, row) {
            all += weight;
            of += if holds(row) { weight } else { 0.0 };
        }
    }
    (all > 0.0).then(|| of / all)
}

fn quadratic_kappa(draw: Draw<'_>) -> Option<f64> {
    let (mut labels, mut read, mut apart, mut all) = ([0.0; 4], [0.0; 4], 0.0, 0.0);
    for (row, weight) in draw.drawn() {
        if row.lowest == row.highest {
            labels[usize::from(row.lowest.min(3))] += weight;
            read[usize::from(row.read.min(3))] += weight;
            apart += weight * squared_distance(row.lowest, row.read);
            all += weight;
        }
    }
    let mut by_chance = 0.0;
    for (label, &labelled) in (0u8..).zip(&labels) {
        for (level, &as_read) in (0u8..).zip(&read) {
            by_chance += labelled * as_read * squared_distance(label, level);
        }
    }
    // With labels of one level only, kappa is 0 for every reader who ever errs: it says nothing.
    let levels = labels.iter().filter(|&&labelled| labelled > 0.0).count();
    (levels > 1 && by_chance > 0.0).then(|| 1.0 - apart * all / by_chance)
}

fn squared_distance(a: u8, b: u8) -> f64 {
    f64::from(a.abs_diff(b)).powi(2)
}

/// Positives and negatives, found and not.
#[derive(Debug, Clone, Copy, Default)]
struct Confusion {
    hits: f64,
    misses: f64,
    false_alarms: f64,
    left_alone: f64,
}

impl Confusion {
    /// Nothing where there is only one kind of row: an F1 would say more of the mixture than of the reading.
    fn of(draw: Draw<'_>, level: u8) -> Option<Self> {
        let mut found = Self::default();
        for (positive, row, weight) in draw.known(level) {
            *match (positive, row.read >= level) {
                (true, true) => &mut found.hits,
                (true, false) => &mut found.misses,
                (false, true) => &mut found.false_alarms,
                (false, false) => &mut found.left_alone,
            } += weight;
        }
        let both = found.hits + found.misses > 0.0 && found.false_alarms + found.left_alone > 0.0;
        both.then_some(found)
    }

    fn f1(self) -> f64 {
        let wrong = self.misses + self.false_alarms;
        2.0 * self.hits / (2.0 * self.hits + wrong)
    }

    fn macro_f1(self) -> f64 {
        let wrong = self.misses + self.false_alarms;
        let negatives = 2.0 * self.left_alone / (2.0 * self.left_alone + wrong);
        f64::midpoint(self.f1(), negatives)
    }
}

/// Positives and negatives with one and the same score.
#[derive(Debug, Clone, Copy)]
struct Step {
    score: f64,
    positives: f64,
    negatives: f64,
}

fn steps(draw: Draw<'_>, level: u8) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (positive, row, weight) in draw.known(level) {
        let (positives, negatives) = if positive {
            (weight, 0.0)
        } else {
            (0.0, weight)
        };
        match steps.last_mut() {
            Some(last) if last.score.total_cmp(&row.score).is_eq() => {
                last.positives += positives;
                last.negatives += negatives;
            }
            _ => steps.push(Step {
                score: row.score,
                positives,
                negatives,
            }),
        }
    }
    steps
}

fn auroc(draw: Draw<'_>, level: u8) -> Option<f64> {
    let (mut won, mut positives, mut below) = (0.0, 0.0, 0.0);
    for step in steps(draw, level) {
        won += step.positives * (below + step.negatives / 2.0);
        positives += step.positives;
        below += step.negatives;
    }
    (positives > 0.0 && below > 0.0).then(|| won / (positives * below))
}

fn auprc(draw: Draw<'_>, level: u8) -> Option<f64> {
    let (mut area, mut hits, mut false_alarms) = (0.0, 0.0, 0.0);
    for step in steps(draw, level).iter().rev() {
        hits += step.positives;
        false_alarms += step.negatives;
        area += step.positives * hits / (hits + false_alarms);
    }
    (hits > 0.0 && false_alarms > 0.0).then(|| area / hits)
}

/// Rows whose score lies in one bin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Bin {
    /// How many.
    pub rows: f64,
    /// Their scores' mean.
    pub mean_score: f64,
    /// The share of positives among them.
    pub positives: f64,
}

/// Scores against labels, in bins of equal width; a score on an edge counts for the bin above. Empty bins included.
pub fn reliability(draw: Draw<'_>, level: u8) -> [Bin; BINS] {
    let mut bins = [Bin::default(); BINS];
    for (positive, row, weight) in draw.known(level) {
        let bin = &mut bins[((row.score * BINS as f64) as usize).min(BINS - 1)];
        bin.rows += weight;
        bin.mean_score += weight * row.score;
        bin.positives += if positive { weight } else { 0.0 };
    }
    for bin in bins.iter_mut().filter(|bin| bin.rows > 0.0) {
        bin.mean_score /= bin.rows;
        bin.positives /= bin.rows;
    }
    bins
}

fn ece(draw: Draw<'_>, level: u8) -> Option<f64> {
    let bins = reliability(draw, level);
    let all: f64 = bins.iter().map(|bin| bin.rows).sum();
    let apart = bins
        .iter()
        .map(|bin| bin.rows * (bin.mean_score - bin.positives).abs());
    (all > 0.0).then(|| apart.sum::<f64>() / all)
}
