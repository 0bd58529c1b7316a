//! What each event tells, from small records of the shape that Windows writes.

mod ntlm;
mod system;

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::ControlFlow;

use sidestep::event::{AccountKind, Event, Host};

use super::{Record, emit, is_listed};
use crate::record_sink::with_record_sink;

const SECURITY: &str = "Microsoft-Windows-Security-Auditing";
const SYSMON: &str = "Microsoft-Windows-Sysmon";
const WINRM: &str = "Microsoft-Windows-WinRM";
const SESSIONS: &str = "Microsoft-Windows-TerminalServices-LocalSessionManager";
const CONNECTIONS: &str = "Microsoft-Windows-TerminalServices-RemoteConnectionManager";

fn host(host: &Host<'_>) -> String {
    let parts = [
        host.name.as_deref().map(ToOwned::to_owned),
        host.ip.map(|ip| ip.to_string()),
        host.port.map(|port| port.to_string()),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "?".to_owned() } else { parts.join(",") }
}

/// An event in one line: what is unknown is left out.
fn line(event: Event<'_>) -> String {
    let mut line = String::new();
    match event {
        Event::Auth(event) => {
            let ends = (host(event.src_host()), host(event.dst_host()));
            write!(line, "{:?} {:?}", event.activity(), event.outcome()).unwrap();
            write!(line, " {} {} > {}", event.account(), ends.0, ends.1).unwrap();
            write!(line, " {:?} {:?}", event.logon_type(), event.auth_protocol()).unwrap();
            let account = event.account();
            for (name, value) in [
                ("sid", account.sid.as_deref().map(ToOwned::to_owned)),
                ("kind", (account.kind != AccountKind::Unknown).then(|| account.kind.to_string())),
                ("by", event.subject().map(ToString::to_string)),
                ("process", event.logon_process().map(ToOwned::to_owned)),
                ("key", event.key_length().map(|bits| bits.to_string())),
                ("ticket", event.ticket_encryption().map(|kind| format!("{:#x}", kind.0))),
                ("mark", event.credential().map(ToOwned::to_owned)),
                ("preauth", event.preauth_type().map(|kind| kind.to_string())),
                ("id", event.logon_id().map(|id| format!("{id:#x}"))),
                ("guid", event.logon_guid().map(|guid| format!("{guid:x}"))),
                ("reason", event.outcome_reason().map(ToOwned::to_owned)),
                ("session", event.session_name().map(ToOwned::to_owned)),
            ] {
                if let Some(value) = value {
                    write!(line, " {name}={value}").unwrap();
                }
            }
            assert_eq!(event.time().micros(), 1_700_000_000_000_000);
            assert_eq!(event.raw_ref(), Some(7));
        }
        Event::Activity(activity) => {
            write!(line, "{:?} on {}", activity.kind(), host(activity.host())).unwrap();
            if let Some(account) = activity.account() {
                write!(line, " by {account}").unwrap();
            }
            if !activity.peer().is_unknown() {
                write!(line, " with {}", host(activity.peer())).unwrap();
            }
            if let Some(object) = activity.object() {
                write!(line, " of {object}").unwrap();
            }
            if let Some(parent) = activity.parent() {
                write!(line, " parent={parent}").unwrap();
            }
            if let Some(detail) = activity.detail() {
                write!(line, " detail={detail}").unwrap();
            }
            if let Some(writes) = activity.writes() {
                write!(line, " writes={writes}").unwrap();
            }
            if let Some(remote) = activity.remote() {
                write!(line, " remote={remote}").unwrap();
            }
            if let Some(id) = activity.logon_id() {
                write!(line, " id={id:#x}").unwrap();
            }
            assert_eq!(activity.raw_ref(), Some(7));
        }
        _ => unreachable!("there is no other kind"),
    }
    line
}

/// What a record tells, or why it tells nothing.
fn told(event_id: u32, provider: &str, values: &str) -> String {
    told_at(Some(1_700_000_000_000_000), "DC-1.corp.example", event_id, provider, values)
}

