//! The report as people read it.

use std::fmt::Write;

use super::report::Report;
use super::run::{BUDGETS, Run};
use super::summary::{Found, HowFound, Spread};

/// Width of the first column.
const NAME: usize = 18;
/// Width of a column of shares.
const SHARE: usize = 13;

pub(crate) fn report(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(report, &mut out);
    out
}

fn write(report: &Report, out: &mut String) -> std::fmt::Result {
    header(report, out)?;
    ranked(report, out)?;
    online(report, out)?;
    axes(report, out)
}

fn header(report: &Report, out: &mut String) -> std::fmt::Result {
    let setup = &report.setup;
    let total = |figure: fn(&Run) -> usize| report.runs.iter().map(figure).sum::<usize>();
    if let Some(log) = &setup.log {
        writeln!(out, "Evaluation on the log {log}")?;
    }
    if let (Some(scenario), Some(telemetry)) = (&setup.scenario, &setup.telemetry) {
        let seeds = seeds(&setup.seeds);
        writeln!(out, "Evaluation on simulated organisations: scenario {scenario}, seeds {seeds}")?;
        writeln!(out, "telemetry: {telemetry}")?;
        if let Some(dialect) = &setup.dialect {
            writeln!(out, "dialect: {dialect}")?;
        }
    }
    let days = match (setup.days, report.runs.first()) {
        (Some(days), _) => format!("{days} days"),
        (None, Some(run)) => format!("{} days judged", run.days_judged),
        (None, None) => "no days".to_owned(),
    };
    writeln!(out, "{} accounts, {days}, {} learned first", setup.accounts, setup.learn_days)?;
    if !setup.resolve_names {
        writeln!(out, "names taken as they are written")?;
    }
    if let Some(command) = &report.command {
        writeln!(out, "again: {command}")?;
    }
    let events: u64 = report.runs.iter().map(|run| run.events).sum();
    writeln!(
        out,
        "{events} events, {} remote logins, {} of them in attacks\n{} attacks judged, {} left out",
        total(|run| run.remote_logins),
        total(|run| run.attack_logins_in_log),
        total(|run| run.attacks.len()),
        total(|run| run.attacks_left_out),
    )
}

fn ranked(report: &Report, out: &mut String) -> std::fmt::Result {
    let many = report.runs.len() > 1;
    writeln!(out)?;
    writeln!(
        out,
        "Attacks found, in percent, reading alerts from the best score down until so many"
    )?;
    write!(out, "a day per 1,000 accounts were false")?;
    writeln!(out, "{}", if many { " (± standard deviation over seeds)" } else { "" })?;
    write!(out, "{:NAME$}", "detector")?;
    for budget in BUDGETS {
        write!(out, "{budget:>SHARE$}")?;
    }
    writeln!(out, "{:>9}", "AP")?;
    for (at, detector) in report.detectors.iter().enumerate() {
        write!(out, "{:NAME$}", detector.name)?;
        for found in &detector.ranked {
            write!(out, "{:>SHARE$}", percent(found.share, found.over_runs))?;
        }
        writeln!(out, "{:>9}", number(detector.average_precision.map(|ap| ap.mean), 4))?;
        if at == 0 && many {
            write!(out, "{:NAME$}", "  worst-best seed")?;
            for found in &detector.ranked {
                write!(out, "{:>SHARE$}", range(found))?;
            }
            writeln!(out)?;
        }
    }
    let Some(run) = report.runs.first() else { return Ok(()) };
    let allowed = run.allowed.map(|allowed| allowed.to_string()).join(", ");
    let one = if many { " in each run" } else { "" };
    writeln!(
        out,
        "Up to {allowed} false alerts{one}. AP: average precision over successful logins."
    )?;
    Ok(())
}

