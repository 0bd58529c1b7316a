//! CSV by header names, by mapping, and what is refused.

use std::ops::ControlFlow;

use sidestep::event::{AccountKind, Activity, AuthEvent, AuthProtocol, LogonType, Mfa, Outcome};
use sidestep_formats::{
    Column, EventField, FieldMapping, Format, FormatError, LogReader, OnError, ReadOptions,
    ReadSummary, TimeFormat,
};

/// Reads a log whole.
fn read(
    log: &str,
    options: ReadOptions,
) -> (Vec<AuthEvent<'static>>, ReadSummary, Result<(), FormatError>) {
    let mut events = Vec::new();
    let mut reader = LogReader::new(options);
    let result = reader.read(log.as_bytes(), "log.csv", &mut |event| {
        events.extend(event.auth().map(|event| event.clone().into_owned()));
        ControlFlow::Continue(())
    });
    (events, reader.summary().clone(), result.map(drop))
}

fn mapped(pairs: &[&str]) -> ReadOptions {
    let mapping = pairs
        .iter()
        .try_fold(FieldMapping::default(), |mapping, pair| mapping.with_pair(pair))
        .expect("the pairs are well formed");
    ReadOptions::default().with_mapping(mapping)
}

#[test]
fn common_headers_need_no_mapping() {
    let log = "@timestamp;User;Source IP;SRC-HOST;Destination Host;Logon Type;Auth;Status;mfa\r\n\
               2026-03-01T08:00:00Z;CORP\\alice;::ffff:10.0.0.7;WS-1;FILES;10;Kerberos;success;yes\r\n\
               2026-03-01T08:00:01+01:00;bob@corp;-;\"WS-\"\"2\"\"\";FILES;Network;NTLM;denied;no\r\n";
    let (events, summary, result) = read(log, ReadOptions::default());
    result.unwrap();
    assert_eq!(summary.skipped, 0, "{:?}", summary.first_errors);
    let [first, second] = &events[..] else { panic!("{events:?}") };
    assert_eq!(first.time().micros(), 1_772_352_000_000_000);
    assert_eq!(first.account().to_string(), "alice@CORP");
    assert_eq!(first.src_host().name.as_deref(), Some("WS-1"));
    assert_eq!(first.src_host().ip, Some("10.0.0.7".parse().unwrap()));
    assert_eq!(first.dst_host().name.as_deref(), Some("FILES"));
    assert_eq!(first.logon_type(), LogonType::RemoteInteractive);
    assert_eq!(first.auth_protocol(), AuthProtocol::Kerberos);
    assert_eq!(first.outcome(), Outcome::Success);
    assert_eq!(first.mfa(), Mfa::Used);
    assert_eq!(first.raw_ref(), Some(2));
    assert_eq!(second.time().micros(), 1_772_348_401_000_000);
    assert_eq!(second.src_host().name.as_deref(), Some("WS-\"2\""));
    assert_eq!(second.src_host().ip, None);
    assert_eq!(second.outcome(), Outcome::Failure);
    assert_eq!(second.raw_ref(), Some(3));
}

#[test]
fn windows_columns_are_known() {
    let log = "TimeCreated,EventID,TargetUserName,TargetDomainName,SubjectUserName,\
               SubjectDomainName,WorkstationName,IpAddress,IpPort,Computer,LogonType,TargetLogonId,Status\n\
               2026-03-01 08:00:00.5,4625,WS1$,CORP,-,-,\\\\WS1,LOCAL,0,DC1,3,0x3e7,0xC000006D\n\
               2026-03-01 08:00:01,4648,admin,CORP,alice,CORP,WS1,10.1.1.1,50000,DC1,,77,\n";
    let (events, summary, result) = read(log, ReadOptions::default());
    result.unwrap();
    assert_eq!(summary.skipped, 0, "{:?}", summary.first_errors);
    assert_eq!(events[0].time().micros(), 1_772_352_000_500_000);
    assert_eq!(events[0].account().kind, AccountKind::Machine);
    assert_eq!(events[0].subject(), None);
    assert_eq!(events[0].src_host().name.as_deref(), Some("WS1"));
    assert_eq!(events[0].activity(), Activity::Logon);
    assert_eq!(events[0].outcome(), Outcome::Failure);
    assert_eq!(events[0].logon_id(), Some(0x3e7));
    assert_eq!(events[1].activity(), Activity::AccountSwitch);
    assert_eq!(events[1].subject().unwrap().to_string(), "alice@CORP");
    assert_eq!(events[1].src_host().port, Some(50000));
    assert_eq!(events[1].event_code(), Some(4648));
    assert_eq!(events[1].outcome(), Outcome::Unknown);
}

#[test]
fn columns_can_be_named() {
    let log = "when,who,whence,whither\n1700000000123,u1,a,b\n";
    let (_, _, refused) = read(log, ReadOptions::default());
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("when,who,whence,whither"), "{refused}");
    assert!(refused.contains("--map"), "{refused}");

    let pairs = ["time=when", "account=who", "src_host=whence", "dst_host=whither"];
    let mut options = mapped(&pairs);
    options.mapping = options.mapping.with_time_format(TimeFormat::Milliseconds);
    let (events, _, result) = read(log, options);
    result.unwrap();
    assert_eq!(events[0].time().micros(), 1_700_000_000_123_000);
    assert_eq!(events[0].account().name, "u1");
    assert_eq!(events[0].src_host().to_string(), "a");
    assert_eq!(events[0].dst_host().to_string(), "b");
}

