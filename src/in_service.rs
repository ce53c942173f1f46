//! Which version of each learned model reads.
//!
//! A version named in the settings wins; else the last promotion on record; else the newest. Promotions are
//! facts in the default tenant's control stream, and count from an instance's next start on. Past assessments keep
//! the version that they were made by.

mod changing;
mod record;
mod shelf;
#[cfg(test)]
mod tests;

use std::fmt;

use anyhow::{Context, ensure};
use clap::ValueEnum;
use holdfast_classifiers::ClassifiersConfig;
use holdfast_domain::event::ReleasedModel;

use crate::assessor::models::{self, NEWEST, OFF};

pub(crate) use changing::Promotions;
pub(crate) use record::{Change, Record};
pub(crate) use shelf::{OnShelf, on_shelf};

/// A classifier that learned, and of which there are versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Model {
    /// Reads in the second stage.
    Encoder,
    /// Reads in the first stage.
    Linear,
}

impl Model {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::Encoder, Self::Linear];

    /// Its name in settings, folders and signals.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Encoder => "encoder",
            Self::Linear => "linear",
        }
    }

    /// Which version the settings ask for.
    pub(crate) fn setting(self, config: &ClassifiersConfig) -> &str {
        match self {
            Self::Encoder => &config.encoder,
            Self::Linear => &config.linear,
        }
    }

    /// Which version the settings ask to be watched.
    pub(crate) fn watched(self, config: &ClassifiersConfig) -> &str {
        match self {
            Self::Encoder => &config.shadow_encoder,
            Self::Linear => &config.shadow_linear,
        }
    }

    /// Asks the settings for a version.
    pub(crate) fn set(self, config: &mut ClassifiersConfig, version: &str) {
        let setting = match self {
            Self::Encoder => &mut config.encoder,
            Self::Linear => &mut config.linear,
        };
        version.clone_into(setting);
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a version reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Because {
    /// The settings name it.
    Named,
    /// The record says so: it was promoted last, or a later promotion was taken back.
    Promoted,
    /// The settings ask for the newest, and none was promoted.
    Newest,
}

impl Because {
    /// The reason in a list.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Named => "named in the settings",
            Self::Promoted => "by the record",
            Self::Newest => "the newest",
        }
    }
}

/// The version that reads; none where the settings switch the classifier off.
pub(crate) fn in_service(
    config: &ClassifiersConfig,
    model: Model,
    record: &Record,
) -> anyhow::Result<Option<(String, Because)>> {
    let setting = model.setting(config);
    if setting == OFF {
        return Ok(None);
    }
    if setting != NEWEST {
        return Ok(Some((setting.to_owned(), Because::Named)));
    }
    if let Some(promoted) = record.of(model).in_force() {
        return Ok(Some((promoted.version.clone(), Because::Promoted)));
    }
    let newest = shelf::newest(config, model)?;
    Ok(Some((newest, Because::Newest)))
}

/// Puts the promoted versions into the settings where these name none. Refuses a promoted version that is not there,
/// or that is not what was promoted.
pub(crate) fn put_in_service(
    config: &mut ClassifiersConfig,
    record: &Record,
) -> anyhow::Result<()> {
    for model in Model::ALL {
        let promoted = record.of(model).in_force();
        let Some(promoted) = promoted.filter(|_| model.setting(config) == NEWEST) else {
            continue;
        };
        is_what_was_promoted(config, model, promoted)?;
        tracing::info!(%model, version = promoted.version, "the promoted version reads");
        model.set(config, &promoted.version);
    }
    Ok(())
}

fn is_what_was_promoted(
    config: &ClassifiersConfig,
    model: Model,
    promoted: &ReleasedModel,
) -> anyhow::Result<()> {
    let version = &promoted.version;
    let help = format!(
        "put the promoted {model} {version} back, or name a version in classifiers.{model}, or take the promotion back \
         (holdfast model demote {version} --classifier {model})"
    );
    let folder = models::models_folder(config)?.join(model.as_str());
    let digest = shelf::digest(&folder.join(version)).with_context(|| help.clone())?;
    ensure!(
        digest == promoted.digest,
        "{model} {version} is not what was promoted: its manifest has digest {digest}, recorded is {}; {help}",
        promoted.digest
    );
    Ok(())
}

/// The version to be watched; none where there is none, or where it is the one that reads.
pub(crate) fn watched(config: &ClassifiersConfig, model: Model) -> anyhow::Result<Option<String>> {
    let asked = model.watched(config);
    if asked == OFF {
        return Ok(None);
    }
    let named = |setting: &str| match setting {
        NEWEST => shelf::newest(config, model),
        version => Ok(version.to_owned()),
    };
    let version = named(asked)?;
    let setting = model.setting(config);
    if setting != OFF && named(setting)? == version {
        return Ok(None);
    }
    Ok(Some(version))
}
