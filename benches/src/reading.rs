//! Reading a log and doing nothing with its events.

use std::hint::black_box;
use std::io::Read;
use std::ops::ControlFlow;

use sidestep_formats::{Format, FormatError, LogReader, OnError, ReadOptions};

/// What a log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// LANL's nine columns, known by their content as the command does.
    Lanl,
    /// A Windows event log.
    Evtx,
    /// JSON lines.
    Json,
    /// Zeek's TSV.
    Zeek,
    /// Syslog, of which the times say no year.
    Syslog,
}

impl Sort {
    fn options(self) -> ReadOptions {
        let options = ReadOptions::default().with_on_error(OnError::Stop);
        match self {
            Self::Lanl | Self::Evtx => options,
            Self::Json => options.with_format(Format::Json),
            Self::Zeek => options.with_format(Format::Zeek),
            Self::Syslog => options.with_format(Format::Syslog).with_year(Some(2024)),
        }
    }
}

/// What a log held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Events that it gave.
    pub events: u64,
    /// Events, and records that were passed over.
    pub records: u64,
}

/// Reads a log to its end.
///
/// # Errors
/// [`FormatError`], also for a single bad record: what is measured is sound.
pub fn read(input: impl Read, sort: Sort) -> Result<Counted, FormatError> {
    let mut reader = LogReader::new(sort.options());
    let _ = reader.read(input, "measured", &mut |event| {
        black_box(event);
        ControlFlow::Continue(())
    })?;
    let summary = reader.summary();
    let passed_over: u64 = summary.passed_over.values().sum();
    Ok(Counted { events: summary.events, records: summary.events + passed_over })
}

#[cfg(all(test, feature = "simulator"))]
mod tests {
    use super::{Counted, Sort, read};
    use crate::logs::{jsonl, syslog, zeek};

    #[test]
    fn what_is_made_here_is_read_whole() {
        let conn = read(zeek::connections().as_bytes(), Sort::Zeek).expect("sound");
        assert_eq!(conn.events, zeek::LINES / 8);
        assert_eq!(zeek::split(&zeek::connections()).expect("sound"), zeek::LINES);
        let records = jsonl::RECORDS;
        let flat = jsonl::log(jsonl::flat);
        let both = Counted { events: records, records };
        assert_eq!(read(flat.as_bytes(), Sort::Json).expect("sound"), both);
        assert_eq!(jsonl::read_trees(&flat).expect("sound"), records);
        let text = syslog::text(syslog::iso);
        let logins = read(text.as_bytes(), Sort::Syslog).expect("sound").events;
        assert_eq!(logins, syslog::LINES.div_ceil(12));
        assert!(read(&b"1,A@D,A@D\n"[..], Sort::Lanl).is_err());
    }
}
