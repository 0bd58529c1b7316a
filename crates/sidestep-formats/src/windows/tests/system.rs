//! What hosts write of themselves, and what stands between hosts writes of others.

use super::{SECURITY, SUBJECT, SYSMON, told, told_at};

const OPENSSH: &str = "OpenSSH";
const GATEWAY: &str = "Microsoft-Windows-TerminalServices-Gateway";
const DCOM: &str = "Microsoft-Windows-DistributedCOM";

/// The system of a host on its own, which some records call by a former name.
const SYSTEM: &str = "SubjectUserSid=S-1-5-18|SubjectUserName=DC-1$|SubjectDomainName=CORP\
    |SubjectLogonId=0x3e7";

#[test]
fn a_process_has_its_command_line() {
    let command = r"cmd.exe /Q /c whoami 1> \\127.0.0.1\ADMIN$\__12 2>&1";
    let expected = format!(
        "ProcessStart on DC-1.corp.example by admin@CORP of C:\\cmd.exe detail={command} id=0x3cade20"
    );
    let values = format!("{SUBJECT}|NewProcessName=C:\\cmd.exe|CommandLine={command}");
    assert_eq!(told(4688, SECURITY, &values), expected);
    assert_eq!(
        told(1, SYSMON, &format!("Image=C:\\cmd.exe|ParentImage=C:\\a.exe|CommandLine={command}")),
        format!(
            "ProcessStart on DC-1.corp.example of C:\\cmd.exe parent=C:\\a.exe detail={command}"
        )
    );
    // One that is too long keeps where its output goes.
    let long = format!("{SUBJECT}|CommandLine=cmd.exe /c {}{command}", "é".repeat(20_000));
    let kept = told(4688, SECURITY, &long);
    assert!(kept.contains("detail=cmd.exe /c é") && kept.contains("é [...] é"), "{kept}");
    assert!(kept.contains(r"1> \\127.0.0.1\ADMIN$\__12 2>&1 id="), "{kept}");
    assert!(kept.len() < 8400, "{}", kept.len());
}

#[test]
fn a_renamed_account_has_both_its_names() {
    let renamed = format!(
        "{SUBJECT}|OldTargetUserName=guest7|NewTargetUserName=DC-1|TargetDomainName=CORP\
         |TargetSid=S-1-5-21-1-2-3-1301"
    );
    assert_eq!(
        told(4781, SECURITY, &renamed),
        "AccountChange on DC-1.corp.example by admin@CORP of DC-1 detail=guest7 id=0x3cade20"
    );
}

#[test]
fn a_desktop_that_was_denied_is_a_failed_logon() {
    let denied = "AccountName=bob|AccountDomain=CORP|LogonID=0x9|ClientAddress=10.0.0.5";
    assert_eq!(
        told(4825, SECURITY, denied),
        "Logon Failure bob@CORP 10.0.0.5 > DC-1.corp.example RemoteInteractive Unknown id=0x9"
    );
}

#[test]
fn a_logon_at_the_keyboard_comes_from_no_other_host() {
    for (number, kind) in
        [(2, "Interactive"), (7, "Unlock"), (11, "CachedInteractive"), (13, "CachedUnlock")]
    {
        for address in ["127.0.0.1", "-", "::1"] {
            let values = format!(
                "TargetUserName=lena|LogonType={number}|WorkstationName=WIN-0OLD\
                 |IpAddress={address}|IpPort=50123"
            );
            assert_eq!(
                told_at(Some(1_700_000_000_000_000), "desktop-77", 4624, SECURITY, &values),
                format!("Logon Success lena ? > desktop-77 {kind} Unknown")
            );
        }
    }
    // A desktop that is taken up again from afar is unlocked from there.
    let unlocked =
        "TargetUserName=lena|LogonType=7|WorkstationName=WS-8|IpAddress=10.0.0.5|IpPort=0";
    assert_eq!(
        told(4624, SECURITY, unlocked),
        "Logon Success lena 10.0.0.5 > DC-1.corp.example Unlock Unknown"
    );
    let network = "TargetUserName=lena|LogonType=3|WorkstationName=WS-8|IpAddress=-";
    assert_eq!(
        told(4624, SECURITY, network),
        "Logon Success lena WS-8 > DC-1.corp.example Network Unknown"
    );
}

#[test]
fn the_system_of_a_host_goes_by_the_name_of_the_host() {
    let asked = |computer: &str, subject: &str, session: &str| {
        let values =
            format!("SubjectUserName={subject}|SubjectLogonId={session}|TargetUserName=lena");
        told_at(Some(1_700_000_000_000_000), computer, 4720, SECURITY, &values)
    };
    let by = |name: &str| format!("AccountCreation on desktop-77 by {name} of lena id=0x3e7");
    assert_eq!(asked("desktop-77", "WIN-0OLD$", "0x3e7"), by("desktop-77$"));
    assert_eq!(asked("desktop-77", "DESKTOP-77$", "0x3e7"), by("DESKTOP-77$"));
    assert_eq!(asked("desktop-77", "lena", "0x3e7"), by("lena"));
    assert!(asked("desktop-77", "PC01$", "0x9").contains(" by PC01$ "));
    let long = asked("application-server.corp.example", "APPLICATION-SER$", "0x3e7");
    assert!(long.contains(" by APPLICATION-SER$ "), "{long}");
}

