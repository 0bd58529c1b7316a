//! Samba's audits as JSON: logins, and changes of the directory of a controller.

use sidestep::Timestamp;
use sidestep::event::{Account, HostActivity, HostActivityBuilder, HostActivityKind};

use super::Taken;
use super::fields::account;
use super::shape::pass_over;
use super::tape::{Node, Tape};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::samba::{Form, Record, endpoint, writer};
use crate::time::{Micros, TimeFormat};
use crate::values::{clipped, guid};

/// How long a session of the directory is remembered by its name.
const SESSION: Micros = 86_400_000_000;

/// Kinds of record.
const KINDS: [&str; 9] = [
    "Authentication",
    "Authorization",
    "KDC Authorization",
    "dsdbChange",
    "dsdbTransaction",
    "passwordChange",
    "groupChange",
    "replicatedUpdate",
    "replicatedSecrets",
];

/// Whether a record is one of Samba's, by what it says it is.
pub(super) fn is_samba(root: Node<'_>, kind: &str) -> bool {
    KINDS.contains(&kind) && root.get(kind).is_some_and(Node::is_object)
}

/// Takes a record out of a line that says more; `host` wrote it, if it is known.
pub(crate) fn text(json: &str, number: u64, host: &str, sink: &mut RecordSink<'_>) -> Taken {
    let mut tape = Tape::default();
    let root = tape.read(json).map_err(|error| super::not_json(&error))?;
    match root.get("type").and_then(Node::text) {
        Some(kind) if is_samba(root, kind) => record(root, number, host, sink),
        _ => Ok(super::shape::not_understood(sink, root)),
    }
}

/// Takes a record that stands by itself.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let host = ["hostname", "host.name", "host"].iter().find_map(|name| root.word(name));
    record(root, number, host.unwrap_or_default(), sink)
}

fn record(root: Node<'_>, number: u64, host: &str, sink: &mut RecordSink<'_>) -> Taken {
    let kind = root.get("type").and_then(Node::text).unwrap_or_default();
    let Some(body) = root.get(kind) else { return Ok(super::shape::not_understood(sink, root)) };
    let time = root.get("timestamp").and_then(Node::text);
    let time = time.and_then(|text| TimeFormat::Auto.utc(text)).ok_or_else(|| {
        Fault::word("timestamp", time.unwrap_or_default().as_bytes(), "a time of Samba's")
    })?;
    let change = Change { body, time, number, host };
    match kind {
        "Authentication" | "Authorization" | "KDC Authorization" => {
            login(kind, body, time, number, host, sink)
        }
        "dsdbChange" => change.of_directory(sink),
        "passwordChange" => change.of_password(sink),
        "groupChange" => change.of_group(sink),
        _ => Ok(pass_over(sink, "samba", kind)),
    }
}

/// A record of a login.
fn login(
    kind: &str,
    body: Node<'_>,
    time: Micros,
    number: u64,
    host: &str,
    sink: &mut RecordSink<'_>,
) -> Taken {
    let word = |name: &str| body.get(name).and_then(Node::first_text);
    let session = word("sessionId");
    let of = |name: &str, domain: &str, sid: &str| account(word(name), word(domain), word(sid));
    let who = of("becameAccount", "becameDomain", "becameSid")
        .or_else(|| of("mappedAccount", "mappedDomain", ""))
        .or_else(|| of("clientAccount", "clientDomain", ""))
        .or_else(|| of("account", "domain", "sid"));
    if let (Some(session), Some(who)) = (session, &who) {
        sink.memory.names.put(("session", session), time, who.to_string());
    }
    let logon_id = word("logonId").and_then(|id| u64::from_str_radix(id, 16).ok());
    let ticket = word("authTime").zip(who.as_ref()).map(|(at, who)| format!("{who} {at}"));
    let record = Record {
        form: Form::Json,
        time,
        raw_ref: Some(number),
        writer: host,
        service: word("serviceDescription").unwrap_or_default(),
        method: word("authDescription").or_else(|| word("authType")).unwrap_or_default(),
        status: if kind == "Authorization" { Some("NT_STATUS_OK") } else { word("status") },
        local: word("localAddress"),
        remote: word("remoteAddress"),
        workstation: word("workstation"),
        account: who,
        password: word("passwordType"),
        event_id: word("eventId").and_then(|id| id.parse().ok()),
        // What ties a change of the directory to a login is a session's name.
        logon_id: session.map(session_number).or(logon_id).filter(|id| *id != 0),
        credential: ticket,
    };
    match kind {
        "Authentication" => record.authentication(sink),
        "Authorization" => record.authorization(sink),
        _ => record.kdc_authorization(sink),
    }
}

