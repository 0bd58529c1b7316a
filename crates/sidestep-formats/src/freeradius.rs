//! FreeRADIUS' own files: `radius.log`, and the `detail` of its accounting.

use std::ops::ControlFlow;

use sidestep::Timestamp;
use sidestep::event::{Activity, AuthEvent, AuthProtocol, Host, LogonType, Outcome};

use crate::dialect::Dialect;
use crate::error::{Fault, FormatError};
use crate::line::each_line;
use crate::options::ReadOptions;
use crate::record_sink::RecordSink;
use crate::source::Source;
use crate::syslog::{Envelope, host, nothing, radius, send, source as source_host};
use crate::time::{Micros, TimeFormat, civil, month};
use crate::values::ip;

/// RADIUS' code of the packet that accounting comes in.
const ACCOUNTING: u32 = 4;

/// Lines of a record of the detail that are held.
const MOST_LINES: usize = 512;

/// Reads both files.
pub(crate) struct FreeRadius;

/// Whether lines are those of FreeRADIUS: `Sun Nov 29 09:19:43 2026 : Auth: ...`, or such a time alone
/// with attributes below.
pub(crate) fn is_radius(lines: &[&[u8]]) -> bool {
    let line = |at: usize| lines.get(at).and_then(|line| std::str::from_utf8(line).ok());
    let Some(first) = line(0) else { return false };
    let zone = ReadOptions::default();
    match first.split_once(" : ") {
        Some((time, rest)) => {
            let level = rest.split_once(": ").map_or("", |(level, _)| level);
            matches!(level, "Auth" | "Info" | "Warning" | "Error" | "Proxy" | "Debug" | "Acct")
                && ctime(time, &zone).is_some()
        }
        None => {
            ctime(first, &zone).is_some()
                && line(1).is_some_and(|line| line.starts_with('\t') && line.contains(" = "))
        }
    }
}

/// `Sun Nov 29 09:19:43 2026`, in the zone of the server.
fn ctime(text: &str, options: &ReadOptions) -> Option<Micros> {
    let mut parts = text.split_ascii_whitespace();
    let weekday = parts.next()?;
    if !["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(&weekday) {
        return None;
    }
    let month = month(parts.next()?.as_bytes())?;
    let day = parts.next()?.parse().ok()?;
    let clock = parts.next()?;
    let year = parts.next()?.parse().ok()?;
    if parts.next().is_some() {
        return None;
    }
    civil(year, month, day, clock, &options.zone)
}

impl Dialect for FreeRadius {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut detail = Detail::default();
        let flow = each_line(source, sink, |line, number, sink| {
            if line.starts_with(['\t', ' ']) {
                return detail.add(line, sink);
            }
            // What is wrong with the record before does not cost the one that begins here.
            let before = detail.take(sink);
            if matches!(before, Ok(ControlFlow::Break(()))) {
                return before;
            }
            let options = sink.options;
            match line.split_once(" : ") {
                Some((time, rest)) => {
                    let _ = before?;
                    let time = ctime(time, options);
                    let envelope = Envelope {
                        time,
                        host: "",
                        program: "radiusd",
                        process: "",
                        raw_ref: Some(number),
                    };
                    radius::message(&envelope, rest, sink)
                }
                None => match ctime(line, options) {
                    Some(time) => {
                        detail.begin(time, number);
                        before
                    }
                    None => {
                        sink.not_understood("a line of no shape that FreeRADIUS writes");
                        before
                    }
                },
            }
        })?;
        if flow.is_break() {
            return Ok(flow);
        }
        let number = detail.number;
        match detail.take(sink) {
            Ok(flow) => Ok(flow),
            Err(fault) => sink.bad(number, 1, fault).map(ControlFlow::Continue),
        }
    }
}

/// A record of the detail: a time, and the attributes in the lines below.
#[derive(Debug, Default)]
struct Detail {
    time: Option<Micros>,
    number: u64,
    attributes: Vec<(String, String)>,
}

impl Detail {
    fn begin(&mut self, time: Micros, number: u64) {
        (self.time, self.number) = (Some(time), number);
        self.attributes.clear();
    }

    /// `User-Name = "alice"`. Of all others, which may be passwords, nothing is held.
    fn add(&mut self, line: &str, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
        const KEPT: [&str; 9] = [
            "User-Name",
            "Acct-Status-Type",
            "Acct-Session-Id",
            "Acct-Unique-Session-Id",
            "Calling-Station-Id",
            "NAS-Identifier",
            "NAS-IP-Address",
            "NAS-IPv6-Address",
            "Timestamp",
        ];
        if self.time.is_none() {
            sink.not_understood("an attribute of FreeRADIUS' without a time above it");
            return Ok(ControlFlow::Continue(()));
        }
        if let Some((name, value)) = line.trim().split_once(" = ")
            && KEPT.contains(&name)
            && self.attributes.len() < MOST_LINES
        {
            let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            let value =
                quoted.map_or_else(|| value.to_owned(), |value| value.replace("\\\\", "\\"));
            self.attributes.push((name.to_owned(), value));
        }
        Ok(ControlFlow::Continue(()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(attribute, _)| attribute == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Hands on the record that was gathered, if there is one.
    fn take(&mut self, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
        let Some(time) = self.time.take() else { return Ok(ControlFlow::Continue(())) };
        let activity = match self.get("Acct-Status-Type") {
            Some("Start" | "1") => Activity::Logon,
            Some("Stop" | "2") => Activity::Logoff,
            Some(_) => return nothing(sink, "radius detail, accounting under way"),
            None => return nothing(sink, "radius detail, no accounting"),
        };
        let Some(user) = self.get("User-Name") else {
            return nothing(sink, "radius detail, a session of nobody");
        };
        let mut gateway = self.get("NAS-Identifier").map(host).unwrap_or_default();
        let address = self.get("NAS-IP-Address").or_else(|| self.get("NAS-IPv6-Address"));
        gateway.ip = gateway.ip.or(address.and_then(ip));
        if gateway == Host::default() {
            return Err(Fault::column(
                "NAS-Identifier",
                format!(
                    "is missing, and so is NAS-IP-Address, in the record of line {}",
                    self.number
                ),
            ));
        }
        let time = self.get("Timestamp").and_then(|at| TimeFormat::Seconds.utc(at)).unwrap_or(time);
        let mut builder =
            AuthEvent::builder(Timestamp::from_micros(time), radius::account(user).into_owned())
                .src_host(self.get("Calling-Station-Id").map(source_host).unwrap_or_default())
                .dst_host(gateway)
                .activity(activity)
                .outcome(Outcome::Success)
                .logon_type(LogonType::Network)
                .auth_protocol(AuthProtocol::Radius)
                .logon_process("radius")
                .event_code(ACCOUNTING)
                .raw_ref(self.number);
        let session = self.get("Acct-Unique-Session-Id").or_else(|| self.get("Acct-Session-Id"));
        let digits = session.map(|id| id.get(..16).unwrap_or(id));
        if let Some(id) = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
            builder = builder.logon_id(id);
        }
        send(builder, sink)
    }
}
