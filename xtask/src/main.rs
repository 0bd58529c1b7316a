//! Builds, tests and checks the workspace: `cargo xtask test`.

fn main() {}
