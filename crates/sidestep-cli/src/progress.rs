//! A bar on standard error for what takes more than a second.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::clock;

/// Nothing is shown before.
const PATIENCE: Duration = Duration::from_secs(1);

/// Progress of one run. Hidden where standard error is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    begun: Instant,
    shown: bool,
}

impl Progress {
    /// Over so many bytes, or an unknown number of them.
    pub(crate) fn over_bytes(total: Option<u64>) -> Self {
        match total {
            Some(total) => {
                Self::new(ProgressBar::new(total), "{bar:30} {percent:>3} %  {msg}  {eta} left")
            }
            None => Self::new(ProgressBar::no_length(), "{spinner} {msg}"),
        }
    }

    /// Over so many days.
    #[cfg(feature = "simulator")]
    pub(crate) fn over_days(total: u32) -> Self {
        let bar = ProgressBar::new(total.into());
        Self::new(bar, "{bar:30} day {pos} of {len}  {eta} left")
    }

    /// Over steps that only have names.
    #[cfg(feature = "simulator")]
    pub(crate) fn over_steps() -> Self {
        Self::new(ProgressBar::no_length(), "{spinner} {elapsed}  {msg}")
    }

    fn new(bar: ProgressBar, template: &str) -> Self {
        bar.set_draw_target(ProgressDrawTarget::hidden());
        // A template that does not parse leaves the default style.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, begun: clock::instant(), shown: false }
    }

    /// Notes how far it is, and a word on it.
    pub(crate) fn at(&mut self, position: u64, message: impl FnOnce() -> String) {
        if !self.shown {
            if self.begun.elapsed() < PATIENCE {
                return;
            }
            self.shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(Duration::from_millis(200));
        }
        if !self.bar.is_hidden() {
            self.bar.set_position(position);
            self.bar.set_message(message());
        }
    }

    /// Takes the bar away and gives out how long it took.
    pub(crate) fn end(self) -> Duration {
        self.bar.finish_and_clear();
        self.begun.elapsed()
    }
}