/// Values are written `Name=value|Name=value`.
fn told_at(
    time: Option<i64>,
    computer: &str,
    event_id: u32,
    provider: &str,
    values: &str,
) -> String {
    let mut record = Record {
        time,
        event_id,
        provider: Cow::Borrowed(provider),
        computer: Cow::Borrowed(computer),
        raw_ref: Some(7),
        ..Record::default()
    };
    for pair in values.split('|').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap();
        record.set(name, Cow::Borrowed(value));
    }
    let mut lines = Vec::new();
    let (taken, summary) = with_record_sink(
        &mut |event| {
            lines.push(line(event));
            ControlFlow::Continue(())
        },
        |sink| emit(&record, sink),
    );
    match taken {
        Ok(_) if lines.is_empty() => summary.passed_over.into_keys().collect(),
        Ok(_) => lines.join("\n"),
        Err(fault) => format!("{}: {}", fault.column.unwrap_or_default(), fault.what),
    }
}

const SUBJECT: &str = "SubjectUserSid=S-1-5-21-1-2-3-500|SubjectUserName=admin|SubjectDomainName=CORP|SubjectLogonId=0x3cade20";

#[test]
fn a_logon_comes_from_the_workstation_to_the_computer() {
    let logon = "SubjectUserSid=S-1-0-0|SubjectUserName=-|SubjectDomainName=-|SubjectLogonId=0x0\
        |TargetUserSid=S-1-5-21-1-2-3-1106|TargetUserName=alice|TargetDomainName=CORP\
        |TargetLogonId=0x562614e|LogonType=3|LogonProcessName=NtLmSsp \
        |AuthenticationPackageName=NTLM|WorkstationName=WS-17\
        |LogonGuid={00000000-0000-0000-0000-000000000000}|LmPackageName=NTLM V2|KeyLength=128\
        |IpAddress=::ffff:10.0.0.5|IpPort=49222|ImpersonationLevel=%%1833";
    assert_eq!(
        told(4624, SECURITY, logon),
        "Logon Success alice@CORP WS-17,10.0.0.5,49222 > DC-1.corp.example Network Ntlm \
         sid=S-1-5-21-1-2-3-1106 process=NtLmSsp key=128 id=0x562614e"
    );
    let kerberos = "TargetUserName=PC01$|TargetDomainName=CORP|LogonType=3\
        |LogonProcessName=Kerberos|AuthenticationPackageName=Kerberos|WorkstationName=-\
        |LogonGuid={5fdb15ee-2283-f23c-e23b-5e5ddb11bb9c}|KeyLength=0|IpAddress=10.0.0.5|IpPort=0";
    assert_eq!(
        told(4624, SECURITY, kerberos),
        "Logon Success PC01$@CORP 10.0.0.5 > DC-1.corp.example Network Kerberos kind=Machine \
         process=Kerberos guid=5fdb15ee2283f23ce23b5e5ddb11bb9c"
    );
    let at_the_desk = "SubjectUserName=DC-1$|SubjectDomainName=CORP|TargetUserName=bob\
        |LogonType=2|AuthenticationPackageName=Negotiate|WorkstationName=DC-1|IpAddress=127.0.0.1";
    assert_eq!(
        told(4624, SECURITY, at_the_desk),
        "Logon Success bob ? > DC-1.corp.example Interactive Negotiate by=DC-1$@CORP"
    );
    let desktop = "TargetUserName=bob|LogonType=10|WorkstationName=DC-1|IpAddress=10.0.0.5";
    assert_eq!(
        told(4624, SECURITY, desktop),
        "Logon Success bob 10.0.0.5 > DC-1.corp.example RemoteInteractive Unknown"
    );
    assert_eq!(
        told(4624, SECURITY, &desktop.replace("10.0.0.5", "::1")),
        "Logon Success bob DC-1.corp.example > DC-1.corp.example RemoteInteractive Unknown",
        "through a tunnel"
    );
    let system = "TargetUserSid=S-1-5-18|TargetUserName=SYSTEM|TargetDomainName=NT-AUTORITÄT\
        |LogonType=0|IpAddress=-";
    assert_eq!(
        told(4624, SECURITY, system),
        "Logon Success SYSTEM@NT-AUTORITÄT ? > DC-1.corp.example System Unknown \
         sid=S-1-5-18 kind=Well-known"
    );
}

