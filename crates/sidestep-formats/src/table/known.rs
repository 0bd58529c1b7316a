//! Tables that are known as a whole by the names of their columns.
//!
//! Their rows are read by the mapping of the same shape in JSON: it knows what each number and word of
//! that source means, which the columns alone do not say.

use crate::event_field::EventField;
use crate::windows;

/// What the names of the columns show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// A table that is known.
    Shape(TableShape),
    /// What a tool found in logs, and no log.
    Findings(Findings),
}

/// Results of a tool, which only name some of the records that it read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Findings {
    /// What it is.
    pub(crate) what: &'static str,
    /// What to give instead.
    pub(crate) advice: &'static str,
}

/// A table that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableShape {
    /// The names of Windows, flattened or with dots.
    Windows,
    /// What `EvtxECmd` writes: its `Payload` holds the values.
    EvtxECmd,
    /// `Get-WinEvent | Export-Csv`.
    PowerShell,
    SignIns,
    /// As the portal of Entra writes them, with names for people.
    SignInsOfPortal,
    Defender,
    CloudTrail,
    Ocsf,
    Ecs,
    Zeek,
    Journald,
}

/// Names under which the number of a flat Windows event is read.
const NUMBERS: [&str; 6] = ["EventID", "EventId", "EventCode", "event_id", "eventid", "eventID"];

/// Names under which the time of a Windows event is read.
const WINDOWS_TIMES: [&str; 10] = [
    "TimeGenerated [UTC]",
    "TimeCreated",
    "SystemTime",
    "EventTimeUTC",
    "TimeGenerated",
    "time_created",
    "event_original_time",
    "EventTime",
    "@timestamp",
    "_time",
];

/// Names under which the host that wrote a Windows event is read.
const WINDOWS_HOSTS: [&str; 6] =
    ["Hostname", "Computer", "ComputerName", "computer_name", "hostname", "computer"];

/// What the portal of Entra calls what Graph calls otherwise.
const PORTAL: [(&str, &str); 10] = [
    ("Date (UTC)", "createdDateTime"),
    ("Username", "userPrincipalName"),
    ("User", "userDisplayName"),
    ("User ID", "userId"),
    ("Application", "appDisplayName"),
    ("Resource", "resourceDisplayName"),
    ("IP address", "ipAddress"),
    ("Sign-in error code", "resultType"),
    ("Failure reason", "resultDescription"),
    ("Authentication requirement", "authenticationRequirement"),
];

/// The name without what an export puts around it: Elasticsearch's `_source.`, Sentinel's ` [UTC]`.
fn plain(name: &str) -> &str {
    let name = name.strip_prefix("_source.").unwrap_or(name);
    name.strip_suffix(UTC).unwrap_or(name)
}

/// What Sentinel puts behind the name of a time.
const UTC: &str = " [UTC]";

/// Names that tell a table, beside those of the values of Windows events.
const TELLING: [&str; 41] = [
    "Payload",
    "PayloadData1",
    "MapDescription",
    "EventRecordId",
    "EventRecordID",
    "Provider",
    "ProviderName",
    "Channel",
    "SourceName",
    "RecordNumber",
    "Id",
    "MachineName",
    "EventData",
    "UserData",
    "UserPrincipalName",
    "ServicePrincipalName",
    "AppDisplayName",
    "ResultType",
    "ResultDescription",
    "DeviceDetail",
    "AuthenticationRequirement",
    "AuthenticationDetails",
    "MfaDetail",
    "ActionType",
    "DeviceName",
    "eventSource",
    "eventName",
    "userIdentity",
    "requestParameters",
    "responseElements",
    "class_uid",
    "ts",
    "uid",
    "id_orig_h",
    "id_resp_h",
    "_path",
    "__REALTIME_TIMESTAMP",
    "MESSAGE",
    "SYSLOG_IDENTIFIER",
    "_HOSTNAME",
    "Date (UTC)",
];

/// Whether a column of this name may be one of a table that is known.
#[must_use]
pub fn is_of_known_table(name: &str) -> bool {
    let name = plain(name);
    name.contains('.')
        || TELLING.iter().any(|known| known.eq_ignore_ascii_case(name))
        || (name != "Properties" && windows::Field::of(name).is_some())
        || NUMBERS.contains(&name)
        || PORTAL.iter().any(|(theirs, _)| *theirs == name.trim())
}

