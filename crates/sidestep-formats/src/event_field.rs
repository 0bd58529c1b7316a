//! The fields that a record may have under names of their own, in CSV and in tables.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::error::{ParseError, quote};
use crate::vocabulary::folded;

/// Declares the fields with the name that people give and the headers taken for them.
macro_rules! fields {
    ($($(#[$meta:meta])* $variant:ident = $name:literal $(| $alias:literal)*,)+) => {
        /// What a column may hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum EventField { $($(#[$meta])* $variant,)+ }

        impl EventField {
            /// Every field, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name used in `field=column`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Headers taken for this field, lower case without punctuation, the surest first:
            /// `Dst User`, `dst_user` and `dst.user` are all `dstuser`.
            #[must_use]
            pub const fn aliases(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($alias,)*],)+ }
            }
        }
    };
}

fields! {
    /// When: see [`TimeFormat`](crate::TimeFormat).
    Time = "time" | "time" | "timestamp" | "datetime" | "eventtime" | "timecreated" | "ts" | "date" | "timegenerated"
        | "createddatetime" | "eventtimestamp" | "timestamputc" | "datetimeutc" | "dateutc"
        | "timegeneratedutc" | "timecreatedutc" | "logtime",
    /// The account logged on as: `name`, `name@domain` or `DOMAIN\name`.
    Account = "account" | "account" | "dstuser" | "dstuserdom" | "destinationuser" | "targetuser"
        | "targetusername" | "targetaccount" | "user" | "username" | "useraccount" | "accountname" | "username0"
        | "userprincipalname" | "accountupn" | "upn" | "loginname" | "samaccountname",
    /// Its domain, where the account column has none.
    Domain = "domain" | "domain" | "targetdomainname" | "targetdomain" | "userdomain"
        | "dstdomain" | "accountdomain",
    /// Its SID.
    Sid = "sid" | "sid" | "targetusersid" | "usersid" | "targetsid",
    /// The account that asked.
    Subject = "subject" | "subject" | "srcuser" | "srcuserdom" | "sourceuser" | "subjectusername"
        | "subjectuser",
    /// Domain of the account that asked.
    SubjectDomain = "subject_domain" | "subjectdomain" | "subjectdomainname" | "srcdomain",
    /// The host that the login came from.
    SrcHost = "src_host" | "srchost" | "srccomputer" | "src" | "source" | "sourcehost"
        | "sourcecomputer" | "workstationname" | "workstation" | "srchostname" | "sourcehostname"
        | "clienthost" | "client" | "remotedevicename" | "remotehost" | "clientname"
        | "clienthostname" | "srcnthost",
    /// Its address.
    SrcIp = "src_ip" | "srcip" | "sourceip" | "ipaddress" | "sourceaddress" | "srcaddress"
        | "clientip" | "clientaddress" | "sourcenetworkaddress" | "remoteip" | "remoteaddress" | "remoteipaddress"
        | "calleripaddress" | "clientipaddress" | "sourceipaddress",
    /// Its port.
    SrcPort = "src_port" | "srcport" | "sourceport" | "ipport" | "clientport" | "remoteport",
    /// The host logged on to.
    DstHost = "dst_host" | "dsthost" | "dstcomputer" | "dst" | "destination" | "dest"
        | "destinationhost" | "destinationcomputer" | "targethost" | "targetcomputer" | "computer"
        | "computername" | "host" | "hostname" | "dsthostname" | "destinationhostname" | "server"
        | "target" | "devicename" | "machinename" | "targethostname" | "application"
        | "appdisplayname" | "resourcedisplayname",
    /// Its address.
    DstIp = "dst_ip" | "dstip" | "destip" | "destinationip" | "destinationaddress" | "dstaddress"
        | "serverip",
    /// How the account logged on: words, or Windows' numbers.
    LogonType = "logon_type" | "logontype" | "logon",
    /// What authenticated it.
    AuthProtocol = "auth_protocol" | "authprotocol" | "authtype" | "auth"
        | "authenticationpackagename" | "authenticationpackage" | "authpackage"
        | "authenticationprotocol" | "protocol" | "authmethod",
    /// Whether it succeeded.
    Outcome = "outcome" | "outcome" | "result" | "status" | "eventoutcome" | "success" | "action" | "actiontype"
        | "eventaction" | "event" | "eventtype" | "eventname" | "eventsimplename" | "operation"
        | "operationname" | "activitytype" | "category" | "lowlevelcategory" | "type" | "eventdescription"
        | "signature" | "description" | "message",
    /// Why it failed.
    OutcomeReason = "outcome_reason" | "outcomereason" | "failurereason" | "substatus" | "reason",
    /// What happened: logon, logoff, TGT, TGS ...
    Activity = "activity" | "activity" | "orientation" | "authorientation" | "activityname"
        | "eventaction" | "action" | "actiontype" | "event" | "eventtype" | "eventname"
        | "eventsimplename" | "operation" | "operationname" | "activitytype" | "category"
        | "lowlevelcategory" | "type" | "eventdescription" | "signature" | "description" | "message",
    /// The log's number for this kind of event; Windows' numbers tell activity and outcome.
    EventCode = "event_code" | "eventcode" | "eventid",
    /// Name of the logon process.
    LogonProcess = "logon_process" | "logonprocess" | "logonprocessname",
    /// Session id on the destination, decimal or `0x`.
    LogonId = "logon_id" | "logonid" | "targetlogonid",
    /// What marks the credential that was shown: a key's fingerprint, a ticket's hash.
    Credential = "credential" | "credential" | "keyfingerprint" | "fingerprint",
    /// Name of the session at a terminal server.
    SessionName = "session_name" | "sessionname",
    /// Whether a second factor was used.
    Mfa = "mfa" | "mfa" | "ismfa" | "mfaused",
}

