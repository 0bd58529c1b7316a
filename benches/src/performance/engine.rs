//! Movements, and state.

use sidestep::{Config, Engine, SnapshotFacts, WarmUp};
use sidestep_sim::{Row, Scenario, SimConfig, Simulation, Telemetry};

use crate::engine_runs::as_events;
use crate::rounds::{Case, Failed};

use super::Options;
use super::lanl::{FLOOR, Organisation, timed};

/// What state is compared with.
const COPY: &str = "a copy of the state";

/// The judged days of a hard organisation with an attack for every two accounts: many suspicious logins.
pub(super) struct Movements {
    simulation: Simulation,
    judged: Vec<Row>,
    /// An engine that has learned the days before.
    learned: Vec<u8>,
    suspicious: u64,
    opened: u64,
}

impl Movements {
    pub(super) fn new(options: &Options) -> Result<Self, Failed> {
        let Options { seed, days, learn_days, .. } = *options;
        let accounts = options.accounts.min(800);
        let sim = SimConfig::new(seed, accounts, days, learn_days, Scenario::Hard)?
            .with_telemetry(Telemetry::Complete)
            .with_attacks(accounts / 2);
        let mut simulation = Simulation::new(sim)?;
        let settings = Config::builder().warm_up(WarmUp::Days(learn_days)).build()?;
        let mut engine = Engine::new(settings);
        let (mut day, mut judged) = (0, Vec::new());
        while simulation.next_day().is_some() {
            if day < learn_days {
                as_events(&simulation, simulation.rows(), &mut engine)?;
            } else {
                judged.extend_from_slice(simulation.rows());
            }
            day += 1;
        }
        let learned = engine.save();
        let before = engine.metrics();
        as_events(&simulation, &judged, &mut engine)?;
        engine.finish();
        let after = engine.metrics();
        let suspicious = (after.logins - after.habitual) - (before.logins - before.habitual);
        let opened = after.movements - before.movements;
        Ok(Self { simulation, judged, learned, suspicious, opened })
    }

    pub(super) fn case(&self) -> Case<'_> {
        let events = self.judged.len() as u64;
        Case::new("movements: attacks without end", "events", events, || {
            let mut engine = Engine::load(&self.learned)?;
            let spent = as_events(&self.simulation, &self.judged, &mut engine)?;
            let (finishing, _) = timed(|| engine.finish());
            Ok(spent + finishing)
        })
        .against(FLOOR)
    }

    pub(super) fn described(&self) -> String {
        let config = self.simulation.config();
        format!(
            "Movements are the days after learning of a hard organisation of {} accounts with {} attacks: {} \
             events, of which {} are remote logins that are not habitual; they open {} movements.",
            config.accounts,
            config.attack_count(),
            self.judged.len(),
            self.suspicious,
            self.opened,
        )
    }
}

/// The state of an engine that has processed the whole organisation, and the engine.
pub(super) struct Saved {
    engine: Engine,
    bytes: Vec<u8>,
    /// As many bytes as there are before they are compressed.
    body: Vec<u8>,
}

pub(super) fn saved(organisation: &Organisation) -> Result<Saved, Failed> {
    let mut engine = Engine::new(organisation.config.clone());
    as_events(&organisation.simulation, &organisation.rows, &mut engine)?;
    let bytes = engine.save();
    let body = vec![1; usize::try_from(SnapshotFacts::read(&*bytes)?.body_bytes)?];
    Ok(Saved { engine, bytes, body })
}

pub(super) fn state_cases(saved: &Saved) -> Vec<Case<'_>> {
    let Saved { engine, bytes, body } = saved;
    let size = body.len() as u64;
    vec![
        Case::new(COPY, "bytes", size, || Ok(timed(|| std::hint::black_box(body.clone())).0)),
        Case::new("state, saved", "bytes", size, || Ok(timed(|| engine.save()).0)).against(COPY),
        Case::new("state, loaded", "bytes", size, || {
            let (spent, loaded) = timed(|| Engine::load(bytes));
            loaded?;
            Ok(spent)
        })
        .against(COPY),
    ]
}
