//! The policies that Holdfast ships, compiled into the program.

use crate::ruleset::Source;

macro_rules! policies {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../policies/", $file)))),*]
    };
}

const FILES: &[(&str, &str)] = policies![
    "system/canary.yaml",
];

/// What the synthetic post of the canary says, to be recognised by the rule `system.canary`.
pub const CANARY_TEXT: &str = "Holdfast canary: the lantern on the still water is lit.";

/// All shipped policy files.
pub fn sources() -> Vec<Source> {
    FILES.iter().map(|(file, text)| Source { file: (*file).to_owned(), text: (*text).to_owned() }).collect()
}

#[cfg(test)]
mod tests;