#[test]
fn a_failed_logon_has_a_reason_and_may_name_nobody() {
    let values = "TargetUserSid=S-1-0-0|TargetUserName=alice|TargetDomainName=\
        |Status=0xc000006d|FailureReason=%%2313|SubStatus=0xc000006a|LogonType=10\
        |AuthenticationPackageName=Negotiate|LmPackageName=NTLM V1|KeyLength=0\
        |WorkstationName=\\\\WS-17|IpAddress=fe80::1";
    assert_eq!(
        told(4625, SECURITY, values),
        "Logon Failure alice WS-17 > DC-1.corp.example RemoteInteractive Ntlm key=0 \
         reason=0xc000006a"
    );
    assert_eq!(
        told(4625, SECURITY, "TargetUserName=|Status=0xc000006e|SubStatus=0x0|IpAddress=10.0.0.9"),
        "Logon Failure ? 10.0.0.9 > DC-1.corp.example Unknown Unknown kind=Anonymous \
         reason=0xc000006e"
    );
    assert_eq!(
        told(4624, SECURITY, "TargetUserSid=S-1-5-7|TargetUserName=ANONYMOUS-ANMELDUNG"),
        "Logon Success ANONYMOUS-ANMELDUNG ? > DC-1.corp.example Unknown Unknown sid=S-1-5-7 \
         kind=Anonymous"
    );
}

#[test]
fn sessions_end_and_are_taken_up_again() {
    assert_eq!(
        told(4634, SECURITY, "TargetUserName=alice|TargetLogonId=0x10|LogonType=3"),
        "Logoff Success alice ? > DC-1.corp.example Network Unknown id=0x10"
    );
    assert_eq!(
        told(4647, SECURITY, "TargetUserName=alice|TargetLogonId=0x10"),
        "Logoff Success alice ? > DC-1.corp.example Unknown Unknown id=0x10"
    );
    let session = "AccountName=alice|AccountDomain=CORP|LogonID=0x20|SessionName=RDP-Tcp#3\
        |ClientName=WS-17|ClientAddress=10.0.0.5";
    assert_eq!(
        told(4778, SECURITY, session),
        "SessionReconnect Success alice@CORP WS-17,10.0.0.5 > DC-1.corp.example \
         RemoteInteractive Unknown id=0x20 session=RDP-Tcp#3"
    );
    let console = "AccountName=alice|AccountDomain=CORP|LogonID=0x20|SessionName=Console\
        |ClientName=Unknown|ClientAddress=LOCAL";
    assert_eq!(
        told(4779, SECURITY, console),
        "SessionDisconnect Success alice@CORP ? > DC-1.corp.example Unknown Unknown id=0x20 \
         session=Console"
    );
}

#[test]
fn explicit_credentials_go_from_the_computer_to_the_target() {
    let away = format!(
        "{SUBJECT}|LogonGuid={{3523b8be-1c1a-a740-a8c3-4cc91a5f3b14}}|TargetUserName=svc\
         |TargetDomainName=CORP|TargetLogonGuid={{50419e1a-1c62-023a-239e-78c43a7792ab}}\
         |TargetServerName=FILES-1.corp.example|TargetInfo=RPCSS/FILES-1.corp.example|IpAddress=-"
    );
    assert_eq!(
        told(4648, SECURITY, &away),
        "AccountSwitch Unknown svc@CORP DC-1.corp.example > FILES-1.corp.example Unknown Unknown \
         by=admin@CORP process=RPCSS guid=50419e1a1c62023a239e78c43a7792ab"
    );
    let here = "SubjectUserName=DC-1$|TargetUserName=bob|TargetServerName=localhost\
        |TargetInfo=localhost|IpAddress=127.0.0.1|IpPort=0";
    assert_eq!(
        told(4648, SECURITY, here),
        "AccountSwitch Unknown bob DC-1.corp.example > DC-1.corp.example Unknown Unknown by=DC-1$"
    );
    let from_afar = "SubjectUserName=DC-1$|TargetUserName=bob|TargetServerName=localhost\
        |IpAddress=10.0.0.5|IpPort=49274";
    assert_eq!(
        told(4648, SECURITY, from_afar),
        "AccountSwitch Unknown bob 10.0.0.5,49274 > DC-1.corp.example Unknown Unknown by=DC-1$"
    );
    assert_eq!(
        told(4648, SECURITY, "TargetUserName=bob|TargetInfo=HTTP/web.corp.example:443"),
        "AccountSwitch Unknown bob DC-1.corp.example > web.corp.example Unknown Unknown process=HTTP"
    );
}

