use super::super::shape::{Shape, tell};
use super::super::tape::Tape;

use super::*;
use crate::time::{Micros, TimeFormat, Times};
use crate::zone::Zone;

/// What was read of an event, in a form that can be compared.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    event_id: String,
    time: Option<Micros>,
    provider: String,
    channel: String,
    computer: String,
    values: Vec<(String, String)>,
}

fn all(json: &str) -> Read {
    let mut tape = Tape::default();
    let root = tape.read(json).unwrap();
    let Shape::Windows(layout) = tell(root) else { panic!("is no Windows event: {json}") };
    let mut values = Vec::new();
    let header = read(layout, |name, value| values.push((name.to_owned(), value.to_owned())));
    let own = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Read {
        event_id: own(event_id(layout)),
        time: header.time.read(Times::new(&TimeFormat::Auto, &Zone::default())),
        provider: own(header.provider),
        channel: own(header.channel),
        computer: own(header.computer),
        values,
    }
}

const TIME: Micros = 1_583_136_000_500_000;

/// The logon that each shape below holds.
fn logon(values: &[(&str, &str)]) -> Read {
    Read {
        event_id: "4624".to_owned(),
        time: Some(TIME),
        provider: "Microsoft-Windows-Security-Auditing".to_owned(),
        channel: "Security".to_owned(),
        computer: "FILES-1.corp.example".to_owned(),
        values: values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

const VALUES: [(&str, &str); 3] =
    [("TargetUserName", "alice"), ("LogonType", "3"), ("IpAddress", "::ffff:10.0.0.5")];

#[test]
fn every_shape_gives_the_same() {
    for json in [
        // Winlogbeat 7 and 8.
        r#"{"@timestamp":"2020-03-02T08:00:00.500Z","event":{"code":4624,"provider":"x"},
            "host":{"name":"collector"},"winlog":{"event_id":4624,"channel":"Security",
            "provider_name":"Microsoft-Windows-Security-Auditing",
            "computer_name":"FILES-1.corp.example","event_data":{"TargetUserName":"alice",
            "LogonType":"3","IpAddress":"::ffff:10.0.0.5"}}}"#,
        // Elastic Agent: the number is in `event.code`, and a text.
        r#"{"winlog":{"computer_name":"FILES-1.corp.example","channel":"Security",
            "event_data":{"TargetUserName":"alice","LogonType":3,"IpAddress":"::ffff:10.0.0.5"}},
            "event":{"code":"4624","provider":"Microsoft-Windows-Security-Auditing"},
            "@timestamp":"2020-03-02T08:00:00.500Z","agent":{"name":"a"}}"#,
        // The same, each path written as one name.
        r#"{"@timestamp":"2020-03-02T08:00:00.500Z","winlog.event_id":4624,
            "winlog.channel":"Security","winlog.computer_name":"FILES-1.corp.example",
            "winlog.provider_name":"Microsoft-Windows-Security-Auditing",
            "winlog.event_data.TargetUserName":"alice","winlog.event_data.LogonType":"3",
            "winlog.event_data.IpAddress":"::ffff:10.0.0.5"}"#,
        // Winlogbeat 6, as Elasticsearch exports it.
        r#"{"_index":"i","_source":{"@timestamp":"2020-03-02T08:00:00.500Z","event_id":4624,
            "log_name":"Security","source_name":"Microsoft-Windows-Security-Auditing",
            "computer_name":"FILES-1.corp.example","event_data":{"TargetUserName":"alice",
            "LogonType":"3","IpAddress":"::ffff:10.0.0.5"}}}"#,
        // NXLog.
        r#"{"EventTime":"2020-03-02T08:00:00.5Z","Hostname":"FILES-1.corp.example",
            "Keywords":-9214364837600034816,"EventID":4624,"Channel":"Security",
            "SourceName":"Microsoft-Windows-Security-Auditing","TargetUserName":"alice",
            "LogonType":"3","IpAddress":"::ffff:10.0.0.5","Message":"An account ..."}"#,
        // evtx_dump.
        r##"{"Event":{"#attributes":{"xmlns":"http://x"},"System":{"Provider":{"#attributes":
            {"Name":"Microsoft-Windows-Security-Auditing"}},"EventID":4624,"Channel":"Security",
            "TimeCreated":{"#attributes":{"SystemTime":"2020-03-02T08:00:00.500000Z"}},
            "Computer":"FILES-1.corp.example"},"EventData":{"#attributes":{"Name":"n"},
            "TargetUserName":"alice","LogonType":3,"IpAddress":"::ffff:10.0.0.5"}}}"##,
        // The same with attributes apart, and with qualifiers on the number.
        r##"{"Event":{"System":{"Provider_attributes":{"Name":"Microsoft-Windows-Security-Auditing"},
            "EventID":{"#attributes":{"Qualifiers":0},"#text":4624},"Channel":"Security",
            "TimeCreated_attributes":{"SystemTime":"2020-03-02T08:00:00.500000Z"},
            "Computer":"FILES-1.corp.example"},"EventData":{
            "TargetUserName":"alice","LogonType":"3","IpAddress":"::ffff:10.0.0.5"}}}"##,
        // What xmltodict and its like make of it.
        r##"{"Event":{"@xmlns":"http://x","System":{"Provider":{"@Name":
            "Microsoft-Windows-Security-Auditing","@Guid":"{0}"},"EventID":{"@Qualifiers":"",
            "#text":"4624"},"Channel":"Security","TimeCreated":{"@SystemTime":
            "2020-03-02T08:00:00.5Z"},"Computer":"FILES-1.corp.example"},"EventData":{"Data":[
            {"@Name":"TargetUserName","#text":"alice"},{"@Name":"LogonType","#text":"3"},
            {"@Name":"IpAddress","#text":"::ffff:10.0.0.5"}]}}}"##,
        // Velociraptor.
        r#"{"System":{"Provider":{"Name":"Microsoft-Windows-Security-Auditing","Guid":"0"},
            "EventID":{"Value":4624},"TimeCreated":{"SystemTime":1583136000.5},
            "Channel":"Security","Computer":"FILES-1.corp.example"},"EventData":{
            "TargetUserName":"alice","LogonType":3,"IpAddress":"::ffff:10.0.0.5"},"Message":"m"}"#,
        // Splunk's export.
        r#"{"preview":false,"offset":0,"result":{"EventCode":"4624","Channel":"Security",
            "SystemTime":"'2020-03-02T08:00:00.500000000Z'","Computer":"FILES-1.corp.example",
            "ProviderName":"Microsoft-Windows-Security-Auditing","TargetUserName":["alice","x"],
            "LogonType":"3","IpAddress":"::ffff:10.0.0.5","_time":"2020-03-02 09:00:01.000 UTC"}}"#,
        // Azure's SecurityEvent.
        r#"{"TimeGenerated":"2020-03-02T08:00:00.5Z","Computer":"FILES-1.corp.example",
            "EventSourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security",
            "EventID":4624,"TargetUserName":"alice","LogonType":3,"IpAddress":"::ffff:10.0.0.5"}"#,
        // All in lower case.
        r#"{"time_created":"2020-03-02T08:00:00.5Z","hostname":"FILES-1.corp.example",
            "source_name":"Microsoft-Windows-Security-Auditing","channel":"Security",
            "eventid":"4624","targetusername":"alice","logontype":3,
            "ipaddress":"::ffff:10.0.0.5"}"#,
    ] {
        assert_eq!(all(json), logon(&VALUES), "{json}");
    }
}

