//! Samba's audits: JSON lines, its own log file, syslog, and the form for people.

use std::ops::ControlFlow;

use sidestep::event::{
    Activity, AuthEvent, AuthProtocol, Event, HostActivity, HostActivityKind, LogonType, Outcome,
    TicketEncryption,
};
use sidestep_formats::{Format, LogReader, ReadOptions, ReadSummary};

type Read = (Vec<AuthEvent<'static>>, Vec<HostActivity<'static>>, ReadSummary);

fn read_with(log: &str, options: ReadOptions) -> Read {
    let (mut events, mut activities) = (Vec::new(), Vec::new());
    let mut reader = LogReader::new(options);
    let _ = reader
        .read(log.as_bytes(), "log.samba", &mut |event| {
            match event {
                Event::Auth(event) => events.push(event.clone().into_owned()),
                Event::Activity(activity) => activities.push(activity.clone().into_owned()),
                _ => {}
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    (events, activities, reader.summary().clone())
}

fn read(log: &str) -> Read {
    read_with(log, ReadOptions::default())
}

fn on(host: &str) -> ReadOptions {
    ReadOptions::default().with_host(Some(host.to_owned()))
}

/// A record of an authentication, with some of its fields set.
fn authentication(second: u32, fields: &[(&str, &str)]) -> String {
    let usual = [
        ("eventId", "4624"),
        ("logonId", "\"0\""),
        ("logonType", "3"),
        ("status", "\"NT_STATUS_OK\""),
        ("localAddress", "\"ipv4:10.0.0.20:445\""),
        ("remoteAddress", "\"ipv4:10.0.0.5:41946\""),
        ("serviceDescription", "\"SMB2\""),
        ("authDescription", "\"NTLMSSP\""),
        ("clientDomain", "\"CORP\""),
        ("clientAccount", "\"alice\""),
        ("workstation", "\"WS-17\""),
        ("becameAccount", "\"alice\""),
        ("becameDomain", "\"CORP\""),
        ("becameSid", "\"S-1-5-21-1-2-3-1104\""),
        ("mappedAccount", "\"alice\""),
        ("mappedDomain", "\"CORP\""),
        ("passwordType", "\"NTLMv2\""),
    ];
    let body: Vec<String> = usual
        .iter()
        .map(|(name, value)| {
            let set = fields.iter().find(|(field, _)| field == name);
            format!("\"{name}\": {}", set.map_or(*value, |(_, value)| *value))
        })
        .collect();
    record(second, "Authentication", &body.join(", "))
}

fn record(second: u32, kind: &str, body: &str) -> String {
    format!(
        "{{\"timestamp\": \"2026-03-02T09:00:{second:02}.500000+0000\", \"type\": \"{kind}\", \
         \"{kind}\": {{\"version\": {{\"major\": 1, \"minor\": 2}}, {body}}}}}\n"
    )
}

const KDC: [(&str, &str); 6] = [
    ("serviceDescription", "\"Kerberos KDC\""),
    ("authDescription", "\"ENC-TS Pre-authentication\""),
    ("localAddress", "null"),
    ("workstation", "null"),
    ("clientAccount", "\"alice@CORP.EXAMPLE\""),
    ("passwordType", "\"arcfour-hmac-md5\""),
];

#[test]
fn a_login_is_one_event_in_every_wrapping() {
    let json = authentication(1, &[]);
    let header = "[2026/03/02 09:00:01.500000,  3] ../../auth/auth_log.c:862(log_json)\n";
    let own = format!("{header}  {json}{header}  JSON Authentication: {json}");
    let wrapped = [
        (json.clone(), 1),
        (format!("  {json}"), 1),
        (own, 2),
        (format!("2026-03-02T09:00:01+00:00 fs1 smbd[17]:   {json}"), 1),
        (json.replacen('{', "{\"host\": \"fs1\", ", 1), 1),
    ];
    for (log, count) in wrapped {
        let (events, _, summary) = read_with(&log, on("fs1"));
        assert_eq!((events.len(), summary.skipped), (count, 0), "{log} {summary:?}");
        if !log.contains("smbd[17]") {
            assert_eq!(read_with(&log, on("fs1").with_format(Format::Samba)).0, events);
        }
        let event = &events[0];
        assert_eq!(event.time().to_string(), "2026-03-02T09:00:01.500000Z");
        assert_eq!((event.activity(), event.outcome()), (Activity::Logon, Outcome::Success));
        assert_eq!(event.account().to_string(), "alice@CORP");
        assert_eq!(event.account().sid.as_deref(), Some("S-1-5-21-1-2-3-1104"));
        assert_eq!(event.src_host().name.as_deref(), Some("WS-17"));
        assert_eq!(event.src_host().ip.unwrap().to_string(), "10.0.0.5");
        assert_eq!(event.src_host().port, Some(41946));
        assert_eq!(event.dst_host().name.as_deref(), Some("fs1"));
        assert_eq!(event.dst_host().ip.unwrap().to_string(), "10.0.0.20");
        assert_eq!(
            (event.auth_protocol(), event.logon_type()),
            (AuthProtocol::Ntlm, LogonType::Network)
        );
        assert_eq!((event.event_code(), event.logon_id()), (Some(4624), None));
    }
    // Without a name, the address at which it was called is the host.
    assert_eq!(read(&json).0[0].dst_host().to_string(), "10.0.0.20");
}

#[test]
fn only_the_status_says_that_it_failed() {
    let failed = [("status", "\"NT_STATUS_WRONG_PASSWORD\""), ("eventId", "4625")];
    let (events, ..) = read(&authentication(1, &failed));
    assert_eq!(events[0].outcome(), Outcome::Failure);
    assert_eq!(events[0].outcome_reason(), Some("NT_STATUS_WRONG_PASSWORD"));
    // Kerberos fills in what the account would have become all the same.
    let kdc = [&KDC[..], &failed].concat();
    let (events, ..) = read_with(&authentication(1, &kdc), on("dc1"));
    assert_eq!(events[0].activity(), Activity::Preauthentication);
    assert_eq!(events[0].outcome(), Outcome::Failure);
}

#[test]
fn one_login_at_a_member_is_no_three() {
    let winbind = [
        ("serviceDescription", "\"winbind\""),
        ("localAddress", "\"unix:\""),
        ("remoteAddress", "\"unix:\""),
        ("logonId", "\"8f7ebc2c2ec28a8f\""),
    ];
    let controller = [
        ("serviceDescription", "\"SamLogon\""),
        ("remoteAddress", "\"ipv4:10.0.0.20:34984\""),
        ("localAddress", "\"ipv4:10.0.0.10:49152\""),
        ("workstation", "\"\\\\\\\\WS-17\""),
    ];
    let log = [&winbind[..], &[], &controller].map(|fields| authentication(1, fields)).concat();
    let (events, _, summary) = read(&log);
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.activity(), event.src_host().name.as_deref(), event.src_host().ip))
        .collect();
    let client = Some("10.0.0.5".parse().unwrap());
    assert_eq!(
        told,
        [
            (Activity::Logon, Some("WS-17"), client),
            (Activity::CredentialValidation, Some("WS-17"), None)
        ]
    );
    assert_eq!(summary.passed_over.values().sum::<u64>(), 1);
}

#[test]
fn one_kinit_is_one_ticket() {
    let again = [&KDC[..], &[("remoteAddress", "\"ipv4:10.0.0.5:52484\"")]].concat();
    let other = [&KDC[..], &[("remoteAddress", "\"ipv4:10.0.0.6:52484\"")]].concat();
    let log = authentication(1, &KDC) + &authentication(1, &again) + &authentication(1, &other);
    let (events, ..) = read_with(&log, on("dc1"));
    let from: Vec<_> = events.iter().map(|event| event.src_host().to_string()).collect();
    assert_eq!(from, ["10.0.0.5", "10.0.0.6"]);
    assert_eq!(events[0].activity(), Activity::TicketGrantingTicket);
    assert_eq!(events[0].dst_host().to_string(), "dc1");
    assert_eq!(events[0].preauth_type(), Some(2));
    assert_eq!(events[0].ticket_encryption(), Some(TicketEncryption::RC4_HMAC));
    // Nothing in it names the controller.
    let (events, _, summary) = read(&log);
    assert_eq!((events.len(), summary.skipped), (0, 2));
    assert!(summary.first_errors[0].to_string().contains("--host"));
}

#[test]
fn an_anonymous_logon_is_nobody_s() {
    let nobody = [
        ("clientAccount", "\"\""),
        ("becameAccount", "\"ANONYMOUS LOGON\""),
        ("becameDomain", "\"NT AUTHORITY\""),
        ("becameSid", "\"S-1-5-7\""),
    ];
    let (events, _, summary) = read(&authentication(1, &nobody));
    assert_eq!((events.len(), summary.skipped), (0, 0));
    assert_eq!(summary.passed_over["samba, an anonymous logon"], 1);
}

fn authorization(method: &str, account: &str, service: &str) -> String {
    record(
        2,
        "Authorization",
        &format!(
            "\"localAddress\": \"ipv4:10.0.0.20:445\", \"remoteAddress\": \"ipv4:10.0.0.5:41946\", \
             \"serviceDescription\": \"{service}\", \"authType\": \"{method}\", \"domain\": \"CORP\", \
             \"account\": \"{account}\", \"sid\": \"S-1-5-21-1-2-3-1104\", \
             \"sessionId\": \"e29534e9-4f5d-4cd7-a542-5d8726b97b12\""
        ),
    )
}

#[test]
fn a_login_with_a_ticket_is_told_by_its_authorization() {
    let log = authorization("krb5", "alice", "SMB2")
        + &authorization("ncacn_np", "alice", "DCE/RPC")
        + &authorization("NTLMSSP", "alice", "SMB2");
    let (events, _, summary) = read(&log);
    assert_eq!((events.len(), summary.passed_over.values().sum::<u64>()), (1, 2));
    assert_eq!(events[0].auth_protocol(), AuthProtocol::Kerberos);
    assert_eq!(events[0].src_host().to_string(), "10.0.0.5");
    assert!(events[0].logon_id().is_some());
}

#[test]
fn a_ticket_for_a_service_is_told_by_newer_controllers() {
    let body = "\"status\": \"NT_STATUS_OK\", \"localAddress\": null, \
        \"remoteAddress\": \"ipv4:10.0.0.5:28004\", \
        \"serviceDescription\": \"MSSQLSvc/db1.corp.example:1433@CORP.EXAMPLE\", \
        \"authType\": \"TGS-REQ with Ticket-Granting Ticket\", \"domain\": \"CORP\", \
        \"account\": \"alice\", \"sid\": \"S-1-5-21-1-2-3-1104\", \
        \"authTime\": \"2026-03-02T08:59:00.000000+0000\"";
    let (events, ..) = read_with(&record(1, "KDC Authorization", body), on("dc1"));
    let event = &events[0];
    assert_eq!(event.activity(), Activity::ServiceTicket);
    assert_eq!(event.dst_host().to_string(), "db1.corp.example");
    assert_eq!(event.credential(), Some("alice@CORP 2026-03-02T08:59:00.000000+0000"));
}

#[test]
fn changes_of_the_directory_belong_to_their_session() {
    let change = |operation: &str, dn: &str, attributes: &str, status: &str| {
        record(
            3,
            "dsdbChange",
            &format!(
                "\"statusCode\": {status}, \"status\": \"Success\", \"operation\": \"{operation}\", \
                 \"remoteAddress\": \"ipv4:10.0.0.5:56088\", \"performedAsSystem\": false, \
                 \"userSid\": \"S-1-5-21-1-2-3-1104\", \"dn\": \"{dn}\", \
                 \"sessionId\": \"e29534e9-4f5d-4cd7-a542-5d8726b97b12\", \
                 \"attributes\": {{{attributes}}}"
            ),
        )
    };
    let added = "\"member\": {\"actions\": [{\"action\": \"add\", \"values\": \
                 [{\"value\": \"<GUID=c2>;<SID=S-1-5-21-1>;CN=tool7,CN=Users,DC=r\"}]}]}";
    let user = "\"objectClass\": {\"actions\": [{\"action\": \"add\", \"values\": [{\"value\": \"user\"}]}]}, \
                \"sAMAccountName\": {\"actions\": [{\"action\": \"add\", \"values\": [{\"value\": \"tool7\"}]}]}";
    let password = "\"unicodePwd\": {\"actions\": [{\"action\": \"replace\", \"redacted\": true}]}";
    let logon = "\"lastLogon\": {\"actions\": [{\"action\": \"replace\", \"values\": [{\"value\": \"1\"}]}]}";
    let group = "CN=Domain Admins,CN=Users,DC=r";
    let log = authorization("krb5", "alice", "LDAP")
        + &change("Add", "CN=tool7,CN=Users,DC=r", user, "0")
        + &change("Add", "CN=tool8,CN=Users,DC=r", user, "50")
        + &change("Modify", "CN=tool7,CN=Users,DC=r", password, "0")
        + &change("Modify", "CN=tool7,CN=Users,DC=r", logon, "0")
        + &change("Modify", group, added, "0");
    let (events, activities, summary) = read_with(&log, on("dc1"));
    assert_eq!((summary.skipped, summary.passed_over.values().sum::<u64>()), (0, 2));
    let told: Vec<_> =
        activities.iter().map(|it| (it.kind(), it.object().unwrap().to_owned())).collect();
    assert_eq!(
        told,
        [
            (HostActivityKind::AccountCreation, "tool7".to_owned()),
            (HostActivityKind::AccountChange, "tool7".to_owned()),
            (HostActivityKind::GroupMembership, "Domain Admins (tool7)".to_owned()),
        ]
    );
    for it in &activities {
        assert_eq!(it.account().unwrap().to_string(), "alice@CORP");
        assert_eq!(it.peer().to_string(), "10.0.0.5");
        assert_eq!(it.logon_id(), events[0].logon_id());
        assert_eq!(it.host().to_string(), "dc1");
    }
}

const TEXT: &str = "Auth: [SMB2,(null)] user [CORP]\\[ALICE] at [Mon, 02 Mar 2026 09:00:01.499000 UTC] with \
    [NTLMv2] status [NT_STATUS_OK] workstation [WS-17] remote host [ipv4:10.0.0.5:41946] became \
    [CORP]\\[alice] [S-1-5-21-1-2-3-1104]. local host [ipv4:10.0.0.20:445] ";

#[test]
fn the_form_for_people_gives_the_same() {
    let header = "[2026/03/02 09:00:01.500000,  3] ../../auth/auth_log.c:647(log_it)\n";
    let failed = TEXT
        .replace("NT_STATUS_OK", "NT_STATUS_NO_SUCH_USER")
        .replace("became [CORP]\\[alice] [S-1-5-21-1-2-3-1104]", "mapped to [CORP]\\[ALICE]");
    let ticket = "Successful AuthZ: [SMB2,krb5] user [CORP]\\[bob] [S-1-5-21-1-2-3-1105] at \
        [Mon, 02 Mar 2026 10:00:01.499000 CET] Remote host [ipv4:10.0.0.6:41946] local host \
        [ipv4:10.0.0.20:445]";
    let log =
        format!("{header}  {TEXT}\n{header}  {failed}\n{header}  {ticket}\n{header}  other\n");
    let options = on("fs1").with_zone("+01:00".parse().unwrap());
    let (events, _, summary) = read_with(&log, options.clone().with_format(Format::Samba));
    assert_eq!((events.len(), summary.skipped), (3, 0), "{summary:?}");
    assert_eq!(read_with(&log, options).0, events);
    let event = &events[0];
    assert_eq!(event.time().to_string(), "2026-03-02T09:00:01.499000Z");
    assert_eq!(event.account().to_string(), "alice@CORP");
    assert_eq!(event.src_host().name.as_deref(), Some("WS-17"));
    assert_eq!(event.dst_host().name.as_deref(), Some("fs1"));
    assert_eq!(events[1].outcome_reason(), Some("NT_STATUS_NO_SUCH_USER"));
    assert_eq!(events[2].time(), event.time());
    assert_eq!(events[2].auth_protocol(), AuthProtocol::Kerberos);
    // Both forms in one log are one login.
    let both = format!("{header}  {}{header}  {TEXT}\n", authentication(1, &[]));
    assert_eq!(read_with(&both, on("fs1")).0.len(), 1);
}

#[test]
fn a_name_cannot_forge_the_rest_of_a_line() {
    let forged = TEXT.replace("[ALICE]", "[x] at [y] with [z] status [NT_STATUS_OK]");
    let log = format!("Mar  2 09:00:01 fs1 smbd[17]:   {forged}\n");
    let (events, _, summary) = read_with(&log, ReadOptions::default().with_year(Some(2026)));
    assert_eq!((events.len(), summary.skipped), (0, 1));
}

#[test]
fn a_share_that_is_opened_is_told_by_full_audit() {
    let lines = "[2026/03/02 09:00:01.500000,  1] ../../source3/modules/vfs_full_audit.c:643(do_log)\n  \
                 CORP\\alice|10.0.0.5|connect|ok|files\n\
                 [2026/03/02 09:00:02.500000,  1] ../../source3/modules/vfs_full_audit.c:643(do_log)\n  \
                 CORP\\alice|10.0.0.5|openat|ok|r|/srv/files\n";
    let syslog =
        "2026-03-02T09:00:01.5Z fs1 smbd_audit[17]: CORP\\alice|10.0.0.5|connect|ok|files\n";
    for log in [lines, syslog] {
        let (_, activities, summary) = read_with(log, on("fs1"));
        assert_eq!((activities.len(), summary.skipped), (1, 0), "{log}");
        let it = &activities[0];
        assert_eq!((it.kind(), it.object()), (HostActivityKind::ShareAccess, Some(r"\\*\files")));
        assert_eq!(it.account().unwrap().to_string(), "alice@CORP");
        assert_eq!(
            (it.peer().to_string(), it.host().to_string()),
            ("10.0.0.5".into(), "fs1".into())
        );
    }
}