#[test]
fn privileges_and_directory_objects_belong_to_their_session() {
    assert_eq!(
        told(4672, SECURITY, &format!("{SUBJECT}|PrivilegeList=SeDebugPrivilege")),
        "SpecialPrivileges Success admin@CORP ? > DC-1.corp.example Unknown Unknown \
         sid=S-1-5-21-1-2-3-500 id=0x3cade20"
    );
    assert_eq!(
        told(4662, SECURITY, SUBJECT),
        "Other Unknown admin@CORP ? > DC-1.corp.example Unknown Unknown \
         sid=S-1-5-21-1-2-3-500 id=0x3cade20"
    );
}

#[test]
fn replication_is_told_from_other_uses_of_the_directory() {
    let values = format!(
        "{SUBJECT}|Properties=%%7688 {{1131F6AD-9c07-11d1-f79f-00c04fc2dcd2}} {{19195a5b}}"
    );
    assert_eq!(
        told(4662, SECURITY, &values),
        "DirectoryReplication on DC-1.corp.example by admin@CORP \
         of DS-Replication-Get-Changes-All id=0x3cade20"
    );
}

#[test]
fn a_controller_gives_out_tickets() {
    let granting = "TargetUserName=HD01|TargetDomainName=CORP.EXAMPLE|TargetSid=S-1-0-0\
        |ServiceName=krbtgt/CORP.EXAMPLE|PreAuthType=0|Status=0x6|TicketEncryptionType=0xffffffff\
        |IpAddress=::ffff:10.0.0.5|IpPort=55961";
    assert_eq!(
        told(4768, SECURITY, granting),
        "TicketGrantingTicket Failure HD01@CORP.EXAMPLE 10.0.0.5,55961 > DC-1.corp.example \
         Unknown Kerberos preauth=0 reason=0x6"
    );
    let service = "TargetUserName=alice@CORP.EXAMPLE|TargetDomainName=CORP.EXAMPLE\
        |ServiceName=FILES-1$|TicketEncryptionType=0x12|IpAddress=::ffff:10.0.0.5|IpPort=50612\
        |Status=0x0|LogonGuid={58adc6c7-668e-a999-c52a-384b1cb8e553}";
    assert_eq!(
        told(4769, SECURITY, service),
        "ServiceTicket Success alice@CORP.EXAMPLE 10.0.0.5,50612 > FILES-1 Unknown Kerberos \
         process=host ticket=0x12 guid=58adc6c7668ea999c52a384b1cb8e553"
    );
    let hashed = |hash: &str| {
        let values = format!(
            "TargetUserName=alice@CORP|ServiceName=FILES-1$|IpAddress=10.0.0.5|Status=0x0\
             |RequestTicketHash={hash}"
        );
        told(4769, SECURITY, &values)
    };
    let plain = "ServiceTicket Success alice@CORP 10.0.0.5 > FILES-1 Unknown Kerberos process=host";
    assert_eq!(hashed("gSijBKy3"), format!("{plain} mark=gSijBKy3"));
    assert_eq!(hashed("N/A"), plain);
    let of = |service: &str, address: &str| {
        let values = format!(
            "TargetUserName=PC01$@CORP.EXAMPLE|ServiceName={service}|IpAddress={address}|Status=0x0"
        );
        told(4769, SECURITY, &values)
    };
    assert_eq!(
        of("sqlservice", "10.0.0.5"),
        "ServiceTicket Success PC01$@CORP.EXAMPLE 10.0.0.5 > sqlservice Unknown Kerberos kind=Machine"
    );
    assert_eq!(
        of("krbtgt", "10.0.0.5"),
        "ServiceTicket Success PC01$@CORP.EXAMPLE 10.0.0.5 > DC-1.corp.example Unknown Kerberos \
         kind=Machine"
    );
    assert_eq!(
        of("MSSQLSvc/db.corp.example:1433", "::1"),
        "ServiceTicket Success PC01$@CORP.EXAMPLE DC-1.corp.example > db.corp.example Unknown \
         Kerberos kind=Machine"
    );
    assert_eq!(
        told(4770, SECURITY, "TargetUserName=alice@CORP|ServiceName=krbtgt|IpAddress=::1"),
        "Renewal Success alice@CORP ? > DC-1.corp.example Unknown Kerberos"
    );
    let preauth = "TargetUserName=admin|ServiceName=krbtgt/CORP|Status=0x18|IpAddress=10.0.0.5";
    assert_eq!(
        told(4771, SECURITY, preauth),
        "Preauthentication Failure admin@CORP 10.0.0.5 > DC-1.corp.example Unknown Kerberos \
         reason=0x18"
    );
    assert_eq!(
        told(4771, SECURITY, "TargetUserName=admin"),
        "Preauthentication Failure admin ? > DC-1.corp.example Unknown Kerberos"
    );
}

