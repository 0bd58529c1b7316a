//! FreeRADIUS: its log, the detail of its accounting, and the same through syslog.

use std::ops::ControlFlow;

use sidestep::event::{Activity, AuthEvent, AuthProtocol, LogonType, Outcome};
use sidestep_formats::{Format, LogReader, ReadOptions, ReadSummary};

fn read_with(log: &str, options: ReadOptions) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    let mut events = Vec::new();
    let mut reader = LogReader::new(options);
    let _ = reader
        .read(log.as_bytes(), "radius.log", &mut |event| {
            events.extend(event.auth().cloned().map(AuthEvent::into_owned));
            ControlFlow::Continue(())
        })
        .unwrap();
    (events, reader.summary().clone())
}

fn read(log: &str) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    read_with(log, ReadOptions::default())
}

const LOG: &str = "\
Mon Mar  2 09:00:00 2026 : Info: Ready to process requests
Mon Mar  2 09:00:01 2026 : Auth: (0) Login OK: [bob/s3cret] (from client gw1 port 7 cli 203.0.113.77)
Mon Mar  2 09:00:02 2026 : Auth: (1) Login incorrect (pap: Cleartext password does not match): [CORP\\eve/guess] (from client gw1 port 5)
Mon Mar  2 09:00:03 2026 : Auth: (2)   Login OK: [carol/s3cret] (from client ap1 port 0 via TLS tunnel)
Mon Mar  2 09:00:03 2026 : Auth: (2) Login OK: [anonymous@corp.example/<via Auth-Type = eap>] (from client ap1 port 13 cli 00-11-22-33-44-55)
";

#[test]
fn a_login_is_from_the_user_to_the_gateway() {
    let (events, summary) = read(LOG);
    assert_eq!((events.len(), summary.skipped), (3, 0), "{summary:?}");
    assert_eq!(summary.passed_over.values().sum::<u64>(), 2);
    let forced = ReadOptions::default().with_format(Format::FreeRadius);
    assert_eq!(read_with(LOG, forced).0, events);
    let event = &events[0];
    assert_eq!(event.time().to_string(), "2026-03-02T09:00:01Z");
    assert_eq!((event.activity(), event.outcome()), (Activity::Logon, Outcome::Success));
    assert_eq!(
        (event.logon_type(), event.auth_protocol()),
        (LogonType::Network, AuthProtocol::Radius)
    );
    let told: Vec<_> = events
        .iter()
        .map(|e| (e.account().to_string(), e.src_host().to_string(), e.dst_host().to_string()))
        .collect();
    let at = |who: &str, from: &str, to: &str| (who.to_owned(), from.to_owned(), to.to_owned());
    assert_eq!(told[0], at("bob", "203.0.113.77", "gw1"));
    assert_eq!((&told[1].0, &told[1].2), (&"eve@CORP".to_owned(), &"gw1".to_owned()));
    // What the tunnel hides is told by its inner half.
    assert_eq!(told[2], at("carol", "00-11-22-33-44-55", "ap1"));
    assert!(events[1].src_host().is_unknown());
    assert_eq!(events[1].auth_protocol(), AuthProtocol::Pap);
    assert!(events[1].outcome_reason().unwrap().starts_with("Login incorrect (pap: Cleartext"));
    // No password goes any further.
    assert!(!format!("{events:?}{summary:?}").contains("s3cret"));
    assert!(!format!("{events:?}{summary:?}").contains("guess"));
}

#[test]
fn times_are_in_the_zone_of_the_server() {
    let options = ReadOptions::default().with_zone("+02:00".parse().unwrap());
    assert_eq!(read_with(LOG, options).0[0].time().to_string(), "2026-03-02T07:00:01Z");
}

#[test]
fn the_same_comes_through_syslog() {
    let log = "2026-03-02T09:00:01Z radius1 radiusd[17]: (0) Login OK: [bob] (from client gw1 port 7 cli 203.0.113.77)\n\
               2026-03-02T09:00:02Z radius1 freeradius[17]: Login incorrect: [bob] (from client gw1 po\n";
    let (events, summary) = read(log);
    assert_eq!((events.len(), summary.skipped), (1, 1));
    assert_eq!(events[0].dst_host().to_string(), "gw1");
}

#[test]
fn accounting_is_a_session() {
    let record = |status: &str, second: u32| {
        format!(
            "Mon Mar  2 09:00:{second:02} 2026\n\tUser-Name = \"CORP\\\\bob\"\n\tAcct-Status-Type = {status}\n\
             \tAcct-Session-Id = \"00A1\"\n\tFramed-IP-Address = 10.99.0.5\n\
             \tCalling-Station-Id = \"203.0.113.77\"\n\tNAS-Identifier = \"gw1\"\n\
             \tNAS-IP-Address = 10.0.0.21\n\
             \tAcct-Unique-Session-Id = \"4720dce20932f04906306c94d19b9f90\"\n\tTimestamp = 1772442001\n\n"
        )
    };
    let request = "Mon Mar  2 09:00:09 2026\n\tPacket-Type = Access-Request\n\tUser-Name = \"bob\"\n\
                   \tUser-Password = \"s3cret\"\n\n";
    let log = record("Start", 1) + &record("Interim-Update", 2) + request + &record("Stop", 3);
    for log in [log.as_str(), log.trim_end()] {
        let (events, summary) = read(log);
        assert_eq!((events.len(), summary.skipped), (2, 0), "{summary:?}");
        assert_eq!(summary.passed_over.values().sum::<u64>(), 2);
        let kinds: Vec<_> = events.iter().map(AuthEvent::activity).collect();
        assert_eq!(kinds, [Activity::Logon, Activity::Logoff]);
        let event = &events[0];
        assert_eq!(event.time().to_string(), "2026-03-02T09:00:01Z");
        assert_eq!(event.account().to_string(), "bob@CORP");
        assert_eq!(event.src_host().to_string(), "203.0.113.77");
        assert_eq!(event.dst_host().name.as_deref(), Some("gw1"));
        assert_eq!(event.dst_host().ip.unwrap().to_string(), "10.0.0.21");
        assert_eq!(event.logon_id(), Some(0x4720_dce2_0932_f049));
        assert_eq!(events[1].logon_id(), event.logon_id());
        assert_eq!((event.raw_ref(), event.event_code()), (Some(1), Some(4)));
    }
}

#[test]
fn a_record_that_is_bad_costs_itself() {
    let record = |gateway: &str| {
        format!(
            "Mon Mar  2 09:00:01 2026\n\tUser-Name = \"bob\"\n\tAcct-Status-Type = Start\n{gateway}\n"
        )
    };
    let good = record("\tNAS-IP-Address = 10.0.0.21\n");
    let (events, summary) = read(&(record("") + &good + "no line of FreeRADIUS'\n"));
    assert_eq!((events.len(), summary.skipped), (1, 1));
    assert_eq!(events[0].dst_host().to_string(), "10.0.0.21");
    assert_eq!(summary.not_understood.values().sum::<u64>(), 1);
}
