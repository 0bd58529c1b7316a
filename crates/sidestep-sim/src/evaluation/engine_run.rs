//! Runs the engine over a log and takes down what it raised.

use std::collections::HashMap;

use sidestep::alert::{Alert, LatestAlerts};
use sidestep::{Config, ConfigError, Engine, WarmUp};

use super::EvaluationError;
use super::baselines::Detected;
use super::judge::Finding;
use super::logins::{LoginKey, LoginLog};
use super::source::EventSource;

/// Runs an engine of each configuration over the log, in one reading of it. Gives out the last state
/// of every alert, in the order in which they were opened.
pub(crate) fn run_engines<const N: usize>(
    source: &dyn EventSource,
    configs: [Config; N],
) -> Result<[Vec<Alert>; N], EvaluationError> {
    let mut engines = configs.map(|config| (Engine::new(config), LatestAlerts::default()));
    source
        .for_each(&mut |event| {
            for (engine, alerts) in &mut engines {
                alerts.extend(engine.process(event));
            }
        })
        .map_err(EvaluationError::Source)?;
    Ok(engines.map(|(mut engine, mut alerts)| {
        alerts.extend(engine.finish());
        alerts.into_vec()
    }))
}

/// The configuration that is judged.
pub(crate) fn config(
    learn_days: u32,
    alerts_per_day: f64,
    resolve_names: bool,
) -> Result<Config, ConfigError> {
    let warm_up = if learn_days == 0 { WarmUp::Auto } else { WarmUp::Days(learn_days) };
    Config::builder()
        .alerts_per_day(alerts_per_day.max(1e-3))
        .warm_up(warm_up)
        .resolve_names(resolve_names)
        .build()
}

/// An alert as the judge reads it.
pub(crate) fn finding(alert: &Alert, log: &mut LoginLog) -> Finding {
    let key = |hop: &sidestep::alert::Hop| hop_key(hop, log);
    Finding {
        score: alert.surprise,
        detected_at: alert.detected_at.micros().div_euclid(1_000_000),
        hops: alert.hops.iter().map(key).collect(),
    }
}

/// Alerts as the judge reads them. A login scores the surprise of the most surprising hop that
/// shows it, and 0 where no alert does.
pub(crate) fn detected(alerts: &[Alert], log: &mut LoginLog) -> Detected {
    let findings = alerts.iter().map(|alert| finding(alert, log)).collect();
    let mut surprise: HashMap<LoginKey, f32> = HashMap::new();
    for hop in alerts.iter().flat_map(|alert| &alert.hops) {
        let best = surprise.entry(hop_key(hop, log)).or_default();
        #[allow(clippy::cast_possible_truncation)]
        let new = hop.surprise as f32;
        *best = best.max(new);
    }
    let score = |login: &super::logins::Login| surprise.get(&login.key).copied().unwrap_or(0.0);
    Detected { findings, login_scores: log.logins.iter().map(score).collect() }
}

fn hop_key(hop: &sidestep::alert::Hop, log: &mut LoginLog) -> LoginKey {
    log.find(hop.time.micros().div_euclid(1_000_000), &hop.user, &hop.src_host, &hop.dst_host)
}
