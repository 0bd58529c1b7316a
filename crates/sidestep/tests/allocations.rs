//! What repeats asks nothing of the allocator.

use std::net::{IpAddr, Ipv4Addr};

use allocation_counter::measure;
use sidestep::event::{
    Account, Activity, AuthEvent, AuthEventBuilder, AuthProtocol, Host, HostActivity,
    HostActivityKind, LogonType, Outcome,
};
use sidestep::{Config, Engine, Timestamp, WarmUp};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

fn login<'a>(time: i64, account: &'a str, source: Host<'a>) -> AuthEventBuilder<'a> {
    AuthEvent::builder(Timestamp::from_micros(time), Account::new(account))
        .src_host(source)
        .dst_host(Host::named("file-server-01.corp.example"))
        .activity(Activity::Logon)
        .logon_type(LogonType::Network)
        .auth_protocol(AuthProtocol::Ntlm)
        .outcome(Outcome::Success)
        .event_code(4624)
}

fn built(builder: AuthEventBuilder<'_>) -> AuthEvent<'_> {
    builder.build().expect("its fields are in order")
}

/// Allocations of an hour of the same events, after two weeks of them.
fn in_the_steady_state(take: impl Fn(&mut Engine, i64)) -> u64 {
    let config = Config::builder().warm_up(WarmUp::Days(7)).build().expect("it is in order");
    let mut engine = Engine::new(config);
    for day in 1..15 {
        for hour in 0..24 {
            take(&mut engine, day * DAY + hour * 3600 * SECOND);
        }
    }
    take(&mut engine, 15 * DAY);
    measure(|| (1..50).for_each(|second| take(&mut engine, 15 * DAY + second * SECOND))).count_total
}

#[test]
fn a_login_that_repeats_takes_no_memory() {
    for account in ["alice@CORP", "somebody.with.a.long.name@corp.example"] {
        for source in ["WS-0001", "a-workstation-with-a-long-name.corp.example"] {
            let took = in_the_steady_state(|engine, time| {
                let event = built(login(time, account, Host::named(source)));
                assert!(engine.process(&event).is_empty());
            });
            assert_eq!(took, 0, "{account} from {source}");
        }
    }
}

#[test]
fn what_windows_and_sshd_write_of_it_takes_none_either() {
    let address = Host::at(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7)));
    type Take<'a> = &'a dyn Fn(&mut Engine, i64);
    let takes: [(&str, Take<'_>); 6] = [
        ("by address", &|engine, time| {
            drop(engine.process(&built(login(time, "alice@CORP", address.clone()))));
        }),
        ("a session", &|engine, time| {
            let event = login(time, "alice@CORP", Host::named("WS-0001")).logon_id(0x3e7);
            drop(engine.process(&built(event)));
        }),
        ("a ticket", &|engine, time| {
            let event = login(time, "alice@CORP", address.clone())
                .activity(Activity::ServiceTicket)
                .auth_protocol(AuthProtocol::Kerberos)
                .event_code(4769);
            drop(engine.process(&built(event)));
        }),
        ("a machine", &|engine, time| {
            drop(engine.process(&built(login(time, "WS-0001$@CORP", Host::named("WS-0001")))));
        }),
        ("a key of sshd", &|engine, time| {
            let event = login(time, "alice", Host::named("WS-0001"))
                .auth_protocol(AuthProtocol::PublicKey)
                .credential("SHA256:c2lkZXN0ZXA");
            drop(engine.process(&built(event)));
        }),
        ("a connection", &|engine, time| {
            let time = Timestamp::from_micros(time);
            let kind = HostActivityKind::NetworkConnection;
            let event = HostActivity::builder(time, kind, Host::named("WS-0001"))
                .peer(Host::named("file-server-01.corp.example"))
                .build();
            drop(engine.process(&event.expect("its fields are in order")));
        }),
    ];
    let took = takes.map(|(what, take)| (what, in_the_steady_state(take)));
    assert_eq!(took, takes.map(|(what, _)| (what, 0)));
}
