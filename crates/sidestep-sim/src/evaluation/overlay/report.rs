//! The report of overlays, as text and as JSON.

use std::fmt::Write;

use serde::Serialize;

use super::super::summary::Spread;

/// What every report of an overlay says.
pub(super) const NOTE: &str = "semi-synthetic: real red-team logins laid over a simulated background; not \
                    comparable with figures on the real log";

/// What became of one overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct OverlayRun {
    pub(super) seed: u64,
    pub(super) red_team_logins: usize,
    pub(super) red_team_logins_found: usize,
    pub(super) account_days: usize,
    pub(super) account_days_found: usize,
    pub(super) alerts: usize,
    /// Alerts of which at least half of the hops are the red team's.
    pub(super) alerts_on_red_team: usize,
}

/// Overlays of the same red-team logins, one for each seed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct OverlayFigures {
    pub(super) sources: String,
    pub(super) account_days_share: Option<Spread>,
    pub(super) red_team_logins_share: Option<Spread>,
    pub(super) runs: Vec<OverlayRun>,
}

/// Share of account-days with a red-team login that show in the alerts.
#[derive(Debug, Clone, Serialize)]
pub struct OverlayReport {
    pub(super) schema: &'static str,
    pub(super) semi_synthetic: bool,
    pub(super) note: &'static str,
    pub(super) background: String,
    pub(super) background_events: u64,
    pub(super) accounts: usize,
    pub(super) days: f64,
    pub(super) alerts_per_day: f64,
    pub(super) learn_days: u32,
    /// Rows given that are no remote login, lie outside the judged days or name no host.
    pub(super) red_team_rows_left_out: usize,
    pub(super) command: Option<String>,
    pub(super) figures: Vec<OverlayFigures>,
}

impl OverlayReport {
    /// The same with the command that makes it again.
    #[must_use]
    pub fn with_command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// Mean share of account-days with a red-team login that show in the alerts: with all sources,
    /// and without the one that was left out.
    #[must_use]
    pub fn account_days_shares(&self) -> (Option<f64>, Option<f64>) {
        let share = |at: usize| self.figures.get(at)?.account_days_share.map(|s| s.mean);
        (share(0), share(1))
    }

    /// For people, at most 100 columns wide.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut out);
        out
    }

    /// Everything, with each overlay.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        // Plain structs of numbers and text always serialise.
        serde_json::to_value(self).unwrap_or_default()
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "Overlay: real red-team logins on the background {}", self.background)?;
        writeln!(out, "SEMI-SYNTHETIC: only the red team's logins are real, and they were given")?;
        writeln!(out, "accounts and hosts of the background; figures on the real log will differ")?;
        writeln!(
            out,
            "{} background events, {} accounts, {} days, {} learned first; {} alerts a day asked",
            self.background_events, self.accounts, self.days, self.learn_days, self.alerts_per_day
        )?;
        if let Some(command) = &self.command {
            writeln!(out, "again: {command}")?;
        }
        if self.red_team_rows_left_out > 0 {
            let rows = self.red_team_rows_left_out;
            writeln!(out, "{rows} red-team rows left out: no remote login, or not in these days")?;
        }
        writeln!(out)?;
        writeln!(
            out,
            "{:22}{:>20}{:>20}{:>12}{:>16}",
            "sources", "account-days found", "logins found", "alerts", "on red team"
        )?;
        for figures in &self.figures {
            for run in &figures.runs {
                let pair = |found, of| format!("{found} of {of}");
                writeln!(
                    out,
                    "{:22}{:>20}{:>20}{:>12}{:>16}",
                    format!("{}, seed {}", figures.sources, run.seed),
                    pair(run.account_days_found, run.account_days),
                    pair(run.red_team_logins_found, run.red_team_logins),
                    run.alerts,
                    run.alerts_on_red_team
                )?;
            }
            let percent = |spread: Option<Spread>| {
                spread.map_or("-".to_owned(), |spread| {
                    let sd = spread.standard_deviation.map(|sd| format!(" ±{:.1}", 100.0 * sd));
                    format!("{:.1}{} %", 100.0 * spread.mean, sd.unwrap_or_default())
                })
            };
            writeln!(
                out,
                "{:22}{:>20}{:>20}",
                "  mean",
                percent(figures.account_days_share),
                percent(figures.red_team_logins_share)
            )?;
        }
        Ok(())
    }
}