fn online(report: &Report, out: &mut String) -> std::fmt::Result {
    let online = &report.online;
    writeln!(out)?;
    writeln!(
        out,
        "sidestep online, one pass at {} alerts a day per 1,000 accounts",
        report.setup.alerts_per_day
    )?;
    write!(
        out,
        "  alerts: asked {:.1}, emitted {}, ratio {}",
        online.asked,
        online.emitted,
        number(online.ratio, 2)
    )?;
    if let Some(spread) = online.ratio_over_runs.filter(|_| report.runs.len() > 1) {
        write!(out, " ({:.2} to {:.2} over seeds)", spread.min, spread.max)?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "  found {} of {} attacks ({} %); false alerts {}: {:.3} a day per 1,000 accounts",
        online.how_found.found,
        online.how_found.attacks,
        percent(online.how_found.share, online.how_found.share_over_runs),
        online.false_alerts,
        online.false_a_day_per_1000_accounts
    )?;
    how_found(&online.how_found, out)?;
    if let Some(engine) = report.detectors.first() {
        writeln!(out, "sidestep ranked, at 0.25 false alerts a day per 1,000 accounts")?;
        how_found(&engine.at_quarter, out)?;
    }
    Ok(())
}

fn how_found(how: &HowFound, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "  until detection (median): {} successful attack logins, {} hours",
        number(how.median_logins_until_detection, 1),
        number(how.median_hours_until_detection, 2)
    )?;
    writeln!(
        out,
        "  reconstructed hops of the attacks found: precision {}, recall {}",
        number(how.hop_precision, 3),
        number(how.hop_recall, 3)
    )
}

fn axes(report: &Report, out: &mut String) -> std::fmt::Result {
    let mut axis = "";
    for row in &report.axes {
        if row.axis != axis {
            axis = row.axis;
            writeln!(out)?;
            let heads = ["attacks", "at 0.25", "at 1", "online"];
            write!(out, "{:28}", format!("sidestep by {axis}"))?;
            let named = if row.named_at_one.is_some() { "named at 1" } else { "" };
            let heads = heads.map(|head| format!("{head:>10}")).concat();
            writeln!(out, "{}", format!("{heads}  {named}").trim_end())?;
        }
        let counts = [row.attacks, row.found_at_quarter, row.found_at_one, row.found_online];
        write!(out, "  {:26}{}", row.value, counts.map(|n| format!("{n:>10}")).concat())?;
        writeln!(out, "{}", row.named_at_one.map_or(String::new(), |n| format!("{n:>12}")))?;
    }
    Ok(())
}

/// Seeds as ranges: `1-10, 12`.
fn seeds(seeds: &[u64]) -> String {
    let ranges = seeds.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let range = |range: &[u64]| match range {
        [one] => one.to_string(),
        [first, .., last] => format!("{first}-{last}"),
        [] => String::new(),
    };
    ranges.map(range).collect::<Vec<_>>().join(", ")
}

/// The lowest and the highest share of a run, in percent.
fn range(found: &Found) -> String {
    let Some(spread) = found.over_runs else { return "-".to_owned() };
    format!("{:.0}-{:.0}", 100.0 * spread.min, 100.0 * spread.max)
}

fn percent(share: Option<f64>, spread: Option<Spread>) -> String {
    let Some(share) = share else { return "-".to_owned() };
    match spread.and_then(|spread| spread.standard_deviation) {
        Some(sd) => format!("{:.1} ±{:.1}", 100.0 * share, 100.0 * sd),
        None => format!("{:.1}", 100.0 * share),
    }
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.digits$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_shown_as_ranges() {
        assert_eq!(seeds(&[1, 2, 3, 7, 9, 10]), "1-3, 7, 9-10");
        assert_eq!(seeds(&[u64::MAX, 0]), format!("{}, 0", u64::MAX));
    }

    #[test]
    fn shares_without_attacks_are_a_dash() {
        assert_eq!(percent(None, None), "-");
        assert_eq!(percent(Some(0.945), None), "94.5");
    }
}
