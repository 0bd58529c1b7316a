//! What sshd says of connections before anybody asks for a login: where they arrive, and which it drops.

use std::net::IpAddr;
use std::ops::ControlFlow;

use sidestep::Timestamp;
use sidestep::event::{Host, HostActivity, HostActivityBuilder, HostActivityKind};

use super::super::connection::{Key, release};
use super::super::{Envelope, host, nothing, source};
use super::peer::port_at_end;
use crate::error::Fault;
use crate::record_sink::RecordSink;

/// `from 10.0.0.5 port 50022 on 10.0.0.7 port 22 rdomain ""`: a connection begins, and the host that
/// writes has the second address.
pub(super) fn began(
    envelope: &Envelope<'_>,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let from = rest.strip_prefix("from ").unwrap_or(rest);
    let Some((from, on)) = from.split_once(" on ") else {
        return nothing(sink, "sshd, beginning of a connection");
    };
    // A process of the same number that is not known to be over is over.
    let (address, port) = port_at_end(from);
    let before = sink.connections.end(Key::of(envelope, address, port));
    if let Some(before) = before
        && release(before, sink).is_break()
    {
        return Ok(ControlFlow::Break(()));
    }
    let on = on.split_once(' ').map_or(on, |(address, _)| address);
    match arrived_at(envelope, on, sink) {
        Some(address) => bind(envelope, address, sink),
        None => nothing(sink, "sshd, beginning of a connection"),
    }
}

/// `before authentication for connection from 10.0.0.5 to 10.0.0.7, pid = 11`, or only `for 10.0.0.5`.
pub(super) fn timed_out(
    envelope: &Envelope<'_>,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let (rest, process) = rest.rsplit_once(", pid = ").unwrap_or((rest, envelope.process));
    let key = (!process.is_empty()).then(|| Key::of_process(envelope, process));
    if let Some(over) = sink.connections.end(key)
        && release(over, sink).is_break()
    {
        return Ok(ControlFlow::Break(()));
    }
    let on = rest.split_once(" connection from ").and_then(|(_, ends)| ends.split_once(" to "));
    match on.and_then(|(_, on)| arrived_at(envelope, on, sink)) {
        Some(address) => bind(envelope, address, sink),
        None => nothing(sink, "sshd, end of a connection"),
    }
}

/// `connection #0 from [10.0.0.5]:50022 on [10.0.0.7]:22 penalty: failed authentication`: an attempt of
/// which no account is known.
pub(super) fn dropped(
    envelope: &Envelope<'_>,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let ends = rest.split_once(" from ").map(|(_, ends)| ends);
    let Some((from, on)) = ends.and_then(|ends| ends.split_once(" on ")) else {
        return nothing(sink, "sshd, another message");
    };
    let on = on.split_once(' ').map_or(on, |(on, _)| on);
    let (on, _) = end(on);
    if let Some(address) = arrived_at(envelope, on, sink)
        && bind(envelope, address, sink)?.is_break()
    {
        return Ok(ControlFlow::Break(()));
    }
    let (address, port) = end(from);
    refused(envelope, address, port, sink)
}

/// `connect from ws1.corp.example (10.0.0.5)`: shut out by the host's own list.
pub(super) fn shut_out(
    envelope: &Envelope<'_>,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let from = rest.strip_prefix("connect from ").unwrap_or(rest);
    let address = from.rsplit_once('(').map_or(from, |(_, address)| address);
    refused(envelope, address.trim_end_matches(')'), None, sink)
}

/// Hands on a connection that was refused before any login.
fn refused(
    envelope: &Envelope<'_>,
    address: &str,
    port: Option<u16>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let mut peer = source(address);
    if peer.is_unknown() || host(envelope.host).is_unknown() {
        return nothing(sink, "sshd, a connection that was dropped");
    }
    if let Some(port) = port {
        peer = peer.with_port(port);
    }
    let kind = HostActivityKind::NetworkConnection;
    let builder = begin(envelope, kind, host(envelope.host))?.peer(peer).object("ssh refused");
    hand_on(builder, sink)
}

/// `[10.0.0.5]:22`.
fn end(text: &str) -> (&str, Option<u16>) {
    match text.rsplit_once("]:") {
        Some((address, port)) => (address.trim_start_matches('['), port.parse().ok()),
        None => (text, None),
    }
}

/// An address of the host that writes, where it is news.
fn arrived_at(envelope: &Envelope<'_>, address: &str, sink: &mut RecordSink<'_>) -> Option<IpAddr> {
    sink.connections.addresses.learn(envelope.host, address, envelope.time?)
}

/// Hands on that the host that writes has this address.
fn bind(
    envelope: &Envelope<'_>,
    address: IpAddr,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let own = Host::named(envelope.host).with_ip(address);
    hand_on(begin(envelope, HostActivityKind::AddressBinding, own)?, sink)
}

fn begin<'e>(
    envelope: &Envelope<'_>,
    kind: HostActivityKind,
    host: Host<'e>,
) -> Result<HostActivityBuilder<'e>, Fault> {
    let Some(time) = envelope.time else {
        return Err(Fault::record("has no time that can be read"));
    };
    let builder = HostActivity::builder(Timestamp::from_micros(time), kind, host);
    Ok(match envelope.raw_ref {
        Some(line) => builder.raw_ref(line),
        None => builder,
    })
}

fn hand_on(
    builder: HostActivityBuilder<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let activity = builder.build().map_err(|error| Fault::record(error.to_string()))?;
    Ok(sink.activity(&activity))
}
