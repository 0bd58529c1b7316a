//! What is found of the same attacks where attackers prepare them and where they do not, with quarantine
//! and without.
//!
//! An attack counts as found if an alert shows it or its preparation. That the attack itself is found asks
//! for an alert of which at least half of the hops are its own logins. Decoys are nobody's logins: an alert
//! on them is false.

use std::fmt::Write;

use serde::Serialize;

use sidestep::alert::LatestAlerts;
use sidestep::{Config, Engine};

use crate::adversary::Adversary;
use crate::config::SimConfig;
use crate::login_row::Phase;
use crate::simulation::Simulation;
use crate::truth::Truth;

use super::EvaluationError;
use super::engine_run::{config, finding};
use super::judge::{Finding, Judge, Read, allowed, ratio};
use super::logins::{DAY, LoginLog};
use super::naming::Naming;
use super::simulated::Plan;

/// Days in quarantine that are compared: as usual, and none.
pub(super) const QUARANTINE_DAYS: [u32; 2] = [7, 0];
/// False alerts a day per 1,000 accounts that the ranked reading goes through.
const BUDGET: f64 = 0.25;

/// Which adversaries are compared with the same attacks unprepared.
#[derive(Debug, Clone, PartialEq)]
pub struct AdversaryPlan {
    /// The organisations, and how detectors are judged on them. Its budget is that of the online reading.
    pub plan: Plan,
    /// The adversaries.
    pub adversaries: Vec<Adversary>,
    /// Limit of the engine's memory in bytes.
    pub memory_limit: Option<usize>,
}

/// What was found over all seeds, under one adversary and with one quarantine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdversaryRow {
    /// The adversary; `None` where attacks are not prepared.
    pub adversary: Option<&'static str>,
    /// Days in quarantine.
    pub quarantine_days: u32,
    /// Attacks judged.
    pub attacks: usize,
    /// In the ranked reading at a quarter of a false alert a day per 1,000 accounts.
    pub ranked: AttacksFound,
    /// In one pass at the budget asked for.
    pub online: AttacksFound,
    /// Alerts raised in that pass.
    pub raised: usize,
    /// Alerts asked for in that pass.
    pub asked: f64,
    /// Names and edges that were given up in it for want of memory.
    pub evicted: u64,
}

/// Attacks found in one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AttacksFound {
    /// By an alert on the attack or on its preparation.
    pub found: usize,
    /// By an alert on the attack itself.
    pub struck: usize,
    /// By an alert before its first login.
    pub before: usize,
}

/// What adversaries cost, over all seeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdversaryReport {
    /// Attacks without preparation first, then the adversaries, each by days in quarantine.
    pub rows: Vec<AdversaryRow>,
}

/// Judges the engine on the attacks of a plan, prepared by each adversary and by none.
///
/// # Errors
/// [`EvaluationError`]: the plan has no seed, or cannot be simulated.
pub fn evaluate_adversaries(
    plan: &AdversaryPlan,
    progress: &mut dyn FnMut(&str),
) -> Result<AdversaryReport, EvaluationError> {
    if plan.plan.seeds.is_empty() {
        return Err(EvaluationError::NoSeeds);
    }
    let mut rows = Vec::new();
    for adversary in std::iter::once(None).chain(plan.adversaries.iter().copied().map(Some)) {
        let name = adversary.map(Adversary::word);
        let mut sums = QUARANTINE_DAYS.map(|days| AdversaryRow::new(name, days));
        for &seed in &plan.plan.seeds {
            progress(&format!("{}, seed {seed}", name.unwrap_or("unprepared")));
            let config = SimConfig { adversary, ..plan.plan.config(seed)? };
            judge(&plan.plan, plan.memory_limit, config, &mut sums)?;
        }
        rows.extend(sums);
    }
    Ok(AdversaryReport { rows })
}

impl AdversaryRow {
    pub(super) fn new(adversary: Option<&'static str>, quarantine_days: u32) -> Self {
        Self {
            adversary,
            quarantine_days,
            attacks: 0,
            ranked: AttacksFound::default(),
            online: AttacksFound::default(),
            raised: 0,
            asked: 0.0,
            evicted: 0,
        }
    }
}

/// An engine at work, and its alerts.
struct Worker {
    engine: Engine,
    alerts: LatestAlerts,
}

impl Worker {
    fn new(config: Config) -> Self {
        Self { engine: Engine::new(config), alerts: LatestAlerts::default() }
    }

    /// What it raised, and how much it gave up.
    fn finish(mut self, log: &mut LoginLog) -> (Vec<Finding>, u64) {
        self.alerts.extend(self.engine.finish());
        let metrics = self.engine.metrics();
        let evicted = metrics.evicted_accounts
            + metrics.evicted_hosts
            + metrics.evicted_edges
            + metrics.evicted_pairs;
        let findings = self.alerts.into_vec().iter().map(|alert| finding(alert, log)).collect();
        (findings, evicted)
    }
}

