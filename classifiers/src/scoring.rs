//! From what was found to one score.

use holdfast_domain::signal::LabelScore;
use holdfast_domain::{Score, SignalKind};

/// Labels of a learned crisis signal: how likely the level is at least this.
pub(crate) const CRISIS_LABELS: [&str; 3] = ["soon", "urgent", "act_now"];

/// Functionalities of the code book in which a signal is there. Those of each signal's hard negatives are
/// left out: they are no reason to look.
const SHOWING: [(SignalKind, &[&str]); 3] = [
    (
        SignalKind::Crisis,
        &[
            "passive_ideation",
            "active_ideation",
            "ideation_with_method",
            "intent_no_plan",
            "plan_means_time",
            "goodbye_explicit",
            "goodbye_veiled",
            "attempt_or_emergency_now",
            "recent_attempt",
            "self_harm",
            "burden_hopelessness",
            "third_party_imminent",
            "third_party_concern",
            "codewords_slang",
            "negation_trap_positive",
            "humour_mask",
            "help_seeking_with_si",
            "method_seeking_or_pact",
            "harm_to_others",
        ],
    ),
    (
        SignalKind::Harassment,
        &[
            "insult_direct",
            "incite_self_harm_explicit",
            "incite_self_harm_coded",
            "threat_or_stalking",
            "dox_or_outing",
            "weaponised_disclosure",
            "mock_or_pile_on",
            "identity_attack",
            "polite_or_concern_trolling",
            "sexual_or_coercive_contact",
            "weaponised_safety_report",
        ],
    ),
    (
        SignalKind::Stigma,
        &[
            "dangerousness",
            "blame_weakness",
            "social_distance",
            "coercion_segregation",
            "resentment_burden",
            "incompetence_pity",
            "trivialisation",
            "diagnosis_as_insult",
            "treatment_stigma",
            "suicide_self_harm_stigma",
            "addiction_stigma",
            "minimising_invalidation",
            "hopeless_or_fake",
            "implicit_polite",
            "gender_culture_norms",
        ],
    ),
];

/// The signal that a functionality shows; none where it shows none.
pub(crate) fn signal_of(functionality: &str) -> Option<SignalKind> {
    let shows = |(_, names): &&(SignalKind, &[&str])| names.contains(&functionality);
    SHOWING.iter().find(shows).map(|(kind, _)| *kind)
}

/// A model's probability as a score.
pub(crate) fn share(p: f32) -> Score {
    Score::from_probability(f64::from(p).clamp(0.0, 1.0)).unwrap_or_default()
}

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
