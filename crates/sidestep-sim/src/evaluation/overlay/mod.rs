//! Real red-team logins laid over a simulated background.
//!
//! Public logs with real red-team logins, such as LANL's of 2015, are too large to ship and name
//! hosts and accounts that a simulated organisation does not have. So each account of the red team
//! becomes an account of the background, chosen at random and the same throughout, with the habits
//! that this account has there; each source becomes a workstation and each other destination any
//! host that the background logs on to. Different names stay different. Times, protocols, logon
//! types and outcomes stay as they are, and background and red team are merged by time.
//!
//! The figure is that of the literature on LANL: of the account-days with a red-team login, the
//! share that shows in the alerts at so many alerts a day for the whole network, with all sources
//! and without the one that made most of the logins. An account-day shows when one of its red-team
//! logins is a hop of an alert that was emitted in one pass.
//!
//! The result is **semi-synthetic**: only the red team's logins are real. It does not compare with
//! figures on the real log.

mod disguise;
mod report;

use std::collections::HashSet;

use sidestep::event::{Activity, AuthEvent, Event};

use super::EvaluationError;
use super::engine_run::{config, finding, run_engines};
use super::judge::ratio;
use super::logins::{DAY, LoginKey, LoginLog, can_move};
use super::naming::Naming;
use super::source::{EventSource, SourceError};
use super::summary::spread;

use disguise::Cast;
use report::{NOTE, OverlayFigures, OverlayRun};

pub use report::OverlayReport;

/// How an overlay is made and judged.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlayOptions {
    /// What the report calls the background.
    pub background: String,
    /// Choices of accounts and hosts for the red team: one overlay for each seed.
    pub seeds: Vec<u64>,
    /// Alerts a day for the whole network.
    pub alerts_per_day: f64,
    /// Days that are only learned.
    pub learn_days: u32,
    /// The source without which figures are given a second time.
    pub without_source: String,
}

impl Default for OverlayOptions {
    /// As is usual on LANL: 100 alerts a day after one day, with and without C17693.
    fn default() -> Self {
        Self {
            background: "simulated".to_owned(),
            seeds: (1..=5).collect(),
            alerts_per_day: 100.0,
            learn_days: 1,
            without_source: "C17693".to_owned(),
        }
    }
}

/// Lays red-team logins over a background and counts what the engine finds of them. The background
/// should hold no attack of its own.
///
/// # Errors
/// [`EvaluationError`]: the background cannot be read, is too short or has too few hosts or
/// accounts, or no red-team login falls into its judged days.
pub fn evaluate_overlay(
    background: &dyn EventSource,
    red_team: &[AuthEvent<'_>],
    options: &OverlayOptions,
    progress: &mut dyn FnMut(&str),
) -> Result<OverlayReport, EvaluationError> {
    if options.seeds.is_empty() {
        return Err(EvaluationError::NoSeeds);
    }
    progress("reading the background");
    let log = LoginLog::read(background, Naming::Exact).map_err(EvaluationError::Source)?;
    let (first, last) = log.span.ok_or(EvaluationError::Empty)?;
    let judged_from = first + i64::from(options.learn_days) * DAY;
    if judged_from > last {
        return Err(EvaluationError::NothingLeft { learn_days: options.learn_days });
    }
    let cast = Cast::read(background).map_err(EvaluationError::Source)?;
    let mut red: Vec<&AuthEvent<'_>> = red_team
        .iter()
        .filter(|event| is_remote_login(event))
        .filter(|event| (judged_from..=last).contains(&event.time().micros().div_euclid(1_000_000)))
        .collect();
    if red.is_empty() {
        let what = "no red-team login falls into the judged days of the background".to_owned();
        return Err(EvaluationError::Overlay { what });
    }
    red.sort_by_key(|event| event.time());
    let left_out = red_team.len() - red.len();
    let is_left = |event: &&&AuthEvent<'_>| {
        !event.src_host().to_string().eq_ignore_ascii_case(&options.without_source)
    };
    let rest: Vec<&AuthEvent<'_>> = red.iter().filter(is_left).copied().collect();
    let parts =
        [("all sources".to_owned(), &red), (format!("without {}", options.without_source), &rest)];
    let mut figures = Vec::new();
    for (sources, events) in parts {
        let mut runs = Vec::new();
        for &seed in &options.seeds {
            progress(&format!("{sources}, seed {seed}"));
            // The whole red team is cast each time, so that names are the same with and without.
            let disguise = cast.disguise(&red, seed)?;
            let events =
                events.iter().map(|event| disguise.put_on(event)).collect::<Result<_, _>>();
            let events = events.map_err(|error| EvaluationError::Source(Box::new(error)))?;
            runs.push(judge(background, events, seed, options)?);
        }
        let of =
            |share: fn(&OverlayRun) -> f64| spread(&runs.iter().map(share).collect::<Vec<_>>());
        figures.push(OverlayFigures {
            sources,
            account_days_share: of(|run| ratio(run.account_days_found, run.account_days)),
            red_team_logins_share: of(|run| ratio(run.red_team_logins_found, run.red_team_logins)),
            runs,
        });
    }
    Ok(OverlayReport {
        schema: "sidestep.overlay/1",
        semi_synthetic: true,
        note: NOTE,
        background: options.background.clone(),
        background_events: log.events,
        accounts: log.people,
        days: super::judge::judged_days(first, last),
        alerts_per_day: options.alerts_per_day,
        learn_days: options.learn_days,
        red_team_rows_left_out: left_out,
        command: None,
        figures,
    })
}

