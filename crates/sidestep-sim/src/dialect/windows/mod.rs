//! Windows events, one JSON object a line as Winlogbeat writes them.

mod activities;
mod data;
mod directory;
mod logon;
mod programs;
mod shares;
mod tickets;

use std::collections::HashMap;
use std::fmt::Write;
use std::net::Ipv4Addr;

use crate::login_row::{Auth, Logon, Mark, Orientation, Row};
use crate::rng::mix;

use super::clock::Stamp;
use super::is_remote_logon;
use super::scene::{Act, Scene};
use super::streams::Streams;
use data::Data;

/// The file.
const FILE: &str = "windows.jsonl";
const NO_GUID: &str = "{00000000-0000-0000-0000-000000000000}";
/// Open sessions of one account on one host of which the ids are kept.
const MOST_OPEN: usize = 16;

/// Who writes an event, and into which log.
#[derive(Debug)]
struct Source {
    provider: &'static str,
    channel: &'static str,
    /// Where its values are.
    values: &'static str,
}

const SECURITY: Source = Source {
    provider: "Microsoft-Windows-Security-Auditing",
    channel: "Security",
    values: "event_data",
};

/// A session over the network: its id, and the client's port.
#[derive(Debug, Clone, Copy)]
struct Session {
    id: u64,
    port: u64,
}

/// What Windows hosts remember from one event to the next.
#[derive(Debug)]
pub(super) struct Windows {
    seed: u64,
    /// Ids of open sessions by account, host and logon type.
    open: HashMap<(u32, u32, Logon), Vec<u64>>,
    /// The session over the network last opened by account, host and source, open or not.
    latest: HashMap<(u32, u32, u32), Session>,
    /// GUIDs of tickets by account and host, until the logon that they are for.
    tickets: HashMap<(u32, u32), String>,
    /// Per host the last id of a session, and the number of the last record.
    sessions: Vec<u64>,
    records: Vec<u64>,
    /// The address from which each host last asked for its own ticket on getting it.
    greeted: Vec<Option<Ipv4Addr>>,
}

impl Windows {
    pub(super) fn new(hosts: usize, seed: u64) -> Self {
        let sessions = (0..hosts as u64).map(|host| 0x1_0000 + mix(seed ^ host) % 0x8_0000);
        Self {
            seed,
            open: HashMap::new(),
            latest: HashMap::new(),
            tickets: HashMap::new(),
            sessions: sessions.collect(),
            records: vec![0; hosts],
            greeted: vec![None; hosts],
        }
    }

    /// Writes what Windows hosts tell of an act.
    pub(super) fn write(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        self.greet(scene, act, out);
        match row.orientation {
            Orientation::LogOn => {
                let checked = matches!(row.auth, Auth::Ntlm | Auth::MsV1);
                if checked && row.src != row.dst {
                    self.validation(scene, act, out);
                }
                if row.subject != row.account && is_remote_logon(row) {
                    self.explicit(scene, act, out);
                }
                // A session of other credentials is told of with them, as an activity.
                if !scene.is_silent(row.dst) && row.logon != Logon::NewCredentials {
                    self.logon(scene, act, out);
                }
            }
            Orientation::LogOff => self.logoff(scene, act, out),
            Orientation::Tgt => self.granting_ticket(scene, act, out),
            Orientation::Tgs => self.service_ticket(scene, act, out),
            Orientation::ScreenLock => self.screen(scene, act, 4800, out),
            Orientation::ScreenUnlock => self.screen(scene, act, 4801, out),
            Orientation::AuthMap => {}
        }
    }

    /// 4768 of a machine that has a new address: before anybody uses it from there, it registers its
    /// name and asks for its policy.
    fn greet(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let host = act.row.src;
        let address = Some(scene.address(host));
        if !scene.writes_windows(host) || self.greeted[host as usize] == address {
            return;
        }
        self.greeted[host as usize] = address;
        let machine = scene.org.ids().machine(host);
        let row = Row {
            account: machine,
            subject: machine,
            dst: host,
            orientation: Orientation::Tgt,
            success: true,
            mark: Mark::Plain,
            ..act.row
        };
        self.granting_ticket(scene, &Act { row, time: act.time - 30_000, roll: act.dice(6) }, out);
    }

    #[allow(clippy::too_many_arguments)] // the parts of an event
    fn event(
        &mut self,
        scene: &Scene<'_>,
        time: i64,
        host: u32,
        id: u32,
        outcome: &str,
        data: &Data,
        out: &mut Streams,
    ) {
        self.event_of(&SECURITY, scene, time, host, (id, outcome), data, out);
    }

    /// An event of any source.
    #[allow(clippy::too_many_arguments)] // the parts of an event
    fn event_of(
        &mut self,
        source: &Source,
        scene: &Scene<'_>,
        time: i64,
        host: u32,
        (id, outcome): (u32, &str),
        data: &Data,
        out: &mut Streams,
    ) {
        let number = &mut self.records[host as usize];
        *number += 1;
        let time = time + scene.clock(host);
        let name = scene.dns(host);
        let Source { provider, channel, values } = source;
        let mut text = String::with_capacity(256 + data.text.len());
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{{\"@timestamp\":\"{}Z\",\"event\":{{\"code\":\"{id}\",\"outcome\":\"{outcome}\",\
             \"provider\":\"{provider}\"}},\"host\":{{\"name\":\"{name}\"}},\
             \"winlog\":{{\"channel\":\"{channel}\",\"computer_name\":\"{name}\",\
             \"event_id\":{id},\"provider_name\":\"{provider}\",\"record_id\":{number},\
             \"{values}\":{{{}}}}}}}",
            Stamp(time, 3),
            data.text,
        );
        out.put(FILE, "", time, text);
    }

    fn next_session(&mut self, host: u32) -> u64 {
        let last = &mut self.sessions[host as usize];
        *last += 0x31 + mix(*last) % 0x400;
        *last
    }

    fn open_session(&mut self, row: &Row) -> u64 {
        let id = self.next_session(row.dst);
        let open = self.open.entry((row.account, row.dst, row.logon)).or_default();
        if open.len() == MOST_OPEN {
            open.remove(0);
        }
        open.push(id);
        id
    }

    /// The session that an account has open at a host's keyboard, or that of the system.
    fn last(&self, account: u32, host: u32) -> u64 {
        let open = |logon| self.open.get(&(account, host, logon)).and_then(|ids| ids.last());
        let kinds = [Logon::Interactive, Logon::RemoteInteractive, Logon::CachedInteractive];
        kinds.into_iter().find_map(open).copied().unwrap_or(0x3e7)
    }

    fn guid(&self, act: &Act) -> String {
        let (a, b) = (act.dice(self.seed), act.dice(!self.seed));
        format!(
            "{{{:08x}-{:04x}-{:04x}-{:04x}-{:012x}}}",
            a >> 32,
            a >> 16 & 0xffff,
            a & 0xffff,
            b >> 48,
            b & 0xffff_ffff_ffff
        )
    }
}
