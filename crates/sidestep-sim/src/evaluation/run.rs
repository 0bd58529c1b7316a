//! One log judged: every detector over it, in the ranked and in the online reading.

use serde::Serialize;

use sidestep::alert::Alert;

use crate::truth::Truth;

use super::EvaluationError;
use super::baselines::{self, Detected};
use super::engine_run::{config, detected, finding, run_engines};
use super::judge::{Detection, Finding, Judge, allowed, judged_days};
use super::logins::{DAY, LoginLog};
use super::naming::Naming;
use super::precision::average_precision;
use super::source::EventSource;

/// False alerts a day per 1,000 accounts at which the ranked reading is reported.
pub(crate) const BUDGETS: [f64; 5] = [0.0, 0.0625, 0.25, 1.0, 5.0];
/// Places in [`BUDGETS`] of the two that are reported in detail.
pub(crate) const QUARTER: usize = 2;
pub(crate) const ONE: usize = 3;

/// What the table calls the engine.
pub(crate) const SIDESTEP: &str = "sidestep";

/// How one log is judged.
#[derive(Debug, Clone)]
pub(crate) struct RunPlan {
    pub(crate) name: String,
    pub(crate) seed: Option<u64>,
    /// What of a simulated organisation reaches its log.
    pub(crate) telemetry: Option<String>,
    pub(crate) learn_days: u32,
    /// Alerts asked for in the online reading, a day per 1,000 accounts.
    pub(crate) alerts_per_day: f64,
    /// Accounts that budgets are counted by; those of the log unless said.
    pub(crate) accounts: Option<u32>,
    /// Days that are judged; those of the log unless said.
    pub(crate) days_judged: Option<u32>,
    /// How names are compared with those of the truth.
    pub(crate) naming: Naming,
    pub(crate) resolve_names: bool,
}

/// What became of one log.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Run {
    pub(crate) name: String,
    pub(crate) seed: Option<u64>,
    /// What of a simulated organisation reaches its log.
    pub(crate) telemetry: Option<String>,
    pub(crate) events: u64,
    pub(crate) remote_logins: usize,
    pub(crate) attack_logins_in_log: usize,
    pub(crate) accounts: u32,
    pub(crate) days_judged: f64,
    /// False alerts that the ranked reading goes through, at each budget.
    pub(crate) allowed: [u32; BUDGETS.len()],
    pub(crate) attacks: Vec<RunAttack>,
    /// Attacks that were over before the judging began, or have no login in the truth.
    pub(crate) attacks_left_out: usize,
    pub(crate) detectors: Vec<DetectorRun>,
    pub(crate) online: OnlineRun,
}

/// An attack that was judged.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RunAttack {
    pub(crate) attack_id: String,
    pub(crate) start: String,
    pub(crate) goal: String,
    pub(crate) stealth: String,
    pub(crate) technique: String,
    /// Techniques of ATT&CK in the engine's alerts that find it, at one false alert a day per 1,000
    /// accounts in the ranked reading.
    pub(crate) named: Vec<&'static str>,
}

/// How one detector did in the ranked reading.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DetectorRun {
    pub(crate) name: &'static str,
    pub(crate) alerts: usize,
    pub(crate) average_precision: Option<f64>,
    /// For each attack the false alerts read before it is found.
    pub(crate) false_before: Vec<Option<u32>>,
    /// For each attack how it is found at a quarter of a false alert a day per 1,000 accounts.
    pub(crate) at_quarter: Vec<Option<Detection>>,
}

/// How the engine did in one pass at a budget.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OnlineRun {
    /// Alerts asked for over the judged days.
    pub(crate) asked: f64,
    pub(crate) emitted: usize,
    pub(crate) false_alerts: usize,
    /// Alerts raised on each judged day.
    pub(crate) emitted_by_day: Vec<u32>,
    /// For each attack how it is found.
    pub(crate) detections: Vec<Option<Detection>>,
}

impl DetectorRun {
    /// Attacks found with at most so many false alerts.
    pub(crate) fn found(&self, allowed: u32) -> usize {
        self.false_before.iter().flatten().filter(|before| **before <= allowed).count()
    }
}