/// A session, which has a GUID, by a number, as sessions are in events.
#[allow(clippy::cast_possible_truncation, reason = "the halves are wanted")]
fn session_number(session: &str) -> u64 {
    let guid = guid(session).unwrap_or_default();
    (guid >> 64) as u64 ^ guid as u64
}

/// A change of the directory.
struct Change<'r> {
    body: Node<'r>,
    time: Micros,
    number: u64,
    host: &'r str,
}

impl<'r> Change<'r> {
    fn word(&self, name: &str) -> Option<&'r str> {
        self.body.get(name).and_then(Node::first_text)
    }

    /// Hands on an activity on the controller.
    fn tell(
        &self,
        kind: HostActivityKind,
        object: &str,
        sink: &mut RecordSink<'_>,
        with: impl FnOnce(HostActivityBuilder<'static>) -> HostActivityBuilder<'static>,
    ) -> Taken {
        let host = writer(self.host, sink.options, self.word("localAddress"))?.into_owned();
        let session = self.word("sessionId");
        let name = session
            .and_then(|session| sink.memory.names.get(("session", session), self.time, SESSION));
        let sid = self.word("userSid");
        let who = match (name, sid) {
            (Some(name), _) => Some(Account::parse(name).into_owned()),
            (None, Some("S-1-5-18")) => Some(Account::new("SYSTEM")),
            // Another log has the name.
            (None, sid) => sid.map(|sid| Account::new(sid.to_owned())),
        };
        let mut builder = HostActivity::builder(Timestamp::from_micros(self.time), kind, host)
            .object(clipped(object).to_owned())
            .peer(endpoint(self.word("remoteAddress")))
            .raw_ref(self.number);
        if let Some(who) = who {
            builder = builder.account(match sid {
                Some(sid) => who.with_sid(sid.to_owned()),
                None => who,
            });
        }
        if let Some(id) = session.map(session_number).filter(|id| *id != 0) {
            builder = builder.logon_id(id);
        }
        if let Some(code) = self.word("eventId").and_then(|id| id.parse().ok()) {
            builder = builder.event_code(code);
        }
        let activity = with(builder).build().map_err(|error| Fault::record(error.to_string()))?;
        Ok(sink.activity(&activity))
    }

    /// An object was added or changed.
    fn of_directory(&self, sink: &mut RecordSink<'_>) -> Taken {
        if self.word("statusCode").is_some_and(|code| code != "0") {
            return Ok(pass_over(sink, "samba", "dsdbChange that was refused"));
        }
        let by_system = self.word("userSid") == Some("S-1-5-18");
        let dn = self.word("dn").unwrap_or_default();
        let attributes = || self.body.get("attributes").into_iter().flat_map(Node::children);
        // Names of attributes have the case that the client gave them.
        let find = |name: &str| attributes().find(|it| it.name().eq_ignore_ascii_case(name));
        if self.word("operation") == Some("Add") {
            let class = find("objectClass");
            let of = |class: Node<'_>, name| {
                values(class, "add").any(|it| it.eq_ignore_ascii_case(name))
            };
            if class.is_some_and(|class| of(class, "user") || of(class, "computer")) {
                let name = find("sAMAccountName").and_then(|name| values(name, "add").next());
                let name = name.unwrap_or_else(|| first_name(dn));
                return self.tell(HostActivityKind::AccountCreation, name, sink, |builder| builder);
            }
            return Ok(pass_over(sink, "samba", "dsdbChange of no account"));
        }
        if let Some(member) = find("member").and_then(|member| values(member, "add").next()) {
            let object = format!("{} ({})", first_name(dn), first_name(member));
            return self.tell(HostActivityKind::GroupMembership, &object, sink, |builder| builder);
        }
        const OF_ACCOUNTS: [&str; 7] = [
            "unicodePwd",
            "clearTextPassword",
            "userPassword",
            "userAccountControl",
            "servicePrincipalName",
            "msDS-AllowedToActOnBehalfOfOtherIdentity",
            "msDS-KeyCredentialLink",
        ];
        if !by_system && OF_ACCOUNTS.iter().any(|name| find(name).is_some()) {
            let name = first_name(dn);
            return self.tell(HostActivityKind::AccountChange, name, sink, |builder| builder);
        }
        Ok(pass_over(sink, "samba", "dsdbChange of other attributes"))
    }

    /// A password was changed by its owner, or set by another.
    fn of_password(&self, sink: &mut RecordSink<'_>) -> Taken {
        if self.word("statusCode").is_some_and(|code| code != "0") {
            return Ok(pass_over(sink, "samba", "passwordChange that was refused"));
        }
        let name = first_name(self.word("dn").unwrap_or_default());
        self.tell(HostActivityKind::AccountChange, name, sink, |builder| builder)
    }

    fn of_group(&self, sink: &mut RecordSink<'_>) -> Taken {
        let refused = self.word("statusCode").is_some_and(|code| code != "0");
        if refused || self.word("action") != Some("Added") {
            return Ok(pass_over(sink, "samba", "groupChange that added nobody"));
        }
        let name = |field| first_name(self.word(field).unwrap_or_default());
        let object = format!("{} ({})", name("group"), name("user"));
        self.tell(HostActivityKind::GroupMembership, &object, sink, |builder| builder)
    }
}