#[test]
fn services_that_windows_makes_for_a_desktop_are_passed_over() {
    let service = |subject: &str, name: &str, kind: &str| {
        let values =
            format!("{subject}|ServiceName={name}|ServiceFileName=c:\\x.exe|ServiceType={kind}");
        told(4697, SECURITY, &values)
    };
    for kind in ["0x50", "0x60", "0xd0", "0xe0"] {
        assert_eq!(
            service(SYSTEM, "CDPUserSvc_b0b5d", kind),
            "Windows event 4697 of a per-user service"
        );
        assert!(service(SUBJECT, "CDPUserSvc_b0b5d", kind).starts_with("ServiceInstall"), "{kind}");
        assert!(service(SYSTEM, "CDPUserSvc", kind).starts_with("ServiceInstall"), "{kind}");
    }
    assert!(service(SYSTEM, "my_service", "0xe0").starts_with("ServiceInstall"));
    assert!(service(SYSTEM, "CDPUserSvc_b0b5d", "0x10").starts_with("ServiceInstall"));
    assert!(service(SYSTEM, "_b0b5d", "0xe0").starts_with("ServiceInstall"));
}

#[test]
fn openssh_says_in_the_event_log_what_it_says_in_syslog() {
    let said = |process: &str, payload: &str| {
        told(4, OPENSSH, &format!("process={process}|payload={payload}"))
    };
    for process in ["sshd", "sshd-session", "sshd.exe"] {
        assert_eq!(
            said(process, "Accepted password for gina from 10.0.0.23 port 60096 ssh2"),
            "Logon Success gina 10.0.0.23,60096 > DC-1.corp.example Network Password process=sshd"
        );
    }
    assert_eq!(
        said("sshd", r"Failed password for corp\gina from 10.0.0.23 port 60096 ssh2"),
        "Logon Failure gina@corp 10.0.0.23,60096 > DC-1.corp.example Network Password process=sshd"
    );
    assert_eq!(said("sshd", "Server listening on :: port 22."), "sshd, another message");
    assert_eq!(
        said("ssh-agent", "Accepted password for gina from 10.0.0.23 port 60096 ssh2"),
        "Windows event 4 of OpenSSH"
    );
    assert_eq!(told(4, OPENSSH, "process=sshd"), "Windows event 4 of OpenSSH");
    assert_eq!(told(6, OPENSSH, "process=sshd|payload=debug1: x"), "Windows event 6 of OpenSSH");
}

#[test]
fn a_gateway_stands_between_client_and_host() {
    let values = "Username=CORP\\alice|IpAddress=203.0.113.9|AuthType=NTLM\
        |Resource=srv-3.corp.example|ConnectionProtocol=HTTP|ErrorCode=0";
    for (id, activity) in [(302, "Logon"), (303, "SessionDisconnect")] {
        assert_eq!(
            told(id, GATEWAY, values),
            format!(
                "{activity} Success alice@CORP 203.0.113.9 > srv-3.corp.example RemoteInteractive \
                 Unknown"
            )
        );
    }
    assert_eq!(
        told(302, GATEWAY, "Username=CORP\\alice|IpAddress=203.0.113.9|Resource=localhost"),
        "Logon Success alice@CORP 203.0.113.9 > DC-1.corp.example RemoteInteractive Unknown"
    );
    assert_eq!(
        told(302, GATEWAY, "Username=CORP\\alice|IpAddress=203.0.113.9"),
        format!("Windows event 302 of {GATEWAY}")
    );
}

#[test]
fn an_object_that_was_asked_for_from_afar_has_its_client() {
    let refused = |address: &str| {
        let values = format!(
            "param1=application-specific|param2=Remote|param3=Activation\
             |param4={{9BA05972-F6A8-11CF-A442-00A0C90A8F39}}|param5={{9BA05972}}|param6=CORP\
             |param7=bob|param8=S-1-5-21-1-2-3-1107|param9={address}|param10=Unavailable"
        );
        told(10016, DCOM, &values)
    };
    assert_eq!(
        refused("10.0.0.5"),
        "NetworkConnection on DC-1.corp.example by bob@CORP with 10.0.0.5 \
         of DCOM {9BA05972-F6A8-11CF-A442-00A0C90A8F39} remote=true"
    );
    for here in ["LocalHost (Using LRPC)", "Unavailable", "127.0.0.1", ""] {
        assert_eq!(refused(here), format!("Windows event 10016 of {DCOM}"), "{here}");
    }
}
