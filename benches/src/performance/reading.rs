//! Reading of other dialects, each beside a plain loop over the same bytes.

use std::hint::black_box;

use crate::logs::{evtx, jsonl, syslog, zeek};
use crate::reading::{Sort, read};
use crate::rounds::{Case, Failed};

use super::lanl::timed;

/// The logs, in memory.
pub(super) struct Logs {
    evtx: Option<(Vec<u8>, u64)>,
    flat: String,
    nested: String,
    conn: String,
    kerberos: String,
    rfc3164: String,
    iso: String,
}

impl Default for Logs {
    fn default() -> Self {
        let evtx = evtx::dense_log().and_then(|log| {
            let records = read(&log[..], Sort::Evtx).ok()?.records;
            Some((log, records))
        });
        Self {
            evtx,
            flat: jsonl::log(jsonl::flat),
            nested: jsonl::log(jsonl::nested),
            conn: zeek::connections(),
            kerberos: zeek::tickets(),
            rfc3164: syslog::text(syslog::old),
            iso: syslog::text(syslog::iso),
        }
    }
}

impl Logs {
    pub(super) fn described(&self) -> String {
        let evtx = if self.evtx.is_some() {
            "EVTX is made of dense chunks of real captures; the rest is made by the benchmark."
        } else {
            "EVTX is not measured: it needs captures that are no part of the project. The rest is made by the \
             benchmark."
        };
        format!("Everything lies in memory. {evtx}")
    }

    pub(super) fn cases(&self) -> Vec<Case<'_>> {
        let mut cases = Vec::new();
        if let Some((log, records)) = &self.evtx {
            const PLAIN: &str = "EVTX: JSON by the crate `evtx`";
            cases.push(Case::new(PLAIN, "records", *records, || {
                let (spent, read) = timed(|| evtx::to_json(log));
                black_box(read?);
                Ok(spent)
            }));
            cases.push(reading("EVTX, dense", *records, log, Sort::Evtx, PLAIN));
        }
        let shapes = [
            ("JSON lines, flat", &self.flat, "JSON lines, flat: `serde_json` trees"),
            ("JSON lines, nested", &self.nested, "JSON lines, nested: `serde_json` trees"),
        ];
        for (name, text, plain) in shapes {
            cases.push(Case::new(plain, "records", jsonl::RECORDS, || {
                let (spent, records) = timed(|| jsonl::read_trees(text));
                black_box(records?);
                Ok(spent)
            }));
            cases.push(reading(name, jsonl::RECORDS, text.as_bytes(), Sort::Json, plain));
        }
        let logs = [
            ("Zeek `conn`, TSV", &self.conn, "Zeek `conn`: split by the `csv` crate"),
            ("Zeek `kerberos`, TSV", &self.kerberos, "Zeek `kerberos`: split by the `csv` crate"),
        ];
        for (name, text, plain) in logs {
            cases.push(Case::new(plain, "records", zeek::LINES, || {
                let (spent, records) = timed(|| zeek::split(text));
                black_box(records?);
                Ok(spent)
            }));
            cases.push(reading(name, zeek::LINES, text.as_bytes(), Sort::Zeek, plain));
        }
        let logs = [
            ("sshd, RFC 3164", &self.rfc3164, "sshd, RFC 3164: lines and words"),
            ("sshd, ISO times", &self.iso, "sshd, ISO times: lines and words"),
        ];
        for (name, text, plain) in logs {
            cases.push(Case::new(plain, "lines", syslog::LINES, || {
                Ok(timed(|| black_box(syslog::split(text))).0)
            }));
            let mut case = reading(name, syslog::LINES, text.as_bytes(), Sort::Syslog, plain);
            case.unit = "lines";
            cases.push(case);
        }
        cases
    }
}

fn reading<'w>(
    name: &str,
    records: u64,
    log: &'w [u8],
    sort: Sort,
    plain: &'static str,
) -> Case<'w> {
    let work = move || -> Result<_, Failed> {
        let (spent, counted) = timed(|| read(log, sort));
        counted?;
        Ok(spent)
    };
    Case::new(name, "records", records, work).against(plain)
}
