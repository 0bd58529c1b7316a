//! One thing under many names is one thing.

mod common;

use std::net::{IpAddr, Ipv4Addr};

use common::{DAY, HOUR, Plain, SECOND, config, office_with_intrusion, run};
use proptest::prelude::*;
use sidestep::Timestamp;
use sidestep::alert::Alert;
use sidestep::event::{
    Account, Activity, AuthEvent, AuthProtocol, Event, Host, HostActivity, HostActivityKind,
    LogonType, Outcome, Reorder,
};
use sidestep::{Config, Engine, WarmUp};

/// The hops of the strongest alert, as (user, source, destination) in lower case.
fn strongest(alerts: &[Alert]) -> Vec<(String, String, String)> {
    let best = alerts.iter().max_by(|a, b| a.surprise.total_cmp(&b.surprise)).expect("an alert");
    let low = |text: &str| text.to_ascii_lowercase();
    best.hops.iter().map(|hop| (low(&hop.user), low(&hop.src_host), low(&hop.dst_host))).collect()
}

fn address(host: &str) -> IpAddr {
    let number: u8 = host[1..].parse().expect("C7 and S3 have numbers");
    let net = if host.starts_with('C') { 1 } else { 2 };
    IpAddr::V4(Ipv4Addr::new(10, 0, net, number + 1))
}

/// The same login as another log would name it, by turns of `at`.
fn otherwise(login: &Plain, at: usize) -> AuthEvent<'static> {
    let (user, domain) = login.user.split_once('@').expect("accounts have domains");
    let account = match at % 4 {
        0 => Account::new(user.to_lowercase()).with_domain("dom1.example.com"),
        1 => Account::new(user.to_owned()).with_domain(domain.to_owned()),
        2 => Account::new(user.to_owned()),
        _ => Account::new(user.to_lowercase()).with_domain("DOM1.EXAMPLE.COM"),
    };
    let host = |name: &str| match at % 3 {
        0 => Host::named(format!("{}.corp.example.", name.to_lowercase())),
        1 => Host::at(address(name)),
        _ => Host::named(name.to_owned()),
    };
    AuthEvent::builder(Timestamp::from_micros(login.time), account)
        .activity(login.activity)
        .src_host(host(&login.src))
        .dst_host(host(&login.dst))
        .auth_protocol(if login.ntlm { AuthProtocol::Ntlm } else { AuthProtocol::Kerberos })
        .logon_type(LogonType::Network)
        .outcome(if login.failed { Outcome::Failure } else { Outcome::Success })
        .build()
        .expect("it is a valid event")
}

/// A lease for every host in the morning of every day.
fn leases(days: i64) -> Vec<HostActivity<'static>> {
    let hosts = (0..24).map(|n| format!("C{n}")).chain((0..13).map(|n| format!("S{n}")));
    let hosts: Vec<String> = hosts.collect();
    (0..days)
        .flat_map(|day| hosts.iter().map(move |host| (day, host.clone())))
        .map(|(day, host)| {
            let ip = address(&host);
            let host = Host::named(host).with_ip(ip);
            HostActivity::builder(
                Timestamp::from_micros(day * DAY + SECOND),
                HostActivityKind::AddressBinding,
                host,
            )
            .build()
            .expect("it is a valid record")
        })
        .collect()
}

fn run_otherwise(resolve: bool) -> Vec<Alert> {
    let config = Config::builder()
        .alerts_per_day(0.5)
        .warm_up(WarmUp::Days(8))
        .resolve_names(resolve)
        .build()
        .expect("the settings lie in their ranges");
    let logins: Vec<AuthEvent<'_>> =
        office_with_intrusion().iter().enumerate().map(|(at, l)| otherwise(l, at)).collect();
    let leases = leases(16);
    let mut events: Vec<Event<'_>> =
        logins.iter().map(Event::from).chain(leases.iter().map(Event::from)).collect();
    events.sort_by_key(|event| event.time());
    let mut engine = Engine::new(config);
    let mut alerts: Vec<Alert> = events.iter().flat_map(|&event| engine.process(event)).collect();
    alerts.extend(engine.finish());
    alerts
}

#[test]
fn names_split_over_three_logs_give_the_same_strongest_alert() {
    let plain: Vec<AuthEvent<'_>> = office_with_intrusion().iter().map(Plain::event).collect();
    let expected = strongest(&run(config(), &plain));
    let tells_all = |alerts: &[Alert]| {
        let hops = strongest(alerts);
        expected.iter().all(|hop| hops.contains(hop))
    };
    assert!(expected.len() >= 4 && tells_all(&run_otherwise(true)));
    assert!(!tells_all(&run_otherwise(false)), "resolving must make the difference");
}

fn login(time: i64, code: u32) -> sidestep::event::AuthEventBuilder<'static> {
    AuthEvent::builder(Timestamp::from_micros(time), Account::parse("alice@CORP"))
        .src_host(Host::named("WS-1"))
        .dst_host(Host::named("FILES"))
        .logon_type(LogonType::Network)
        .outcome(Outcome::Success)
        .event_code(code)
}

