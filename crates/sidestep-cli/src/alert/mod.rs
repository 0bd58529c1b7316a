//! An alert as a short block that a person reads.

mod names;
mod path;
mod reasons;

use sidestep::alert::{Alert, Severity};

use crate::text::{clipped, printable, span, time, wrapped};
use names::Names;

/// Columns of a line.
const WIDTH: usize = 98;

/// The block, with an empty line at its end.
pub(crate) fn block(alert: &Alert) -> String {
    let names = Names::of(alert);
    let mut lines = vec![head(alert)];
    let path = path::of(alert, &names);
    let words: Vec<&str> = path.main.iter().map(String::as_str).collect();
    lines.extend(wrapped(words, WIDTH - 2, "    "));
    lines.extend(path.more);
    lines.extend(
        wrapped(names.short(&alert.summary).split_whitespace(), WIDTH - 2, "    ")
            .into_iter()
            .take(2),
    );
    lines.extend(
        reasons::of(alert)
            .iter()
            .map(|reason| clipped(&format!("- {}", names.short(reason)), WIDTH - 2)),
    );
    if !alert.techniques.is_empty() {
        let list: Vec<String> =
            alert.techniques.iter().map(|t| format!("{} {}", t.id, t.name)).collect();
        lines.push(clipped(&list.join(", "), WIDTH - 2));
    }
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let indent = if index == 0 { "" } else { "  " };
        text.push_str(indent);
        text.push_str(&printable(line));
        text.push('\n');
    }
    text.push('\n');
    text
}

/// `HIGH  1970-01-15T09:12:03Z, 3 h 10 min; surprise 42.1, p 1.2e-7; 83ab...`.
fn head(alert: &Alert) -> String {
    let severity = match alert.severity {
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
        _ => "LOW",
    };
    let first = time(alert.first_seen);
    let length = alert.last_seen.since(alert.first_seen);
    let length = match length.is_zero() {
        true => String::new(),
        false => format!(", over {}", span(length)),
    };
    let p = alert.p_value;
    let p = if p >= 0.001 { format!("{p:.3}") } else { format!("{p:.1e}") };
    format!(
        "{severity:<8}  {first}{length}; surprise {:.1}, p {p}; id {}",
        alert.surprise, alert.id
    )
}
