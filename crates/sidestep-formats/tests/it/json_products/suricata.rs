//! Suricata's EVE log.

use sidestep::event::{
    Activity, AuthProtocol, HostActivityKind, LogonType, Outcome, TicketEncryption,
};

use super::{dst, flat, given, one, passed, src};

/// A record of one kind, from a client to a server.
fn eve(kind: &str, port: u16, more: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-03-02T09:00:01.250000+0000","flow_id":586497171462735,"in_iface":"eth0","event_type":"{kind}","src_ip":"10.0.0.5","src_port":49812,"dest_ip":"10.0.0.9","dest_port":{port},"proto":"TCP",{more}}}"#
    )
}

/// The same as the server's answer has it.
fn answer(kind: &str, port: u16, more: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-03-02T10:00:01.250000+0100","flow_id":586497171462735,"event_type":"{kind}","src_ip":"10.0.0.9","src_port":{port},"dest_ip":"10.0.0.5","dest_port":49812,"proto":"TCP",{more}}}"#
    )
}

#[test]
fn an_ntlm_session_is_a_network_logon() {
    let session = |status: &str, code: &str| {
        format!(
            r#""smb":{{"id":3,"dialect":"3.11","command":"SMB2_COMMAND_SESSION_SETUP","status":"{status}","status_code":"{code}","session_id":77,"tree_id":0,"ntlmssp":{{"domain":"CORP","user":"alice","host":"WS-17","version":"10.0 build 19041 rev 15"}}}}"#
        )
    };
    let good = session("STATUS_SUCCESS", "0x0");
    for text in [eve("smb", 445, &good), flat(&eve("smb", 445, &good)), answer("smb", 445, &good)] {
        let event = one(&text);
        assert_eq!(event.time().micros(), 1_772_442_001_250_000);
        assert_eq!(event.account().to_string(), "alice@CORP");
        assert_eq!(event.src_host().name.as_deref(), Some("WS-17"));
        assert_eq!(event.src_host().ip, Some("10.0.0.5".parse().unwrap()));
        assert_eq!(event.src_host().port, Some(49812));
        assert_eq!(event.dst_host().ip, Some("10.0.0.9".parse().unwrap()));
        assert_eq!(event.logon_type(), LogonType::Network);
        assert_eq!(event.auth_protocol(), AuthProtocol::Ntlm);
        assert_eq!(event.outcome(), Outcome::Success);
        assert!(event.logon_guid().is_some());
    }
    let bad = one(&eve("smb", 445, &session("STATUS_LOGON_FAILURE", "0xc000006d")));
    assert_eq!(bad.outcome(), Outcome::Failure);
    let step = eve("smb", 445, &session("STATUS_MORE_PROCESSING_REQUIRED", "0xc0000016"));
    assert_eq!(passed(&step), "Suricata smb session that goes on");
    let nobody = eve("smb", 445, &session("STATUS_SUCCESS", "0x0").replace("alice", ""));
    assert_eq!(passed(&nobody), "Suricata smb SMB2_COMMAND_SESSION_SETUP");
}

#[test]
fn kerberos_tickets_are_those_of_the_client() {
    let granted = r#""krb5":{"msg_type":"KRB_TGS_REP","cname":"alice","realm":"CORP.EXAMPLE","sname":"cifs/files-1.corp.example","encryption":"aes256-cts-hmac-sha1-96","weak_encryption":false,"ticket_encryption":"rc4-hmac","ticket_weak_encryption":true}"#;
    for text in [answer("krb5", 88, granted), eve("krb5", 88, granted)] {
        let event = one(&text);
        assert_eq!(event.account().to_string(), "alice@CORP.EXAMPLE");
        assert_eq!(src(&event), "10.0.0.5");
        assert_eq!(dst(&event), "files-1.corp.example");
        assert_eq!(event.activity(), Activity::ServiceTicket);
        assert_eq!(event.outcome(), Outcome::Success);
        assert_eq!(event.ticket_encryption(), Some(TicketEncryption::RC4_HMAC));
    }
    let failed = one(&answer(
        "krb5",
        88,
        r#""krb5":{"msg_type":"KRB_ERROR","failed_request":"KRB_AS_REQ","error_code":"KDC_ERR_C_PRINCIPAL_UNKNOWN","cname":"bob","realm":"CORP.EXAMPLE","sname":"krbtgt/CORP.EXAMPLE","encryption":"<none>","weak_encryption":false}"#,
    ));
    assert_eq!(failed.activity(), Activity::TicketGrantingTicket);
    assert_eq!(failed.outcome(), Outcome::Failure);
    assert_eq!(failed.outcome_reason(), Some("KDC_ERR_C_PRINCIPAL_UNKNOWN"));
    assert_eq!(dst(&failed), "10.0.0.9");
    assert_eq!(failed.ticket_encryption(), None);
    let step = r#""krb5":{"msg_type":"KRB_ERROR","failed_request":"KRB_AS_REQ","error_code":"KDC_ERR_PREAUTH_REQUIRED","cname":"<empty>","realm":"<empty>","sname":"krbtgt/CORP.EXAMPLE"}"#;
    assert_eq!(passed(&answer("krb5", 88, step)), "Suricata krb5 KDC_ERR_PREAUTH_REQUIRED");
    let nobody = step.replace("KDC_ERR_PREAUTH_REQUIRED", "KDC_ERR_S_PRINCIPAL_UNKNOWN");
    assert_eq!(passed(&answer("krb5", 88, &nobody)), "Suricata krb5 without a client");
}

