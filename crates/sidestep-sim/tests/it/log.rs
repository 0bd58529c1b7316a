//! The log: the same for everybody, in order, and as the engine would read it.

use std::collections::HashSet;

use crate::common::{all, checksum, text};
use sidestep::event::{Account, Activity, AuthProtocol, LogonType, Outcome};
use sidestep_sim::{
    Auth, Orientation, Row, Scenario, SimConfig, SimError, Telemetry, write_to_dir,
};

fn small(seed: u64, scenario: Scenario) -> SimConfig {
    SimConfig::new(seed, 60, 8, 4, scenario).expect("valid").with_attacks(3)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for scenario in [Scenario::Clean, Scenario::Standard, Scenario::Hard] {
        let (rows, simulation) = all(small(5, scenario));
        let (again, other) = all(small(5, scenario));
        assert_eq!(text(&rows, &simulation, |_| true), text(&again, &other, |_| true));
        assert_eq!(simulation.truth(), other.truth());
    }
}

/// Fails when a machine computes otherwise than ours, and when the simulator is changed: then the
/// checksum is to be renewed, and every figure that rests on simulated logs with it.
#[test]
fn a_small_log_has_the_known_checksum() {
    let config = small(11, Scenario::Hard).with_telemetry(Telemetry::Lossy);
    let (rows, simulation) = all(config);
    let found = checksum(&text(&rows, &simulation, |_| true));
    assert_eq!(found, GOLDEN, "found {found:#018x}");
}

const GOLDEN: u64 = 0x93f1_06ef_15d5_c553;

#[test]
fn other_seeds_give_other_organisations() {
    let (a, one) = all(small(1, Scenario::Clean));
    let (b, two) = all(small(2, Scenario::Clean));
    assert_ne!(text(&a, &one, |_| true), text(&b, &two, |_| true));
}

#[test]
fn rows_come_in_order_of_time_whatever_the_telemetry() {
    for telemetry in Telemetry::ALL {
        let config = small(3, Scenario::Hard).with_telemetry(*telemetry);
        let (rows, _) = all(config);
        assert!(rows.is_sorted_by_key(|row| row.time), "{telemetry}");
        assert!(rows.iter().all(|row| row.time < 8 * 86_400), "{telemetry}");
    }
}

#[test]
fn attacks_do_not_change_everyday_life() {
    for telemetry in Telemetry::ALL {
        let base = SimConfig::new(9, 120, 12, 6, Scenario::Hard).expect("valid");
        let base = base.with_telemetry(*telemetry);
        let (quiet, one) = all(base.with_attacks(0));
        let (busy, two) = all(base.with_attacks(12));
        assert!(busy.iter().any(|row| row.attack != 0));
        let everyday = |row: &Row| row.attack == 0;
        assert_eq!(text(&quiet, &one, everyday), text(&busy, &two, everyday), "{telemetry}");
    }
}

#[test]
fn every_configuration_in_range_runs() {
    for accounts in [20, 23, 41] {
        for (days, learn_days) in [(3, 0), (3, 1), (4, 2), (9, 3)] {
            for scenario in [Scenario::Clean, Scenario::Standard, Scenario::Hard] {
                for telemetry in Telemetry::ALL {
                    let seed = u64::from(accounts * days + learn_days);
                    let config = SimConfig::new(seed, accounts, days, learn_days, scenario);
                    let config = config.expect("valid").with_telemetry(*telemetry).with_attacks(6);
                    let (rows, _) = all(config);
                    assert!(!rows.is_empty());
                }
            }
        }
    }
}