#[test]
fn user_data_and_values_without_names_are_found() {
    let session = all(
        r##"{"Event":{"System":{"EventID":21},"UserData":{"EventXML":{"#attributes":{"xmlns":"x"},
           "User":"CORP\\alice","SessionID":3,"Address":"10.0.0.5"}}}}"##,
    );
    assert_eq!(
        session.values,
        logon(&[("User", "CORP\\alice"), ("SessionID", "3"), ("Address", "10.0.0.5")]).values
    );
    for json in [
        r##"{"Event":{"System":{"EventID":5805},"EventData":{"Data":{"#text":["A","B"]}}}}"##,
        r#"{"Event":{"System":{"EventID":5805},"EventData":{"Data":["A","B"]}}}"#,
    ] {
        assert_eq!(all(json).values, logon(&[("", "A"), ("", "B")]).values);
    }
    let nested = all(r#"{"EventID":7045,"EventData":{"ServiceName":"PSEXESVC"}}"#);
    assert_eq!(nested.values, logon(&[("ServiceName", "PSEXESVC")]).values);
}

#[test]
fn a_local_time_is_moved_by_what_the_collector_shows() {
    let time = |json: &str| all(json).time;
    let utc = Some(TIME - 500_000);
    // Half past two in the zone of Newfoundland; sent on a second later.
    assert_eq!(
        time(
            r#"{"EventID":1,"EventTime":"2020-03-02 04:30:00",
               "EventReceivedTime":"2020-03-02 04:30:01","@timestamp":"2020-03-02T08:00:02.25Z"}"#
        ),
        utc
    );
    // Delivered hours later; the clocks still agree on the zone.
    assert_eq!(
        time(
            r#"{"EventID":1,"EventTime":"2020-03-02 09:00:00",
               "EventReceivedTime":"2020-03-02 21:10:00","@timestamp":"2020-03-02T20:10:01Z"}"#
        ),
        utc
    );
    // Nothing shows the zone: the time at which the record was made is the best there is.
    for json in [
        r#"{"EventID":1,"EventTime":"2020-03-02 04:00:00","@timestamp":"2020-03-02T08:00:00Z"}"#,
        r#"{"EventID":1,"EventTime":"2020-03-02 04:00:00","@timestamp":"2020-03-02T08:00:00Z",
            "EventReceivedTime":"2020-03-02 04:07:00"}"#,
        r#"{"EventID":1,"EventTime":"2020-03-02 08:00:00"}"#,
        r#"{"EventID":1,"EventTime":"2020-03-02T10:00:00+02:00","@timestamp":"2021-01-01T00:00:00Z"}"#,
        r#"{"EventID":1,"EventTime":"2020-03-02 04:00:00","EventTimeUTC":"2020-03-02 08:00:00"}"#,
    ] {
        assert_eq!(time(json), utc, "{json}");
    }
    assert_eq!(time(r#"{"EventID":1,"EventTime":"yesterday"}"#), None);
    assert_eq!(time(r#"{"EventID":1}"#), None);
}

#[test]
fn a_changed_account_is_no_sign_in_though_it_has_a_principal() {
    for principal in ["-", "alice@corp.example"] {
        let json = format!(
            r#"{{"UserPrincipalName":"{principal}","TargetUserName":"alice","EventID":4738}}"#
        );
        assert_eq!(all(&json).event_id, "4738");
    }
}

#[test]
fn a_process_that_speaks_is_read_and_one_that_wrote_is_not() {
    let json = r#"{"@timestamp":"2020-03-02T08:00:00.500Z","process":{"name":"svc","args":["a"]},
        "winlog":{"event_id":4,"provider_name":"OpenSSH","channel":"OpenSSH/Operational",
        "process":{"pid":7,"thread":{"id":9}},
        "event_data":{"process":"sshd","payload":"Accepted"},"computer_name":"win-5"}}"#;
    let read = all(json);
    let expected = [("process", "sshd"), ("payload", "Accepted")];
    assert_eq!(read.values, logon(&expected).values);
    assert_eq!((read.provider.as_str(), read.computer.as_str()), ("OpenSSH", "win-5"));
}
