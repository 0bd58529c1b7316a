//! Which attacks of a simulation were found, by the rule of `sidestep evaluate` in its online reading: an
//! alert finds an attack when at least half of its hops are that attack's logins, and is false when it
//! finds none. The evaluation itself runs an engine of its own, so that it cannot judge one that is
//! measured.

use std::collections::{HashMap, HashSet};

use sidestep::alert::Alert;
use sidestep::event::Account;
use sidestep_sim::Truth;

/// Second, account, source and destination, without regard to case.
type Login = (i64, String, String, String);

fn login(second: i64, account: &str, src: &str, dst: &str) -> Login {
    let account = Account::parse(account).to_string();
    (second, account.to_lowercase(), src.to_lowercase(), dst.to_lowercase())
}

/// How alerts compare with the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Attacks with a login in the days that are judged.
    pub attacks: usize,
    /// Of these, those that an alert finds.
    pub found: usize,
    /// Alerts.
    pub alerts: usize,
    /// Of these, those that find no attack.
    pub false_alerts: usize,
}

impl Judged {
    /// Judges alerts, each in its last state, from this second of the log on.
    #[must_use]
    pub fn new(truth: &Truth, judged_from: i64, alerts: &[Alert]) -> Self {
        let mut owner = HashMap::new();
        let mut judged = HashSet::new();
        for each in &truth.logins {
            let id = each.attack_id.as_str();
            owner
                .entry(login(each.time, &each.account, &each.src_host, &each.dst_host))
                .or_insert(id);
            if each.time >= judged_from && truth.attacks.iter().any(|a| a.attack_id == id) {
                judged.insert(id);
            }
        }
        let mut found = HashSet::new();
        let mut false_alerts = 0;
        for alert in alerts {
            let mut hits: HashMap<&str, usize> = HashMap::new();
            for hop in &alert.hops {
                let second = hop.time.micros().div_euclid(1_000_000);
                let key = login(second, &hop.user, &hop.src_host, &hop.dst_host);
                if let Some(id) = owner.get(&key) {
                    *hits.entry(id).or_default() += 1;
                }
            }
            hits.retain(|_, count| 2 * *count >= alert.hops.len());
            false_alerts += usize::from(hits.is_empty());
            found.extend(hits.into_keys().filter(|id| judged.contains(id)));
        }
        Self { attacks: judged.len(), found: found.len(), alerts: alerts.len(), false_alerts }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use sidestep::alert::LatestAlerts;
    use sidestep::{Config, Engine, WarmUp};
    use sidestep_sim::evaluation::{LogOptions, SimSource, evaluate_log};
    use sidestep_sim::{Scenario, SimConfig, Simulation, Telemetry};

    use super::Judged;

    #[test]
    fn it_judges_as_the_evaluation_does() -> Result<(), Box<dyn Error>> {
        let config = SimConfig::new(3, 120, 16, 8, Scenario::Standard)?
            .with_telemetry(Telemetry::Complete)
            .with_attacks(6);
        let mut simulation = Simulation::new(config)?;
        let settings = Config::builder().alerts_per_day(2.0).warm_up(WarmUp::Days(8)).build()?;
        let mut engine = Engine::new(settings);
        let mut alerts = LatestAlerts::default();
        let mut first = None;
        while simulation.next_day().is_some() {
            for row in simulation.rows() {
                first.get_or_insert(i64::from(row.time));
                alerts.extend(engine.process(&simulation.event(row)));
            }
        }
        alerts.extend(engine.finish());
        let from = first.expect("events") + 8 * 86_400;
        let ours = Judged::new(simulation.truth(), from, &alerts.into_vec());

        let source = SimSource::new(config);
        let options = LogOptions {
            learn_days: 8,
            alerts_per_day: 20.0,
            accounts: Some(100),
            ..LogOptions::default()
        };
        let report = evaluate_log("simulated", &source, &source.truth()?.0, &options)?.to_json();
        let run = &report["runs"][0];
        let detections = run["online"]["detections"].as_array().expect("a list");
        let found = detections.iter().filter(|detection| !detection.is_null()).count();
        assert_eq!(ours.attacks, detections.len());
        assert_eq!(ours.found, found);
        assert_eq!(Some(ours.alerts as u64), run["online"]["emitted"].as_u64());
        assert_eq!(Some(ours.false_alerts as u64), run["online"]["false_alerts"].as_u64());
        assert!(found > 0);
        Ok(())
    }
}
