//! The policies that Holdfast ships, compiled into the program.

use crate::ruleset::Source;

macro_rules! policies {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../policies/", $file)))),*]
    };
}

const FILES: &[(&str, &str)] = policies![
    "crisis/attempt-now.yaml",
    "crisis/goodbye.yaml",
    "crisis/harm-to-others.yaml",
    "crisis/learned.yaml",
    "crisis/lexicon.yaml",
    "crisis/method-detail.yaml",
    "crisis/method-seeking.yaml",
    "crisis/pre-screen.yaml",
    "crisis/self-harm.yaml",
    "crisis/third-party.yaml",
    "crisis/young-member.yaml",
    "harassment/incitement.yaml",
    "harassment/learned.yaml",
    "harassment/lexicon.yaml",
    "harassment/new-account.yaml",
    "harassment/threat-or-exposure.yaml",
    "stigma/learned.yaml",
    "stigma/lexicon.yaml",
    "stigma/trivialisation.yaml",
    "system/canary.yaml",
];

/// What the synthetic post of the canary says, to be recognised by the rule `system.canary`.
pub const CANARY_TEXT: &str = "Holdfast canary: the lantern on the still water is lit.";

/// All shipped policy files.
pub fn sources() -> Vec<Source> {
    FILES
        .iter()
        .map(|(file, text)| Source {
            file: (*file).to_owned(),
            text: (*text).to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
