//! What is forgotten is gone, and what others have is as it was.

mod common;
#[path = "common/every_kind.rs"]
mod every_kind;
#[path = "common/state_bytes.rs"]
mod state_bytes;

use common::{DAY, HOUR, Plain, events, office, office_with_intrusion};
use proptest::prelude::*;
use sidestep::event::{
    Account, AuthEvent, Host, HostActivity, HostActivityKind, LogonType, Outcome, OwnedEvent,
};
use sidestep::{Config, Engine, Timestamp, WarmUp};

fn eager() -> Config {
    Config::builder().alerts_per_day(20.0).warm_up(WarmUp::Days(2)).build().expect("in range")
}

/// Whether a name stands in a saved state, in any case.
fn stands_in(engine: &Engine, name: &str) -> bool {
    let body = state_bytes::body(&engine.save()).to_ascii_lowercase();
    body.windows(name.len()).any(|bytes| bytes == name.to_ascii_lowercase().as_bytes())
}

fn is_sound(engine: &Engine) {
    let saved = engine.save();
    assert_eq!(Engine::load(&saved).expect("it is sound").save(), saved);
}

/// An engine in which two names that stand nowhere else are everywhere: in edges, addresses, SIDs, movements under
/// way, what is held back, what waits, and the memories of rules.
fn engine() -> Engine {
    let mut engine = Engine::new(eager());
    engine.learn_all(&events(&office(5)));
    let start = 5 * DAY;
    let account = |sid: &'static str| Account::parse("zebedee@DOM1").with_sid(sid).into_owned();
    const SID: &str = "S-1-5-21-77-88-99-4711";
    for hour in 0..60_i64 {
        let login = |src: &str, dst: &str, hour: i64| {
            AuthEvent::builder(Timestamp::from_micros(start + hour * HOUR), account(SID))
                .src_host(Host::named(src.to_owned()).with_ip([10, 9, 8, 7].into()))
                .dst_host(Host::named(dst.to_owned()))
                .logon_type(if hour % 5 == 0 { LogonType::Interactive } else { LogonType::Network })
                .outcome(if hour % 7 == 3 { Outcome::Failure } else { Outcome::Success })
                .event_code(4624)
                .logon_id(7)
                .logon_guid(9)
                .subject(Account::parse("zebedee@DOM1").into_owned())
                .build()
                .expect("it is valid")
        };
        let _ = engine.process(&login("QUOKKA-WS.dom1.example", "S1", hour));
        let _ = engine.process(&login("C3", "QUOKKA-WS", hour));
        let _ = engine.process(&login("QUOKKA-WS", &format!("C{}", hour % 24), hour));
        for kind in HostActivityKind::ALL {
            let activity = HostActivity::builder(
                Timestamp::from_micros(start + hour * HOUR),
                *kind,
                Host::named("QUOKKA-WS"),
            )
            .account(account(SID))
            .peer(Host::named("C5"))
            .object("zebedee")
            .logon_id(7)
            .build()
            .expect("it is valid");
            let _ = engine.process(&activity);
        }
        let machine = Plain::login(start + hour * HOUR, "QUOKKA-WS$@DOM1", "QUOKKA-WS", "S1");
        let _ = engine.process(&machine.event());
        let local = Plain::login(start + hour * HOUR, "root@QUOKKA-WS", "C1", "QUOKKA-WS");
        let _ = engine.process(&local.event());
    }
    let later: Vec<OwnedEvent> = every_kind::events(start + 60 * HOUR, 200);
    for event in &later {
        let _ = engine.process(event.as_event());
    }
    // Far ahead, so that it waits.
    let ahead = Plain::login(start + 60 * DAY, "zebedee@DOM1", "QUOKKA-WS", "S1");
    let _ = engine.process(&ahead.event());
    engine
}