/// Adds what is found on one organisation to the sums, each with its days in quarantine.
pub(super) fn judge(
    plan: &Plan,
    memory_limit: Option<usize>,
    simulated: SimConfig,
    sums: &mut [AdversaryRow],
) -> Result<(), EvaluationError> {
    let thousands = f64::from(plan.accounts) / 1000.0;
    let days = f64::from(plan.days - plan.learn_days);
    let asked = plan.alerts_per_day * thousands;
    let generous = (30.0 * thousands).max(20.0);
    let mut workers = Vec::new();
    for sum in sums.iter() {
        for budget in [generous, asked] {
            let config = config(plan.learn_days, budget, plan.resolve_names)?
                .to_builder()
                .quarantine_days(sum.quarantine_days)
                .memory_limit(memory_limit)
                .build()?;
            workers.push(Worker::new(config));
        }
    }
    let mut log = LoginLog::new(Naming::Exact);
    let mut simulation = Simulation::new(simulated)?;
    while simulation.next_day().is_some() {
        for row in simulation.rows() {
            let event = simulation.event(row);
            log.add((&event).into());
            for Worker { engine, alerts } in &mut workers {
                alerts.extend(engine.process(&event));
            }
        }
    }
    let truth = simulation.truth();
    let (first, _) = log.span.ok_or(EvaluationError::Empty)?;
    let judged_from = first + i64::from(plan.learn_days) * DAY;
    let judges = Judges::new(truth, &mut log, judged_from);
    let most = allowed(BUDGET, days, f64::from(plan.accounts));
    let mut workers = workers.into_iter();
    for sum in sums {
        sum.attacks += judges.whole.attacks.iter().filter(|attack| attack.judged).count();
        sum.asked += asked * days;
        if let Some(worker) = workers.next() {
            let (findings, _) = worker.finish(&mut log);
            let read = judges.whole.read_ranked(&findings, most);
            judges.count(&findings, &read, most, &mut sum.ranked);
        }
        if let Some(worker) = workers.next() {
            let (findings, evicted) = worker.finish(&mut log);
            let read = judges.whole.read_online(&findings);
            judges.count(&findings, &read, u32::MAX, &mut sum.online);
            sum.raised += findings.len();
            sum.evicted += evicted;
        }
    }
    Ok(())
}

/// The truth with preparations, and that of the attacks alone.
struct Judges {
    whole: Judge,
    attack: Judge,
    /// Second of the first login of each attack itself.
    first: Vec<i64>,
}

impl Judges {
    fn new(truth: &Truth, log: &mut LoginLog, judged_from: i64) -> Self {
        let mut alone = truth.clone();
        alone.logins.retain(|login| login.phase == Phase::Attack);
        let first = truth.attacks.iter().map(|attack| {
            let own = alone.logins.iter().find(|login| login.attack_id == attack.attack_id);
            own.map_or(i64::MAX, |login| login.time)
        });
        let first = first.collect();
        Self {
            whole: Judge::new(truth, log, judged_from),
            attack: Judge::new(&alone, log, judged_from),
            first,
        }
    }

    /// Counts the attacks that the alerts read find with at most so many false ones before them.
    fn count(&self, findings: &[Finding], read: &[Read], most: u32, sum: &mut AttacksFound) {
        for at in 0..self.first.len() {
            if !self.whole.attacks[at].judged {
                continue;
            }
            let number = u32::try_from(at).unwrap_or(u32::MAX);
            let finds =
                |alert: &&Read| alert.false_before <= most && alert.attacks.contains(&number);
            let finding = |alert: &Read| &findings[alert.finding];
            let mut alerts = read.iter().filter(finds).peekable();
            sum.found += usize::from(alerts.peek().is_some());
            let alerts: Vec<&Read> = alerts.collect();
            let is_before = |alert: &&Read| finding(alert).detected_at < self.first[at];
            sum.before += usize::from(alerts.iter().any(is_before));
            let is_struck = |alert: &&Read| self.attack.found_by(finding(alert)).contains(&number);
            sum.struck += usize::from(alerts.iter().any(is_struck));
        }
    }
}

impl AdversaryReport {
    /// For people, at most 100 columns wide.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::from(
            "Attacks found, in percent: by an alert on the attack or its preparation, on the attack\n\
             itself, and before its first login; ranked at 0.25 false alerts a day per 1,000 accounts,\n\
             and online at the budget asked for\n\n",
        );
        text.push_str(
            "adversary          quarantine  attacks | found  itself  before | found  itself  before  \
             raised\n",
        );
        for row in &self.rows {
            let percent = |found: usize| 100.0 * ratio(found, row.attacks);
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "{:<18} {:>10} {:>8}",
                row.adversary.unwrap_or("unprepared"),
                row.quarantine_days,
                row.attacks
            );
            for found in [row.ranked, row.online] {
                let _ = write!(
                    text,
                    " | {:>5.1} {:>7.1} {:>7.1}",
                    percent(found.found),
                    percent(found.struck),
                    percent(found.before)
                );
            }
            #[allow(clippy::cast_precision_loss)]
            let raised = row.raised as f64 / row.asked.max(f64::MIN_POSITIVE);
            let _ = writeln!(text, " {raised:>7.2}");
        }
        let evicted: u64 = self.rows.iter().map(|row| row.evicted).sum();
        if evicted > 0 {
            text.push_str("\nnames, edges and pairs given up for want of memory:");
            for row in &self.rows {
                let _ = write!(
                    text,
                    " {} {}: {};",
                    row.adversary.unwrap_or("unprepared"),
                    row.quarantine_days,
                    row.evicted
                );
            }
            text.push('\n');
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