#[test]
fn a_controller_checks_passwords_for_a_workstation() {
    let values = "PackageName=MICROSOFT_AUTHENTICATION_PACKAGE_V1_0|TargetUserName=alice\
        |Workstation=WS-17|Status=0xc0000064";
    assert_eq!(
        told(4776, SECURITY, values),
        "CredentialValidation Failure alice WS-17 > DC-1.corp.example Unknown MsV1 \
         reason=0xc0000064"
    );
}

#[test]
fn shares_services_and_tasks_have_an_object() {
    let share = format!("{SUBJECT}|IpAddress=10.0.0.5|IpPort=49222|ShareName=\\\\*\\IPC$");
    assert_eq!(
        told(5140, SECURITY, &share),
        r"ShareAccess on DC-1.corp.example by admin@CORP with 10.0.0.5,49222 of \\*\IPC$ id=0x3cade20"
    );
    assert_eq!(
        told(5145, SECURITY, &format!("{share}|RelativeTargetName=svcctl")),
        r"ShareAccess on DC-1.corp.example by admin@CORP with 10.0.0.5,49222 of \\*\IPC$\svcctl id=0x3cade20"
    );
    for (mask, writes) in [("0x2", true), ("0x12019f", true), ("0x120089", false)] {
        let file = format!("{share}|RelativeTargetName=a.exe|AccessMask={mask}");
        assert!(told(5145, SECURITY, &file).contains(&format!(" writes={writes}")), "{mask}");
    }
    assert_eq!(
        told(5142, SECURITY, "ShareName=\\\\*\\loot|ShareLocalPath=C:\\loot"),
        r"ShareAccess on DC-1.corp.example of \\*\loot"
    );
    assert_eq!(
        told(4697, SECURITY, &format!("{SUBJECT}|ServiceName=PSEXESVC|ServiceFileName=c:\\x.exe")),
        r"ServiceInstall on DC-1.corp.example by admin@CORP of PSEXESVC (c:\x.exe) id=0x3cade20"
    );
    let service = "ServiceName=PSEXESVC|ImagePath=c:\\x.exe|AccountName=LocalSystem";
    assert_eq!(
        told(7045, "Service Control Manager", service),
        r"ServiceInstall on DC-1.corp.example of PSEXESVC (c:\x.exe)"
    );
    for id in [4698, 4702] {
        assert_eq!(
            told(id, SECURITY, "SubjectUserName=-|TaskName=\\evil|TaskContent=<Task/>"),
            r"ScheduledTask on DC-1.corp.example of \evil"
        );
    }
    for (process, remote) in [("0", true), ("3508", false)] {
        let values = format!("TaskName=\\evil|ClientProcessId={process}|RpcCallClientLocality=0");
        assert_eq!(
            told(4698, SECURITY, &values),
            format!(r"ScheduledTask on DC-1.corp.example of \evil remote={remote}")
        );
    }
}

