//! What the cascade overlooks and what it saves: triage alone beside reading everything, on labelled texts.
//!
//! A post that triage is sure of is never read by the encoder. Here it is, so that what would have been
//! different can be counted.

use std::fmt;

use holdfast_classifiers::Cascade;
use serde::Serialize;

use super::Labelled;
use super::judged::Answer;
use crate::assess::{TextToAssess, assess_both};
use crate::assessor::Assessor;

/// Texts that are read together.
const BATCH: usize = 64;
/// How sure the bounds are.
const CONFIDENCE: f64 = 0.95;

/// How one kind of post fares.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Share {
    /// Posts that the encoder would not read.
    pub skipped: u64,
    /// Of so many.
    pub of: u64,
    /// With 95 % confidence no more than this share is skipped (Clopper and Pearson, one side).
    pub at_most: f64,
}

/// What the cascade does to labelled texts.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CascadeReport {
    /// All posts.
    pub posts: Share,
    /// Posts whose label says a crisis level of 1 or more.
    pub crisis: Share,
    /// Posts whose label says a crisis level of 2 or more.
    pub urgent: Share,
    /// Posts whose label says harassment.
    pub harassment: Share,
    /// Posts whose label says stigma.
    pub stigma: Share,
    /// Posts whose decision (level, harassment, stigma) would have been another with the encoder.
    pub decided_otherwise: Share,
    /// Of those, posts whose crisis level would have been higher.
    pub level_lost: u64,
}

impl CascadeReport {
    /// Reads all texts both ways. Calls `done` with the number of texts after each batch.
    pub fn of(
        assessor: &Assessor,
        cascade: &Cascade,
        rows: &[Labelled],
        mut done: impl FnMut(usize),
    ) -> Self {
        let mut report = Self::default();
        for batch in rows.chunks(BATCH) {
            let texts: Vec<TextToAssess> = batch.iter().map(|row| row.text.clone()).collect();
            for (row, both) in batch.iter().zip(assess_both(assessor, cascade, &texts)) {
                report.count(
                    row,
                    both.skipped,
                    &(&both.quick).into(),
                    &(&both.full).into(),
                );
            }
            done(batch.len());
        }
        for share in report.shares() {
            share.at_most = most(share.skipped, share.of);
        }
        report
    }

    fn count(&mut self, row: &Labelled, skipped: bool, quick: &Answer, full: &Answer) {
        let least = row.labels.crisis.map_or(0, |(least, _)| least);
        let of = [
            (&mut self.posts, true),
            (&mut self.crisis, least >= 1),
            (&mut self.urgent, least >= 2),
            (&mut self.harassment, row.labels.harassment == Some(1)),
            (&mut self.stigma, row.labels.stigma == Some(1)),
        ];
        for (share, _) in of.into_iter().filter(|(_, counts)| *counts) {
            share.of += 1;
            share.skipped += u64::from(skipped);
        }
        let decision = |answer: &Answer| (answer.crisis, answer.harassment, answer.stigma);
        self.decided_otherwise.of += 1;
        if skipped && decision(quick) != decision(full) {
            self.decided_otherwise.skipped += 1;
            self.level_lost += u64::from(full.crisis > quick.crisis);
        }
    }

    fn shares(&mut self) -> [&mut Share; 6] {
        [
            &mut self.posts,
            &mut self.crisis,
            &mut self.urgent,
            &mut self.harassment,
            &mut self.stigma,
            &mut self.decided_otherwise,
        ]
    }
}

impl fmt::Display for CascadeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, what: &str, share: &Share| {
            let (skipped, of) = (share.skipped, share.of);
            let percent = 100.0 * skipped as f64 / of.max(1) as f64;
            let most = 100.0 * share.at_most;
            writeln!(
                f,
                "{what:<34}{skipped:>7} of {of:>6}  {percent:>6.2} %  at most {most:.2} %"
            )
        };
        writeln!(f, "not read by the encoder:")?;
        line(f, "  posts", &self.posts)?;
        line(f, "  crisis 1 or more", &self.crisis)?;
        line(f, "  crisis 2 or more", &self.urgent)?;
        line(f, "  harassment", &self.harassment)?;
        line(f, "  stigma", &self.stigma)?;
        line(f, "decided otherwise for that", &self.decided_otherwise)?;
        writeln!(
            f,
            "  of these at a lower crisis level {:>8}",
            self.level_lost
        )
    }
}

/// The largest share under which as few as `found` of `of` are seen with a chance of one in twenty.
fn most(found: u64, of: u64) -> f64 {
    if found >= of {
        return 1.0;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if chance_of_at_most(found, of, middle) > 1.0 - CONFIDENCE {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The chance of `found` or fewer among `of` when each has the chance `share`.
fn chance_of_at_most(found: u64, of: u64, share: f64) -> f64 {
    let (yes, no) = (share.ln(), (-share).ln_1p());
    let mut ways = 0.0;
    let mut chance = 0.0;
    for k in 0..=found {
        if k > 0 {
            ways += ((of - k + 1) as f64).ln() - (k as f64).ln();
        }
        chance += (k as f64).mul_add(yes, (of - k) as f64 * no + ways).exp();
    }
    chance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_the_exact_one() {
        // None of n: 1 - 0.05^(1/n), the "rule of three". Others from tables of Clopper and Pearson.
        assert!((most(0, 100) - 0.029_513).abs() < 1e-5);
        assert!((most(3, 50) - 0.147_872).abs() < 1e-3);
        assert!((most(5, 5) - 1.0).abs() < f64::EPSILON);
        assert!((most(0, 0) - 1.0).abs() < f64::EPSILON);
    }
}
