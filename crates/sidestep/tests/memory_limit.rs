//! A limit of memory holds whatever comes, by what the allocator gave out.

use std::fmt::Write;

use allocation_counter::measure;
use proptest::prelude::*;
use sidestep::event::{
    Account, Activity, AuthEvent, AuthProtocol, Host, HostActivity, HostActivityKind, LogonType,
    Outcome,
};
use sidestep::{Config, Engine, MemoryUse, Timestamp, WarmUp};

const MINUTE: i64 = 60_000_000;
const MIB: usize = 1 << 20;
/// The least that may be asked for.
const LIMIT: usize = 64 * MIB;

fn limited() -> Engine {
    let config = Config::builder().memory_limit(Some(LIMIT)).warm_up(WarmUp::Days(1)).build();
    Engine::new(config.expect("the settings lie in their ranges"))
}

/// A name that no other number has, of this length at least.
fn name(text: &mut String, what: &str, number: u64, length: usize) {
    text.clear();
    // Writing to a String cannot fail.
    let _ = write!(text, "{what}{number:x}");
    let missing = length.saturating_sub(text.len());
    text.extend(std::iter::repeat_n('x', missing));
}

/// What made-up events have in common.
#[derive(Debug, Clone, Copy)]
struct Flood {
    first: u64,
    events: u64,
    /// Events for each account, source and destination.
    accounts: u64,
    sources: u64,
    destinations: u64,
    /// Length of names.
    length: usize,
    /// Milliseconds between events.
    every: i64,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Ntlm,
    Failure,
    Ticket,
    Desktop,
    Ssh,
    Service,
    File,
    Mixed,
}

fn flood(engine: &mut Engine, flood: &Flood) {
    let [mut account, mut source, mut destination, mut object] = [const { String::new() }; 4];
    for number in flood.first..flood.first + flood.events {
        name(&mut account, "a", number / flood.accounts, flood.length);
        name(&mut source, "s", number / flood.sources, flood.length);
        name(&mut destination, "d", number / flood.destinations, flood.length);
        name(&mut object, "\\\\host\\c$\\p", number, flood.length);
        let time = Timestamp::from_micros(MINUTE + number as i64 * flood.every * 1000);
        let kinds = [Kind::Ntlm, Kind::Failure, Kind::Ticket, Kind::Desktop, Kind::Ssh];
        let kind = match flood.kind {
            Kind::Mixed => kinds[number as usize % kinds.len()],
            kind => kind,
        };
        let who = Account::new(&account).with_domain("CORP");
        let login = AuthEvent::builder(time, who.clone())
            .src_host(Host::named(&source))
            .dst_host(Host::named(&destination))
            .activity(Activity::Logon)
            .outcome(Outcome::Success)
            .logon_id(number);
        let login = match kind {
            Kind::Failure => login
                .outcome(Outcome::Failure)
                .outcome_reason("0xc000006a")
                .event_code(4625)
                .logon_type(LogonType::Network),
            Kind::Ticket => login
                .activity(Activity::ServiceTicket)
                .auth_protocol(AuthProtocol::Kerberos)
                .event_code(4769)
                .logon_guid(u128::from(number) + 1),
            Kind::Desktop => login.logon_type(LogonType::RemoteInteractive).event_code(4624),
            Kind::Ssh => login.auth_protocol(AuthProtocol::PublicKey).credential(&object),
            Kind::Service | Kind::File => {
                let done = match kind {
                    Kind::Service => HostActivityKind::ServiceInstall,
                    _ => HostActivityKind::ShareAccess,
                };
                let activity = HostActivity::builder(time, done, Host::named(&destination))
                    .peer(Host::named(&source))
                    .account(who)
                    .object(&object)
                    .build()
                    .expect("its fields are in order");
                drop(engine.process(&activity));
                continue;
            }
            _ => login.logon_type(LogonType::Network).auth_protocol(AuthProtocol::Ntlm),
        };
        drop(engine.process(&login.build().expect("its fields are in order")));
    }
}

fn most_bytes(what: &Flood) -> (u64, MemoryUse) {
    let mut used = MemoryUse::default();
    let measured = measure(|| {
        let mut engine = limited();
        flood(&mut engine, what);
        used = engine.metrics().memory;
    });
    (measured.bytes_max, used)
}

#[test]
fn made_up_names_of_any_length_stay_within_the_limit() {
    for length in [1, 40, 1000] {
        let what = Flood {
            first: 0,
            events: 400_000 / (length as u64).clamp(1, 4),
            accounts: 1,
            sources: 1,
            destinations: 1,
            length,
            every: 500,
            kind: Kind::Mixed,
        };
        let (most, used) = most_bytes(&what);
        assert!(most <= LIMIT as u64, "names of {length} bytes: {most} bytes, {used:?}");
        assert!(used.total() >= 8 * MIB as u64, "so much must have been asked for: {used:?}");
    }
}

#[test]
fn a_restored_engine_goes_on_as_the_one_saved() {
    let mut engine = limited();
    let mut what = Flood {
        first: 0,
        events: 60_000,
        accounts: 2,
        sources: 3,
        destinations: 1,
        length: 40,
        every: 500,
        kind: Kind::Mixed,
    };
    flood(&mut engine, &what);
    assert!(engine.metrics().evicted_hosts > 1000);
    let mut restored = Engine::load(&engine.save()).expect("it was saved");
    (what.first, what.events) = (60_000, 30_000);
    for engine in [&mut engine, &mut restored] {
        flood(engine, &what);
    }
    assert!(engine.save() == restored.save());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn what_is_counted_is_what_was_given_out(
        accounts in prop::sample::select(vec![1_u64, 20, 100_000]),
        sources in prop::sample::select(vec![1_u64, 20, 100_000]),
        destinations in prop::sample::select(vec![1_u64, 20, 100_000]),
        length in prop::sample::select(vec![1_usize, 30, 300]),
        every in prop::sample::select(vec![1_i64, 200, 30_000]),
        kind in prop::sample::select(vec![
            Kind::Ntlm, Kind::Failure, Kind::Ticket, Kind::Desktop, Kind::Ssh, Kind::Service, Kind::File,
        ]),
    ) {
        let what =
            Flood { first: 0, events: 40_000, accounts, sources, destinations, length, every, kind };
        let mut engine = limited();
        let measured = measure(|| flood(&mut engine, &what));
        let used = engine.metrics().memory;
        prop_assert!(measured.bytes_max <= LIMIT as u64, "{} bytes, {:?}", measured.bytes_max, used);
        // Beside the tables there are some kilobytes; of trees only about what they take is known.
        let (counted, held) = (used.total() as f64, measured.bytes_current as f64);
        prop_assert!(
            (held * 0.8 - 5e5..=held * 1.25 + 5e5).contains(&counted),
            "{counted} counted, {held} held: {used:?}"
        );
    }
}
