//! Finds and opens the models that the settings name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use holdfast_classifiers::{Classifier, ClassifiersConfig, LinearClassifier};
use holdfast_models::{Linear, Reader};

const OFF: &str = "off";
const NEWEST: &str = "newest";
/// Where the models lie in a checkout or an unpacked release, and where a package puts them.
const FOLDERS: [&str; 2] = ["models/artifacts", "share/holdfast/models"];

/// The encoder of the second stage; none where it is switched off.
pub(super) fn encoder(config: &ClassifiersConfig) -> anyhow::Result<Option<Arc<Reader>>> {
    let Some(folder) = folder_of(config, "encoder", &config.encoder)? else {
        return Ok(None);
    };
    let reader = Reader::open(&folder).context("the encoder cannot be used")?;
    Ok(Some(Arc::new(reader)))
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
    let all = match &config.models_folder {
        Some(folder) => folder.clone(),
        None => shipped().with_context(|| {
            format!("no models lie in {} beside the binary, above it or in the working folder: set classifiers.models_folder, or classifiers.{name} = \"{OFF}\" to judge without", FOLDERS.join(" or "))
        })?,
    };
    let versions = all.join(name);
    if version == NEWEST {
        return newest(&versions).map(Some);
    }
    Ok(Some(versions.join(version)))
}

/// The version whose name comes last; names begin with the date of release.
fn newest(versions: &Path) -> anyhow::Result<PathBuf> {
    let entries = std::fs::read_dir(versions)
        .with_context(|| format!("{} cannot be read", versions.display()))?;
    let folders = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.join("manifest.json").is_file());
    folders
        .max()
        .with_context(|| format!("{} holds no version of the model", versions.display()))
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
