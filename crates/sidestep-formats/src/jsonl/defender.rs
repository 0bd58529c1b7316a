//! Advanced hunting of Microsoft Defender: `DeviceLogonEvents` and `IdentityLogonEvents`, as the API
//! gives their rows, as the Streaming API sends them, and as Log Analytics keeps them.

use sidestep::event::{Account, Activity, AuthEvent, AuthProtocol, Host, LogonType, Outcome};

use super::Taken;
use super::fields::{account, destination, host, refused, source, time_in, with_port};
use super::product::each;
use super::shape::pass_over;
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::values::{clipped, number as number_of};
use crate::vocabulary;
use sidestep::Timestamp;

/// The fields as Defender names them.
const NAMES: [(&str, &str); 4] = [
    ("account", "AccountName"),
    ("src_host", "RemoteDeviceName"),
    ("dst_host", "DeviceName"),
    ("outcome_reason", "FailureReason"),
];

/// What the tables of logons are called.
const DEVICE: &str = "DeviceLogonEvents";
const IDENTITY: &str = "IdentityLogonEvents";

/// Hands on a logon.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    if let Some(rows) = rows(root) {
        return each(rows, number, sink, take);
    }
    // The Streaming API puts the row under `properties`.
    let row = root.get("properties").filter(|node| node.is_object()).unwrap_or(root);
    let word = |name: &str| row.word(name);
    let table = root.word("category").and_then(|text| text.strip_prefix("AdvancedHunting-"));
    let table = table.or_else(|| word("Type").filter(|text| text.ends_with("Events")));
    let action = word("ActionType").unwrap_or("record without an action");
    let outcome = match action {
        "LogonSuccess" => Outcome::Success,
        "LogonFailed" => Outcome::Failure,
        // It began; whether it succeeded the next record says.
        "LogonAttempted" => Outcome::Unknown,
        _ => return Ok(pass_over(sink, "Defender", action)),
    };
    let of_identity = match table {
        Some(DEVICE) => false,
        Some(IDENTITY) => true,
        Some(other) => return Ok(pass_over(sink, "Defender", other)),
        None => ["Application", "DestinationDeviceName", "DestinationIPAddress", "IPAddress"]
            .iter()
            .any(|name| word(name).is_some()),
    };
    let time = time_in(
        &[row, root],
        &["Timestamp", "TimeGenerated", "TimeGenerated [UTC]", "time"],
        sink.times(),
    )?;
    let user = account(word("AccountName"), word("AccountDomain"), word("AccountSid"))
        .or_else(|| account(word("AccountUpn"), None, word("AccountSid")))
        .or_else(|| account(word("AccountDisplayName"), None, word("AccountSid")));
    let user = user.unwrap_or_else(|| Account::new(""));
    let (activity, logon_type) = logon_type(word("LogonType"));
    let (src, dst) = if of_identity { identity(row, activity) } else { device(row) };
    let mut event = AuthEvent::builder(Timestamp::from_micros(time), user)
        .src_host(src)
        .dst_host(destination(dst, "DeviceName")?)
        .activity(activity)
        .logon_type(logon_type)
        .auth_protocol(word("Protocol").map_or(AuthProtocol::Unknown, vocabulary::auth_protocol))
        .outcome(outcome)
        .raw_ref(number);
    if let Some(reason) = word("FailureReason").filter(|_| outcome == Outcome::Failure) {
        event = event.outcome_reason(clipped(reason));
    }
    if let Some(id) = word("LogonId").and_then(number_of).filter(|_| !of_identity) {
        event = event.logon_id(id);
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// The rows of an answer of the API.
pub(super) fn rows(root: Node<'_>) -> Option<Node<'_>> {
    let rows = root.get("Results").or_else(|| root.get("results"))?;
    rows.children().next()?.get("ActionType")?;
    Some(rows)
}

/// From where to where, as the device that was logged on to has it.
fn device(row: Node<'_>) -> (Host<'_>, Host<'_>) {
    let word = |name: &str| row.word(name);
    let src = source(&[word("RemoteDeviceName"), word("RemoteIP")]);
    (with_port(src, word("RemotePort")), host(&[word("DeviceName").or_else(|| word("DeviceId"))]))
}

/// From where to where, as a controller or a cloud service has it: the device is where it came from.
fn identity(row: Node<'_>, activity: Activity) -> (Host<'_>, Host<'_>) {
    let word = |name: &str| row.word(name);
    let src = with_port(source(&[word("DeviceName"), word("IPAddress")]), word("Port"));
    let at = host(&[word("DestinationDeviceName"), word("DestinationIPAddress")]);
    let target = word("TargetDeviceName").filter(|_| activity == Activity::Logon);
    let dst = match target {
        Some(target) => host(&[Some(target)]),
        None if at.is_unknown() => host(&[word("Application")]),
        None => with_port(at, word("DestinationPort")),
    };
    (src, dst)
}

/// What happened and how, by the words of either table.
fn logon_type(text: Option<&str>) -> (Activity, LogonType) {
    let Some(text) = text else { return (Activity::Logon, LogonType::Unknown) };
    vocabulary::folded(text, |word| match word {
        "credentialsvalidation" | "credentialvalidation" => {
            (Activity::CredentialValidation, LogonType::Unknown)
        }
        "resourceaccess" | "domainresourceaccess" => (Activity::Logon, LogonType::Network),
        "remotedesktop" | "remoteinteractiverdp" => (Activity::Logon, LogonType::RemoteInteractive),
        "local" => (Activity::Logon, LogonType::Interactive),
        "failedlogon" => (Activity::Logon, LogonType::Unknown),
        _ => (Activity::Logon, vocabulary::logon_type(text)),
    })
}