impl EventField {
    /// The names of all fields, for help and errors.
    #[must_use]
    pub fn list() -> String {
        Self::ALL.iter().map(|field| field.name()).collect::<Vec<_>>().join(", ")
    }

    /// Whether a header may be that of what happened, and of much else: its values decide.
    pub(crate) fn may_be_of_activity(header: &str) -> bool {
        let first = Self::Activity.aliases().iter().position(|alias| *alias == "event");
        Self::Activity.rank(header) >= first
    }

    /// Whether a header may be that of any text.
    pub(crate) fn is_of_texts(header: &str) -> bool {
        folded(header, |word| matches!(word, "message" | "description"))
    }

    /// How surely a header means this field: 0 is the surest, `None` not at all.
    #[must_use]
    pub fn rank(self, header: &str) -> Option<usize> {
        folded(header, |word| self.aliases().iter().position(|alias| *alias == word))
    }
}

impl FromStr for EventField {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::ALL.iter().copied().find(|field| field.name() == text).ok_or_else(|| ParseError {
            what: "field",
            value: text.to_owned(),
            expected: format!("one of {}", Self::list()),
        })
    }
}

/// What is wrong with a field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {what}", field.name())]
pub struct FieldError {
    /// The field.
    pub field: EventField,
    /// What is wrong.
    pub what: String,
}

impl FieldError {
    /// An error of a field.
    #[must_use]
    pub fn new(field: EventField, what: impl Into<String>) -> Self {
        Self { field, what: what.into() }
    }

    /// A field that an event needs and that is empty.
    #[must_use]
    pub fn empty(field: EventField) -> Self {
        let name = field.name();
        let article = if field == EventField::Account { "an" } else { "a" };
        Self::new(field, format!("is empty; an event needs {article} {name}"))
    }

    /// A word that means nothing there.
    #[must_use]
    pub fn unfit(field: EventField, text: &str, expected: &str) -> Self {
        Self::new(field, format!("{} is not {expected}", quote(text.as_bytes())))
    }
}
