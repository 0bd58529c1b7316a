//! OCSF Authentication (3002), one JSON object a line.

use std::fmt::Write;

use sidestep::event::{Account, AccountKind};

use crate::login_row::{Auth, Logon, Orientation};

use super::scene::{Act, Scene};
use super::streams::Streams;

/// The file.
const FILE: &str = "ocsf.jsonl";
const CLASS: u32 = 3002;

/// Writes the event of an act.
pub(super) fn write(scene: &Scene<'_>, act: &Act, out: &mut Streams) {
    let row = &act.row;
    let (activity, activity_name) = activity(row.orientation);
    let time = act.time + scene.clock(row.dst);
    let mut text = String::with_capacity(640);
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "{{\"class_uid\":{CLASS},\"class_name\":\"Authentication\",\"category_uid\":3,\
         \"type_uid\":{},\"activity_id\":{activity},\"activity_name\":\"{activity_name}\",\
         \"time\":{},\"severity_id\":1,\"status_id\":{},\"status\":\"{}\",",
        CLASS * 100 + activity,
        time.div_euclid(1000),
        if row.success { 1 } else { 2 },
        if row.success { "Success" } else { "Failure" },
    );
    user(&mut text, "user", &scene.account(row.account), &scene.sid(row.account));
    if row.subject != row.account {
        text.push_str("\"actor\":{");
        user(&mut text, "user", &scene.account(row.subject), &scene.sid(row.subject));
        text.pop();
        text.push_str("},");
    }
    // One event in fifty lacks the source's name, one its address.
    let named = !act.chance(2, 20);
    let placed = !act.chance(3, 20) || !named;
    text.push_str("\"src_endpoint\":{");
    if named {
        let _ = write!(text, "\"hostname\":\"{}\"", scene.short(row.src));
    }
    if placed {
        let comma = if named { "," } else { "" };
        let _ = write!(text, "{comma}\"ip\":\"{}\"", scene.address(row.src));
    }
    let _ = write!(
        text,
        "}},\"dst_endpoint\":{{\"hostname\":\"{}\",\"ip\":\"{}\"}},",
        scene.dns(row.dst),
        scene.address(row.dst),
    );
    if let Some((id, name)) = protocol(row.auth) {
        let _ = write!(text, "\"auth_protocol_id\":{id},\"auth_protocol\":\"{name}\",");
    }
    if let Some(id) = logon_type(row.logon) {
        let _ = write!(text, "\"logon_type_id\":{id},\"logon_type\":\"{}\",", row.logon.text());
    }
    text.push_str("\"metadata\":{\"version\":\"1.6.0\",\"product\":{\"name\":\"collector\"}}}");
    out.put(FILE, "", time, text);
}

fn user(text: &mut String, key: &str, account: &Account<'_>, sid: &str) {
    let kind = match account.kind {
        AccountKind::WellKnown | AccountKind::Machine => 3,
        _ => 1,
    };
    let domain = account.domain.as_deref().unwrap_or_default();
    let _ = write!(
        text,
        "\"{key}\":{{\"name\":\"{}\",\"domain\":\"{domain}\",\"uid\":\"{sid}\",\"type_id\":{kind}}},",
        account.name,
    );
}

const fn activity(orientation: Orientation) -> (u32, &'static str) {
    match orientation {
        Orientation::LogOn => (1, "Logon"),
        Orientation::LogOff => (2, "Logoff"),
        Orientation::Tgt => (3, "Authentication Ticket"),
        Orientation::Tgs => (4, "Service Ticket Request"),
        Orientation::AuthMap => (99, "Account Mapped"),
        Orientation::ScreenLock => (99, "Session Disconnect"),
        Orientation::ScreenUnlock => (99, "Session Reconnect"),
    }
}

const fn protocol(auth: Auth) -> Option<(u32, &'static str)> {
    match auth {
        Auth::Unknown => None,
        Auth::Kerberos => Some((2, "Kerberos")),
        Auth::Ntlm => Some((1, "NTLM")),
        Auth::Negotiate => Some((99, "Negotiate")),
        Auth::MsV1 => Some((99, "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0")),
    }
}

const fn logon_type(logon: Logon) -> Option<u32> {
    match logon {
        Logon::Unknown => None,
        Logon::Interactive => Some(2),
        Logon::Network => Some(3),
        Logon::Batch => Some(4),
        Logon::Service => Some(5),
        Logon::Unlock => Some(7),
        Logon::NetworkCleartext => Some(8),
        Logon::NewCredentials => Some(9),
        Logon::RemoteInteractive => Some(10),
        Logon::CachedInteractive => Some(11),
    }
}
