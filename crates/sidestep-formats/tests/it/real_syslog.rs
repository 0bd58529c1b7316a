//! Real syslog, where it is present beside the workspace; it is no part of the project. What is
//! read is held against counts made by looking for words in the lines and nothing else.

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sidestep::event::{Activity, AuthEvent, Outcome};
use sidestep_formats::{Format, LogReader, ReadOptions, ReadSummary};

/// A file of real records, or `None` after saying that the test skips.
fn real(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {name} is not in ../shared/data");
    None
}

fn read(path: &Path, format: Format) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    let options = ReadOptions::default().with_format(format).with_year(Some(2015));
    let mut reader = LogReader::new(options);
    let mut events = Vec::new();
    let flow = reader
        .read_path(path, &mut |event| {
            events.extend(event.auth().cloned().map(AuthEvent::into_owned));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(flow.is_continue());
    (events, reader.summary().clone())
}

type Counts = BTreeMap<(Activity, Outcome), usize>;

fn count(events: &[AuthEvent<'_>]) -> Counts {
    let mut counts = Counts::new();
    for event in events {
        *counts.entry((event.activity(), event.outcome())).or_default() += 1;
    }
    counts
}

/// Reads a file told and forced, checks that each line is accounted for, and gives its text.
fn read_all(name: &str, bad: u64) -> Option<(Vec<AuthEvent<'static>>, ReadSummary, String)> {
    let path = real(name)?;
    let text = fs::read_to_string(&path).unwrap();
    let (events, summary) = read(&path, Format::Auto);
    assert_eq!(read(&path, Format::Syslog), (events.clone(), summary.clone()));
    // Of a line that stands for n of the same, n - 1 are more than the lines.
    let more: u64 = text
        .lines()
        .filter_map(|line| line.split_once("message repeated ")?.1.split_once(" times: [ "))
        .filter_map(|(times, _)| times.parse::<u64>().ok())
        .map(|times| times - 1)
        .sum();
    let passed: u64 = summary.passed_over.values().sum();
    assert_eq!(summary.events + passed + summary.skipped, text.lines().count() as u64 + more);
    assert_eq!(summary.skipped, bad, "{:?}", summary.first_errors);
    println!("{name}: {:?}, {:?}", count(&events), summary.passed_over);
    Some((events, summary, text))
}

/// Lines that hold all words.
fn lines(text: &str, words: &[&str]) -> usize {
    text.lines().filter(|line| words.iter().all(|word| line.contains(word))).count()
}

#[test]
fn the_probes_of_a_key_only_host_are_read_whole() {
    // Its last line is cut.
    let Some((events, summary, text)) = read_all("sshd/secrepo_auth.log", 1) else { return };
    assert_eq!(text.lines().count(), 10_567);
    assert_eq!(summary.first_errors[0].line, 10_567);
    let invalid = lines(&text, &["]: Invalid user "]);
    assert_eq!(
        count(&events),
        Counts::from([((Activity::Preauthentication, Outcome::Failure), invalid)])
    );
    assert!(events.iter().all(|event| event.src_host().ip.is_some()));
    assert!(events.iter().all(|e| e.dst_host().to_string() == "ip-172-31-27-153"));
}

#[test]
fn the_guesses_at_passwords_are_read_whole() {
    let Some((events, _, text)) = read_all("sshd/loghub_OpenSSH_2k.log", 0) else { return };
    // Two lines stand for five each.
    let failed = lines(&text, &["]: Failed password for "]) + 2 * 5;
    let checked = lines(&text, &["pam_unix(sshd:auth): authentication failure;", " user="]);
    assert_eq!(
        count(&events),
        Counts::from([
            ((Activity::Logon, Outcome::Success), 1),
            ((Activity::Logon, Outcome::Failure), failed),
            ((Activity::Logoff, Outcome::Success), 1),
            ((Activity::Preauthentication, Outcome::Failure), lines(&text, &["]: Invalid user "])),
            ((Activity::CredentialValidation, Outcome::Failure), checked),
        ])
    );
    let login = events.iter().find(|event| event.outcome() == Outcome::Success).unwrap();
    assert_eq!(login.account().name, "fztu");
    assert_eq!(login.dst_host().to_string(), "LabSZ");
    assert!(login.src_host().ip.is_some() && login.src_host().port.is_some());
    let spaced = events.iter().find(|event| event.account().name.ends_with(" 0101")).unwrap();
    assert_eq!(spaced.outcome(), Outcome::Failure);
}

#[test]
fn the_old_form_of_pam_is_read_whole() {
    let Some((events, _, text)) = read_all("sshd/loghub_Linux_2k.log", 0) else { return };
    let checked = lines(&text, &["(pam_unix)", "authentication failure;", "  user="]);
    let su = lines(&text, &["su(pam_unix)", "session opened"]);
    let console = lines(&text, &[" login(pam_unix)", "session opened"]);
    let closed = lines(&text, &["sshd(pam_unix)", "session closed"])
        + lines(&text, &[" login(pam_unix)", "session closed"]);
    assert_eq!(
        count(&events),
        Counts::from([
            ((Activity::CredentialValidation, Outcome::Failure), checked),
            ((Activity::AccountSwitch, Outcome::Success), su),
            ((Activity::Logon, Outcome::Success), console),
            ((Activity::Logoff, Outcome::Success), closed),
        ])
    );
    let mut times = events.iter().map(|event| event.time().micros());
    let first = times.next().unwrap();
    assert!(times.all(|time| time >= first && time < first + 60 * 86_400 * 1_000_000));
}
