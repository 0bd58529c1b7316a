//! Which column of a CSV file holds what.

use std::str::FromStr;

use crate::error::ParseError;
use crate::time::TimeFormat;
use crate::words::folded;

/// Declares the fields with the name that people give and the headers taken for them.
macro_rules! fields {
    ($($(#[$meta:meta])* $variant:ident = $name:literal $(| $alias:literal)*,)+) => {
        /// What a column may hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum CsvField { $($(#[$meta])* $variant,)+ }

        impl CsvField {
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
    /// When: see [`TimeFormat`].
    Time = "time" | "time" | "timestamp" | "datetime" | "eventtime" | "timecreated" | "ts" | "date",
    /// The account logged on as: `name`, `name@domain` or `DOMAIN\name`.
    Account = "account" | "account" | "dstuser" | "dstuserdom" | "destinationuser" | "targetuser"
        | "targetusername" | "user" | "username" | "useraccount" | "accountname" | "username0",
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
        | "clienthost" | "client",
    /// Its address.
    SrcIp = "src_ip" | "srcip" | "sourceip" | "ipaddress" | "sourceaddress" | "srcaddress"
        | "clientip" | "clientaddress" | "sourcenetworkaddress",
    /// Its port.
    SrcPort = "src_port" | "srcport" | "sourceport" | "ipport" | "clientport",
    /// The host logged on to.
    DstHost = "dst_host" | "dsthost" | "dstcomputer" | "dst" | "destination" | "dest"
        | "destinationhost" | "destinationcomputer" | "targethost" | "targetcomputer" | "computer"
        | "computername" | "host" | "hostname" | "dsthostname" | "destinationhostname" | "server"
        | "target",
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
    Outcome = "outcome" | "outcome" | "result" | "status" | "eventoutcome" | "success",
    /// Why it failed.
    OutcomeReason = "outcome_reason" | "outcomereason" | "failurereason" | "substatus" | "reason",
    /// What happened: logon, logoff, TGT, TGS ...
    Activity = "activity" | "activity" | "orientation" | "authorientation" | "activityname"
        | "eventaction" | "action",
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

impl CsvField {
    /// The names of all fields, for help and errors.
    #[must_use]
    pub fn list() -> String {
        Self::ALL.iter().map(|field| field.name()).collect::<Vec<_>>().join(", ")
    }

    /// How surely a header means this field: 0 is the surest, `None` not at all.
    #[must_use]
    pub fn rank(self, header: &str) -> Option<usize> {
        folded(header, |word| self.aliases().iter().position(|alias| *alias == word))
    }
}

impl FromStr for CsvField {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::ALL.iter().copied().find(|field| field.name() == text).ok_or_else(|| ParseError {
            what: "field",
            value: text.to_owned(),
            expected: format!("one of {}", Self::list()),
        })
    }
}

/// Names a column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Column {
    /// By its header; case counts.
    Name(String),
    /// By its number; the first is 1.
    Number(usize),
    /// None: the field is not read, even where a header looks like it.
    Absent,
}

impl FromStr for Column {
    type Err = ParseError;

    /// Digits are a number, nothing is [`Column::Absent`], anything else a header.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text.is_empty() {
            return Ok(Self::Absent);
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self::Name(text.to_owned()));
        }
        match text.parse() {
            Ok(number @ 1..=4096) => Ok(Self::Number(number)),
            _ => Err(ParseError {
                what: "column",
                value: text.to_owned(),
                expected: "a header, or a number from 1 to 4096".to_owned(),
            }),
        }
    }
}

/// Which column holds what. A field that is not set is looked for among the headers, under its
/// own name and the names that common logs give it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CsvMapping {
    columns: Vec<(CsvField, Column)>,
    time_format: TimeFormat,
}

impl CsvMapping {
    /// Says where a field is. A second word on the same field takes the first one's place.
    #[must_use]
    pub fn with(mut self, field: CsvField, column: Column) -> Self {
        self.columns.retain(|(set, _)| *set != field);
        self.columns.push((field, column));
        self
    }

    /// Says where a field is by `field=column`.
    ///
    /// # Errors
    /// [`ParseError`] where there is no `=`, or no such field, or the number is no column's.
    pub fn with_pair(self, pair: &str) -> Result<Self, ParseError> {
        let Some((field, column)) = pair.split_once('=') else {
            return Err(ParseError {
                what: "mapping",
                value: pair.to_owned(),
                expected: "field=column, such as account=User".to_owned(),
            });
        };
        Ok(self.with(field.trim().parse()?, column.trim().parse()?))
    }

    /// Says how the time is written.
    #[must_use]
    pub const fn with_time_format(mut self, format: TimeFormat) -> Self {
        self.time_format = format;
        self
    }

    /// How the time is written.
    #[must_use]
    pub const fn time_format(&self) -> TimeFormat {
        self.time_format
    }

    /// Where a field was said to be.
    #[must_use]
    pub fn column(&self, field: CsvField) -> Option<&Column> {
        self.columns.iter().find(|(set, _)| *set == field).map(|(_, column)| column)
    }

    /// Whether nothing was said of any column.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.columns.is_empty()
    }

    /// Whether a file without a header can be read: columns are named by number only.
    pub(crate) fn by_number(&self) -> bool {
        !self.columns.is_empty()
            && self.columns.iter().all(|(_, column)| !matches!(column, Column::Name(_)))
    }
}
