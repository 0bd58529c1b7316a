//! Where a login came from, by what programs write as its host.

use std::borrow::Cow;
use std::net::IpAddr;

use sidestep::event::{Host, LogonType};

use super::layout::Record;
use crate::values::{ip, is_local};

/// Where a login came from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Origin<'r> {
    /// The host; empty where it is this one.
    name: Cow<'r, str>,
    address: Option<IpAddr>,
    /// Whether a desktop of this host was shown there.
    desktop: bool,
}

/// Text that is most often ASCII.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

impl<'r> Origin<'r> {
    /// The origin of a login; `None` where the record is of a window within a session, which `screen`,
    /// `tmux` and terminal programs write as logins too.
    pub(super) fn of(record: &Record<'r>) -> Option<Self> {
        let mut name = text(record.host);
        let at_terminal = record.line.starts_with(b"pts/") || record.line.starts_with(b"ttyp");
        if name.starts_with("tmux(") || name.starts_with("mosh [") || is_screen(&name) {
            return None;
        }
        let mut desktop = false;
        if let Some(end) = name.find(" via mosh") {
            name = cut(name, end);
        } else if ip(&name).is_none()
            && let Some(end) = display(&name)
        {
            // A terminal on a desktop that is shown elsewhere is no login of its own; the desktop is.
            if at_terminal {
                return None;
            }
            desktop = end > 0;
            name = cut(name, end);
        }
        let address = record.address.or_else(|| ip(&name));
        if address.is_some_and(|address| is_local(&address)) || name == "localhost" {
            return Some(Self { name: Cow::Borrowed(""), address: None, desktop: false });
        }
        if ip(&name).is_some() || matches!(&*name, "-" | "UNKNOWN") {
            name = Cow::Borrowed("");
        }
        Some(Self { name, address, desktop })
    }

    pub(super) fn into_host(self) -> Host<'r> {
        let host = self.address.map_or_else(Host::default, Host::at);
        if self.name.is_empty() { host } else { host.with_name(self.name) }
    }

    /// As `sshd` in syslog has it, so that both count as one login.
    pub(super) fn logon_type(&self) -> LogonType {
        if self.desktop {
            LogonType::RemoteInteractive
        } else if self.address.is_none() && self.name.is_empty() {
            LogonType::Interactive
        } else {
            LogonType::Network
        }
    }
}

fn cut(text: Cow<'_, str>, end: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

/// Whether a host is that of a window of `screen`: `10.0.0.5:S.0`, `:pts/0:S.0`.
fn is_screen(name: &str) -> bool {
    name.rsplit_once(":S.").is_some_and(|(_, window)| is_number(window))
}

/// Where the display of a name begins: `ws-17:0`, `:0.0`.
fn display(name: &str) -> Option<usize> {
    let (host, display) = name.rsplit_once(':')?;
    let (display, screen) = display.split_once('.').unwrap_or((display, "0"));
    (is_number(display) && is_number(screen)).then_some(host.len())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
