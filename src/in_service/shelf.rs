//! The versions that lie in the models' folder.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, ensure};
use holdfast_classifiers::ClassifiersConfig;
use holdfast_domain::event::ReleasedModel;
use holdfast_models::Artifact;
use sha2::{Digest as _, Sha256};

use super::Model;
use crate::assessor::models;

/// A version that was found.
#[derive(Debug)]
pub(crate) struct OnShelf {
    /// The name of its folder.
    pub(crate) version: String,
    /// What it is, or why it cannot be used.
    pub(crate) model: anyhow::Result<ReleasedModel>,
}

/// All versions of a classifier, the newest last, each with its digests checked.
pub(crate) fn on_shelf(config: &ClassifiersConfig, model: Model) -> anyhow::Result<Vec<OnShelf>> {
    let folder = models::models_folder(config)?.join(model.as_str());
    let folders = models::released(&folder)?;
    let looked_at = folders.iter().map(|folder| OnShelf {
        version: name(folder),
        model: look_at(folder, model),
    });
    Ok(looked_at.collect())
}

/// A version by name, its digests checked.
pub(crate) fn released(
    config: &ClassifiersConfig,
    model: Model,
    version: &str,
) -> anyhow::Result<ReleasedModel> {
    let folder = models::models_folder(config)?.join(model.as_str());
    look_at(&folder.join(version), model)
}

/// The name of the newest version.
pub(super) fn newest(config: &ClassifiersConfig, model: Model) -> anyhow::Result<String> {
    let folder = models::models_folder(config)?.join(model.as_str());
    Ok(name(&models::newest(&folder)?))
}

/// SHA-256 of a version's manifest.
pub(super) fn digest(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join("manifest.json");
    let manifest =
        std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut digest = String::new();
    for byte in Sha256::digest(manifest) {
        write!(digest, "{byte:02x}").expect("writing to a string");
    }
    Ok(digest)
}

fn look_at(folder: &Path, model: Model) -> anyhow::Result<ReleasedModel> {
    let artifact = Artifact::open(folder)?;
    let (version, manifest) = (name(folder), &artifact.manifest);
    ensure!(
        manifest.name == model.as_str() && manifest.version == version,
        "{} says that it is {} {}",
        folder.display(),
        manifest.name,
        manifest.version
    );
    Ok(ReleasedModel {
        version,
        known_as: artifact.identity(),
        digest: digest(folder)?,
    })
}

fn name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
