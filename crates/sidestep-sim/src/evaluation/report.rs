//! The report of an evaluation, as text and as JSON.

use serde::Serialize;

use super::run::{BUDGETS, Run};
use super::summary::{self, AxisRow, DetectorSummary, OnlineSummary};
use super::text;

/// What was run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Setup {
    /// Name of the log, unless it was simulated.
    pub(crate) log: Option<String>,
    /// What the log was written in, unless in LANL's format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dialect: Option<String>,
    pub(crate) scenario: Option<String>,
    pub(crate) telemetry: Option<String>,
    pub(crate) seeds: Vec<u64>,
    pub(crate) accounts: u32,
    pub(crate) days: Option<u32>,
    pub(crate) learn_days: u32,
    /// Alerts asked for online, a day per 1,000 accounts.
    pub(crate) alerts_per_day: f64,
    pub(crate) resolve_names: bool,
}

/// What an evaluation found: every detector, over all runs and in each of them.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    schema: &'static str,
    pub(crate) setup: Setup,
    pub(crate) command: Option<String>,
    pub(crate) detectors: Vec<DetectorSummary>,
    pub(crate) online: OnlineSummary,
    pub(crate) axes: Vec<AxisRow>,
    pub(crate) runs: Vec<Run>,
}

impl Report {
    pub(crate) fn new(setup: Setup, runs: Vec<Run>) -> Self {
        Self {
            schema: "sidestep.evaluation/1",
            setup,
            command: None,
            detectors: summary::detectors(&runs),
            online: summary::online(&runs),
            axes: summary::axes(&runs),
            runs,
        }
    }

    /// The same with the command that makes it again.
    #[must_use]
    pub fn with_command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// Share of the attacks that a detector finds in the ranked reading at a budget: 0, 0.0625,
    /// 0.25, 1 or 5 false alerts a day per 1,000 accounts. `None` for another detector or budget,
    /// and where there was no attack.
    #[must_use]
    pub fn found_share(&self, detector: &str, budget: f64) -> Option<f64> {
        let place = BUDGETS.iter().position(|b| b.total_cmp(&budget).is_eq())?;
        self.detectors.iter().find(|d| d.name == detector)?.ranked[place].share
    }

    /// Alerts emitted online over alerts asked for.
    #[must_use]
    pub const fn emitted_ratio(&self) -> Option<f64> {
        self.online.ratio
    }

    /// For people, at most 100 columns wide.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::report(self)
    }

    /// Everything, with each run.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        // Plain structs of numbers and text always serialise.
        serde_json::to_value(self).unwrap_or_default()
    }
}