#[test]
fn accounts_are_made_changed_and_put_into_groups() {
    let target = format!("{SUBJECT}|TargetUserName=DC012$|TargetDomainName=CORP|TargetSid=S-1-5-9");
    for (id, kind) in [
        (4720, "AccountCreation"),
        (4741, "AccountCreation"),
        (4722, "AccountChange"),
        (4724, "AccountChange"),
        (4738, "AccountChange"),
        (4742, "AccountChange"),
    ] {
        assert_eq!(
            told(id, SECURITY, &target),
            format!("{kind} on DC-1.corp.example by admin@CORP of DC012$ id=0x3cade20")
        );
    }
    for id in [4728, 4732, 4756] {
        let values = "MemberName=-|MemberSid=S-1-5-21-501|TargetUserName=Administrators";
        assert_eq!(
            told(id, SECURITY, values),
            "GroupMembership on DC-1.corp.example of Administrators (S-1-5-21-501)"
        );
    }
}

#[test]
fn a_process_runs_as_its_target() {
    let values = format!("{SUBJECT}|NewProcessName=C:\\cmd.exe|TargetUserName=-|TargetLogonId=0x0");
    assert_eq!(
        told(4688, SECURITY, &values),
        r"ProcessStart on DC-1.corp.example by admin@CORP of C:\cmd.exe id=0x3cade20"
    );
    assert_eq!(
        told(
            1,
            SYSMON,
            "Image=C:\\cmd.exe|ParentImage=C:\\WmiPrvSE.exe|User=CORP\\bob|LogonId=0x9"
        ),
        r"ProcessStart on DC-1.corp.example by bob@CORP of C:\cmd.exe parent=C:\WmiPrvSE.exe id=0x9"
    );
    let other = format!("{values}|TargetUserName=svc|TargetDomainName=CORP|TargetLogonId=0x99");
    assert_eq!(
        told(4688, SECURITY, &other),
        r"ProcessStart on DC-1.corp.example by svc@CORP of C:\cmd.exe id=0x99"
    );
}

#[test]
fn a_machine_that_the_controller_refused_is_a_failed_logon() {
    assert_eq!(
        told(5805, "NETLOGON", "param1=PC01|param2=%%5"),
        "Logon Failure PC01 PC01 > DC-1.corp.example Unknown Unknown kind=Machine reason=%%5"
    );
}

#[test]
fn sysmon_tells_of_processes_connections_files_and_pipes() {
    assert_eq!(
        told(1, SYSMON, "Image=C:\\cmd.exe|User=CORP\\alice|LogonId=0x53ca2"),
        r"ProcessStart on DC-1.corp.example by alice@CORP of C:\cmd.exe id=0x53ca2"
    );
    let ends = "Image=C:\\x.exe|SourceIp=10.0.0.1|SourceHostname=A|SourcePort=1\
        |DestinationIp=10.0.0.2|DestinationHostname=-|DestinationPort=445";
    assert_eq!(
        told(3, SYSMON, &format!("{ends}|Initiated=true")),
        r"NetworkConnection on DC-1.corp.example,10.0.0.1 with 10.0.0.2,445 of C:\x.exe"
    );
    assert_eq!(
        told(3, SYSMON, &format!("{ends}|Initiated=false")),
        r"NetworkConnection on DC-1.corp.example,10.0.0.2,445 with A,10.0.0.1,1 of C:\x.exe"
    );
    assert_eq!(
        told(11, SYSMON, "Image=System|TargetFilename=C:\\Windows\\x.exe"),
        r"FileTransfer on DC-1.corp.example of C:\Windows\x.exe"
    );
    assert_eq!(
        told(11, SYSMON, "Image=C:\\word.exe|TargetFilename=C:\\x.doc"),
        "Windows event 11 of Microsoft-Windows-Sysmon"
    );
    for id in [17, 18] {
        assert_eq!(
            told(id, SYSMON, "PipeName=\\psexesvc|Image=System"),
            r"NamedPipe on DC-1.corp.example of \psexesvc parent=System"
        );
    }
}

