//! Files as errors name them.

use std::path::Path;

/// A path as errors name it: whoever names a file must not drive a terminal.
pub(crate) fn shown(path: &Path) -> String {
    without_controls(&path.display().to_string())
}

pub(crate) fn without_controls(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
