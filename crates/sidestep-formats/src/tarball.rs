//! Tar archives: every file in them is read as it comes, also from a pipe or a compressed stream.

use std::io::{self, Read};
use std::ops::ControlFlow;

use tar::{Archive, Entry, EntryType};

use crate::error::FormatError;
use crate::place::without_controls;
use crate::reader::LogReader;
use crate::record_sink::EventSink;
use crate::source::Source;

/// A compressed archive may unpack to so many times its size, and so much beside, as a zip archive may.
const MOST_TIMES: u64 = 200;
const MOST_BESIDE: u64 = 64 << 20;

/// Bytes of the longest name, or of what else is said of a file before it comes.
const LONGEST: u64 = 64 << 10;

impl LogReader {
    /// Reads every file in a tar archive, in the order in which they lie there. One that is no log, or
    /// is damaged, ends nothing; what is left of an archive that breaks off, or that unpacks to more
    /// than 200 times its size and 64 MiB, is counted as one file that was not read.
    ///
    /// # Errors
    /// [`FormatError::BadLine`], if the options say to stop at a bad record.
    pub(crate) fn read_tar(
        &mut self,
        source: Source<'_>,
        place: &str,
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut archive = Archive::new(Unpacked { source, given: 0 });
        let entries = match archive.entries() {
            Ok(entries) => entries.raw(true),
            Err(error) => {
                self.not_read(place, &broken(&error), true);
                return Ok(ControlFlow::Continue(()));
            }
        };
        let mut said = Said::default();
        for entry in entries {
            // The library would take what is said of a file in whole, however long; here it is bounded.
            let file = entry.and_then(|mut entry| {
                Ok(if said.take(&mut entry)? { None } else { Some((said.name(&entry)?, entry)) })
            });
            let (name, entry) = match file {
                Ok(Some(file)) => file,
                Ok(None) => continue,
                Err(error) => {
                    self.not_read(place, &broken(&error), true);
                    break;
                }
            };
            said = Said::default();
            let place = format!("{place}!{}", without_controls(&name));
            match entry.header().entry_type() {
                EntryType::Directory => {}
                EntryType::Regular | EntryType::Continuous => {
                    let read = self.read_uncounted(entry, &place, sink);
                    if self.or_not_read(&place, read)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                EntryType::GNUSparse => {
                    self.not_read(&place, "is stored without its gaps: unpack the archive", true);
                }
                _ => self.not_read(&place, "is neither a file nor a folder", false),
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

fn broken(error: &io::Error) -> String {
    format!("the archive breaks off: {error}; the files before were read")
}

/// What an archive says of the next file, where its header has no room for it.
#[derive(Default)]
struct Said {
    name: Option<String>,
    size: Option<u64>,
}

impl Said {
    /// Takes an entry that is none of a file but says something of the next; `false` for another.
    fn take(&mut self, entry: &mut Entry<'_, impl Read>) -> io::Result<bool> {
        match entry.header().entry_type() {
            EntryType::GNULongName => {
                let name = whole(entry)?;
                let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
                self.name = Some(String::from_utf8_lossy(name).into_owned());
            }
            EntryType::XHeader => self.pax(&whole(entry)?),
            EntryType::GNULongLink | EntryType::XGlobalHeader => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Takes pax records, `length key=value` and a line's end each.
    fn pax(&mut self, mut rest: &[u8]) {
        while let Some(blank) = rest.iter().position(|byte| *byte == b' ') {
            let length = str::from_utf8(&rest[..blank]).ok().and_then(|text| text.parse().ok());
            let Some(length) = length.filter(|length| (blank + 1..=rest.len()).contains(length))
            else {
                return;
            };
            let (record, after) = rest.split_at(length);
            let record = String::from_utf8_lossy(&record[blank + 1..]);
            match record.trim_end_matches('\n').split_once('=') {
                Some(("path", name)) => self.name = Some(name.to_owned()),
                Some(("size", size)) => self.size = size.parse().ok(),
                _ => {}
            }
            rest = after;
        }
    }

    /// The name of a file, which may have been said before.
    fn name(&self, entry: &Entry<'_, impl Read>) -> io::Result<String> {
        if self.size.is_some_and(|size| size != entry.size()) {
            return Err(io::Error::other("a file of 8 GiB and more: unpack the archive"));
        }
        let name = match &self.name {
            Some(name) => name.clone(),
            None => String::from_utf8_lossy(&entry.path_bytes()).into_owned(),
        };
        Ok(name.strip_prefix("./").map_or(name.clone(), str::to_owned))
    }
}

/// All of an entry that says something of another.
fn whole(entry: &mut Entry<'_, impl Read>) -> io::Result<Vec<u8>> {
    if entry.size() > LONGEST {
        return Err(io::Error::other("a name of more than 64 KiB"));
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What is unpacked, up to a bound.
struct Unpacked<'r> {
    source: Source<'r>,
    given: u64,
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.source.window().is_empty() {
            self.source.more()?;
        }
        let window = self.source.window();
        let length = window.len().min(buffer.len());
        buffer[..length].copy_from_slice(&window[..length]);
        self.source.consume(length);
        self.given += length as u64;
        let most = self.source.stored().saturating_mul(MOST_TIMES).saturating_add(MOST_BESIDE);
        if self.given > most {
            return Err(io::Error::other("it unpacks to more than 200 times its size"));
        }
        Ok(length)
    }
}
