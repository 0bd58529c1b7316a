//! The options of `sidestep detect` that decide what comes out, as a checkpoint remembers them.

use crate::args::DetectArgs;
use crate::exit::Failure;

/// Each option with what it says. Logs to judge may be added from one run to the next.
pub(crate) fn options(args: &DetectArgs) -> Result<Vec<(String, String)>, Failure> {
    let policy = match &args.policy {
        Some(path) => std::fs::read_to_string(path).map_err(|error| {
            Failure::Error(format!("{}: cannot be read: {error}", path.display()))
        })?,
        None => String::new(),
    };
    let mut options: Vec<(String, String)> = Vec::new();
    let mut add = |option: &str, said: String| options.push((option.to_owned(), said));
    add("--format", format!("{:?}", args.format));
    add("--map", format!("{:?}", args.map));
    add("--time-format", format!("{:?}", args.time_format));
    add("--year", format!("{:?}", args.year));
    add("--zone", format!("{:?}", args.zone));
    add("--host", format!("{:?}", args.host));
    add("--on-error", format!("{:?}", args.on_error));
    add("--learn", format!("{:?}", args.learn));
    add("--learn-days", format!("{:?}", args.learn_days));
    add("--alerts-per-day", format!("{:?}", args.alerts_per_day));
    add("--memory-limit", format!("{:?}", args.memory_limit));
    add("--policy", policy);
    add("--reorder-minutes", format!("{:?}", args.reorder_minutes));
    add("--in-order", format!("{:?}", args.in_order));
    add("--follow", format!("{:?}", args.follow));
    add("--output", format!("{:?}", args.output));
    add("--emit", format!("{:?}", args.emit));
    add("--ocsf-version", format!("{:?}", args.ocsf_version));
    Ok(options)
}

/// The first option that says something else than it did.
pub(crate) fn changed_option<'o>(
    before: &[(String, String)],
    now: &'o [(String, String)],
) -> Option<&'o str> {
    let changed = now.iter().find(|option| !before.contains(option));
    changed.map(|(option, _)| option.as_str())
}
