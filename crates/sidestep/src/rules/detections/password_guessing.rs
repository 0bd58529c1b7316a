//! Many passwords tried for one account within seconds, whatever comes of it.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::Activity;
use crate::rules::burst::Windows;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::failure_reason::{FailureReason, origin, tries_a_credential};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation, bare, mark_of};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::{Day, MINUTE, Micros, SECOND, day_of};
use crate::tuning::burst::STEP;
use crate::tuning::detections::password_guessing::{ENOUGH, EVEN, PATIENT, REMEMBERED};

/// Lengths of the windows, and their names. A guess a minute is a client that retries an old password,
/// and what it does in an hour looks like guessing.
const SCALES: [(Micros, &str); 2] = [(10 * SECOND, "ten seconds"), (MINUTE, "a minute")];

/// Failures in windows of one length.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Scale {
    /// Number of the present window since 1970, and the failures in it.
    number: i64,
    counted: u32,
    /// Mean wait between them in seconds, and the sum of squares about it (Welford).
    mean: f64,
    about: f64,
    /// Whether a burst was found in it: what an intruder did must not become usual.
    burst: bool,
    /// Windows of today in which anything failed.
    looked_at: u32,
    /// Those that have ended.
    ended: Windows,
}

/// Failures of one account from one source.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Run {
    last: Micros,
    today: Day,
    /// Several logs may tell of one failure: those like the first count.
    #[serde(with = "crate::store::coded")]
    like: Activity,
    scales: [Scale; SCALES.len()],
    /// Nats that were found today.
    told: f64,
}

/// Failures by source and name, for the realm of an account that fails is often not given.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PasswordGuessing {
    runs: TtlMap<(Id, u64), Run>,
    peers: [Windows; SCALES.len()],
    today: Day,
}

heap! {
    PasswordGuessing { runs }
    Run {}
}

impl Rule for PasswordGuessing {
    const DETECTION: Detection = Detection {
        id: "password_guessing",
        title: "Many passwords were tried for one account within seconds",
        techniques: &[attack::PASSWORD_GUESSING],
        sees: "One account fails from one source more often within seconds than people type and clients \
               retry. Whether it gets in afterwards does not matter (see `guessing_then_success`).",
        needs: &[&[Need::Failures]],
        formula: "Failures in ten seconds and in a minute, against those of the account from the source \
                  before and everybody's: the tail of a negative binomial, as `host_sweep` counts. \
                  Failures at even intervals of a second or more do not count in the minute. At most how \
                  rare it is that such a burst comes from the source for this account, see \
                  docs/detections/README.md.",
        blind_spots: "Guesses slower than one in a few seconds, or at even intervals; from addresses of \
                      the Internet, which knock everywhere all day.",
        false_positives: "A program that retries a password which was changed without a pause; usual for \
                          its source and account within days.",
        ask: "Which program at the source tries the password? Was it changed of late?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::FAILURE;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let (Some(event), Some(who), Some(source)) = (seen.auth(), seen.account, origin(seen))
        else {
            return;
        };
        let guess = matches!(
            FailureReason::of(event),
            FailureReason::WrongPassword | FailureReason::Unsaid | FailureReason::Barred
        );
        if !guess || !tries_a_credential(event) || !who.can_move() {
            return;
        }
        self.turn(day_of(seen.time));
        let name = bare(who.name());
        let run = self.runs.touch((source.id, mark_of(name.as_bytes())), seen.time);
        let Some((count, within, nats)) = run.fail(seen.time, event.activity(), &mut self.peers)
        else {
            return;
        };
        let what = format!("{name} failed {count} times from {} in {within}", source.name());
        let finding = Finding::at(seen, source, what).at_most(nats).of_source();
        found.push(finding.of_kind_with(&["account"], who.id));
    }

    fn forget(&mut self, now: Micros) {
        self.runs.forget(now - REMEMBERED);
    }
}

impl PasswordGuessing {
    /// Begins a day.
    fn turn(&mut self, day: Day) {
        if day > self.today {
            for windows in &mut self.peers {
                windows.forget(day - self.today);
            }
            self.today = day;
        }
    }
}

impl Run {
    /// Counts a failure; gives out how many there are in which time, and the nats, where these have
    /// grown enough since they were last given out that day.
    fn fail(
        &mut self,
        time: Micros,
        like: Activity,
        peers: &mut [Windows; SCALES.len()],
    ) -> Option<(u32, &'static str, f64)> {
        if self.last == 0 {
            self.like = like;
        }
        if like != self.like {
            return None;
        }
        let day = day_of(time);
        if day > self.today {
            for scale in &mut self.scales {
                scale.ended.forget(day - self.today);
                scale.looked_at = 0;
            }
            (self.today, self.told) = (day, 0.0);
        }
        let wait = (time - self.last).max(0) as f64 / SECOND as f64;
        self.last = self.last.max(time);
        let mut most = (0, "", 0.0);
        for ((scale, peers), (length, within)) in self.scales.iter_mut().zip(peers).zip(SCALES) {
            let nats = scale.fail(time.div_euclid(length), wait, peers);
            if nats > most.2 {
                most = (scale.counted, within, nats);
            }
        }
        if most.2 < self.told + STEP {
            return None;
        }
        self.told = most.2;
        Some(most)
    }
}

