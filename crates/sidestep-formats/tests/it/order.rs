//! Logs out of order: any order of a log's parts gives the alerts of the log in order.

use std::ops::ControlFlow;

use proptest::prelude::*;
use sidestep::alert::{Alert, AlertState};
use sidestep::{Config, Engine};
use sidestep_formats::{
    EventTaker, Format, FormatError, LogReader, OrderWatch, ReadOptions, in_order,
};

const HOST: &str =
    r#""Hostname":"srv-1","Channel":"Security","SourceName":"Microsoft-Windows-Security-Auditing""#;

/// One line an hour over five days, on the fourth of which a service is installed from afar.
fn lines() -> Vec<String> {
    let logon = |time: String, user: &str, id: usize, from: &str| {
        format!(
            r#"{{"EventTime":"{time}",{HOST},"EventID":4624,"TargetUserName":"{user}","TargetDomainName":"CORP","TargetLogonId":"{id:#x}","LogonType":"3","AuthenticationPackageName":"Kerberos","IpAddress":"{from}"}}"#
        )
    };
    let mut lines = Vec::new();
    for hour in 0..120_usize {
        let time = |second: usize| {
            format!("2026-03-{:02}T{:02}:00:{second:02}Z", 2 + hour / 24, hour % 24)
        };
        let user = hour % 5;
        lines.push(logon(time(0), &format!("user{user}"), 4096 + hour, &format!("10.0.0.{user}")));
        if hour == 86 {
            lines.push(logon(time(1), "adm-dora", 77, "10.0.0.99"));
            let by = r#""SubjectUserName":"adm-dora","SubjectDomainName":"CORP","SubjectLogonId":"0x4d""#;
            let share = r#""ShareName":"\\\\*\\ADMIN$","RelativeTargetName":"PSEXESVC.exe","AccessMask":"0x2","IpAddress":"10.0.0.99""#;
            let service =
                r#""ServiceName":"PSEXESVC","ServiceFileName":"%SystemRoot%\\PSEXESVC.exe""#;
            for (second, id, values) in [(2, 5145, share), (3, 4697, service)] {
                let time = time(second);
                lines.push(format!(
                    r#"{{"EventTime":"{time}",{HOST},"EventID":{id},{by},{values}}}"#
                ));
            }
        }
    }
    lines
}

/// What was alerted of lines in this order, without the numbers of the lines, and late events.
fn alerted(lines: &[String], capacity: usize) -> (Vec<String>, u64) {
    let log = lines.join("\n");
    let read = |sink: &mut EventTaker<'_>| {
        let options = ReadOptions::default().with_format(Format::Json);
        let mut reader = LogReader::new(options);
        let flow = reader.read(log.as_bytes(), "log", &mut |event| {
            sink(event);
            ControlFlow::Continue(())
        })?;
        assert!(flow.is_continue());
        assert_eq!(reader.summary().skipped, 0, "{:?}", reader.summary().first_errors);
        Ok::<(), FormatError>(())
    };
    let mut watch = OrderWatch::default();
    read(&mut |event| watch.observe(event.time())).unwrap();
    let (mut engine, mut alerts) = (Engine::new(Config::default()), Vec::new());
    let mut again = read;
    in_order(&watch, capacity, &mut again, &mut |event| alerts.extend(engine.process(event)))
        .unwrap();
    alerts.extend(engine.finish());
    let told = |alert: &Alert| {
        let hops: Vec<_> =
            alert.hops.iter().map(|hop| (hop.time, &hop.user, &hop.dst_host)).collect();
        format!("{} {:?} {} {hops:?}", alert.detected_at, alert.surprise, alert.summary)
    };
    let closed = alerts.iter().filter(|alert| alert.state == AlertState::Closed);
    (closed.map(told).collect(), engine.metrics().late)
}

#[test]
fn a_log_in_order_has_its_alert() {
    let (alerts, late) = alerted(&lines(), 1 << 20);
    assert_eq!((alerts.len(), late), (1, 0), "{alerts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_log_that_begins_anywhere_gives_the_same(at in 0..122_usize, capacity in 16..200_usize) {
        let mut turned = lines();
        turned.rotate_left(at);
        prop_assert_eq!(alerted(&turned, capacity), alerted(&lines(), 1 << 20));
    }

    #[test]
    fn blocks_in_any_order_give_the_same(
        blocks in Just((0..16).collect::<Vec<usize>>()).prop_shuffle(),
        capacity in 16..200_usize,
    ) {
        let lines = lines();
        let size = lines.len().div_ceil(blocks.len());
        let parts: Vec<&[String]> = lines.chunks(size).collect();
        let shuffled: Vec<String> =
            blocks.iter().filter_map(|block| parts.get(*block)).flat_map(|part| part.to_vec()).collect();
        prop_assert_eq!(shuffled.len(), lines.len());
        prop_assert_eq!(alerted(&shuffled, capacity), alerted(&lines, 1 << 20));
    }
}
