//! Alerts for the tests of outputs. The engine alone makes alerts; what it made is written over.

use sidestep::alert::{Alert, AlertState, CredentialSwitch, Hop, Severity};
use sidestep::event::{Account, AuthEvent, AuthProtocol, Host, LogonType, Outcome};
use sidestep::{Config, Engine, Timestamp, WarmUp};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;
/// 2026-03-02, a Monday.
const START: i64 = 20_514 * DAY;

fn login(time: i64, user: &str, src: &str, dst: &str) -> AuthEvent<'static> {
    AuthEvent::builder(Timestamp::from_micros(time), Account::parse(user).into_owned())
        .src_host(Host::named(src.to_owned()))
        .dst_host(Host::named(dst.to_owned()))
        .auth_protocol(AuthProtocol::Ntlm)
        .logon_type(LogonType::Network)
        .outcome(Outcome::Success)
        .raw_ref(time.unsigned_abs())
        .build()
        .expect("a plain login is a valid event")
}

/// An alert on the intrusion into a small office, with a change of credentials.
fn office() -> Alert {
    let config = Config::builder().warm_up(WarmUp::Days(8)).alerts_per_day(0.5).build();
    let mut engine = Engine::new(config.expect("the settings lie in their ranges"));
    let mut state = 7_u64;
    let mut draw = |below: i64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(state >> 33).unwrap() % below
    };
    let mut events = Vec::new();
    for day in 0..16 {
        for person in 0..24 {
            let (user, home) = (format!("U{person}@DOM1"), format!("C{person}"));
            for visit in 0..6 {
                let server = match draw(100) {
                    0..50 => 0,
                    50..97 => 1 + person / 8 * 4 + draw(3),
                    _ => 1 + draw(12),
                };
                let time = START + day * DAY + (8 + visit) * HOUR + draw(3000) * SECOND;
                events.push(login(time, &user, &home, &format!("S{server}")));
            }
        }
    }
    let path = [
        ("U3@DOM1", "C3", "C9"),
        ("U9@DOM1", "C9", "C17"),
        ("U17@DOM1", "C17", "S3"),
        ("U17@DOM1", "S3", "C20"),
    ];
    for (at, (user, src, dst)) in (0..).zip(path) {
        events.push(login(START + 14 * DAY + (10 + at) * HOUR, user, src, dst));
    }
    events.sort_by_key(AuthEvent::time);
    let mut alerts = engine.process_all(&events);
    alerts.extend(engine.finish());
    alerts
        .into_iter()
        .find(|alert| !alert.credential_switches.is_empty())
        .expect("an alert was raised on the intrusion")
}

/// What the engine made, to be written over.
pub(crate) struct Template {
    alert: Alert,
    hop: Hop,
    switch: CredentialSwitch,
}

impl Template {
    pub(crate) fn new() -> Self {
        let alert = office();
        let hop = alert.hops[0].clone();
        assert!(hop.evidence.len() > 1, "{hop:#?}");
        let switch = alert.credential_switches[0].clone();
        Self { alert, hop, switch }
    }

    /// Two hops with a change of credentials between them, and a failed third, over these names:
    /// two accounts, four hosts.
    pub(crate) fn alert(&self, id: &str, users: [&str; 2], hosts: [&str; 4], says: &str) -> Alert {
        let after = |hours: i64| Timestamp::from_micros(START + (9 + hours) * HOUR + 1_500_000);
        let hop = |at: usize, user: &str, src: &str, dst: &str| {
            let mut hop = self.hop.clone();
            hop.time = after(i64::try_from(at).unwrap());
            hop.user = user.to_owned();
            hop.src_host = src.to_owned();
            hop.dst_host = dst.to_owned();
            hop.auth_protocol = [AuthProtocol::Kerberos, AuthProtocol::Ntlm][at % 2];
            hop.logon_type = LogonType::Network;
            hop.outcome = Outcome::Success;
            hop.parent = at.checked_sub(1);
            hop.evidence.truncate(2);
            for (number, reason) in hop.evidence.iter_mut().enumerate() {
                reason.name = ["dst_given_account", "src_given_account"][number].into();
                reason.surprise = [4.25, 2.5][number];
                reason.observed = format!("{says}: {user} to {dst}");
                reason.expected = format!("{says}: one of 3 hosts");
            }
            hop.surprise = 6.75;
            hop.raw_ref = (at != 1).then_some(41 + at as u64);
            hop
        };
        let [first, second] = users;
        let [origin, pivot, target, other] = hosts;
        let mut alert = self.alert.clone();
        id.clone_into(&mut alert.id);
        alert.state = AlertState::Closed;
        (alert.score, alert.surprise, alert.p_value) = (0.515, 21.25, 0.000_125);
        alert.severity = Severity::High;
        alert.hops = vec![
            hop(0, first, origin, pivot),
            hop(1, second, pivot, target),
            hop(2, second, pivot, other),
        ];
        alert.hops[2].outcome = Outcome::Failure;
        (alert.first_seen, alert.last_seen) = (after(0), after(2));
        alert.detected_at = after(1);
        origin.clone_into(&mut alert.origin.host);
        first.clone_into(&mut alert.origin.user);
        alert.pivots = vec![pivot.to_owned()];
        alert.targets = vec![target.to_owned(), other.to_owned()];
        let mut switch = self.switch.clone();
        switch.time = after(1);
        switch.host = pivot.to_owned();
        switch.from = first.to_owned();
        switch.to = second.to_owned();
        alert.credential_switches = vec![switch];
        let technique = |id, name| {
            let mut technique = self.alert.techniques[0];
            (technique.id, technique.name) = (id, name);
            technique
        };
        alert.techniques = vec![
            technique("T1021", "Remote Services"),
            technique("T1021.001", "Remote Desktop Protocol"),
            technique("T1078", "Valid Accounts"),
            technique("T1550.002", "Pass the Hash"),
        ];
        alert.summary = format!("{says}: from {origin}, {first} and {second} moved over {pivot}.");
        alert
    }

    /// With names as an office has them; one host is known by its address only.
    pub(crate) fn plain(&self) -> Alert {
        let mut alert = self.alert(
            "00c0ffee00c0ffee",
            ["alice@CORP", "svc-backup@CORP"],
            ["WS-17", "FILES-1", "DC-1.corp.example", "10.1.2.3"],
            "plain",
        );
        alert.techniques.truncate(3);
        alert
    }

    /// With names that an intruder may choose.
    pub(crate) fn awkward(&self) -> Alert {
        let mut alert = self.alert(
            "0bad0bad0bad0bad",
            ["O\"Brien\\x@<dom>&amp;", "é\u{202e}用户 \u{1f600}\n--@"],
            ["WS_17\"];}", "a<b>&'c'", "line\r\nbreak\t\u{0}\u{1b}[2J\\", "fe80::1"],
            "awkward ]]> \"&\\N\"",
        );
        alert.targets.pop();
        alert.severity = Severity::Critical;
        alert
    }
}

/// A login graph of few hosts, one with an awkward name.
pub(crate) fn engine() -> Engine {
    let mut engine = Engine::new(Config::default());
    let names = ["WS-17", "FILES-1", "a\"<b>&\\\n\u{1}"];
    for day in 0..3 {
        for (at, dst) in (1..).zip(&names[1..]) {
            engine.learn(&login(START + day * DAY + at * HOUR, "alice@CORP", names[0], dst));
        }
    }
    engine.learn(&login(START + 3 * DAY, "O\"Brien@<dom>", names[2], names[1]));
    engine
}
