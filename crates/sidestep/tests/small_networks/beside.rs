//! Captures of attacks read together: what is raised of one by itself is raised, or listed as held back,
//! whatever else is read before, after and beside it.

use proptest::prelude::*;
use sidestep::alert::Alert;
use sidestep::event::{HostActivityKind, OwnedEvent};
use sidestep::{Config, Engine};

use super::{DAY, HOUR, SECOND, START, alerts, did_on, logon_to};

/// One capture: what was done, how long after the first capture, on which host.
#[derive(Debug, Clone, Copy)]
struct Capture {
    what: usize,
    minutes: i64,
    host: u8,
}

/// What somebody does over the network in a capture of seconds.
const DONE: [(HostActivityKind, &str, u32); 4] = [
    (HostActivityKind::ServiceInstall, r"kx (%SystemRoot%\kx.exe)", 4697),
    (HostActivityKind::ScheduledTask, r"\kx", 4698),
    (HostActivityKind::DirectoryReplication, "DS-Replication-Get-Changes-All", 4662),
    (HostActivityKind::GroupMembership, "Domain Admins (CN=kx)", 4728),
];

impl Capture {
    fn events(self, number: usize) -> Vec<OwnedEvent> {
        let time = START + self.minutes * 60 * SECOND;
        let (account, source) = (format!("eve{number}@CORP"), format!("WS-{number}"));
        let host = format!("SRV-{}", self.host);
        let session = 0x1000 + number as u64;
        let (kind, object, code) = DONE[self.what];
        vec![
            logon_to(time, &account, &source, &host, session),
            did_on(time + SECOND, kind, &account, (&host, session), object, code),
        ]
    }

    /// Whether an alert shows it: its account, at about its time.
    fn is_in(self, number: usize, alert: &Alert) -> bool {
        let time: i64 = START + self.minutes * 60 * SECOND;
        let account = format!("eve{number}@CORP");
        alert.hops.iter().any(|hop| hop.user == account && (hop.time.micros() - time).abs() < HOUR)
    }
}

fn engine() -> Engine {
    Engine::new(Config::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_one_capture_raises_is_raised_or_listed_with_others_beside_it(
        captures in prop::collection::vec(
            (0..DONE.len(), 0..200 * 24 * 60_i64, 0_u8..6)
                .prop_map(|(what, minutes, host)| Capture { what, minutes, host }),
            1..40,
        )
    ) {
        let mut together: Vec<OwnedEvent> = Vec::new();
        let mut expected = Vec::new();
        for (number, capture) in captures.iter().enumerate() {
            let events = capture.events(number);
            let alone = alerts(&mut engine(), &events);
            if alone.iter().any(|alert| capture.is_in(number, alert)) {
                expected.push((number, *capture));
            }
            together.extend(events);
        }
        prop_assert_eq!(expected.len(), captures.len(), "each is raised by itself");
        together.sort_by_key(|event| event.as_event().time().micros());
        let mut engine = engine();
        let raised = alerts(&mut engine, &together);
        let held_back = engine.held_back();
        prop_assert_eq!(held_back.len() as u64, engine.metrics().held_back);
        prop_assert!(held_back.iter().all(|alert| alert.held_back.is_some()));
        let first = together.first().map_or(START, |event| event.as_event().time().micros());
        let last = together.last().map_or(START, |event| event.as_event().time().micros());
        let days = (last - first) / DAY + 1;
        prop_assert!(raised.len() as i64 <= days.max(5), "within the budget");
        let mut shown = 0;
        for (number, capture) in &expected {
            let is_raised = raised.iter().any(|alert| capture.is_in(*number, alert));
            let is_listed = held_back.iter().any(|alert| capture.is_in(*number, alert));
            prop_assert!(is_raised || is_listed, "{number} {capture:?} is lost");
            shown += usize::from(is_raised);
        }
        // Where there is room for all of them, all are raised.
        if expected.len() as i64 <= days.max(5) {
            prop_assert!(shown == expected.len(), "{shown} of {}", expected.len());
        }
    }
}
