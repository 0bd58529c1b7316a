//! By which ways the hosts that matter are reached without a second factor.

use std::fmt::Write;

use sidestep::mfa::{CriticalHost, FactorCounts, MfaCoverage};

use crate::text;

/// Characters of a line.
const WIDTH: usize = 100;

/// The report on the hosts that were asked for, or on those that most accounts log on to.
pub(crate) fn report(posture: &MfaCoverage, valued: &[String]) -> String {
    let mut out = String::new();
    let total = posture.total();
    if total.logons() == 0 {
        return "No logon from one host to another was read.\n".to_owned();
    }
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "{} from one host to another: {}.",
        text::counted(total.logons(), "logon"),
        shares(total)
    );
    if posture.left_out() > 0 {
        let left_out = text::counted(posture.left_out(), "logon");
        let _ = writeln!(out, "{left_out} on further ways are not looked at: there are too many.");
    }
    if total.used == 0 && total.not_used == 0 {
        out.push_str(
            "These logs tell nothing of second factors, so that every way counts as unguarded.\n",
        );
    }
    let report = posture.report(valued);
    for host in valued.iter().filter(|host| !report.iter().any(|found| is(found, host))) {
        let _ =
            writeln!(out, "\n{}: nobody logged on to it from another host.", text::printable(host));
    }
    for host in &report {
        out.push('\n');
        write_host(&mut out, host);
    }
    out
}

fn is(found: &CriticalHost, host: &str) -> bool {
    found.host == host.to_lowercase()
}

fn write_host(out: &mut String, host: &CriticalHost) {
    let accounts = text::counted(host.accounts as u64, "account");
    let _ = writeln!(out, "{}  {accounts}, {}", text::printable(&host.host), shares(host.factors));
    if host.any_steps == 0 {
        out.push_str("  no way without a second factor was seen\n");
        return;
    }
    let directly = text::counted(host.one_step as u64, "host");
    let _ = write!(out, "  reached without one from {directly} directly");
    match host.any_steps - host.one_step {
        0 => out.push_str(":\n"),
        others => {
            let others = text::counted(others as u64, "more host");
            let _ = writeln!(out, ", and over others from {others}; from the farthest:");
        }
    }
    let mut steps: Vec<String> = host
        .path
        .iter()
        .map(|step| {
            format!("{} -{}->", text::printable(&step.from), text::printable(&step.account))
        })
        .collect();
    steps.push(text::printable(&host.host));
    for line in text::wrapped(steps.iter().map(String::as_str), WIDTH - 4, "      ") {
        let _ = writeln!(out, "    {line}");
    }
}

/// How many used a second factor, and what is known of the others.
fn shares(factors: FactorCounts) -> String {
    let parts = [
        (factors.used, "with a second factor", "all with a second factor"),
        (factors.not_used, "without", "all without a second factor"),
        (factors.untold, "not told", "second factors not told"),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, some, all)| {
            #[allow(clippy::cast_precision_loss, reason = "shown to a tenth of a percent")]
            let share = *count as f64 / factors.logons() as f64;
            if *count == factors.logons() {
                (*all).to_owned()
            } else {
                format!("{} {some}", text::percent(share))
            }
        })
        .collect();
    told.join(", ")
}
