//! One file for everything: `holdfast.toml`, one section a crate, each with its documented defaults.
//!
//! The environment overrides the file: `HOLDFAST_<SECTION>__<KEY>`, e.g. `HOLDFAST_STORE__URL`.

pub mod example;
mod server;

use std::path::Path;

use anyhow::Context;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::pipeline::PipelineSettings;
use crate::scoring::ScoringConfig;
use crate::telemetry::TelemetryConfig;

pub use server::{CanaryConfig, ServerConfig};

/// Everything that can be set.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The process itself: addresses, which loops run here.
    pub server: ServerConfig,
    /// Where and how everything is recorded.
    pub store: holdfast_event_store::StoreConfig,
    /// What comes in, from where.
    pub ingest: holdfast_ingest::IngestConfig,
    /// How batches are judged and what is kept.
    pub pipeline: PipelineSettings,
    /// Normaliser, lexicons and learned classifiers.
    pub classifiers: holdfast_classifiers::ClassifiersConfig,
    /// Policies.
    pub rules: holdfast_rules::RulesConfig,
    /// Queue, console and API.
    pub review: holdfast_review_queue::ReviewConfig,
    /// What goes out, to where.
    pub actions: holdfast_actions::ActionsConfig,
    /// Scores and kind words over HTTP, for texts that are no posts yet.
    pub scoring: ScoringConfig,
    /// The synthetic post that proves that everything works.
    pub canary: CanaryConfig,
    /// Logs and traces.
    pub telemetry: TelemetryConfig,
}

impl Config {
    /// Reads the file, then the environment. Without a file, defaults and the environment.
    ///
    /// An unknown or mistyped key is an error that names it and where it stood.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            anyhow::ensure!(
                file.is_file(),
                "there is no configuration file {}",
                file.display()
            );
            figment = figment.merge(Toml::file_exact(file));
        }
        let overrides = Env::prefixed("HOLDFAST_")
            .filter(|key| key.as_str().contains("__"))
            .split("__");
        let mut config: Self = figment
            .merge(overrides)
            .extract()
            .context("the configuration does not read")?;
        config.pipeline.promises = config.review.promises;
        config.pipeline.cascade = config.classifiers.cascade;
        Ok(config)
    }

    /// Everything that is wrong, each with the setting's name and what to do. Empty when all is well.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.ingest.problems();
        problems.extend(self.review.problems());
        problems.extend(self.pipeline.problems());
        problems.extend(self.classifiers.cascade.problems());
        problems.extend(self.scoring.problems());
        problems.extend(self.server.problems());
        problems
    }

    /// The configuration as TOML, as `holdfast config print` shows it.
    pub fn to_toml(&self) -> anyhow::Result<String> {
        Ok(toml::to_string_pretty(self)?)
    }
}

#[cfg(test)]
mod tests;
