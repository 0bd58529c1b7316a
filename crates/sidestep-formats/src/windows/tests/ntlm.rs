//! The use of NTLM, as each end of it and the controller note it.

use super::told;

const NTLM: &str = "Microsoft-Windows-NTLM";
const NETLOGON: &str = "Microsoft-Windows-Security-Netlogon";

#[test]
fn a_client_notes_where_it_went() {
    let expected = "Logon Unknown bob@CORP DC-1.corp.example > fs01,10.0.0.9 Network Ntlm";
    let values = "ProcessName=explorer|Username=bob|DomainName=CORP|Hostname=DC-1\
                  |TargetMachine=fs01|TargetService=cifs/fs01|TargetIP=10.0.0.9|NtlmVersion=NTLMv2";
    for number in [4020, 4021] {
        assert_eq!(told(number, NTLM, values), expected);
    }
    let audited = "TargetName=cifs/fs01|UserName=(NULL)|DomainName=(NULL)|ClientUserName=bob\
                   |ClientDomainName=CORP";
    assert_eq!(told(8001, NTLM, audited), expected.replace(",10.0.0.9", ""));
    assert_eq!(
        told(4021, NTLM, "Username=bob|DomainName=CORP|TargetService=RPC/10.0.0.9"),
        "Logon Unknown bob@CORP DC-1.corp.example > 10.0.0.9 Network Ntlm"
    );
}

#[test]
fn a_server_notes_where_from_it_was_called() {
    let values = "ProcessName=System|Username=bob|DomainName=CORP|RemoteClientMachine=WS-9\
                  |ClientIP=10.0.0.5|TargetMachine=DC-1";
    assert_eq!(
        told(4022, NTLM, &format!("{values}|Status=0x0")),
        "Logon Success bob@CORP WS-9,10.0.0.5 > DC-1.corp.example Network Ntlm"
    );
    assert!(
        told(4023, NTLM, &format!("{values}|Status=0xc000006d"))
            .starts_with("Logon Failure bob@CORP WS-9,10.0.0.5 > DC-1.corp.example Network Ntlm")
    );
    let audited = "UserName=bob|DomainName=CORP|Workstation=WS-9|LogonType=3";
    assert_eq!(
        told(8003, NTLM, audited),
        "Logon Unknown bob@CORP WS-9 > DC-1.corp.example Network Ntlm"
    );
}

#[test]
fn a_controller_notes_who_asked_it() {
    let values = "SChannelName=FS01|UserName=bob|DomainName=CORP|WorkstationName=WS-9";
    assert_eq!(
        told(8004, NETLOGON, values),
        "CredentialValidation Unknown bob@CORP WS-9 > FS01 Network Ntlm"
    );
}

#[test]
fn what_stays_on_one_host_tells_of_no_login() {
    for values in [
        "Username=bob|DomainName=CORP|TargetService=Null",
        "Username=bob|DomainName=CORP|TargetMachine=DC-1|TargetIP=127.0.0.1",
        "Username=bob|DomainName=CORP|TargetService=cifs/dc-1.corp.example",
        "TargetMachine=fs01",
    ] {
        assert!(
            told(4021, NTLM, values).starts_with("Windows event 402"),
            "{}",
            told(4021, NTLM, values)
        );
    }
    assert!(told(4022, NTLM, "Username=bob|ClientIP=::1").starts_with("Windows event 402"));
}
