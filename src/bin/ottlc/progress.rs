//! Progress on the terminal, for runs that take long.

use crate::limits::PROGRESS_AFTER_MS;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Instant;

/// Shows how much has been read, if there is a terminal to show it on.
pub(crate) struct Progress {
    started: Instant,
    bar: Option<ProgressBar>,
    is_shown: bool,
}

impl Progress {
    /// Progress over these files, or over standard input. None is shown where results go to the terminal.
    pub(crate) fn new(inputs: &[PathBuf], has_output_file: bool) -> Progress {
        let shows = io::stderr().is_terminal() && (has_output_file || !io::stdout().is_terminal());
        let sizes: Option<Vec<u64>> = inputs
            .iter()
            .map(|path| {
                path.metadata()
                    .ok()
                    .filter(|file| file.is_file())
                    .map(|file| file.len())
            })
            .collect();
        let total = sizes
            .map(|sizes| sizes.iter().sum::<u64>())
            .filter(|total| *total > 0);
        let bar = shows.then(|| {
            let (bar, template) = match total {
                Some(total) => (
                    ProgressBar::new(total),
                    "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
                ),
                None => (
                    ProgressBar::new_spinner(),
                    "{spinner} {bytes} {bytes_per_sec} {elapsed}",
                ),
            };
            bar.set_draw_target(ProgressDrawTarget::hidden());
            match ProgressStyle::with_template(template) {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Progress {
            started: Instant::now(),
            bar,
            is_shown: false,
        }
    }

    /// Brings the display up to date: so many bytes were read.
    pub(crate) fn update(&mut self, read: u64) {
        let Some(bar) = &self.bar else { return };
        if !self.is_shown && self.started.elapsed().as_millis() >= PROGRESS_AFTER_MS {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            self.is_shown = true;
        }
        if self.is_shown {
            bar.set_position(read);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