#[test]
fn no_byte_of_its_name_is_left() {
    let mut engine = engine();
    for name in ["zebedee", "quokka-ws", "S-1-5-21-77-88-99-4711"] {
        assert!(stands_in(&engine, name), "{name} is known");
    }
    let accounts = engine.metrics().accounts;
    assert!(engine.forget_account(&Account::parse("DOM1\\Zebedee")));
    assert_eq!(engine.metrics().accounts, accounts - 1);
    for name in ["zebedee", "S-1-5-21-77-88-99-4711"] {
        assert!(!stands_in(&engine, name), "{name} is left");
    }
    is_sound(&engine);
    assert!(engine.forget_host("quokka-ws.dom1.example"));
    assert!(!stands_in(&engine, "quokka"), "the host, its account or a local one is left");
    assert_eq!(engine.aliases_of_host("quokka-ws"), []);
    is_sound(&engine);
    // Once is enough, and what nobody knows is said to be so.
    assert!(!engine.forget_account(&Account::parse("DOM1\\Zebedee")));
    assert!(!engine.forget_host("QUOKKA-WS"));
    assert!(!engine.forget_host("10.9.8.7"));
    // It comes again, and is new.
    let again =
        Plain::login(engine.span().expect("it learned").1.micros(), "zebedee@DOM1", "C3", "S1");
    let _ = engine.process(&again.event());
    // A local account of the host went with it.
    assert_eq!(engine.metrics().accounts, accounts - 2 + 1);
    is_sound(&engine);
}

#[test]
fn a_domain_is_not_forgotten_with_a_host_of_its_name() {
    let mut engine = Engine::new(eager());
    let logins = [
        Plain::login(0, "WS-1$@CORP", "WS-1", "S1"),
        Plain::login(1, "alice@CORP", "CORP", "S1"),
        Plain::login(2, "root@WEB-1", "WS-1", "WEB-1"),
    ];
    engine.learn_all(&events(&logins));
    assert!(engine.forget_host("CORP"));
    assert!(engine.forget_account(&Account::parse("alice@CORP")), "it stayed");
    assert!(engine.forget_host("web-1"));
    assert!(!engine.forget_account(&Account::parse("root@WEB-1")), "it went with its host");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Logins of others between hosts where it never was are as surprising as before, but for the share that its pairs
    /// had of all pairs.
    #[test]
    fn what_others_have_stays(
        user in 0_u8..24,
        others in prop::collection::vec((0_u8..24, 0_u8..24, 0_u8..9), 20),
    ) {
        let mut engine = Engine::new(eager());
        engine.learn_all(&events(&office_with_intrusion()));
        let mut lonely = Vec::new();
        for day in 0..6 {
            lonely.push(Plain::login(16 * DAY + day * DAY, "lonely@DOM1", "LONE-1", "LONE-2"));
        }
        engine.learn_all(&events(&lonely));
        let mut after = engine.clone();
        // One that shares no host with others, and one that does.
        prop_assert!(after.forget_account(&Account::parse("lonely@DOM1")));
        prop_assert!(after.forget_host("LONE-1"));
        prop_assert!(after.forget_host("LONE-2"));
        let now = 23 * DAY + 9 * HOUR;
        for (n, (who, from, to)) in others.iter().enumerate() {
            let login = Plain::login(now + n as i64, &format!("U{who}@DOM1"), &format!("C{from}"), &format!("S{to}"));
            let [before, since] = [&engine, &after].map(|engine| engine.score(&login.event()));
            prop_assert!(
                (before.surprise - since.surprise).abs() < 0.05,
                "{login:?}: {} and {}", before.surprise, since.surprise
            );
        }
        let alone = format!("U{user}@DOM1");
        prop_assert!(after.forget_account(&Account::parse(&alone)));
        let saved = after.save();
        prop_assert_eq!(Engine::load(&saved).expect("it is sound").save(), saved);
        for host in ["C1", "S1"] {
            let known = after.aliases_of_host(host);
            prop_assert_eq!(known, engine.aliases_of_host(host));
        }
    }
}
