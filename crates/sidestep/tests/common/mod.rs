//! Streams of events for the tests of the engine.

#![allow(dead_code, reason = "each test file uses its own part")]

use proptest::prelude::*;
use sidestep::alert::Alert;
use sidestep::event::{Account, Activity, AuthEvent, AuthProtocol, Host, LogonType, Outcome};
use sidestep::{Config, Engine, Timestamp, WarmUp};

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const HOUR: i64 = 3600 * SECOND;
pub(crate) const DAY: i64 = 24 * HOUR;

/// One login, to be made into an event.
#[derive(Debug, Clone)]
pub(crate) struct Plain {
    pub(crate) time: i64,
    pub(crate) user: String,
    pub(crate) src: String,
    pub(crate) dst: String,
    pub(crate) ntlm: bool,
    pub(crate) failed: bool,
    pub(crate) activity: Activity,
}

impl Plain {
    pub(crate) fn login(time: i64, user: &str, src: &str, dst: &str) -> Self {
        Self {
            time,
            user: user.to_owned(),
            src: src.to_owned(),
            dst: dst.to_owned(),
            ntlm: false,
            failed: false,
            activity: Activity::Logon,
        }
    }

    pub(crate) fn event(&self) -> AuthEvent<'static> {
        AuthEvent::builder(
            Timestamp::from_micros(self.time),
            Account::parse(&self.user).into_owned(),
        )
        .activity(self.activity)
        .src_host(Host::named(self.src.clone()))
        .dst_host(Host::named(self.dst.clone()))
        .auth_protocol(if self.ntlm { AuthProtocol::Ntlm } else { AuthProtocol::Kerberos })
        .logon_type(LogonType::Network)
        .outcome(if self.failed { Outcome::Failure } else { Outcome::Success })
        .raw_ref(self.time.unsigned_abs())
        .build()
        .expect("a plain login is a valid event")
    }
}

pub(crate) fn events(plain: &[Plain]) -> Vec<AuthEvent<'static>> {
    plain.iter().map(Plain::event).collect()
}

/// A small office that works for `days` days: 24 people at their own machines, each with a few
/// servers of their department, and now and then a new one. The choices come from a counter.
pub(crate) fn office(days: i64) -> Vec<Plain> {
    let mut state = 7_u64;
    let mut draw = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut plain = Vec::new();
    for day in 0..days {
        for person in 0..24_u64 {
            let department = person / 8;
            let start = day * DAY + 8 * HOUR + draw(7200) as i64 * SECOND;
            let user = format!("U{person}@DOM1");
            let home = format!("C{person}");
            plain.push(Plain::login(start, &user, &home, &home));
            for visit in 0..6_i64 {
                let server = match draw(100) {
                    0..50 => 0,
                    50..97 => 1 + department * 4 + draw(3),
                    _ => 1 + draw(12),
                };
                let time = start + visit * HOUR + draw(3000) as i64 * SECOND;
                let mut login = Plain::login(time, &user, &home, &format!("S{server}"));
                login.ntlm = draw(20) == 0;
                login.failed = draw(40) == 0;
                plain.push(login);
            }
        }
    }
    plain.sort_by_key(|login| login.time);
    plain
}

/// An intruder on C3 takes the accounts of others from host to host, one hop an hour.
pub(crate) fn intrusion(start: i64) -> Vec<Plain> {
    let path = [
        ("U3@DOM1", "C3", "C9"),
        ("U9@DOM1", "C9", "C17"),
        ("U17@DOM1", "C17", "S3"),
        ("U17@DOM1", "S3", "C20"),
        ("U20@DOM1", "C20", "S2"),
        ("U20@DOM1", "S2", "C21"),
    ];
    (0..)
        .zip(path)
        .map(|(at, (user, src, dst))| {
            let mut login = Plain::login(start + at * HOUR, user, src, dst);
            login.ntlm = true;
            login
        })
        .collect()
}

/// The office for 16 days, with the intrusion on the last but one.
pub(crate) fn office_with_intrusion() -> Vec<Plain> {
    let mut plain = office(16);
    plain.extend(intrusion(14 * DAY + 10 * HOUR));
    plain.sort_by_key(|login| login.time);
    plain
}

pub(crate) fn config() -> Config {
    Config::builder()
        .alerts_per_day(0.5)
        .warm_up(WarmUp::Days(8))
        .build()
        .expect("the settings lie in their ranges")
}

/// Every alert of a run, the closing states included.
pub(crate) fn run(config: Config, events: &[AuthEvent<'_>]) -> Vec<Alert> {
    let mut engine = Engine::new(config);
    let mut alerts = engine.process_all(events);
    alerts.extend(engine.finish());
    alerts
}

/// Arbitrary events of few names, mostly in order, over about two weeks.
pub(crate) fn arbitrary_stream() -> impl Strategy<Value = Vec<Plain>> {
    let login = (0_i64..4 * HOUR, 0_u8..6, 0_u8..8, 0_u8..8, any::<u8>());
    prop::collection::vec(login, 1..250).prop_map(|steps| {
        let mut now = 0;
        steps
            .into_iter()
            .map(|(step, user, src, dst, bits)| {
                now += step;
                // One in sixteen is up to five hours late: some within the lateness, some beyond.
                let time = if bits & 15 == 0 { (now - 5 * HOUR + step).max(0) } else { now };
                let user = match user {
                    0 => "SYSTEM".to_owned(),
                    1 => format!("C{src}$@DOM1"),
                    user => format!("U{user}@DOM1"),
                };
                Plain {
                    time,
                    user,
                    src: format!("C{src}"),
                    dst: format!("C{dst}"),
                    ntlm: bits & 16 != 0,
                    failed: bits & 96 == 96,
                    activity: Activity::ALL[usize::from(bits >> 7) * usize::from(dst)],
                }
            })
            .collect()
    })
}