#[test]
fn a_logon_that_several_logs_tell_of_counts_once() {
    let mut engine = Engine::new(config());
    for event in [
        login(10 * SECOND, 4624).auth_protocol(AuthProtocol::Kerberos),
        login(12 * SECOND, 1149).auth_protocol(AuthProtocol::Ntlm),
        login(13 * SECOND, 4624).auth_protocol(AuthProtocol::Ntlm),
        login(60 * SECOND, 1149).auth_protocol(AuthProtocol::Negotiate),
    ] {
        engine.process(&event.build().expect("it is a valid event"));
    }
    let metrics = engine.metrics();
    assert_eq!((metrics.duplicates, metrics.logins), (1, 3));
}

#[test]
fn a_session_without_a_source_comes_from_where_its_ticket_was_asked() {
    let mut engine = Engine::new(config());
    let ticket = login(SECOND, 4769).activity(Activity::ServiceTicket).logon_guid(77).build();
    engine.process(&ticket.expect("it is a valid event"));
    let logon = login(2 * SECOND, 4624).src_host(Host::default()).logon_guid(77).build();
    engine.process(&logon.expect("it is a valid event"));
    let graph = engine.login_graph();
    let edge = graph.edge_indices().next().expect("there is a login");
    let (source, destination) = graph.edge_endpoints(edge).expect("it has ends");
    assert_eq!((graph[source].as_str(), graph[destination].as_str()), ("WS-1", "FILES"));
}

#[test]
fn a_ticket_is_a_login_unless_somebody_reports_what_it_was_used_for() {
    let logins_after = |protocol| {
        let mut engine = Engine::new(config());
        let seen = login(SECOND, 4624).src_host(Host::named("WS-2")).auth_protocol(protocol);
        engine.process(&seen.build().expect("it is a valid event"));
        let ticket = login(60 * SECOND, 4769).activity(Activity::ServiceTicket).build();
        engine.process(&ticket.expect("it is a valid event"));
        engine.metrics().logins
    };
    // A sensor reads NTLM, but of Kerberos only that a ticket was asked for.
    assert_eq!(logins_after(AuthProtocol::Ntlm), 2);
    assert_eq!(logins_after(AuthProtocol::Kerberos), 1);
}

#[test]
fn what_was_merged_and_why_can_be_asked_and_outlives_a_restart() {
    let mut engine = Engine::new(config());
    let account = Account::new("alice").with_domain("CORP").with_sid("S-1-5-21-1-2-3-1104");
    let event = AuthEvent::builder(Timestamp::from_micros(HOUR), account.clone())
        .src_host(Host::named("ws-1.corp.example").with_ip(address("C7")))
        .dst_host(Host::named("FILES"))
        .outcome(Outcome::Success)
        .build()
        .expect("it is a valid event");
    engine.process(&event);
    let engine = Engine::load(&engine.save()).expect("it was saved by an engine");
    let names: Vec<String> =
        engine.aliases_of_host("WS-1").into_iter().map(|alias| alias.name).collect();
    assert_eq!(names, ["ws-1.corp.example".replace("ws-1", "WS-1"), "10.0.1.8".to_owned()]);
    let sids = engine.aliases_of_account(&Account::parse("CORP\\Alice"));
    assert_eq!(sids[0].name, "S-1-5-21-1-2-3-1104");
    assert!(engine.aliases_of_host("NOBODY").is_empty());
}

