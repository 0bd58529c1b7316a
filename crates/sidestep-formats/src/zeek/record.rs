//! One Zeek record: its kind, and the fields that any event needs.

use std::borrow::Cow;
use std::net::IpAddr;

use sidestep::Timestamp;
use sidestep::event::Host;

use crate::error::Fault;
use crate::time::Micros;
use crate::time::TimeFormat;
use crate::values::{ip, is_local};

/// The logs that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Kerberos,
    Ntlm,
    SmbMapping,
    SmbFiles,
    Rdp,
    Ssh,
    DceRpc,
    Conn,
    Rfb,
    Dhcp,
    Dns,
}

/// Declares the fields, each with its slot in a record, the names that Zeek has for it, and the
/// kinds of log that it is read from.
macro_rules! fields {
    ($(#[$meta:meta])* $($variant:ident = $slot:literal,
        $word:literal $(| $alias:literal)* $(in $($kind:ident)|+)?;)+) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field { $($variant,)+ }

        impl Field {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The field of this name, if it is read from logs of this kind.
            pub(super) fn of_name(kind: Kind, name: &str) -> Option<Self> {
                match name {
                    $($word $(| $alias)* => Some(Self::$variant),)+
                    _ => None,
                }
                .filter(|field| field.is_in(kind))
            }

            fn is_in(self, kind: Kind) -> bool {
                match self {
                    $(Self::$variant => true $(&& matches!(kind, $(Kind::$kind)|+))?,)+
                }
            }

            const fn slot(self) -> usize {
                match self { $(Self::$variant => $slot,)+ }
            }

            /// The name.
            pub(super) const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

/// Slots of a record.
const SLOTS: usize = 13;

fields! {
    /// The fields that are read, over all logs; JSON exports at times write `id.orig_h` as
    /// `id_orig_h`.
    Ts = 0, "ts";
    Uid = 1, "uid";
    OrigH = 2, "id.orig_h" | "id_orig_h";
    OrigP = 3, "id.orig_p" | "id_orig_p";
    RespH = 4, "id.resp_h" | "id_resp_h";
    RespP = 5, "id.resp_p" | "id_resp_p";
    RequestType = 6, "request_type" in Kerberos;
    Client = 7, "client" in Kerberos;
    Service = 8, "service" in Kerberos | Conn;
    Success = 9, "success" in Kerberos | Ntlm;
    ErrorMsg = 10, "error_msg" in Kerberos;
    Cipher = 11, "cipher" in Kerberos;
    AuthTicket = 12, "auth_ticket" in Kerberos;
    Username = 6, "username" in Ntlm;
    Hostname = 7, "hostname" in Ntlm;
    Domainname = 8, "domainname" in Ntlm;
    ServerNbComputerName = 10, "server_nb_computer_name" in Ntlm;
    ServerDnsComputerName = 11, "server_dns_computer_name" in Ntlm;
    Path = 6, "path" in SmbMapping | SmbFiles;
    Action = 7, "action" in SmbFiles;
    Name = 8, "name" in SmbFiles;
    Cookie = 6, "cookie" in Rdp;
    Result = 7, "result" in Rdp;
    SecurityProtocol = 8, "security_protocol" in Rdp;
    ClientName = 9, "client_name" in Rdp;
    AuthSuccess = 6, "auth_success" in Ssh;
    Endpoint = 6, "endpoint" in DceRpc;
    Operation = 7, "operation" in DceRpc;
    Proto = 6, "proto" in Conn;
    ConnState = 7, "conn_state" in Conn;
    Auth = 6, "auth" in Rfb;
    ClientAddr = 6, "client_addr" in Dhcp;
    ServerAddr = 7, "server_addr" in Dhcp;
    AssignedAddr = 8, "assigned_addr" | "assigned_ip" in Dhcp;
    HostName = 9, "host_name" in Dhcp;
    ClientFqdn = 10, "client_fqdn" in Dhcp;
    Mac = 11, "mac" in Dhcp;
    MsgTypes = 12, "msg_types" in Dhcp;
    Query = 6, "query" in Dns;
    QtypeName = 7, "qtype_name" in Dns;
    Answers = 8, "answers" in Dns;
}

impl Kind {
    /// The kind of a log of this path, as in `#path` and `_path`.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        Some(match path {
            "kerberos" => Self::Kerberos,
            "ntlm" => Self::Ntlm,
            "smb_mapping" => Self::SmbMapping,
            "smb_files" => Self::SmbFiles,
            "rdp" => Self::Rdp,
            "ssh" => Self::Ssh,
            "dce_rpc" => Self::DceRpc,
            "conn" => Self::Conn,
            "rfb" => Self::Rfb,
            "dhcp" => Self::Dhcp,
            "dns" => Self::Dns,
            _ => return None,
        })
    }

    /// The kind that a JSON record without `_path` must be, told from the names of its fields;
    /// `None` where they do not tell, or the record is none of Zeek's.
    pub(crate) fn of_fields<'n>(names: impl Iterator<Item = &'n str>) -> Option<Self> {
        let (mut ts, mut uid, mut action, mut name) = (false, false, false, false);
        let mut kind = None;
        for field in names {
            let told = match field {
                "ts" => {
                    ts = true;
                    None
                }
                "uid" | "uids" => {
                    uid = true;
                    None
                }
                "action" => {
                    action = true;
                    None
                }
                "name" => {
                    name = true;
                    None
                }
                "request_type" | "error_msg" | "till" | "renewable" => Some(Self::Kerberos),
                "domainname" | "server_nb_computer_name" | "server_dns_computer_name" => {
                    Some(Self::Ntlm)
                }
                "share_type" | "native_file_system" => Some(Self::SmbMapping),
                "times.modified" | "times_modified" | "prev_name" => Some(Self::SmbFiles),
                "security_protocol" | "cookie" | "client_dig_product_id" => Some(Self::Rdp),
                "auth_attempts" | "auth_success" | "kex_alg" => Some(Self::Ssh),
                "endpoint" | "named_pipe" => Some(Self::DceRpc),
                "conn_state" => Some(Self::Conn),
                "authentication_method" | "share_flag" | "desktop_name" => Some(Self::Rfb),
                "assigned_addr" | "assigned_ip" | "msg_types" | "lease_time" => Some(Self::Dhcp),
                "qtype" | "qtype_name" | "rcode_name" => Some(Self::Dns),
                _ => None,
            };
            kind = kind.or(told);
        }
        let kind = kind.or_else(|| (action && name).then_some(Self::SmbFiles));
        kind.filter(|_| ts && uid)
    }
}