#[test]
fn columns_can_be_numbered_with_and_without_a_header() {
    let numbers = ["time=1", "account=3", "src_host=4", "dst_host=2"];
    for (header, first_line) in [("t,to,who,from\n", 2), ("", 1)] {
        let log = format!("{header}5,b,u1,a\n6,c,u1,a\n");
        let (events, summary, result) = read(&log, mapped(&numbers));
        result.unwrap();
        assert_eq!((events.len(), summary.skipped), (2, 0), "{header:?}");
        assert_eq!(events[0].dst_host().to_string(), "b");
        assert_eq!(events[0].raw_ref(), Some(first_line));
    }
}

#[test]
fn a_field_can_be_switched_off() {
    let log = "time,user,src,dst,status\n1,u,a,b,200\n";
    let (_, summary, _) = read(log, ReadOptions::default());
    assert_eq!(
        summary.first_errors[0].to_string(),
        "log.csv:2: status: \"200\" is not an outcome, such as success or failure"
    );
    let (events, summary, _) = read(log, mapped(&["outcome="]));
    assert_eq!((events.len(), summary.skipped), (1, 0));
    assert_eq!(events[0].outcome(), Outcome::Unknown);
}

#[test]
fn each_bad_record_names_its_line_and_column() {
    let log = "time,user,src,dst,src_ip\n\
               \n\
               soon,u,a,b,\n\
               1,,a,b,\n\
               2,u\n\
               3,u,a,b,10.0.0.300\n\
               4,u,,,\n\
               5,u,a,b,10.0.0.3\n";
    for log in [log.to_owned(), log.replace('\n', "\r\n")] {
        let (events, summary, result) = read(&log, ReadOptions::default());
        result.unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].raw_ref(), Some(8));
        assert_eq!(summary.skipped, 5);
        let errors: Vec<_> = summary.first_errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            errors,
            [
                "log.csv:3: time: \"soon\" is not a time (a number since 1970, or RFC 3339; for other forms say the time format)",
                "log.csv:4: user: is empty; an event needs an account",
                "log.csv:5: has 2 columns where 5 are needed (the first line has 5)",
                "log.csv:6: src_ip: \"10.0.0.300\" is not an IP address",
                "log.csv:7: dst: dst_host is empty; an event needs it",
            ]
        );
    }
}

#[test]
fn the_first_bad_record_can_stop_the_reading() {
    let log = "time,user,src,dst\n1,u,a,b\nx,u,a,b\n2,u,a,b\n";
    let options = ReadOptions::default().with_on_error(OnError::Stop);
    let (events, summary, result) = read(log, options);
    assert!(matches!(result, Err(FormatError::BadLine(error)) if error.line == 3));
    assert_eq!((events.len(), summary.events), (1, 1));
}

#[test]
fn a_quote_left_open_loses_no_line_silently() {
    let log = "time,user,src,dst\n1,u,a,b\n2,\"u,a,b\n3,u,a,b\n4,u,a,b\n";
    let (events, summary, result) = read(log, ReadOptions::default());
    result.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(summary.skipped, 3);
    assert_eq!(summary.first_errors[0].line, 3);
}

#[test]
fn a_quoted_line_break_is_one_record() {
    let log = "time,user,src,dst,message\n1,u,a,b,\"two\nlines\"\n2,u,a,b,one\n";
    let (events, summary, _) = read(log, ReadOptions::default());
    assert_eq!(summary.skipped, 0);
    assert_eq!(events.iter().map(AuthEvent::raw_ref).collect::<Vec<_>>(), [Some(2), Some(4)]);
}

#[test]
fn words_of_the_caller_are_checked() {
    let bad = |pair: &str| FieldMapping::default().with_pair(pair).unwrap_err().to_string();
    assert_eq!(bad("account"), "mapping `account`: expected field=column, such as account=User");
    assert!(bad("who=User").starts_with("field `who`: expected one of time, account, "));
    assert!(bad("account=0").starts_with("column `0`: expected a header, or a number from 1"));
    let twice = FieldMapping::default()
        .with(EventField::Time, Column::Number(1))
        .with(EventField::Time, Column::Number(2));
    assert_eq!(twice.column(EventField::Time), Some(&Column::Number(2)));
    let (_, _, refused) = read("time,user,dst\n", mapped(&["account=User"]));
    assert_eq!(
        refused.unwrap_err().to_string().split(';').next(),
        Some("log.csv: no column is called \"User\""),
    );
}

#[test]
fn a_missing_column_is_said() {
    let options = ReadOptions::default().with_format(Format::Csv);
    let (_, _, refused) = read("time,user,src\n1,u,a\n", options);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.starts_with("log.csv: no column gives the dst_host"), "{refused}");
}
