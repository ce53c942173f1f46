//! Files mapped into memory.
#![allow(
    unsafe_code,
    reason = "a mapped file must not be changed while it is mapped; an artefact never is"
)]

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// Maps a file. Artefacts are immutable: a new version is a new folder.
pub(crate) fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: nothing in Holdfast writes to a file of an artefact, and its documentation says that
    // nobody may. A file that is cut short while it is mapped ends the process, not its memory.
    unsafe { Mmap::map(&file) }
}