#[test]
fn a_remote_desktop_is_a_logon_of_unknown_outcome() {
    let asked = r#""rdp":{"tx_id":0,"event_type":"initial_request","cookie":"alice"}"#;
    let event = one(&eve("rdp", 3389, asked));
    assert_eq!(event.account().to_string(), "alice");
    assert_eq!((src(&event), dst(&event)), ("10.0.0.5".to_owned(), "10.0.0.9".to_owned()));
    assert_eq!(event.logon_type(), LogonType::RemoteInteractive);
    assert_eq!(event.outcome(), Outcome::Unknown);
    let unnamed = given(&eve("rdp", 3389, r#""rdp":{"tx_id":0,"event_type":"initial_request"}"#));
    assert_eq!(unnamed.activities[0].object(), Some("rdp"));
    let response = r#""rdp":{"tx_id":1,"event_type":"initial_response","protocol":"hybrid"}"#;
    assert_eq!(passed(&answer("rdp", 3389, response)), "Suricata rdp initial_response");
    assert_eq!(given(&eve("rdp", 3389, r#""rdp":{}"#)).summary.not_understood.len(), 1);
}

#[test]
fn connections_shares_and_calls_are_companion_records() {
    let activity = |text: &str| {
        let mut given = given(text);
        assert_eq!((given.summary.events, given.activities.len()), (1, 1), "{:?}", given.summary);
        given.activities.remove(0)
    };
    let ssh = r#""ssh":{"client":{"proto_version":"2.0","software_version":"OpenSSH_9.6"},"server":{"proto_version":"2.0","software_version":"OpenSSH_9.6"}}"#;
    let found = activity(&eve("ssh", 22, ssh));
    assert_eq!(found.kind(), HostActivityKind::NetworkConnection);
    assert_eq!(
        (found.host().to_string(), found.peer().to_string()),
        ("10.0.0.9".into(), "10.0.0.5".into())
    );
    // On another port the direction says who asks.
    let swapped = answer("ssh", 2222, &format!(r#""direction":"to_client",{ssh}"#));
    assert_eq!(activity(&swapped).host().to_string(), "10.0.0.9");

    let ticket = r#""smb":{"command":"SMB2_COMMAND_SESSION_SETUP","status":"STATUS_SUCCESS","status_code":"0x0","kerberos":{"realm":"CORP.EXAMPLE","snames":["cifs","files-1"]}}"#;
    assert_eq!(activity(&eve("smb", 445, ticket)).object(), Some("smb"));
    let share = r#""smb":{"command":"SMB2_COMMAND_TREE_CONNECT","status":"STATUS_SUCCESS","status_code":"0x0","share":"\\\\10.0.0.9\\ADMIN$","share_type":"FILE"}"#;
    let found = activity(&eve("smb", 445, share));
    assert_eq!(found.kind(), HostActivityKind::ShareAccess);
    assert_eq!(found.object(), Some(r"\\10.0.0.9\ADMIN$"));
    let refused =
        share.replace("STATUS_SUCCESS", "STATUS_ACCESS_DENIED").replace("0x0", "0xc0000022");
    assert_eq!(passed(&eve("smb", 445, &refused)), "Suricata smb SMB2_COMMAND_TREE_CONNECT");
    let write = r#""smb":{"command":"SMB2_COMMAND_WRITE","status":"STATUS_SUCCESS","status_code":"0x0","filename":"a.exe","share":"\\\\10.0.0.9\\ADMIN$"}"#;
    assert_eq!(activity(&eve("smb", 445, write)).object(), Some(r"\\10.0.0.9\ADMIN$\a.exe"));

    let call = |uuid: &str, opnum: u16| {
        format!(
            r#""smb":{{"command":"SMB2_COMMAND_IOCTL","status":"STATUS_SUCCESS","status_code":"0x0","dcerpc":{{"request":"REQUEST","response":"RESPONSE","opnum":{opnum},"req":{{"frag_cnt":1}},"interfaces":[{{"uuid":"{uuid}","version":"2.0"}}]}}}}"#
        )
    };
    let svcctl = "367abb81-9844-35f1-ad32-98f038001003";
    let found = activity(&eve("smb", 445, &call(svcctl, 12)));
    assert_eq!(found.kind(), HostActivityKind::NamedPipe);
    assert_eq!(found.object(), Some("svcctl CreateServiceW"));
    let other = activity(&eve("smb", 445, &call("00000000-0000-0000-0000-000000000001", 7)));
    assert_eq!(other.object(), Some("00000000-0000-0000-0000-000000000001 opnum 7"));
    let direct = r#""dcerpc":{"request":"REQUEST","req":{"opnum":1,"frag_cnt":1},"interfaces":[{"uuid":"86d35949-83c9-4044-b424-db363231fd0c","version":"1.0"}],"response":"RESPONSE","call_id":2}"#;
    let found = activity(&eve("dcerpc", 49667, direct));
    assert_eq!(found.object(), Some("ITaskSchedulerService SchRpcRegisterTask"));
    let vnc = r#""rfb":{"authentication":{"security_type":2,"security_result":"FAIL"}}"#;
    assert_eq!(activity(&eve("rfb", 5900, vnc)).object(), Some("vnc refused"));
}

#[test]
fn a_log_without_logins_is_named() {
    let log: String = ["alert", "dns", "flow", "http", "fileinfo", "tls"]
        .iter()
        .map(|kind| eve(kind, 53, &format!(r#""{kind}":{{}}"#)) + "\n")
        .collect::<String>()
        + r#"{"timestamp":"2026-03-02T09:00:00.000000+0000","event_type":"stats","stats":{"uptime":1}}"#;
    let summary = given(&log).summary;
    assert_eq!((summary.events, summary.skipped, summary.files_without_logins), (0, 0, 1));
    assert_eq!(summary.passed_over.get("Suricata dns"), Some(&1));
    assert_eq!(summary.passed_over.len(), 7);
    let why = summary.first_not_understood[0].to_string();
    assert!(why.contains("Suricata EVE without authentication events"), "{why}");
}

#[test]
fn a_record_that_filebeat_took_apart_is_the_same() {
    let event = one(
        r#"{"@timestamp":"2026-03-02T09:00:01.250Z","event":{"kind":"event","category":["network"],"dataset":"suricata.eve"},"source":{"ip":"10.0.0.5","address":"10.0.0.5","port":49812},"destination":{"ip":"10.0.0.9","port":445},"suricata":{"eve":{"event_type":"smb","flow_id":"586497171462735","smb":{"command":"SMB2_COMMAND_SESSION_SETUP","status":"STATUS_LOGON_FAILURE","status_code":"0xc000006d","ntlmssp":{"domain":"CORP","user":"alice","host":"WS-17"}}}}}"#,
    );
    assert_eq!(event.time().micros(), 1_772_442_001_250_000);
    assert_eq!(event.account().to_string(), "alice@CORP");
    assert_eq!(event.src_host().ip, Some("10.0.0.5".parse().unwrap()));
    assert_eq!((dst(&event).as_str(), event.outcome()), ("10.0.0.9", Outcome::Failure));
    let alert = r#"{"@timestamp":"2026-03-02T09:00:01Z","event":{"category":["network"]},"suricata":{"eve":{"event_type":"alert"}}}"#;
    assert_eq!(passed(alert), "Suricata alert");
}
