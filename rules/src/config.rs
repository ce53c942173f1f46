//! Settings of the rules.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The `[rules]` section.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RulesConfig {
    /// The folder of policies, with `crisis/`, `harassment/`, `stigma/` and `system/` in it. Where it is
    /// not set, the policies that come with Holdfast are in force. It replaces them as a whole: copy
    /// them there first and change what is to be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policies: Option<PathBuf>,
}

impl RulesConfig {
    /// Compiles the policies that the settings name.
    pub fn load(
        &self,
        normaliser: &dyn holdfast_domain::Normaliser,
    ) -> Result<crate::Ruleset, crate::LoadError> {
        match &self.policies {
            Some(folder) => crate::Ruleset::load(folder, normaliser),
            None => crate::Ruleset::builtin(normaliser),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain::PlainNormaliser;

    #[test]
    fn a_folder_that_is_not_there_is_an_error_and_not_an_empty_ruleset() {
        let config = RulesConfig {
            policies: Some("no/such/folder".into()),
        };
        let error = config.load(&PlainNormaliser).unwrap_err().to_string();
        assert_eq!(error, "policies could not be read from no/such/folder");
    }
}
