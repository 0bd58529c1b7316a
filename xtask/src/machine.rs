//! What a figure was measured on.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use crate::step::output;

/// Processor, memory, system, compiler, commit and date, as a list in Markdown.
pub(crate) fn described(root: &Path) -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = value(&read("/proc/cpuinfo"), "model name", ':').unwrap_or("unknown").to_owned();
    let memory = value(&read("/proc/meminfo"), "MemTotal", ':')
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok())
        .map_or_else(
            || "unknown".to_owned(),
            |kibibytes| format!("{} GiB", (kibibytes + (1 << 19)) >> 20),
        );
    let system = value(&read("/etc/os-release"), "PRETTY_NAME", '=')
        .map_or("unknown", |name| name.trim_matches('"'))
        .to_owned();
    let said = |program: &str, arguments: &[&str]| {
        let said = output(Command::new(program).args(arguments).current_dir(root));
        said.map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
    };
    format!(
        "- processor: {cpu}, {cores} cores; memory: {memory}\n\
         - system: {system}, kernel {}\n\
         - compiler: {}\n\
         - commit: {} ({})",
        said("uname", &["-r"]),
        said("rustc", &["--version"]),
        said("git", &["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]),
        said("date", &["-u", "+%F"]),
    )
}

/// What a line of `name: value` or `name=value` says.
fn value<'t>(text: &'t str, name: &str, sign: char) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(sign)?;
        (key.trim() == name).then_some(value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn a_value_is_found_by_its_whole_name() {
        let text = "model\t\t: 85\nmodel name\t: Some CPU @ 2 GHz\n";
        assert_eq!(value(text, "model name", ':'), Some("Some CPU @ 2 GHz"));
        assert_eq!(value(text, "name", ':'), None);
    }
}
