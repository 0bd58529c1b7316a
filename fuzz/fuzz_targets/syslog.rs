//! Any bytes as syslog, and as the messages of the programs that are listened to.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use sidestep_formats::{Format, LogReader, ReadOptions};

const HEADS: [&str; 5] = [
    "Dec 10 06:55:46 web1 sshd[17]: ",
    "2023-12-10T06:55:46+01:00 web1 su[17]: ",
    "<86>1 2023-12-10T06:55:46Z web1 sudo 17 - - ",
    "Feb 29 06:55:46 web1 sshd(pam_unix)[17]: ",
    "Dec 10 06:55:46 web1 sshd[17]: Failed publickey for ",
];

fuzz_target!(|bytes: &[u8]| {
    let (choice, text) = bytes.split_at(bytes.len().min(1));
    let head = choice.first().and_then(|byte| HEADS.get(usize::from(*byte))).unwrap_or(&"");
    let log: Vec<u8> = text
        .split(|byte| *byte == b'\n')
        .flat_map(|line| [head.as_bytes(), line, b"\n"].concat())
        .collect();
    let options = ReadOptions::default().with_format(Format::Syslog).with_year(Some(2023));
    let _ = LogReader::new(options).read(&log[..], "fuzz", &mut |_| ControlFlow::Continue(()));
});