impl Scale {
    fn fail(&mut self, number: i64, wait: f64, peers: &mut Windows) -> f64 {
        if number > self.number || self.looked_at == 0 {
            if self.counted > 0 && !self.burst {
                self.ended.add(f64::from(self.counted));
                peers.add(f64::from(self.counted));
            }
            let (ended, looked_at) = (self.ended, self.looked_at + 1);
            *self = Self { number, ended, looked_at, ..Self::default() };
        } else {
            let away = wait - self.mean;
            self.mean += away / f64::from(self.counted.max(1));
            self.about += away * (wait - self.mean);
        }
        self.counted = self.counted.saturating_add(1);
        if self.counted > ENOUGH || self.is_patient() {
            return 0.0;
        }
        let looks = SCALES.len() as u32 * self.looked_at;
        let nats = self.ended.nats(peers, self.counted) - f64::from(looks).ln();
        self.burst |= nats >= STEP;
        nats
    }

    /// Whether a client seems to have tried again and again, at even intervals.
    fn is_patient(&self) -> bool {
        let waits = f64::from(self.counted.saturating_sub(1).max(1));
        self.mean >= PATIENT && (self.about / waits).sqrt() <= EVEN * self.mean
    }
}

#[cfg(test)]
mod tests {
    use crate::event::Timestamp;
    use crate::event::{Account, Activity, AuthEvent, Host, LogonType, Outcome};
    use crate::rules::testing::{MORNING, Probe, logon};
    use crate::time::SECOND;

    /// What is found of failures so many milliseconds into the morning.
    fn guess(probe: &mut Probe, account: &str, at: impl Iterator<Item = i64>) -> Vec<String> {
        at.flat_map(|at| {
            let event = AuthEvent::builder(
                Timestamp::from_micros(MORNING + at * SECOND / 1000),
                Account::parse(account),
            )
            .src_host(Host::named("WS-1"))
            .dst_host(Host::named("SRV"))
            .logon_type(LogonType::Network)
            .outcome(Outcome::Failure)
            .outcome_reason("0xc000006a")
            .event_code(4625);
            probe.auth(event)
        })
        .filter(|line| line.starts_with("password_guessing"))
        .collect()
    }

    #[test]
    fn many_failures_within_seconds_are_guesses() {
        let told = guess(&mut Probe::new(), "bob@CORP", (0..100).map(|at| at * 50));
        assert!((1..=6).contains(&told.len()), "{told:?}");
        assert!(told[0].contains("bob failed") && told[0].contains("from WS-1 in"), "{told:?}");
        let slower = guess(&mut Probe::new(), "bob@CORP", (0..54).map(|at| at * 300 + at % 7 * 20));
        assert!(!slower.is_empty());
    }

    #[test]
    fn people_and_clients_are_none() {
        let told = |at: &mut dyn Iterator<Item = i64>| guess(&mut Probe::new(), "bob@CORP", at);
        assert!(told(&mut (0..40).map(|at| at * 60_000)).is_empty(), "once a minute");
        let thrice = (0..120).map(|at| at / 3 * 60_000 + at % 3 * 200);
        assert!(told(&mut thrice.into_iter()).is_empty(), "three times a minute");
        assert!(told(&mut (0..600).map(|at| at * 2000)).is_empty(), "evenly, every two seconds");
        assert!(told(&mut (0..6).map(|at| at * 2500 + at * at * 90)).is_empty(), "mistyped");
    }

    #[test]
    fn a_burst_does_not_hide_the_next() {
        let mut probe = Probe::new();
        assert!(!guess(&mut probe, "bob@CORP", (0..3000).map(|at| at * 50)).is_empty());
        let later = (0..100).map(|at| 3_600_000 + at * 50);
        assert!(!guess(&mut probe, "amy@CORP", later).is_empty());
    }

    #[test]
    fn a_failure_that_several_logs_give_counts_once() {
        let mut probe = Probe::new();
        for at in 0..12 {
            for (activity, code) in [
                (Activity::Logon, 4625),
                (Activity::CredentialValidation, 4776),
                (Activity::Preauthentication, 4771),
            ] {
                let failed = logon(at, "bob@CORP", "WS-1", "SRV").outcome(Outcome::Failure);
                let failed = failed.activity(activity).event_code(code);
                let told = probe.auth(failed.outcome_reason("0xc000006a"));
                assert!(told.iter().all(|line| !line.starts_with("password_guessing")), "{told:?}");
            }
        }
    }
}
