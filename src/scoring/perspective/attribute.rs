//! Which attributes are answered, and what each rests on.

use crate::scoring::reading::Attack;

/// An attribute that is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    Toxicity,
    SevereToxicity,
    IdentityAttack,
    Insult,
    Threat,
}

/// Of a kind of attack that no classifier named nothing is known but that it is unlikely: its share of the
/// whole. Kinds are named from a share of a fifth on; this is the middle below.
const NOT_NAMED: f64 = 0.1;

impl Attribute {
    /// All of them, by name.
    pub(super) const ALL: [Self; 5] = [
        Self::IdentityAttack,
        Self::Insult,
        Self::SevereToxicity,
        Self::Threat,
        Self::Toxicity,
    ];

    /// The attribute of that name. Others are not answered, rather than answered badly.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Toxicity => "TOXICITY",
            Self::SevereToxicity => "SEVERE_TOXICITY",
            Self::IdentityAttack => "IDENTITY_ATTACK",
            Self::Insult => "INSULT",
            Self::Threat => "THREAT",
        }
    }

    /// The kinds of harassment that it means; none means harassment of any kind.
    pub(super) const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Toxicity => &[],
            Self::SevereToxicity => &[
                "threat_or_stalking",
                "incite_self_harm_explicit",
                "incite_self_harm_coded",
                "identity_attack",
                "dox_or_outing",
                "sexual_or_coercive_contact",
            ],
            Self::IdentityAttack => &["identity_attack"],
            Self::Insult => &["insult_direct", "mock_or_pile_on"],
            Self::Threat => &["threat_or_stalking", "incite_self_harm_explicit"],
        }
    }

    /// How likely the attribute is, 0 to 1; nothing where nothing answered. Never above `TOXICITY`.
    pub(super) fn score(self, attack: &Attack) -> Option<f64> {
        let Attack::Scored { score, kinds } = attack else {
            return None;
        };
        let meant = self.kinds();
        if meant.is_empty() {
            return Some(*score);
        }
        let named = kinds
            .iter()
            .filter(|(kind, _)| meant.contains(&kind.as_str()));
        let likeliest = named.map(|(_, p)| *p).reduce(f64::max);
        Some(likeliest.unwrap_or(NOT_NAMED * score))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(attack: &Attack) -> Vec<(&'static str, f64)> {
        let score = |one: Attribute| Some((one.name(), one.score(attack)?));
        Attribute::ALL.into_iter().filter_map(score).collect()
    }

    #[test]
    fn a_named_kind_raises_what_it_means_and_nothing_rises_above_toxicity() {
        let attack = Attack::Scored {
            score: 0.9,
            kinds: vec![("threat_or_stalking".to_owned(), 0.7)],
        };
        let expected = [
            ("IDENTITY_ATTACK", 0.09),
            ("INSULT", 0.09),
            ("SEVERE_TOXICITY", 0.7),
            ("THREAT", 0.7),
            ("TOXICITY", 0.9),
        ];
        for ((name, score), (known, wanted)) in scores(&attack).into_iter().zip(expected) {
            assert_eq!(name, known);
            assert!((score - wanted).abs() < 1e-9, "{name} {score}");
        }
    }

    #[test]
    fn silence_has_no_score() {
        assert!(scores(&Attack::Unavailable).is_empty());
        assert!(scores(&Attack::LanguageNotCovered).is_empty());
    }
}
