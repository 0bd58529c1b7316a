//! How many alerts follow a change that no attacker causes, how soon they are on budget again, and whether
//! attacks are found meanwhile.

use std::fmt::Write;

use serde::Serialize;

use sidestep::Engine;
use sidestep::alert::LatestAlerts;

use crate::change::{Change, ChangeKind};
use crate::config::{Scenario, SimConfig};
use crate::simulation::Simulation;

use super::EvaluationError;
use super::adversaries::{AdversaryRow, QUARANTINE_DAYS, judge};
use super::engine_run::config;
use super::judge::ratio;
use super::logins::DAY;
use super::simulated::Plan;

/// Alerts are back on budget where three days in a row have at most this many times what is asked for.
const BACK_WITHIN: f64 = 1.5;
const BACK_DAYS: usize = 3;

/// Alerts around one change, over all seeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeRow {
    /// What changed; `None` where nothing did.
    pub change: Option<&'static str>,
    /// Alerts raised on each day from the end of learning on.
    pub raised_by_day: Vec<u32>,
    /// Alerts asked for on each of these days.
    pub asked_a_day: f64,
    /// Place of the day of the change among these days.
    pub change_at: usize,
    /// What is found of attacks that begin on the day of the change or later.
    pub attacks: AdversaryRow,
}

/// What changes cost, over all seeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeReport {
    /// No change first, then each change.
    pub rows: Vec<ChangeRow>,
}

/// Counts the alerts of organisations without attacks, in which each change happens on `day`, and in which
/// none does; and what is found of the attacks of the plan where these begin on that day or later.
///
/// # Errors
/// [`EvaluationError`]: the plan has no seed, or cannot be simulated.
pub fn evaluate_changes(
    plan: &Plan,
    changes: &[ChangeKind],
    day: u32,
    progress: &mut dyn FnMut(&str),
) -> Result<ChangeReport, EvaluationError> {
    if plan.seeds.is_empty() {
        return Err(EvaluationError::NoSeeds);
    }
    let asked = plan.alerts_per_day * f64::from(plan.accounts) / 1000.0;
    let mut rows = Vec::new();
    for kind in std::iter::once(None).chain(changes.iter().copied().map(Some)) {
        let mut row = ChangeRow {
            change: kind.map(ChangeKind::word),
            raised_by_day: vec![0; (plan.days - plan.learn_days) as usize],
            asked_a_day: asked * plan.seeds.len() as f64,
            change_at: day.saturating_sub(plan.learn_days) as usize,
            attacks: AdversaryRow::new(None, QUARANTINE_DAYS[0]),
        };
        for &seed in &plan.seeds {
            progress(&format!("{}, seed {seed}", row.change.unwrap_or("no change")));
            let change = kind.map(|kind| Change { kind, day });
            let attacked = SimConfig { change, attacks_from: Some(day), ..plan.config(seed)? };
            let mut simulation =
                Simulation::new(SimConfig { scenario: Scenario::Clean, ..attacked })?;
            let mut engine = Engine::new(config(plan.learn_days, asked, plan.resolve_names)?);
            let mut alerts = LatestAlerts::default();
            while simulation.next_day().is_some() {
                for event in simulation.rows() {
                    alerts.extend(engine.process(&simulation.event(event)));
                }
            }
            alerts.extend(engine.finish());
            let last = row.raised_by_day.len() - 1;
            for alert in alerts.into_vec() {
                let day = alert.detected_at.micros().div_euclid(DAY * 1_000_000);
                let place = usize::try_from(day - i64::from(plan.learn_days)).unwrap_or(0);
                row.raised_by_day[place.min(last)] += 1;
            }
            let attacks = std::slice::from_mut(&mut row.attacks);
            judge(plan, None, attacked, attacks)?;
        }
        rows.push(row);
    }
    Ok(ChangeReport { rows })
}

impl ChangeRow {
    /// Days from the change until alerts are on budget again; `None` if they are not within the log.
    #[must_use]
    pub fn days_until_back(&self) -> Option<usize> {
        let most = BACK_WITHIN * self.asked_a_day * BACK_DAYS as f64;
        let mut windows = self.after().windows(BACK_DAYS);
        windows.position(|days| f64::from(days.iter().sum::<u32>()) <= most)
    }

    /// Alerts raised on each day from that of the change on.
    fn after(&self) -> &[u32] {
        self.raised_by_day.get(self.change_at..).unwrap_or_default()
    }

    /// Alerts raised over those asked for in a part of the days.
    fn share(&self, days: &[u32]) -> f64 {
        let asked = self.asked_a_day * days.len() as f64;
        f64::from(days.iter().sum::<u32>()) / asked.max(f64::MIN_POSITIVE)
    }
}

impl ChangeReport {
    /// For people, at most 100 columns wide.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::from(
            "Alerts raised over alerts asked for: before the change, on its day and the two after it, and\n\
             in each week from it on; days until three days in a row are within 1.5 times the budget; and\n\
             percent found of the attacks from that day on, ranked at 0.25 false alerts a day per 1,000\n\
             accounts and online\n\n",
        );
        let weeks = self.rows.iter().map(|row| row.after().len() / 7).max().unwrap_or(0);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<15} before | day 0      1      2 | {:<width$} | back | attacks ranked online",
            "change",
            "by week",
            width = (6 * weeks).saturating_sub(1)
        );
        for row in &self.rows {
            let before = &row.raised_by_day[..row.raised_by_day.len() - row.after().len()];
            let _ =
                write!(text, "{:<15} {:>6.2} |", row.change.unwrap_or("none"), row.share(before));
            for day in row.after().chunks(1).take(3) {
                let _ = write!(text, "  {:>5.2}", row.share(day));
            }
            text.push_str(" |");
            for week in row.after().chunks_exact(7) {
                let _ = write!(text, " {:>5.2}", row.share(week));
            }
            let back = row.days_until_back().map_or("-".to_owned(), |days| days.to_string());
            let percent = |found: usize| 100.0 * ratio(found, row.attacks.attacks);
            let _ = writeln!(
                text,
                " | {back:>4} | {:>7} {:>6.1} {:>6.1}",
                row.attacks.attacks,
                percent(row.attacks.ranked.found),
                percent(row.attacks.online.found)
            );
        }
        text
    }

    /// Everything.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        // Plain structs of numbers and text always serialise.
        serde_json::to_value(self).unwrap_or_default()
    }
}
