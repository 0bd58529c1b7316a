//! Any bytes as the logs of Linux' daemons: auditd, FreeRADIUS, KDCs, Samba.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use sidestep_formats::{Format, LogReader, ReadOptions};

/// A format, and what each line is put behind.
const HEADS: [(Format, &str); 9] = [
    (Format::Auditd, ""),
    (Format::Auditd, "type=USER_LOGIN msg=audit(1772442004.250:456): pid=17 msg='op=login "),
    (Format::FreeRadius, ""),
    (Format::FreeRadius, "Mon Mar  2 09:00:01 2026 : Auth: (0) Login OK: ["),
    (Format::Krb5kdc, "2026-03-02T09:00:01 "),
    (Format::Syslog, "Mar  2 09:00:04 kdc1 krb5kdc[17](info): AS_REQ "),
    (Format::Syslog, "Mar  2 09:00:04 fs1 smbd[17]: "),
    (Format::Samba, ""),
    (Format::Syslog, "Mar  2 09:00:04 web1 audit[17]: "),
];

fuzz_target!(|bytes: &[u8]| {
    let (choice, text) = bytes.split_at(bytes.len().min(1));
    let at = choice.first().map_or(0, |byte| usize::from(*byte) % HEADS.len());
    let (format, head) = HEADS[at];
    let log: Vec<u8> = text
        .split(|byte| *byte == b'\n')
        .flat_map(|line| [head.as_bytes(), line, b"\n"].concat())
        .collect();
    let options = ReadOptions::default().with_format(format).with_year(Some(2026));
    let options = options.with_host(Some("host1".to_owned()));
    let _ = LogReader::new(options).read(&log[..], "fuzz", &mut |_| ControlFlow::Continue(()));
});