/// One record: the values by Zeek's names (`id.orig_h`), unset ones left out.
#[derive(Debug)]
pub(crate) struct Record<'r> {
    pub(crate) kind: Kind,
    pub(crate) raw_ref: Option<u64>,
    values: [Option<Cow<'r, str>>; SLOTS],
}

impl<'r> Record<'r> {
    pub(crate) const fn new(kind: Kind) -> Self {
        Self { kind, raw_ref: None, values: [const { None }; SLOTS] }
    }

    /// Takes a value; a name that no event here needs is dropped. A truth is `T` or `true`; of a
    /// set or a vector come its elements with commas between.
    pub(crate) fn set(&mut self, name: &str, value: Cow<'r, str>) {
        if let Some(field) = Field::of_name(self.kind, name) {
            self.put(field, value);
        }
    }

    /// Takes a value.
    #[inline]
    pub(super) fn put(&mut self, field: Field, value: Cow<'r, str>) {
        self.values[field.slot()] = Some(value);
    }

    /// A value; `None` where it is unset or empty.
    #[inline]
    pub(super) fn get(&self, field: Field) -> Option<&str> {
        self.values[field.slot()].as_deref().filter(|text| !text.is_empty())
    }

    /// A truth; `None` where it is unset, which is not falsehood.
    pub(super) fn truth(&self, field: Field) -> Result<Option<bool>, Fault> {
        match self.get(field) {
            None => Ok(None),
            Some("T" | "true") => Ok(Some(true)),
            Some("F" | "false") => Ok(Some(false)),
            Some(text) => Err(Fault::word(field.word(), text.as_bytes(), "T or F")),
        }
    }

    /// When it happened.
    pub(super) fn time(&self) -> Result<Micros, Fault> {
        let Some(text) = self.get(Field::Ts) else {
            return Err(Fault::column(Field::Ts.word(), "is unset; an event needs a time"));
        };
        // Epoch seconds in TSV, and in JSON also milliseconds or ISO 8601.
        let format = TimeFormat::Auto;
        format
            .parse(text)
            .map(Timestamp::micros)
            .ok_or_else(|| Fault::word(Field::Ts.word(), text.as_bytes(), format.expected()))
    }