#[test]
fn what_is_out_of_range_is_named() {
    let named = |config: Result<SimConfig, SimError>| match config {
        Err(SimError::Config { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(named(SimConfig::new(1, 19, 30, 14, Scenario::Clean)), "accounts");
    assert_eq!(named(SimConfig::new(1, 200_001, 30, 14, Scenario::Clean)), "accounts");
    assert_eq!(named(SimConfig::new(1, 800, 2, 0, Scenario::Clean)), "days");
    assert_eq!(named(SimConfig::new(1, 800, 401, 14, Scenario::Clean)), "days");
    assert_eq!(named(SimConfig::new(1, 800, 30, 29, Scenario::Clean)), "learn_days");
    assert!("hrad".parse::<Scenario>().is_err_and(|e| e.to_string().contains("standard")));
}

/// The event of a row is what its line says.
#[test]
fn events_say_what_lines_say() {
    let (rows, simulation) = all(small(4, Scenario::Standard));
    for row in &rows {
        let mut line = String::new();
        simulation.write_row(row, &mut line);
        let fields: Vec<&str> = line.trim_end().split(',').collect();
        let [time, subject, account, src, dst, auth, logon, orientation, result] = fields[..]
        else {
            panic!("{line}")
        };
        let event = simulation.event(row);
        assert_eq!(time.parse::<i64>().map(|t| t * 1_000_000), Ok(event.time().micros()));
        assert_eq!(&Account::parse(account), event.account());
        let asked = (subject != account).then(|| Account::parse(subject));
        assert_eq!(asked.as_ref(), event.subject());
        assert_eq!(event.src_host().name.as_deref(), Some(src));
        assert_eq!(event.dst_host().name.as_deref(), Some(dst));
        let protocol = match auth {
            "Kerberos" => AuthProtocol::Kerberos,
            "NTLM" => AuthProtocol::Ntlm,
            "Negotiate" => AuthProtocol::Negotiate,
            "?" => AuthProtocol::Unknown,
            _ => AuthProtocol::MsV1,
        };
        assert_eq!(protocol, event.auth_protocol());
        let known = event.logon_type() != LogonType::Unknown;
        assert_eq!(logon != "?", known);
        let activity = match orientation {
            "LogOn" => Activity::Logon,
            "LogOff" => Activity::Logoff,
            "TGT" => Activity::TicketGrantingTicket,
            "TGS" => Activity::ServiceTicket,
            "AuthMap" => Activity::Other,
            "ScreenLock" => Activity::SessionDisconnect,
            "ScreenUnlock" => Activity::SessionReconnect,
            _ => panic!("{line}"),
        };
        assert_eq!(activity, event.activity());
        assert_eq!(result == "Success", event.outcome() == Outcome::Success);
    }
}

#[test]
fn controllers_report_tickets_and_ntlm_only() {
    let config = small(6, Scenario::Standard).with_telemetry(Telemetry::ControllersOnly);
    let (rows, simulation) = all(config);
    assert!(!simulation.truth().logins.is_empty());
    let ticket = |row: &Row| matches!(row.orientation, Orientation::Tgt | Orientation::Tgs);
    let ntlm = |row: &Row| row.auth == Auth::Ntlm && row.orientation == Orientation::LogOn;
    assert!(rows.iter().any(ticket) && rows.iter().any(ntlm));
    // What is left happened on the controllers themselves, and those are few.
    let hosts: HashSet<u32> =
        rows.iter().filter(|row| !ticket(row) && !ntlm(row)).map(|row| row.dst).collect();
    assert!((1..=4).contains(&hosts.len()), "{hosts:?}");
}

#[test]
fn a_folder_holds_the_log_and_its_truth() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let mut days = Vec::new();
    let summary =
        write_to_dir(small(8, Scenario::Standard), dir.path(), &mut |day| days.push(day))?;
    assert_eq!(days, (1..=8).collect::<Vec<_>>());
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name));
    let (auth, truth, attacks) = (read("auth.csv")?, read("truth.csv")?, read("attacks.csv")?);
    assert_eq!(auth.lines().count() as u64, summary.rows);
    assert_eq!(truth.lines().next(), Some("time,account,src_host,dst_host,attack_id"));
    assert_eq!(truth.lines().count() as u64, summary.truth_logins + 1);
    assert_eq!(
        attacks.lines().next(),
        Some("attack_id,start,goal,stealth,entry_host,victim,hops,last_time,technique")
    );
    assert_eq!(attacks.lines().count() as u64, summary.attacks + 1);
    assert!(auth.lines().all(|line| line.split(',').count() == 9));
    Ok(())
}