/// Runs every detector over a log and judges it.
pub(crate) fn run(
    plan: &RunPlan,
    source: &dyn EventSource,
    truth: &Truth,
    progress: &mut dyn FnMut(&str),
) -> Result<Run, EvaluationError> {
    progress(&format!("{}: reading", plan.name));
    let mut log = LoginLog::read(source, plan.naming.clone()).map_err(EvaluationError::Source)?;
    let (first, last) = log.span.ok_or(EvaluationError::Empty)?;
    let judged_from = first + i64::from(plan.learn_days) * DAY;
    if judged_from > last {
        return Err(EvaluationError::NothingLeft { learn_days: plan.learn_days });
    }
    let people = u32::try_from(log.people).unwrap_or(u32::MAX);
    let accounts = plan.accounts.unwrap_or(people).max(1);
    let days = plan.days_judged.map_or_else(|| judged_days(judged_from, last), f64::from);
    let allowed = BUDGETS.map(|budget| allowed(budget, days, f64::from(accounts)));
    let judge = Judge::new(truth, &mut log, judged_from);
    let judging = Judging { judge: &judge, judged_from, allowed };

    let thousands = f64::from(accounts) / 1000.0;
    let asked_a_day = plan.alerts_per_day * thousands;
    progress(&format!("{}: sidestep over {} events", plan.name, log.events));
    // Far more than anybody reads, so that the ranking reaches below every threshold judged.
    let generous = (30.0 * thousands).max(20.0);
    let config = |budget| config(plan.learn_days, budget, plan.resolve_names);
    let alerts = run_engines(source, [config(generous)?, config(asked_a_day)?])?;
    let engine = detected(&alerts[0], &mut log);
    let mut detectors = vec![judging.detector(SIDESTEP, &engine, &log)];
    let named = judging.named(&engine.findings, &alerts[0]);
    let online: Vec<Finding> = alerts[1].iter().map(|alert| finding(alert, &mut log)).collect();
    for baseline in baselines::ALL {
        progress(&format!("{}: {}", plan.name, baseline.name()));
        let detected = baseline.run(&log, judged_from);
        detectors.push(judging.detector(baseline.name(), &detected, &log));
    }
    Ok(Run {
        name: plan.name.clone(),
        seed: plan.seed,
        telemetry: plan.telemetry.clone(),
        events: log.events,
        remote_logins: log.logins.len(),
        attack_logins_in_log: log.logins.iter().filter(|l| judge.is_attack(&l.key)).count(),
        accounts,
        days_judged: days,
        allowed,
        attacks: judging.of_judged(truth.attacks.iter().zip(named).map(|(attack, named)| {
            RunAttack {
                attack_id: attack.attack_id.clone(),
                start: attack.start.clone(),
                goal: attack.goal.clone(),
                stealth: attack.stealth.clone(),
                technique: attack.technique.clone(),
                named,
            }
        })),
        attacks_left_out: judge.attacks.iter().filter(|attack| !attack.judged).count(),
        detectors,
        online: judging.online(&online, asked_a_day * days, days),
    })
}

/// A judge with the circumstances of one log.
struct Judging<'a> {
    judge: &'a Judge,
    judged_from: i64,
    allowed: [u32; BUDGETS.len()],
}

impl Judging<'_> {
    fn detector(&self, name: &'static str, detected: &Detected, log: &LoginLog) -> DetectorRun {
        let findings = &detected.findings;
        let read = self.judge.read_ranked(findings, self.allowed[BUDGETS.len() - 1]);
        let quarter = read.partition_point(|r| r.false_before <= self.allowed[QUARTER]);
        let judged = log.logins.iter().zip(&detected.login_scores);
        let scored = judged
            .filter(|(login, _)| login.key.time >= self.judged_from && !login.failed)
            .map(|(login, score)| (*score, self.judge.is_attack(&login.key)));
        DetectorRun {
            name,
            alerts: findings.len(),
            average_precision: average_precision(scored),
            false_before: self.of_judged(self.judge.false_before(&read)),
            at_quarter: self.of_judged(self.judge.detections(findings, &read[..quarter])),
        }
    }

    /// For each attack of the truth the techniques that the alerts name by which it is found. A
    /// finding stands in the place of its alert.
    fn named(&self, findings: &[Finding], alerts: &[Alert]) -> Vec<Vec<&'static str>> {
        let mut named = vec![Vec::new(); self.judge.attacks.len()];
        for read in self.judge.read_ranked(findings, self.allowed[ONE]) {
            for attack in read.attacks.iter().filter(|_| read.false_before <= self.allowed[ONE]) {
                let ids = alerts[read.finding].techniques.iter().map(|technique| technique.id);
                named[*attack as usize].extend(ids);
            }
        }
        named
    }

    fn online(&self, findings: &[Finding], asked: f64, days: f64) -> OnlineRun {
        let read = self.judge.read_online(findings);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let mut emitted_by_day = vec![0; days as usize];
        for finding in findings {
            let day = (finding.detected_at - self.judged_from).div_euclid(DAY);
            let last = emitted_by_day.len() - 1;
            emitted_by_day[usize::try_from(day).unwrap_or(0).min(last)] += 1;
        }
        OnlineRun {
            asked,
            emitted: findings.len(),
            false_alerts: read.iter().filter(|alert| alert.attacks.is_empty()).count(),
            emitted_by_day,
            detections: self.of_judged(self.judge.detections(findings, &read)),
        }
    }

    /// Of one value for each attack, those of the attacks that are judged.
    fn of_judged<T>(&self, values: impl IntoIterator<Item = T>) -> Vec<T> {
        let judged = self.judge.attacks.iter().zip(values);
        judged.filter(|(attack, _)| attack.judged).map(|(_, value)| value).collect()
    }
}
