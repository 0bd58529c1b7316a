//! The logs being written, each in order of time.

use crate::rng::mix;

/// Records of 1,000 that are written twice.
const TWICE: u64 = 3;

/// One log of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLog {
    /// The file's name.
    pub name: &'static str,
    /// What it says.
    pub text: String,
}

/// A log and the records that are not given out yet.
#[derive(Debug)]
struct Stream {
    name: &'static str,
    /// What stands above the records of each day.
    head: &'static str,
    records: Vec<(i64, String)>,
}

/// All logs of one organisation.
#[derive(Debug)]
pub(super) struct Streams {
    streams: Vec<Stream>,
    roll: u64,
}

impl Streams {
    pub(super) fn new(seed: u64) -> Self {
        Self { streams: Vec::new(), roll: seed }
    }

    /// Adds a record with its line end to the log of this name; a few are written twice.
    pub(super) fn put(
        &mut self,
        name: &'static str,
        head: &'static str,
        time: i64,
        mut record: String,
    ) {
        record.push('\n');
        self.roll = mix(self.roll);
        let at = match self.streams.iter().position(|stream| stream.name == name) {
            Some(at) => at,
            None => {
                self.streams.push(Stream { name, head, records: Vec::new() });
                self.streams.len() - 1
            }
        };
        let records = &mut self.streams[at].records;
        if self.roll % 1000 < TWICE {
            records.push((time, record.clone()));
        }
        records.push((time, record));
    }

    /// Takes out what happened before `until`, in order of time.
    pub(super) fn take(&mut self, until: i64) -> Vec<DayLog> {
        let mut logs = Vec::new();
        for stream in &mut self.streams {
            stream.records.sort_by_key(|(time, _)| *time);
            let now = stream.records.partition_point(|(time, _)| *time < until);
            let length: usize = stream.records[..now].iter().map(|(_, text)| text.len()).sum();
            let mut text = String::with_capacity(stream.head.len() + length);
            text.push_str(stream.head);
            stream.records.drain(..now).for_each(|(_, record)| text.push_str(&record));
            if now > 0 {
                logs.push(DayLog { name: stream.name, text });
            }
        }
        logs.sort_by_key(|log| log.name);
        logs
    }
}