fn is_remote_login(event: &AuthEvent<'_>) -> bool {
    let (src, dst) = (event.src_host(), event.dst_host());
    event.activity() == Activity::Logon
        && can_move(event.account())
        && !src.is_unknown()
        && !dst.is_unknown()
        && !src.to_string().eq_ignore_ascii_case(&dst.to_string())
}

fn judge(
    background: &dyn EventSource,
    red: Vec<AuthEvent<'static>>,
    seed: u64,
    options: &OverlayOptions,
) -> Result<OverlayRun, EvaluationError> {
    // Names of hops and of red-team logins, as numbers of one table.
    let mut log = LoginLog::default();
    let red_keys: HashSet<LoginKey> = red.iter().map(|event| key(event, &mut log)).collect();
    let overlay = Overlay { background, red };
    let config = config(options.learn_days, options.alerts_per_day, true)?;
    let [alerts] = run_engines(&overlay, [config])?;
    let mut found: HashSet<LoginKey> = HashSet::new();
    let (mut emitted, mut on_red_team) = (0, 0);
    for alert in &alerts {
        let hops = finding(alert, &mut log).hops;
        let red_hops: Vec<_> = hops.iter().filter(|hop| red_keys.contains(hop)).collect();
        emitted += 1;
        on_red_team += usize::from(!red_hops.is_empty() && 2 * red_hops.len() >= hops.len());
        found.extend(red_hops);
    }
    let days = |keys: &HashSet<LoginKey>| {
        let days = keys.iter().map(|key| (key.account, key.time.div_euclid(DAY)));
        days.collect::<HashSet<_>>().len()
    };
    Ok(OverlayRun {
        seed,
        red_team_logins: red_keys.len(),
        red_team_logins_found: found.len(),
        account_days: days(&red_keys),
        account_days_found: days(&found),
        alerts: emitted,
        alerts_on_red_team: on_red_team,
    })
}

fn key(event: &AuthEvent<'_>, log: &mut LoginLog) -> LoginKey {
    log.intern(
        event.time().micros().div_euclid(1_000_000),
        &event.account().to_string(),
        &event.src_host().to_string(),
        &event.dst_host().to_string(),
    )
}

/// A background with other events merged in by time; at the same time the background comes first.
struct Overlay<'a> {
    background: &'a dyn EventSource,
    red: Vec<AuthEvent<'static>>,
}

impl EventSource for Overlay<'_> {
    fn for_each(&self, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), SourceError> {
        let mut red = self.red.iter().peekable();
        self.background.for_each(&mut |event| {
            while let Some(laid) = red.next_if(|laid| laid.time() < event.time()) {
                sink(laid.into());
            }
            sink(event);
        })?;
        red.for_each(|laid| sink(laid.into()));
        Ok(())
    }
}