#[test]
fn remote_desktop_sessions_have_a_client() {
    for (id, activity) in [(21, "Logon"), (24, "SessionDisconnect"), (25, "SessionReconnect")] {
        assert_eq!(
            told(id, SESSIONS, "User=CORP\\alice|SessionID=2|Address=10.0.0.5"),
            format!(
                "{activity} Success alice@CORP 10.0.0.5 > DC-1.corp.example RemoteInteractive Unknown"
            )
        );
    }
    for here in ["127.0.0.1", "::1", "::%16777216"] {
        let opened = told(21, SESSIONS, &format!("User=CORP\\alice|Address={here}"));
        let tunnelled = opened.contains("DC-1.corp.example > DC-1.corp.example RemoteInteractive");
        assert_eq!(tunnelled, !here.starts_with("::%"), "{opened}");
    }
    assert_eq!(
        told(21, SESSIONS, "User=CORP\\alice|Address=LOCAL"),
        "Logon Success alice@CORP ? > DC-1.corp.example Interactive Unknown"
    );
    assert_eq!(
        told(1149, CONNECTIONS, "Param1=alice|Param2=CORP|Param3=10.0.0.5"),
        "Logon Success alice@CORP 10.0.0.5 > DC-1.corp.example RemoteInteractive Unknown"
    );
    assert_eq!(
        told(1149, CONNECTIONS, "Param1=|Param2=|Param3=10.0.0.5"),
        "Logon Unknown ? 10.0.0.5 > DC-1.corp.example RemoteInteractive Unknown kind=Anonymous"
    );
    let transport = "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS";
    assert_eq!(
        told(131, transport, "ConnType=TCP|ClientIP=10.0.0.5:49152"),
        "NetworkConnection on DC-1.corp.example with 10.0.0.5,49152 of RDP"
    );
}

#[test]
fn remote_management_is_seen_at_both_ends() {
    let peer = |connection: &str| told(6, WINRM, &format!("connection={connection}"));
    assert_eq!(
        peer("http://FILES-1:5985/wsman?PSVersion:5.1"),
        "NetworkConnection on DC-1.corp.example with FILES-1,5985 of WinRM"
    );
    assert_eq!(
        peer("10.0.0.7/wsman"),
        "NetworkConnection on DC-1.corp.example with 10.0.0.7 of WinRM"
    );
    assert_eq!(peer("localhost/wsman"), "Windows event 6 of Microsoft-Windows-WinRM");
    assert_eq!(
        told(91, WINRM, "resourceUri=http://schemas.microsoft.com/powershell"),
        "ProcessStart on DC-1.corp.example of http://schemas.microsoft.com/powershell"
    );
    assert_eq!(
        told(169, WINRM, "username=CORP\\alice|authenticationMechanism=Kerberos"),
        "Logon Success alice@CORP ? > DC-1.corp.example Network Kerberos"
    );
}

#[test]
fn what_cannot_be_an_event_says_why() {
    let logon = "TargetUserName=alice";
    assert_eq!(told_at(None, "DC-1", 4624, SECURITY, logon), "TimeCreated: is missing, or no time");
    assert_eq!(
        told_at(Some(-1), "DC-1", 4624, SECURITY, logon),
        "TimeCreated: time -1 lies outside 1970 to 9999 (microseconds since 1970, UTC)"
    );
    assert_eq!(
        told_at(Some(1), "", 4624, SECURITY, logon),
        "Computer: dst_host is empty; an event needs it"
    );
    assert_eq!(
        told_at(Some(1), "", 5140, SECURITY, "ShareName=x"),
        "Computer: host is empty; an event needs it"
    );
}

#[test]
fn other_events_are_passed_over_by_name() {
    assert_eq!(told(4611, SECURITY, ""), format!("Windows event 4611 of {SECURITY}"));
    assert_eq!(told(21, SYSMON, ""), format!("Windows event 21 of {SYSMON}"));
    assert_eq!(told(99, "", ""), "Windows event 99");
    assert!(is_listed(4624) && is_listed(21) && !is_listed(4611));
}