/// The values that an action has for an attribute. A new object has all of them added.
fn values<'r>(attribute: Node<'r>, action: &'static str) -> impl Iterator<Item = &'r str> {
    let actions = attribute.get("actions").into_iter().flat_map(Node::children);
    actions
        .filter(move |it| it.get("action").and_then(Node::text) == Some(action))
        .filter_map(|it| it.get("values"))
        .flat_map(Node::children)
        .filter_map(|value| value.get("value").and_then(Node::text))
}

/// `CN=Domain Admins,CN=Users,DC=corp` as `Domain Admins`; before it may stand `<GUID=...>;<SID=...>;`.
fn first_name(dn: &str) -> &str {
    let dn = dn.rsplit_once(">;").map_or(dn, |(_, dn)| dn);
    let Some((_, value)) = dn.split_once('=') else { return dn };
    let bytes = value.as_bytes();
    let end = (0..bytes.len()).find(|&at| bytes[at] == b',' && (at == 0 || bytes[at - 1] != b'\\'));
    let name = end.map_or(value, |end| &value[..end]);
    if name.is_empty() { dn } else { name }
}

#[cfg(test)]
mod tests {
    use super::first_name;

    #[test]
    fn the_first_name_of_an_entry_is_what_it_is_called() {
        assert_eq!(first_name("CN=Domain Admins,CN=Users,DC=r"), "Domain Admins");
        assert_eq!(first_name("<GUID=c2>;<SID=S-1-5-21-1>;CN=tool7,CN=Users,DC=r"), "tool7");
        assert_eq!(first_name(r"CN=Doe\, John,DC=r"), r"Doe\, John");
        assert_eq!((first_name(""), first_name("x")), ("", "x"));
    }
}