    /// Where the connection came from. An address of the host itself or of its link names no
    /// host, and is left out.
    pub(super) fn orig(&self) -> Result<Host<'_>, Fault> {
        let ip = self.address(Field::OrigH)?.filter(|ip| !is_local(ip));
        Ok(match ip {
            Some(ip) => self.with_port(Host::at(ip), Field::OrigP)?,
            None => Host::default(),
        })
    }

    /// Where the connection went.
    pub(super) fn resp(&self) -> Result<Host<'_>, Fault> {
        let Some(ip) = self.address(Field::RespH)? else {
            return Err(Fault::column(Field::RespH.word(), "is unset; an event needs it"));
        };
        self.with_port(Host::at(ip), Field::RespP)
    }

    pub(super) fn port(&self, field: Field) -> Result<Option<u16>, Fault> {
        self.get(field)
            .map(|text| {
                text.parse().map_err(|_| Fault::word(field.word(), text.as_bytes(), "a port"))
            })
            .transpose()
    }

    fn with_port<'h>(&self, host: Host<'h>, field: Field) -> Result<Host<'h>, Fault> {
        Ok(match self.port(field)? {
            Some(port) => host.with_port(port),
            None => host,
        })
    }

    /// An address; an IPv4 address in IPv6's clothes is IPv4, and `0.0.0.0` is none.
    pub(super) fn address(&self, field: Field) -> Result<Option<IpAddr>, Fault> {
        let Some(text) = self.get(field) else { return Ok(None) };
        match ip(text) {
            Some(ip) => Ok(Some(ip).filter(|ip| !ip.is_unspecified())),
            None => Err(Fault::word(field.word(), text.as_bytes(), "an IP address")),
        }
    }

    /// The connection's `uid` as a number: the same in every log of one sensor. Its letters and
    /// digits are read as a number to the base of 63, so that two are equal only if the uids are.
    pub(super) fn session(&self) -> Option<u128> {
        const LONGEST: usize = 21;
        let uid = self.get(Field::Uid)?;
        if uid.len() > LONGEST {
            return None;
        }
        uid.bytes().try_fold(0_u128, |number, byte| {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0' + 1,
                b'A'..=b'Z' => byte - b'A' + 11,
                b'a'..=b'z' => byte - b'a' + 37,
                _ => return None,
            };
            Some(number * 63 + u128::from(digit))
        })
    }
}

/// The session's number in 64 bits, for records that have no room for 128.
pub(super) fn short(session: u128) -> u64 {
    // A product spreads the digits over the upper half before both halves are laid together.
    let spread = session.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let bytes = spread.to_le_bytes();
    let half = |at: usize| bytes[at..at + 8].iter().rev().fold(0, |n, &b| n << 8 | u64::from(b));
    half(0) ^ half(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 11] = [
        Kind::Kerberos,
        Kind::Ntlm,
        Kind::SmbMapping,
        Kind::SmbFiles,
        Kind::Rdp,
        Kind::Ssh,
        Kind::DceRpc,
        Kind::Conn,
        Kind::Rfb,
        Kind::Dhcp,
        Kind::Dns,
    ];

    #[test]
    fn no_two_fields_of_a_log_share_a_slot() {
        for kind in KINDS {
            let mut slots: Vec<_> =
                Field::ALL.iter().filter(|field| field.is_in(kind)).map(|f| f.slot()).collect();
            let all = slots.len();
            slots.sort_unstable();
            slots.dedup();
            assert_eq!(slots.len(), all, "{kind:?}");
            assert!(slots.last().is_some_and(|last| *last < SLOTS));
        }
        for field in Field::ALL {
            let kinds = KINDS.iter().filter(|kind| field.is_in(**kind));
            assert!(kinds.into_iter().all(|k| Field::of_name(*k, field.word()) == Some(*field)));
        }
    }

    #[test]
    fn a_record_takes_the_fields_of_its_kind_and_no_others() {
        let mut record = Record::new(Kind::Ssh);
        record.set("auth_success", "T".into());
        record.set("id_orig_h", "::ffff:10.0.0.1".into());
        record.set("query", "x".into());
        record.set("uid", "CUM0KZ3MLUfNB0cl11".into());
        assert_eq!(record.truth(Field::AuthSuccess).ok(), Some(Some(true)));
        assert_eq!(record.orig().ok().map(|host| host.to_string()).as_deref(), Some("10.0.0.1"));
        assert!(record.session().is_some_and(|session| short(session) != 0));
        record.set("uid", "C-1".into());
        assert_eq!(record.session(), None);
    }

    #[test]
    fn a_record_without_a_path_is_told_by_its_fields() {
        let told = |names: &str| Kind::of_fields(names.split(' '));
        assert_eq!(told("ts uid id.orig_h request_type client"), Some(Kind::Kerberos));
        assert_eq!(told("cookie ts uid"), Some(Kind::Rdp));
        assert_eq!(told("ts uid action name"), Some(Kind::SmbFiles));
        assert_eq!(told("ts uids assigned_addr"), Some(Kind::Dhcp));
        assert_eq!(told("ts uid id.orig_h"), None);
        assert_eq!(told("time cookie"), None);
    }
}
