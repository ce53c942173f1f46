//! What the fuzz targets share.
//!
//! A target in `fuzz_targets/` states what must hold for every input of one reader of strangers' bytes, and panics
//! where it does not. The layout is that of cargo-fuzz; `./dev fuzz` builds and runs the targets with the pinned
//! toolchain and needs nothing else. Only safe code is under test, so there is no sanitizer: arithmetic that overflows
//! and assertions panic, and that is what is looked for.
//!
//! To add a target: `fuzz_targets/NAME.rs`, its `[[bin]]` in `Cargo.toml`, some small texts of our own in `seeds/NAME/`
//! from which it starts, and words worth trying in `dictionaries/NAME.dict` where the format has keywords. `./dev fuzz`
//! finds it by itself. Then break the promise once in the code under test, and watch the target find it.

pub mod intake;

use std::path::{Path, PathBuf};

/// The only version of a released artefact in `models/artifacts/NAME`; the newest where there are several.
///
/// # Panics
///
/// When there is none.
pub fn artefact(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../models/artifacts")
        .join(name);
    let versions = std::fs::read_dir(&folder).expect("models/artifacts is in the repository");
    let versions = versions.map(|version| version.expect("a folder that can be read").path());
    versions
        .max()
        .expect("an artefact has at least one version")
}
