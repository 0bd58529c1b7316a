//! Connections to sshd that have not come to a login yet, or to an end without one.
//!
//! A client offers every key that it has before it asks for a password, and a server that logs much
//! writes each of them as a failure. They are only failures if no login follows in the same connection.
//! What is not certain yet is held, for as long as sshd lets a client try and no longer.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::ops::ControlFlow;

use sidestep::event::AuthEvent;

use super::Envelope;
use super::address::Addresses;
use crate::record_sink::RecordSink;
use crate::time::Micros;

/// Microseconds for which a connection is held: sshd ends it after `LoginGraceTime`, 120 seconds unless
/// set.
const HELD: Micros = 120 * 1_000_000;

/// Connections that are held at a time.
const MOST: usize = 1 << 12;

/// What marks a connection: the host, and the process or else the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(u64);

impl Key {
    /// The connection of a message; `None` where neither its process nor both parts of its other end
    /// are known.
    pub(super) fn of(envelope: &Envelope<'_>, address: &str, port: Option<u16>) -> Option<Self> {
        if envelope.process.is_empty() {
            let port = port.filter(|_| !address.is_empty())?;
            return Some(Self::hashed(&(envelope.host, address, port)));
        }
        Some(Self::of_process(envelope, envelope.process))
    }

    /// The connection that a process of the host of a message has.
    pub(super) fn of_process(envelope: &Envelope<'_>, process: &str) -> Self {
        Self::hashed(&(envelope.host, process))
    }

    fn hashed(parts: &impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        parts.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// What is known of a connection.
#[derive(Debug, Default)]
pub(super) struct Connection {
    since: Micros,
    pub(super) source: Option<(IpAddr, Option<u16>)>,
    /// The first credential that was offered by the way and not accepted.
    pub(super) offer: Option<Box<AuthEvent<'static>>>,
    /// A password that PAM took for wrong; sshd itself may write so, too.
    pub(super) wrong: Option<Box<AuthEvent<'static>>>,
    /// The method of a factor that was accepted, where others have to follow.
    pub(super) factor: Option<&'static str>,
    /// Why the account may not log on.
    pub(super) barred: Option<Box<str>>,
    /// Whether a failure was handed on.
    pub(super) has_failed: bool,
    pub(super) is_root_refused: bool,
}

/// All connections that are held, and the addresses at which they arrive.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    held: HashMap<Key, Connection>,
    /// The same in the order in which they began; some are over.
    order: VecDeque<(Micros, Key)>,
    pub(super) addresses: Addresses,
}

impl Connections {
    /// What is known of a connection.
    #[inline]
    pub(super) fn get(&mut self, key: Option<Key>) -> Option<&mut Connection> {
        if self.held.is_empty() { None } else { self.held.get_mut(&key?) }
    }

    /// Forgets a connection, and gives what was known of it.
    #[inline]
    pub(super) fn end(&mut self, key: Option<Key>) -> Option<Connection> {
        if self.held.is_empty() { None } else { self.held.remove(&key?) }
    }

    /// What is known of a connection, which is begun if nothing was.
    fn begin(&mut self, key: Key, time: Micros) -> &mut Connection {
        self.held.entry(key).or_insert_with(|| {
            self.order.push_back((time, key));
            Connection { since: time, ..Connection::default() }
        })
    }

    /// Forgets the one that is held for longest, if it is over or one too many.
    fn expired(&mut self, now: Option<Micros>) -> Option<Connection> {
        while let Some(&(since, key)) = self.order.front() {
            let is_over = now.is_some_and(|now| now.saturating_sub(since) > HELD);
            let is_known = self.held.get(&key).is_some_and(|held| held.since == since);
            if is_known && !is_over && self.held.len() < MOST && self.order.len() < 4 * MOST {
                return None;
            }
            self.order.pop_front();
            if is_known {
                return self.held.remove(&key);
            }
        }
        None
    }
}

/// What is known of a connection, which is begun if nothing was. `None` without a time, or if nobody
/// wants more events.
pub(super) fn begun<'s>(
    envelope: &Envelope<'_>,
    key: Option<Key>,
    sink: &'s mut RecordSink<'_>,
) -> Option<&'s mut Connection> {
    let (time, key) = (envelope.time?, key?);
    if let Some(over) = sink.connections.expired(Some(time))
        && release(over, sink).is_break()
    {
        return None;
    }
    Some(sink.connections.begin(key, time))
}

