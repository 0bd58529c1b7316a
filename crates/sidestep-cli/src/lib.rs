//! The `sidestep` command as a library.
