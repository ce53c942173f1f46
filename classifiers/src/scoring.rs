//! From what was found to one score.

use holdfast_domain::Score;
use holdfast_domain::signal::LabelScore;

/// What a judged text scores when nothing was found: not impossible, for lists know few ways to say it.
pub(crate) const NOTHING_FOUND: u32 = 20_000;
/// No list is surer than this.
const SUREST: u32 = 970_000;

/// Independent findings make each other surer: one minus the chance that all are wrong.
pub(crate) fn combined(weights: impl Iterator<Item = Score>) -> Score {
    let mut doubt = u64::from(1_000_000 - NOTHING_FOUND);
    for weight in weights {
        doubt = doubt * u64::from(1_000_000 - weight.millionths()) / 1_000_000;
    }
    let sure = (1_000_000 - doubt as u32).min(SUREST);
    Score::from_millionths(sure).unwrap_or(Score::ONE)
}

/// One label score for each label, the surest first.
pub(crate) fn labels<'a>(found: impl Iterator<Item = (&'a str, Score)>) -> Vec<LabelScore> {
    let mut labels: Vec<LabelScore> = Vec::new();
    for (label, score) in found {
        match labels.iter_mut().find(|known| known.label == label) {
            Some(known) => known.score = known.score.max(score),
            None => labels.push(LabelScore {
                label: label.to_owned(),
                score,
            }),
        }
    }
    labels.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.label.cmp(&b.label)));
    labels
}