/// Hands on what connections that are over by now came to.
#[inline]
pub(super) fn pass_time(now: Option<Micros>, sink: &mut RecordSink<'_>) -> ControlFlow<()> {
    if now.is_none() || sink.connections.held.is_empty() {
        return ControlFlow::Continue(());
    }
    while let Some(over) = sink.connections.expired(now) {
        release(over, sink)?;
    }
    ControlFlow::Continue(())
}

/// Hands on what is left at the end of a log.
pub(crate) fn finish(sink: &mut RecordSink<'_>) -> ControlFlow<()> {
    while let Some((_, key)) = sink.connections.order.pop_front() {
        if let Some(over) = sink.connections.held.remove(&key) {
            release(over, sink)?;
        }
    }
    ControlFlow::Continue(())
}

/// Hands on what a connection came to that ended without a login.
pub(super) fn release(connection: Connection, sink: &mut RecordSink<'_>) -> ControlFlow<()> {
    let Connection { offer, wrong, has_failed, .. } = connection;
    let offer = match offer {
        // What came after it says more.
        Some(_) if has_failed || wrong.is_some() => {
            sink.pass_over(OFFERED);
            None
        }
        offer => offer,
    };
    for event in [offer, wrong].into_iter().flatten() {
        sink.event(&event)?;
    }
    ControlFlow::Continue(())
}

/// What a credential is called that was offered and not accepted, where more came of the connection.
pub(super) const OFFERED: &str = "sshd, a key or ticket that was offered by the way";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record_sink::with_record_sink;
    use sidestep::Timestamp;
    use sidestep::event::{Account, Host};

    fn envelope(process: &str, time: Micros) -> Envelope<'_> {
        Envelope { time: Some(time), host: "web1", program: "sshd", process, raw_ref: None }
    }

    fn event(time: Micros) -> Box<AuthEvent<'static>> {
        let time = Timestamp::from_micros(time);
        let event = AuthEvent::builder(time, Account::new("bob")).dst_host(Host::named("web1"));
        Box::new(event.build().unwrap().into_owned())
    }

    #[test]
    fn what_is_held_is_bounded_and_comes_out_in_order() {
        let mut times = Vec::new();
        let mut take = |event: sidestep::event::Event<'_>| {
            times.push(event.time().micros());
            ControlFlow::Continue(())
        };
        let total = Micros::try_from(3 * MOST).unwrap();
        let ((), summary) = with_record_sink(&mut take, |sink| {
            for time in 0..total {
                let process = time.to_string();
                let envelope = envelope(&process, time);
                let key = Key::of(&envelope, "", None);
                begun(&envelope, key, sink).unwrap().offer = Some(event(time));
                assert!(sink.connections.held.len() <= MOST);
                assert!(sink.connections.order.len() <= 4 * MOST);
            }
            let last = total - 1;
            assert!(pass_time(Some(last + HELD), sink).is_continue());
            assert!(!sink.connections.held.is_empty());
            assert!(finish(sink).is_continue());
        });
        assert_eq!(summary.events, 3 * MOST as u64);
        assert!(times.is_sorted());
    }

    #[test]
    fn a_connection_without_a_process_is_known_by_its_other_end() {
        let unnumbered = envelope("", 0);
        assert_eq!(Key::of(&unnumbered, "10.0.0.5", None), None);
        let key = Key::of(&unnumbered, "10.0.0.5", Some(9));
        assert!(key.is_some() && key != Key::of(&unnumbered, "10.0.0.5", Some(10)));
        assert_eq!(
            Key::of(&envelope("7", 0), "", None),
            Key::of(&envelope("7", 0), "::1", Some(9))
        );
    }
}
