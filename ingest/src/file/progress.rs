//! A progress bar, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows how far a file has been read.
#[derive(Debug, Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    /// On the terminal, if there is one; nothing is printed into a pipe or a log.
    pub fn on_terminal() -> Self {
        let style = ProgressStyle::with_template(
            "{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
        );
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        // The template is fixed, so that it reads is known.
        Self(style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style)))
    }

    /// Nowhere.
    pub fn none() -> Self {
        Self(ProgressBar::hidden())
    }

    pub(super) fn begin(&self, bytes: u64) {
        self.0.set_length(bytes);
    }

    pub(super) fn at(&self, bytes: u64) {
        self.0.set_position(bytes);
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}