/// Tells what a table is from the names of its columns; `None` for one that is not known.
pub(crate) fn tell(names: &[&str]) -> Option<Told> {
    use TableShape as Shape;
    let has = |wanted: &str| names.iter().any(|name| plain(name) == wanted);
    let any_case = |wanted: &str| names.iter().any(|name| plain(name).eq_ignore_ascii_case(wanted));
    let begins = |wanted: &str| names.iter().any(|name| plain(name).starts_with(wanted));
    let any = |wanted: &[&str]| wanted.iter().any(|name| has(name));
    if let Some(findings) = findings(&any_case) {
        return Some(Told::Findings(findings));
    }
    let number = any(&NUMBERS);
    let shape = if has("MapDescription") && has("PayloadData1") && has("Payload") && number {
        Shape::EvtxECmd
    } else if has("winlog.event_id")
        || (has("event.code") && begins("winlog."))
        || begins("Event.System.EventID")
        || begins("System.EventID")
    {
        Shape::Windows
    } else if has("Id") && has("ProviderName") && has("MachineName") && has("TimeCreated") {
        Shape::PowerShell
    } else if number
        && ["TargetUserName", "SubjectUserName", "EventData"].iter().any(|name| any_case(name))
    {
        Shape::Windows
    } else if has("class_uid") {
        Shape::Ocsf
    } else if has("__REALTIME_TIMESTAMP") && has("MESSAGE") {
        Shape::Journald
    } else if has("Date (UTC)") && has("Username") && has("Application") {
        Shape::SignInsOfPortal
    } else if (any_case("userPrincipalName") || any_case("servicePrincipalName"))
        && (any_case("appDisplayName") || any_case("resourceDisplayName"))
        && ["createdDateTime", "TimeGenerated", "time"].iter().any(|name| any_case(name))
    {
        Shape::SignIns
    } else if has("ActionType")
        && has("LogonType")
        && any(&["Timestamp", "TimeGenerated"])
        && any(&["DeviceName", "TargetDeviceName", "DestinationDeviceName"])
    {
        Shape::Defender
    } else if has("eventSource") && has("eventName") && begins("userIdentity") {
        Shape::CloudTrail
    } else if any(&["ts", "_path"])
        && any(&["uid", "uids"])
        && any(&["id.orig_h", "id_orig_h", "client_addr"])
    {
        Shape::Zeek
    } else if has("@timestamp") && has("event.category") {
        Shape::Ecs
    } else {
        return None;
    };
    Some(Told::Shape(shape))
}

/// Results of tools, by names that only those have. A timeline holds the records for which some rule
/// stood, so that what is usual in a network cannot be learned from it.
pub(crate) fn findings(has: &impl Fn(&str) -> bool) -> Option<Findings> {
    const ADVICE: &str = "give the logs that the tool read (EVTX) themselves";
    let what = if has("RuleTitle") && has("Level") && (has("Computer") || has("Timestamp")) {
        "a timeline of hits by Hayabusa"
    } else if has("detections") && has("timestamp") && (has("Event ID") || has("Event Data")) {
        "a timeline of hits by Chainsaw"
    } else if has("document") && has("group") && has("kind") && has("timestamp") {
        "hits found by Chainsaw"
    } else if has("rule_level") && has("sigmafile") && has("matches") {
        "hits found by Zircolite"
    } else if has("rule_title") && has("rule_level") && has("rule_id") {
        "hits of Sigma rules"
    } else {
        return None;
    };
    Some(Findings { what, advice: ADVICE })
}

