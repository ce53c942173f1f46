//! Finds and opens the models that the settings name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use holdfast_classifiers::config::Precision;
use holdfast_classifiers::{Classifier, ClassifiersConfig, EncoderClassifier, LinearClassifier};
use holdfast_models::{Linear, Reader, encoder};

use crate::in_service::Model;

/// The setting of a classifier that does not read.
pub(crate) const OFF: &str = "off";
/// The setting of a classifier whose version is chosen by promotion or by date.
pub(crate) const NEWEST: &str = "newest";
/// Where the models lie in a checkout or an unpacked release, and where a package puts them.
const FOLDERS: [&str; 2] = ["models/artifacts", "share/holdfast/models"];

/// The encoder of the second stage; none where it is switched off.
pub(super) fn encoder(config: &ClassifiersConfig) -> anyhow::Result<Option<Arc<Reader>>> {
    let Some(folder) = folder_of(config, "encoder", &config.encoder)? else {
        return Ok(None);
    };
    Ok(Some(Arc::new(read_encoder(config, &folder)?)))
}

fn read_encoder(config: &ClassifiersConfig, folder: &Path) -> anyhow::Result<Reader> {
    let precision = match config.precision {
        Precision::F32 => encoder::Precision::Single,
        Precision::Int8 => encoder::Precision::EightBit,
    };
    Reader::open_in(folder, precision).context("the encoder cannot be used")
}

/// A version of a learned classifier that shows no evidence; checks every digest.
pub(crate) fn watched(
    config: &ClassifiersConfig,
    model: Model,
    version: &str,
) -> anyhow::Result<Arc<dyn Classifier>> {
    let folder = models_folder(config)?.join(model.as_str()).join(version);
    Ok(match model {
        Model::Encoder => {
            let reader = Arc::new(read_encoder(config, &folder)?);
            Arc::new(EncoderClassifier::new(reader).without_evidence())
        }
        Model::Linear => {
            let linear = Linear::open(&folder).context("the linear tier cannot be used")?;
            Arc::new(LinearClassifier::new(Arc::new(linear)))
        }
    })
}

/// The linear tier of the first stage; none where it is switched off.
pub(super) fn linear(config: &ClassifiersConfig) -> anyhow::Result<Option<Arc<dyn Classifier>>> {
    let Some(folder) = folder_of(config, "linear", &config.linear)? else {
        return Ok(None);
    };
    let model = Linear::open(&folder).context("the linear tier cannot be used")?;
    Ok(Some(Arc::new(LinearClassifier::new(Arc::new(model)))))
}

fn folder_of(
    config: &ClassifiersConfig,
    name: &str,
    version: &str,
) -> anyhow::Result<Option<PathBuf>> {
    if version == OFF {
        return Ok(None);
    }
    let versions = models_folder(config)
        .with_context(|| format!("to judge without, set classifiers.{name} = \"{OFF}\""))?
        .join(name);
    if version == NEWEST {
        return newest(&versions).map(Some);
    }
    Ok(Some(versions.join(version)))
}

/// Where the versions of the models lie, each in `<classifier>/<version>`.
pub(crate) fn models_folder(config: &ClassifiersConfig) -> anyhow::Result<PathBuf> {
    let folder = config.models_folder.clone().or_else(shipped);
    folder.with_context(|| {
        format!(
            "no models lie in {} beside the binary, above it or in the working folder: set classifiers.models_folder",
            FOLDERS.join(" or ")
        )
    })
}

/// The version whose name comes last; names begin with the date of release.
pub(crate) fn newest(versions: &Path) -> anyhow::Result<PathBuf> {
    released(versions)?
        .pop()
        .with_context(|| format!("{} holds no version of the model", versions.display()))
}

/// The folders of all versions, by name.
pub(crate) fn released(versions: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(versions)
        .with_context(|| format!("{} cannot be read", versions.display()))?;
    let folders = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.join("manifest.json").is_file());
    let mut folders: Vec<PathBuf> = folders.collect();
    folders.sort();
    Ok(folders)
}

fn shipped() -> Option<PathBuf> {
    let binary = std::env::current_exe().ok();
    let above = binary.iter().flat_map(|path| path.ancestors().skip(1));
    let here = std::env::current_dir().ok();
    above
        .map(Path::to_owned)
        .chain(here)
        .flat_map(|folder| FOLDERS.map(|models| folder.join(models)))
        .find(|folder| folder.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_taken_and_a_missing_one_is_named() {
        let folder = std::env::temp_dir().join(format!("holdfast-models-{}", std::process::id()));
        for version in ["2026-01-02.1", "2026-01-10.1", "half-copied"] {
            std::fs::create_dir_all(folder.join(version)).unwrap();
        }
        for version in ["2026-01-02.1", "2026-01-10.1"] {
            std::fs::write(folder.join(version).join("manifest.json"), "{}").unwrap();
        }
        assert_eq!(newest(&folder).unwrap(), folder.join("2026-01-10.1"));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(
            newest(&folder)
                .unwrap_err()
                .to_string()
                .contains("holdfast-models-")
        );
    }

    #[test]
    fn a_model_that_is_switched_off_is_not_looked_for() {
        let config = ClassifiersConfig {
            models_folder: Some("/nowhere".into()),
            encoder: OFF.to_owned(),
            ..ClassifiersConfig::default()
        };
        assert!(encoder(&config).unwrap().is_none());
        assert!(linear(&config).is_err());
    }
}
