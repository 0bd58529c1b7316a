//! Results of osquery's queries. What table a row is of is told by its columns, since a query may
//! have any name.

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::event::{Activity, AuthEvent, Host, LogonType, Outcome};

use super::Taken;
use super::envelope;
use super::fields::{account, destination, host, refused, source, time_at};
use super::shape::pass_over;
use super::tape::Node;
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::windows;
use sidestep::Timestamp;

/// The fields as osquery names them.
const NAMES: [(&str, &str); 3] =
    [("account", "username"), ("src_host", "host"), ("dst_host", "hostIdentifier")];

/// Hands on the logins among the rows of a result.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let query = root.word("name").unwrap_or("result without a name");
    if root.word("action") == Some("removed") {
        // A row that is gone tells nothing that it did not tell when it came.
        return Ok(pass_over(sink, "osquery removed row of", query));
    }
    if let Some(row) = root.get("columns").filter(|row| row.is_object()) {
        return one(root, row, number, sink);
    }
    let rows = root.get("snapshot").or_else(|| root.find("diffResults.added"));
    let Some(rows) = rows.filter(|rows| rows.is_array()) else {
        if root.children().any(|node| node.name().starts_with("columns.")) {
            return one(root, root, number, sink);
        }
        return Ok(pass_over(sink, "osquery", query));
    };
    let mut passed = true;
    for row in rows.children() {
        passed = false;
        if one(root, row, number, sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    if passed {
        return Ok(pass_over(sink, "osquery empty result of", query));
    }
    Ok(ControlFlow::Continue(()))
}

/// Hands on one row.
fn one(root: Node<'_>, row: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let row = Row { row, flat: row.children().any(|node| node.name().starts_with("columns.")) };
    let has = |name: &str| row.node(name).is_some();
    if has("eventid") && has("provider_name") && has("data") {
        return windows_event(row, number, sink);
    }
    // `last` writes `username`; `logged_in_users` writes `user`.
    if has("tty") && has("username") && has("host") {
        return login(root, row, "username", number, sink);
    }
    if has("tty") && has("user") && has("host") {
        return login(root, row, "user", number, sink);
    }
    if has("auid") && has("terminal") && has("address") {
        // Who it was stands in a message, which the tape leaves out.
        sink.not_understood("osquery user_events");
        return Ok(ControlFlow::Continue(()));
    }
    // Lines of syslog that osquery took in.
    if has("facility")
        && has("tag")
        && let Some(taken) = envelope::take(root, number, 1, sink)
    {
        return taken;
    }
    Ok(pass_over(sink, "osquery", root.word("name").unwrap_or("result without a name")))
}

/// A row, of which each column may be written as a path.
#[derive(Clone, Copy)]
struct Row<'r> {
    row: Node<'r>,
    flat: bool,
}

impl<'r> Row<'r> {
    fn node(self, name: &str) -> Option<Node<'r>> {
        if self.flat {
            let named = |node: &Node<'_>| node.name().strip_prefix("columns.") == Some(name);
            return self.row.children().find(named);
        }
        self.row.get(name)
    }

    fn word(self, name: &str) -> Option<&'r str> {
        self.node(name)?.first_text()
    }
}

/// A row of `last` or of `logged_in_users`.
fn login(
    root: Node<'_>,
    row: Row<'_>,
    user: &str,
    number: u64,
    sink: &mut RecordSink<'_>,
) -> Taken {
    let kind = row.word("type_name").or_else(|| row.word("type"));
    let activity = match kind {
        Some("user-process" | "user_process" | "user" | "7" | "active") | None => Activity::Logon,
        Some("dead-process" | "dead_process" | "dead" | "8") => Activity::Logoff,
        Some(other) => return Ok(pass_over(sink, "osquery row of type", other)),
    };
    let made = row.word("time").filter(|text| *text != "0");
    let time = match made {
        Some(text) => {
            let times = sink.times();
            let read = times.read(text);
            read.ok_or_else(|| Fault::word("time", text.as_bytes(), times.expected()))?
        }
        None => time_at(root, &["unixTime"], sink.times())?,
    };
    let Some(who) = account(row.word(user), None, None) else {
        // The end of a session has the terminal only.
        return Ok(pass_over(sink, "osquery", "row of nobody"));
    };
    // A display, or a kernel's version, stands there too.
    let from = row.word("host").filter(|from| !from.starts_with(':') && !from.contains(' '));
    let event = AuthEvent::builder(Timestamp::from_micros(time), who)
        .src_host(source(&[from]))
        .dst_host(destination(recording_host(root), "hostIdentifier")?)
        .activity(activity)
        .logon_type(if from.is_some() { LogonType::Unknown } else { LogonType::Interactive })
        .outcome(Outcome::Success)
        .raw_ref(number)
        .build()
        .map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// The host that was asked.
fn recording_host(root: Node<'_>) -> Host<'_> {
    let word = |path: &str| root.word(path);
    let name = word("decorations.hostname").or_else(|| word("decorations.computer_name"));
    host(&[name.or_else(|| word("hostIdentifier"))])
}

/// A Windows event, whose values osquery writes as JSON in a text.
fn windows_event(row: Row<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |name: &str| row.word(name);
    let text = word("eventid").unwrap_or_default();
    let Ok(event_id) = text.parse() else {
        return Err(Fault::word("eventid", text.as_bytes(), "a number"));
    };
    let provider = word("provider_name").unwrap_or_default();
    if !windows::is_listed(event_id) {
        windows::pass_over(event_id, provider, sink);
        return Ok(ControlFlow::Continue(()));
    }
    let mut record = windows::Record { event_id, raw_ref: Some(number), ..Default::default() };
    // `time` is when osquery got it.
    record.time =
        word("datetime").or_else(|| word("time")).and_then(|text| sink.times().read(text));
    record.provider = Cow::Borrowed(provider);
    record.channel = Cow::Borrowed(word("channel").or_else(|| word("source")).unwrap_or_default());
    record.computer = Cow::Borrowed(word("computer_name").unwrap_or_default());
    let data = row.node("data");
    for name in ["EventData", "UserData"] {
        let Some(values) = data.and_then(|data| data.get(name)) else { continue };
        for value in values.children() {
            if let Some(text) = value.first_text() {
                record.set(value.name(), Cow::Borrowed(text));
            }
        }
    }
    windows::emit(&record, sink)
}