impl TableShape {
    /// What it is, for people.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Windows => "Windows events",
            Self::EvtxECmd => "Windows events by EvtxECmd",
            Self::PowerShell => "Windows events by Get-WinEvent",
            Self::SignIns => "sign-ins of Entra ID",
            Self::SignInsOfPortal => "sign-ins of the Entra portal",
            Self::Defender => "logons of Microsoft Defender",
            Self::CloudTrail => "AWS CloudTrail",
            Self::Ocsf => "OCSF",
            Self::Ecs => "ECS",
            Self::Zeek => "Zeek",
            Self::Journald => "the systemd journal",
        }
    }

    /// The names under which the shape's mapping is to find the columns.
    pub(crate) fn names<'n>(self, names: &[&'n str]) -> Vec<&'n str> {
        let name = |name: &&'n str| match self {
            // Its mapping knows the name whole, and that the time is in UTC.
            Self::Windows if *name == WINDOWS_TIMES[0] => *name,
            _ => self::plain(name),
        };
        let mut plain: Vec<&str> = names.iter().map(name).collect();
        match self {
            Self::SignInsOfPortal => {
                for name in &mut plain {
                    // The portal leaves a blank behind some names.
                    let known = PORTAL.iter().find(|(theirs, _)| *theirs == name.trim());
                    *name = known.map_or(*name, |(_, ours)| ours);
                }
            }
            Self::Windows if plain.iter().any(|name| NUMBERS.contains(name)) => {
                stand_in(&mut plain, &WINDOWS_TIMES, EventField::Time, "TimeCreated");
                stand_in(&mut plain, &WINDOWS_HOSTS, EventField::DstHost, "Computer");
            }
            _ => {}
        }
        plain
    }
}

/// Calls a column as the mapping does, where it knows none of the names there are.
fn stand_in<'n>(names: &mut [&'n str], known: &[&str], field: EventField, called: &'n str) {
    if names.iter().any(|name| known.contains(name)) {
        return;
    }
    let ranked = names.iter().enumerate().filter_map(|(at, name)| Some((field.rank(name)?, at)));
    if let Some((_, at)) = ranked.min() {
        names[at] = called;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(header: &str) -> Option<TableShape> {
        let names: Vec<_> = header.split(',').collect();
        match tell(&names) {
            Some(Told::Shape(shape)) => Some(shape),
            _ => None,
        }
    }

    #[test]
    fn tables_are_known_by_their_header() {
        use TableShape as Shape;
        for (header, expected) in [
            ("TimeCreated,EventID,Computer,TargetUserName,IpAddress", Shape::Windows),
            ("TimeGenerated [UTC],EventID,Computer,SubjectUserName", Shape::Windows),
            ("@timestamp,winlog.event_id,winlog.event_data.TargetUserName", Shape::Windows),
            ("eventid,targetusername,hostname", Shape::Windows),
            ("Event.System.EventID,Event.EventData.IpAddress", Shape::Windows),
            ("EventId,TimeCreated,MapDescription,PayloadData1,Payload", Shape::EvtxECmd),
            ("Message,Id,ProviderName,MachineName,TimeCreated", Shape::PowerShell),
            ("TimeGenerated,UserPrincipalName,AppDisplayName,ResultType", Shape::SignIns),
            ("Date (UTC),Request ID,User,Username,Application", Shape::SignInsOfPortal),
            ("Timestamp,DeviceName,ActionType,LogonType,AccountName", Shape::Defender),
            ("eventTime,eventSource,eventName,userIdentity.arn", Shape::CloudTrail),
            ("time,class_uid,user.name", Shape::Ocsf),
            ("ts,uid,id.orig_h,id.resp_h,service", Shape::Zeek),
            ("@timestamp,event.category,user.name", Shape::Ecs),
        ] {
            assert_eq!(shape(header), Some(expected), "{header}");
        }
        for unknown in ["time,user,src,dst", "event_id,user,host,time", "id,ts,name", "User,Date"] {
            assert_eq!(shape(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn results_of_tools_are_no_logs() {
        for header in [
            "Timestamp,RuleTitle,Level,Computer,Channel,EventID,RecordID,Details",
            "timestamp,detections,path,count,Event ID,Record ID,Computer,Event Data",
        ] {
            let names: Vec<_> = header.split(',').collect();
            assert!(matches!(tell(&names), Some(Told::Findings(_))), "{header}");
        }
    }

    #[test]
    fn a_windows_table_may_call_its_time_otherwise() {
        let names =
            TableShape::Windows.names(&["When", "Timestamp", "EventID", "host", "IpAddress"]);
        assert_eq!(names, ["When", "TimeCreated", "EventID", "Computer", "IpAddress"]);
    }
}
