//! Events of every kind among a few names.

#![allow(dead_code, reason = "each test file uses its own part")]

use sidestep::Timestamp;
use sidestep::event::{
    Account, Activity, AuthEvent, AuthProtocol, Event, Host, HostActivity, HostActivityKind,
    LogonType, Outcome, OwnedEvent, TicketEncryption,
};

const SECOND: i64 = 1_000_000;

/// Numbers from a counter.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// So many of them, from `start` over some days.
pub(crate) fn events(start: i64, count: usize) -> Vec<OwnedEvent> {
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
