//! Crafted states: bytes with a right checksum that no engine wrote are refused, or make an engine that
//! works.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sidestep::event::{
    Account, Activity, AuthEvent, AuthProtocol, Event, Host, HostActivity, HostActivityKind,
    LogonType, Outcome, OwnedEvent, TicketEncryption,
};
use sidestep::{Config, Engine, SnapshotError, Timestamp, WarmUp};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// Signature, version, length and checksum.
const HEADER: usize = 24;

/// Numbers from a counter.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Events of every kind among a few names, from `start` over some days.
fn events(start: i64, count: usize) -> Vec<OwnedEvent> {
    let mut draw = Draw(start.unsigned_abs());
    let mut time = start;
    (0..count)
        .map(|_| {
            time += draw.below(40 * 60) as i64 * SECOND;
            let account = match draw.below(12) {
                0 => "SYSTEM".to_owned(),
                1 => format!("C{}$@DOM1", draw.below(6)),
                2 => format!("new{}@DOM1", draw.below(1000)),
                user => format!("U{user}@DOM1"),
            };
            let account = Account::parse(&account).into_owned();
            let [from, to] = [0; 2].map(|_: u8| Host::named(format!("C{}", draw.below(8))));
            if draw.below(3) == 0 {
                let kinds = HostActivityKind::ALL;
                let kind = kinds[draw.below(kinds.len() as u64) as usize];
                let objects = [r"\\*\C$\a.exe", "psexesvc", r"C:\a\wmiprvse.exe", "lsass", "5985"];
                let activity = HostActivity::builder(Timestamp::from_micros(time), kind, to)
                    .account(account)
                    .peer(from)
                    .object(objects[draw.below(5) as usize])
                    .logon_id(draw.below(9))
                    .build();
                return OwnedEvent::from(Event::from(&activity.expect("it is a valid record")));
            }
            let activity = Activity::ALL[draw.below(Activity::ALL.len() as u64) as usize];
            let types = LogonType::ALL;
            let event = AuthEvent::builder(Timestamp::from_micros(time), account)
                .activity(if draw.below(2) == 0 { Activity::Logon } else { activity })
                .src_host(from)
                .dst_host(to)
                .logon_type(types[draw.below(types.len() as u64) as usize])
                .auth_protocol(AuthProtocol::ALL[draw.below(4) as usize])
                .ticket_encryption(TicketEncryption::RC4_HMAC)
                .outcome(if draw.below(5) == 0 { Outcome::Failure } else { Outcome::Success })
                .event_code([4624, 4625, 4768, 4769, 4776][draw.below(5) as usize])
                .logon_id(draw.below(9))
                .logon_guid(u128::from(draw.below(9)))
                .subject(Account::parse("U5@DOM1").into_owned())
                .build();
            OwnedEvent::from(Event::from(&event.expect("it is a valid event")))
        })
        .collect()
}

fn process(engine: &mut Engine, events: &[OwnedEvent]) {
    for event in events {
        let _ = engine.process(event.as_event());
    }
}

fn state() -> Vec<u8> {
    let config = Config::builder().alerts_per_day(5.0).warm_up(WarmUp::Days(1)).max_hops(8);
    let bounded = config.max_accounts(40).max_hosts(16).max_edges(64).max_movements(16);
    let mut engine = Engine::new(bounded.build().expect("it is in order"));
    process(&mut engine, &events(20_000 * DAY, 700));
    engine.save()
}

/// The bytes with another body, and the header that belongs to it.
fn with_body(state: &[u8], body: &[u8]) -> Vec<u8> {
    let mut bytes = state[..12].to_vec();
    bytes.extend((body.len() as u64).to_le_bytes());
    bytes.extend(crc32fast::hash(body).to_le_bytes());
    bytes.extend(body);
    bytes
}

/// Merges a state into another, and loads what is then saved.
fn is_merged(state: &[u8], part: Engine) {
    let mut whole = Engine::load(state).expect("it was written so");
    if whole.merge(part).is_ok() {
        let saved = whole.save();
        assert_eq!(Engine::load(&saved).expect("it is sound").save(), saved);
    }
}

/// Loads a state, goes on with it, saves it, and loads that: whether it was accepted.
fn survives(state: &[u8], bytes: &[u8], later: &[OwnedEvent]) -> bool {
    let mut engine = match Engine::load(bytes) {
        Ok(engine) => engine,
        Err(SnapshotError::Malformed { what }) => {
            assert!(!what.is_empty());
            return false;
        }
        Err(error) => panic!("the header is right: {error}"),
    };
    is_merged(state, engine.clone());
    process(&mut engine, later);
    let saved = engine.save();
    let again = Engine::load(&saved).expect("what was saved can be loaded");
    assert_eq!(again.save(), saved);
    let _ = engine.finish();
    true
}

/// Asks of every crafted body that it is refused or works; returns how many were accepted.
fn all_survive(state: &[u8], crafted: impl Iterator<Item = Vec<u8>>) -> usize {
    let later = [events(20_020 * DAY, 60), events(20_100 * DAY, 60)].concat();
    assert!(survives(state, state, &later), "as it was written");
    let (mut accepted, mut faults) = (0, Vec::new());
    for (trial, body) in crafted.enumerate() {
        let bytes = with_body(state, &body);
        match catch_unwind(AssertUnwindSafe(|| survives(state, &bytes, &later))) {
            Ok(is_accepted) => accepted += usize::from(is_accepted),
            Err(_) => faults.push(trial),
        }
    }
    assert!(faults.is_empty(), "{} panicked: {faults:?}", faults.len());
    accepted
}

/// The body with each `step`th of the bytes that are not zero set to zero.
fn zeroed(body: &[u8], step: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..body.len()).filter(|&at| body[at] != 0).step_by(step).map(|at| {
        let mut crafted = body.to_vec();
        crafted[at] = 0;
        crafted
    })
}

#[test]
fn a_state_with_a_byte_set_to_zero_is_refused_or_works() {
    // An empty engine holds nothing that would contradict a capacity of 0.
    for (state, step) in [(Engine::new(Config::default()).save(), 1), (state(), 5)] {
        let accepted = all_survive(&state, zeroed(&state[HEADER..], step));
        assert!(accepted > 10, "{accepted} were accepted");
    }
}

#[test]
fn a_state_with_other_bytes_is_refused_or_works() {
    let state = state();
    let body = &state[HEADER..];
    let said: Vec<usize> = (0..body.len()).filter(|&at| body[at] != 0).collect();
    let mut draw = Draw(11);
    let crafted = (0..4000).map(|_| {
        let mut crafted = body.to_vec();
        for _ in 0..=draw.below(3) {
            let at = match draw.below(5) {
                0 => draw.below(crafted.len() as u64) as usize,
                _ => said[draw.below(said.len() as u64) as usize].min(crafted.len() - 1),
            };
            let byte = [0, 1, 0x7f, 0x80, 0xff, draw.below(256) as u8][draw.below(6) as usize];
            match draw.below(12) {
                0 => drop(crafted.remove(at)),
                1 => crafted.insert(at, byte),
                // The widest numbers that a variable length can hold.
                2 if at + 10 < crafted.len() => crafted[at..at + 9].fill(0xff),
                3 if at + 8 < crafted.len() => {
                    crafted[at..at + 8].copy_from_slice(&f64::NAN.to_le_bytes());
                }
                _ => crafted[at] = byte,
            }
        }
        crafted
    });
    let accepted = all_survive(&state, crafted);
    assert!((200..3900).contains(&accepted), "{accepted} were accepted");
}
