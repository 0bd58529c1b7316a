//! Windows events in JSON lines made here, in the two shapes that most logs have.

use std::fmt::Write;
use std::hint::black_box;

use serde_json::Value;

/// Records of each log.
pub const RECORDS: u64 = 20_000;

/// What varies from one logon to the next.
struct Logon {
    second: u64,
    host: u64,
    user: u64,
    session: u64,
    address: (u64, u64),
}

impl Logon {
    const fn of(number: u64) -> Self {
        Self {
            second: number / 50,
            host: number * 7 % 400,
            user: number * 13 % 900,
            session: 0x2000 + number * 17,
            address: (number * 3 % 8, number * 11 % 250 + 1),
        }
    }

    fn time(&self) -> String {
        let second = self.second;
        format!("2026-03-02T08:{:02}:{:02}", second / 60 % 60, second % 60)
    }
}

/// As `NXLog` and others flatten an event: about 60 names, 1.5 kB.
pub fn flat(out: &mut String, number: u64) {
    let logon = Logon::of(number);
    let time = logon.time();
    let (host, user, (c, d)) = (logon.host, logon.user, logon.address);
    let _ = writeln!(
        out,
        r#"{{"EventTime":"{}","Hostname":"WS-{host}.corp.example","Keywords":-9214364837600034816,"EventType":"AUDIT_SUCCESS","SeverityValue":2,"Severity":"INFO","EventID":4624,"SourceName":"Microsoft-Windows-Security-Auditing","ProviderGuid":"{{54849625-5478-4994-A5BA-3E3B0328C30D}}","Version":2,"Task":12544,"OpcodeValue":0,"RecordNumber":{number},"ExecutionProcessID":708,"ThreadID":3484,"Channel":"Security","Category":"Logon","Opcode":"Info","SubjectUserSid":"S-1-0-0","SubjectUserName":"-","SubjectDomainName":"-","SubjectLogonId":"0x0","TargetUserSid":"S-1-5-21-3226634481-2224579835-4276826623-{}","TargetUserName":"user{user}","TargetDomainName":"CORP.EXAMPLE","TargetLogonId":"{:#x}","LogonType":"3","LogonProcessName":"Kerberos","AuthenticationPackageName":"Kerberos","WorkstationName":"-","LogonGuid":"{{e47dc43d-b81d-c7e5-4703-edf79a82e62b}}","TransmittedServices":"-","LmPackageName":"-","KeyLength":"0","ProcessId":"0x0","ProcessName":"C:\\Windows\\System32\\lsass.exe","IpAddress":"::ffff:10.0.{c}.{d}","IpPort":"{}","ImpersonationLevel":"%%1833","RestrictedAdminMode":"-","TargetOutboundUserName":"-","TargetOutboundDomainName":"-","VirtualAccount":"%%1843","TargetLinkedLogonId":"0x0","ElevatedToken":"%%1842","EventReceivedTime":"{}","SourceModuleName":"eventlog","SourceModuleType":"im_msvistalog","@timestamp":"{time}.502Z","@version":"1","host":"collector.corp.example","port":61041,"tags":["windows"]}}"#,
        time.replace('T', " "),
        1000 + user,
        logon.session,
        49152 + number % 16000,
        time.replace('T', " "),
    );
}

/// As Winlogbeat nests an event: about 60 names, 1.9 kB.
pub fn nested(out: &mut String, number: u64) {
    let logon = Logon::of(number);
    let time = logon.time();
    let (host, user, (c, d)) = (logon.host, logon.user, logon.address);
    let _ = writeln!(
        out,
        r#"{{"@timestamp":"{time}.502Z","event":{{"code":"4624","kind":"event","provider":"Microsoft-Windows-Security-Auditing","action":"logged-in","category":["authentication"],"type":["start"],"outcome":"success","created":"{time}.902Z"}},"log":{{"level":"information"}},"host":{{"name":"collector.corp.example"}},"ecs":{{"version":"8.0.0"}},"agent":{{"id":"0c7e1d7c-b7d4-4b9c-8c57-9d8aa0e8f0b6","name":"collector","type":"winlogbeat","version":"8.17.0","ephemeral_id":"fbb0a2d2-0a7e-4a3c-a8b4-9f7b2d4bb9a5"}},"winlog":{{"version":2,"channel":"Security","provider_name":"Microsoft-Windows-Security-Auditing","provider_guid":"{{54849625-5478-4994-a5ba-3e3b0328c30d}}","record_id":{number},"task":"Logon","opcode":"Info","event_id":"4624","api":"wineventlog","keywords":["Audit Success"],"computer_name":"WS-{host}.corp.example","process":{{"pid":708,"thread":{{"id":3484}}}},"event_data":{{"SubjectUserSid":"S-1-0-0","SubjectUserName":"-","SubjectDomainName":"-","SubjectLogonId":"0x0","TargetUserSid":"S-1-5-21-3226634481-2224579835-4276826623-{}","TargetUserName":"user{user}","TargetDomainName":"CORP.EXAMPLE","TargetLogonId":"{:#x}","LogonType":"3","LogonProcessName":"Kerberos","AuthenticationPackageName":"Kerberos","WorkstationName":"-","LogonGuid":"{{e47dc43d-b81d-c7e5-4703-edf79a82e62b}}","TransmittedServices":"-","LmPackageName":"-","KeyLength":"0","ProcessId":"0x0","ProcessName":"C:\\Windows\\System32\\lsass.exe","IpAddress":"10.0.{c}.{d}","IpPort":"{}","ImpersonationLevel":"%%1833","RestrictedAdminMode":"-","TargetOutboundUserName":"-","TargetOutboundDomainName":"-","VirtualAccount":"%%1843","TargetLinkedLogonId":"0x0","ElevatedToken":"%%1842"}}}}}}"#,
        1000 + user,
        logon.session,
        49152 + number % 16000,
    );
}

/// The records of one shape.
#[must_use]
pub fn log(write: fn(&mut String, u64)) -> String {
    let mut text = String::new();
    (0..RECORDS).for_each(|number| write(&mut text, number));
    text
}

/// Makes a tree of each record, as a reader without further thought would: the plain loop.
///
/// # Errors
/// [`serde_json::Error`] for a line that is no JSON.
pub fn read_trees(text: &str) -> serde_json::Result<u64> {
    let mut records = 0;
    for line in text.lines() {
        black_box(serde_json::from_str::<Value>(line)?);
        records += 1;
    }
    Ok(records)
}