#[test]
fn shuffled_within_the_lateness_is_as_good_as_sorted() {
    let logins: Vec<AuthEvent<'_>> = office_with_intrusion().iter().map(Plain::event).collect();
    let through = |events: &[&AuthEvent<'_>]| {
        let (mut engine, mut alerts) = (Engine::new(config()), Vec::new());
        let mut reorder = Reorder::new(10, 1 << 20);
        for &event in events {
            reorder.push(event, &mut |event| alerts.extend(engine.process(event)));
        }
        reorder.finish(&mut |event| alerts.extend(engine.process(event)));
        alerts.extend(engine.finish());
        (alerts, reorder.late(), reorder.early())
    };
    let sorted: Vec<&AuthEvent<'_>> = logins.iter().collect();
    // Each is late by up to ten minutes, by a number drawn from its place.
    let mut shuffled: Vec<(i64, &AuthEvent<'_>)> = (0..)
        .zip(&logins)
        .map(|(at, event): (i64, _)| (event.time().micros() + (at * 7919 % 600) * SECOND, event))
        .collect();
    shuffled.sort_by_key(|(time, _)| *time);
    let shuffled: Vec<&AuthEvent<'_>> = shuffled.into_iter().map(|(_, event)| event).collect();
    assert!(shuffled.windows(2).any(|pair| pair[0].time() > pair[1].time()));
    let (alerts, late, early) = through(&shuffled);
    assert!(!alerts.is_empty());
    assert_eq!((late, early), (0, 0));
    assert_eq!(alerts, through(&sorted).0);
}

#[test]
fn later_than_the_lateness_is_counted() {
    let mut reorder = Reorder::new(10, 16);
    let mut given = Vec::new();
    for minute in [0, 30, 10, 45, 15, 60] {
        let event = Plain::login(minute * 60 * SECOND, "U1@DOM1", "C1", "C2").event();
        reorder.push(&event, &mut |event| given.push(event.time().micros() / SECOND / 60));
    }
    reorder.finish(&mut |event| given.push(event.time().micros() / SECOND / 60));
    assert_eq!(given, [0, 10, 30, 45, 60]);
    assert_eq!(reorder.late(), 1);
}

#[test]
fn events_of_one_time_keep_their_order_and_late_ones_may_be_given() {
    let order = |mut reorder: Reorder| {
        let mut given = Vec::new();
        for (minute, user) in [(9, "U9@D"), (30, "U3@D"), (30, "U1@D"), (10, "U2@D"), (30, "U0@D")]
        {
            let event = Plain::login(minute * 60 * SECOND, user, "C1", "C2").event();
            reorder.push(&event, &mut |event| {
                given.push(event.auth().unwrap().account().name.to_string())
            });
        }
        reorder.finish(&mut |event| given.push(event.auth().unwrap().account().name.to_string()));
        (given.join(" "), reorder.late())
    };
    assert_eq!(order(Reorder::new(60, 1 << 20)), ("U9 U2 U3 U1 U0".to_owned(), 0));
    assert_eq!(order(Reorder::new(60, 1)), ("U9 U3 U1 U0".to_owned(), 1));
    assert_eq!(order(Reorder::new(60, 1).giving_late()), ("U9 U3 U2 U1 U0".to_owned(), 0));
}

#[test]
fn what_nothing_looks_at_takes_no_place_among_hosts() {
    let config = Config::builder().max_hosts(16).build().expect("it is in order");
    let mut engine = Engine::new(config);
    for number in 0..100 {
        let name = format!("site-{number}");
        let address = std::net::IpAddr::from([192, 0, 2, number]);
        let host = Host::named(&*name).with_ip(address);
        let kind = HostActivityKind::AddressBinding;
        let binding =
            HostActivity::builder(Timestamp::from_micros(i64::from(number)), kind, host).build();
        engine.process(&binding.expect("it is a valid record"));
        let logoff = AuthEvent::builder(
            Timestamp::from_micros(i64::from(number)),
            Account::parse("alice@CORP"),
        )
        .dst_host(Host::named(&*name))
        .activity(Activity::Logoff)
        .build();
        engine.process(&logoff.expect("it is a valid event"));
    }
    assert_eq!(engine.metrics().evicted_hosts, 0);
    assert_eq!(engine.metrics().passed_over, 100, "the log-offs");
}

/// A logon at FILES from an address, by a client that claims a name.
fn claimed(at: i64, name: &str, outcome: Outcome) -> AuthEvent<'static> {
    let gateway = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 66));
    AuthEvent::builder(
        Timestamp::from_micros(DAY + at * SECOND),
        Account::parse("bob@CORP").into_owned(),
    )
    .src_host(Host::named(name.to_owned()).with_ip(gateway))
    .dst_host(Host::named("FILES"))
    .logon_type(LogonType::Network)
    .outcome(outcome)
    .event_code(if outcome == Outcome::Failure { 4625 } else { 4624 })
    .build()
    .expect("it is a valid event")
}

/// The sources of all logins that the engine knows of.
fn sources(events: &[AuthEvent<'_>]) -> Vec<String> {
    let mut engine = Engine::new(Config::default());
    for event in events {
        engine.process(event);
    }
    let graph = engine.login_graph();
    let mut sources: Vec<String> =
        graph.node_weights().filter(|host| *host != "FILES").cloned().collect();
    sources.sort_unstable();
    sources
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whoever is refused may claim any names: the address is the one source that there is.
    #[test]
    fn names_that_only_failures_claim_are_no_hosts(
        names in prop::collection::vec("[A-Za-z0-9]{3,15}", 1..40),
    ) {
        let events: Vec<_> =
            (0..).zip(&names).map(|(at, name)| claimed(at, name, Outcome::Failure)).collect();
        prop_assert_eq!(sources(&events), ["10.0.0.66"]);
    }

    /// Hosts that share an address and are let in keep their names when they fail.
    #[test]
    fn hosts_behind_one_address_keep_their_names(
        names in prop::collection::hash_set("H[A-Z]{3,12}", 1..20),
    ) {
        let outcomes = [Outcome::Success, Outcome::Failure];
        let logons = outcomes.iter().flat_map(|outcome| names.iter().map(move |it| (it, *outcome)));
        let events: Vec<_> =
            (0..).zip(logons).map(|(at, (name, outcome))| claimed(at, name, outcome)).collect();
        let mut expected: Vec<String> = names.into_iter().collect();
        expected.sort_unstable();
        prop_assert_eq!(sources(&events), expected);
    }
}
