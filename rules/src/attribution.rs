//! Stigma attributions, and which classifier labels stand for which.

/// All attributions.
pub(crate) const ALL: [&str; 14] = [
    "dangerousness",
    "blame",
    "social_distance",
    "coercion",
    "resentment",
    "pity_incompetence",
    "trivialisation",
    "diagnosis_insult",
    "treatment_stigma",
    "suicide_stigma",
    "addiction_stigma",
    "minimising",
    "hopeless_or_fake",
    "norms",
];

/// The attribution behind a classifier's label: the same word, or the functional category that it
/// belongs to.
pub(crate) fn of_label(label: &str) -> Option<&'static str> {
    let name = match label {
        "blame_weakness" => "blame",
        "coercion_segregation" => "coercion",
        "resentment_burden" => "resentment",
        "incompetence_pity" => "pity_incompetence",
        "diagnosis_as_insult" => "diagnosis_insult",
        "suicide_self_harm_stigma" => "suicide_stigma",
        "minimising_invalidation" => "minimising",
        "gender_culture_norms" => "norms",
        other => other,
    };
    ALL.into_iter().find(|known| *known == name)
}
