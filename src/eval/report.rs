//! Figures for each source, and within a source for its kinds of rows.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Judged;
use super::bootstrap::{Figure, RESAMPLES, SEED, Sample};
use super::fairness::{self, Variant};
use super::measures::{Bin, Measure, Observation, SIGNALS, Signal};

/// From how many rows on a figure counts in the mean: a source with one labelled row would weigh as much as one with
/// thousands.
pub const ROWS_TO_COUNT: usize = 10;

/// Figures by signal and measure.
pub type Figures = BTreeMap<Signal, BTreeMap<Measure, Figure>>;

/// How often the pipeline is right.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The version of each classifier, and the digest of the policies.
    pub versions: BTreeMap<String, String>,
    /// How often rows were drawn again for the intervals.
    pub resamples: usize,
    /// Where drawing started.
    pub seed: u64,
    /// Each source by itself.
    pub sources: Vec<SourceReport>,
    /// The mean over the sources that support a figure with [`ROWS_TO_COUNT`] rows, each counting the same.
    pub mean_over_sources: Figures,
    /// How the variants of contrast sets fare beside their references.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fairness: Vec<Variant>,
}

/// One source.
#[derive(Debug, Clone, Serialize)]
pub struct SourceReport {
    /// Its name.
    pub source: String,
    /// All its rows, whatever their register.
    pub overall: Group,
    /// Rows whose words are hidden from filters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obfuscated: Option<Group>,
    /// All rows but these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_obfuscated: Option<Group>,
    /// By what rows show.
    pub functionalities: Vec<Group>,
    /// By their language, where that is known.
    pub languages: Vec<Group>,
    /// Scores against labels.
    pub reliability: BTreeMap<Signal, Vec<Bin>>,
}

/// Rows that belong together.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// What they have in common.
    pub name: String,
    /// How many.
    pub rows: usize,
    /// How many of them got no answer for crisis, and go to a person.
    pub unscored: usize,
    /// What was counted.
    pub figures: Figures,
}

impl Report {
    /// Counts. Calls `done` after each source.
    pub fn of(
        judged: &[Judged],
        versions: BTreeMap<String, String>,
        mut done: impl FnMut(),
    ) -> Self {
        let by_source = grouped(judged.iter(), |row| Some(&row.source));
        let sources: Vec<SourceReport> = by_source
            .into_iter()
            .map(|(source, rows)| {
                let report = SourceReport::of(source, &rows);
                done();
                report
            })
            .collect();
        Self {
            versions,
            resamples: RESAMPLES,
            seed: SEED,
            mean_over_sources: mean(&sources),
            sources,
            fairness: fairness::compare(judged),
        }
    }

    /// A source by its name.
    pub fn source(&self, name: &str) -> Option<&SourceReport> {
        self.sources.iter().find(|one| one.source == name)
    }
}

impl SourceReport {
    fn of(source: &str, rows: &[&Judged]) -> Self {
        let mut overall = Group::of("overall", source, rows);
        for (signal, figures) in pairs(source, rows) {
            overall.figures.entry(signal).or_default().extend(figures);
        }
        let (hidden, plain): (Vec<&Judged>, Vec<&Judged>) =
            rows.iter().partition(|row| row.obfuscated);
        let apart = !hidden.is_empty() && !plain.is_empty();
        let each = |key: fn(&Judged) -> Option<&String>| {
            let groups = grouped(rows.iter().copied(), key);
            let groups = groups.into_iter();
            groups
                .map(|(name, rows)| Group::of(name, source, &rows))
                .collect()
        };
        Self {
            source: source.to_owned(),
            overall,
            obfuscated: apart.then(|| Group::of("obfuscated", source, &hidden)),
            not_obfuscated: apart.then(|| Group::of("not obfuscated", source, &plain)),
            functionalities: each(|row| row.functionality.as_ref()),
            languages: each(|row| row.lang.as_ref()),
            reliability: SIGNALS
                .into_iter()
                .filter_map(|signal| Some((signal, sample(signal, rows).reliability()?)))
                .collect(),
        }
    }
}

impl Group {
    fn of(name: &str, source: &str, rows: &[&Judged]) -> Self {
        let figures = SIGNALS.into_iter().chain([Signal::Any]);
        let figures = figures.map(|signal| {
            let seed = format!("{source}/{name}");
            (
                signal,
                sample(signal, rows).figures(signal.measures(), &seed),
            )
        });
        Self {
            name: name.to_owned(),
            rows: rows.len(),
            unscored: rows.iter().filter(|row| row.answer.unscored).count(),
            figures: figures.filter(|(_, figures)| !figures.is_empty()).collect(),
        }
    }

    /// A figure, where the rows support it.
    pub fn figure(&self, signal: Signal, measure: Measure) -> Option<&Figure> {
        self.figures.get(&signal)?.get(&measure)
    }
}

fn sample(signal: Signal, rows: &[&Judged]) -> Sample {
    let observations = rows.iter().flat_map(|row| {
        let signals = if signal == Signal::Any {
            &SIGNALS[..]
        } else {
            &[]
        };
        let any = signals.iter().filter_map(|&one| row.observation(one));
        let found = row.observation(signal).into_iter().chain(any);
        found.map(|one| (one, row.group.as_deref()))
    });
    Sample::new(signal, observations)
}

/// Minimal pairs, each seen as a row that is right where the two are ordered.
fn pairs(source: &str, rows: &[&Judged]) -> Vec<(Signal, BTreeMap<Measure, Figure>)> {
    let of = |signal| {
        let pairs = rows.windows(2).filter(|two| two[0].first_of_pair);
        let ordered = pairs.filter_map(|two| two[0].ordered(two[1], signal));
        let seen = ordered.map(|right| Observation {
            lowest: 1,
            highest: 1,
            read: u8::from(right),
            score: 0.0,
        });
        let sample = Sample::new(signal, seen.map(|pair| (pair, None)));
        (
            signal,
            sample.figures(&[Measure::PairsOrdered], &format!("{source}/pairs")),
        )
    };
    let found = SIGNALS.into_iter().map(of);
    found.filter(|(_, figures)| !figures.is_empty()).collect()
}

fn mean(sources: &[SourceReport]) -> Figures {
    let mut all: BTreeMap<(Signal, Measure), Vec<&Figure>> = BTreeMap::new();
    for source in sources {
        for (&signal, figures) in &source.overall.figures {
            let sound = figures
                .iter()
                .filter(|(_, figure)| figure.rows >= ROWS_TO_COUNT);
            for (&measure, figure) in sound {
                all.entry((signal, measure)).or_default().push(figure);
            }
        }
    }
    let mut means = Figures::new();
    for ((signal, measure), figures) in all {
        if let Some(mean) = Figure::mean(&figures) {
            means.entry(signal).or_default().insert(measure, mean);
        }
    }
    means
}

fn grouped<'a>(
    rows: impl Iterator<Item = &'a Judged>,
    key: impl Fn(&Judged) -> Option<&String>,
) -> BTreeMap<&'a str, Vec<&'a Judged>> {
    let mut groups: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for row in rows {
        if let Some(name) = key(row) {
            groups.entry(name).or_default().push(row);
        }
    }
    groups
}
