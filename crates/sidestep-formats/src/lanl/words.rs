//! The words of a line: how somebody logged on, and how that ended.

use sidestep::event::{Activity, AuthProtocol, LogonType, Outcome};

use super::COLUMNS;
use crate::error::Fault;
use crate::vocabulary;

/// What the last four columns of a line say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) auth_protocol: AuthProtocol,
    pub(super) logon_type: LogonType,
    pub(super) activity: Activity,
    pub(super) outcome: Outcome,
}

impl Words {
    pub(super) fn parse([auth, logon, orientation, result]: [&str; 4]) -> Result<Self, Fault> {
        let outcome = match result {
            "Success" => Outcome::Success,
            "?" => Outcome::Unknown,
            "Fail" | "Failure" => Outcome::Failure,
            _ => return Err(Fault::word(COLUMNS[8], result.as_bytes(), "Success, Fail or ?")),
        };
        Ok(Self {
            auth_protocol: auth_protocol(auth),
            logon_type: logon_type(logon),
            activity: activity(orientation),
            outcome,
        })
    }
}

/// Places for what was parsed before.
const PLACES: usize = 256;

/// The last four columns of lines, parsed once for each text that they have: a log has a few dozen.
pub(super) struct WordsSeen(Vec<Option<(Box<str>, Words)>>);

impl Default for WordsSeen {
    fn default() -> Self {
        Self(vec![None; PLACES])
    }
}

impl WordsSeen {
    /// What the text of the last four columns was parsed to.
    #[inline]
    pub(super) fn get(&self, text: &str) -> Option<Words> {
        let (known, words) = self.0[place_of(text)].as_ref()?;
        (**known == *text).then_some(*words)
    }

    /// Remembers what a text was parsed to, in place of another that stands there.
    pub(super) fn insert(&mut self, text: &str, words: Words) {
        self.0[place_of(text)] = Some((text.into(), words));
    }
}

#[inline]
fn place_of(text: &str) -> usize {
    let bytes = text.as_bytes();
    let word = |eight: Option<&[u8; 8]>| eight.map_or(0, |eight| u64::from_le_bytes(*eight));
    let (begin, end) = (word(bytes.first_chunk()), word(bytes.last_chunk()));
    let middle = word(bytes.get(bytes.len() / 2..).and_then(<[u8]>::first_chunk));
    let mixed =
        (begin ^ middle.rotate_left(21) ^ end.rotate_left(42)).wrapping_add(bytes.len() as u64);
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
}

fn activity(text: &str) -> Activity {
    match text {
        "LogOn" => Activity::Logon,
        "LogOff" => Activity::Logoff,
        "TGS" => Activity::ServiceTicket,
        "TGT" => Activity::TicketGrantingTicket,
        "ScreenLock" => Activity::SessionDisconnect,
        "ScreenUnlock" => Activity::SessionReconnect,
        _ => Activity::Other,
    }
}

fn auth_protocol(text: &str) -> AuthProtocol {
    match text {
        "?" => AuthProtocol::Unknown,
        _ => vocabulary::auth_protocol(text),
    }
}

fn logon_type(text: &str) -> LogonType {
    match text {
        "?" => LogonType::Unknown,
        _ => vocabulary::logon_type(text),
    }
}
