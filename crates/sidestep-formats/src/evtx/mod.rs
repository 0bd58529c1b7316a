//! Windows event logs in their binary form: chunks of 64 KiB, each of which stands for itself.
//!
//! The library finds and checks the records of a chunk and their values. A record's event id is
//! looked up first, and its data taken apart only where it is one that is read.

mod layout;
mod record;
mod values;

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;

use evtx::err::EvtxError;
use evtx::{EvtxChunkData, ParserSettings};

use crate::error::{Fault, FormatError};
use crate::reader::{Dialect, Run};
use crate::source::Source;
use layout::Layouts;
use record::Taker;

/// Bytes of the file's own header, which is not trusted for anything.
const FILE_HEADER: usize = 4096;

/// Bytes of a chunk, and of the header that it begins with.
const CHUNK: usize = 64 << 10;
const CHUNK_HEADER: usize = 512;

/// What a file, a chunk and a record begin with.
const FILE_SIGNATURE: &[u8] = b"ElfFile\0";
const CHUNK_SIGNATURE: &[u8] = b"ElfChnk\0";
const RECORD_SIGNATURE: &[u8] = b"\x2a\x2a\0\0";

/// Where a chunk's header lists the names used in it. The list is a short cut only: left empty, each
/// name is found where it is used, so that a damaged list costs nothing, and a sound one no time.
const NAMES: std::ops::Range<usize> = 128..384;

/// Reads a log chunk by chunk.
#[derive(Default)]
pub(crate) struct Evtx {
    settings: Arc<ParserSettings>,
    taker: Taker,
    /// Number of the last record seen, for errors that have none of their own.
    last: u64,
}

impl Dialect for Evtx {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        run: &mut Run<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        source.fill(FILE_HEADER).map_err(|error| run.broken(self.last, error))?;
        let header = source.window();
        if header.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        if !header.starts_with(FILE_SIGNATURE) {
            return Err(FormatError::UnknownDialect {
                place: run.place.to_owned(),
                looked_at: "no Windows event log, for it does not begin with ElfFile".to_owned(),
                advice: "pass another --format, or none to have it told".to_owned(),
            });
        }
        if header.len() < FILE_HEADER {
            run.bad(0, 1, Fault::record("the file is cut within its header"))?;
            return Ok(ControlFlow::Continue(()));
        }
        source.consume(FILE_HEADER);
        let mut bytes = Vec::with_capacity(CHUNK);
        for number in 0_u64.. {
            source.fill(CHUNK).map_err(|error| run.broken(self.last, error))?;
            let window = source.window();
            let length = window.len().min(CHUNK);
            if length == 0 {
                break;
            }
            bytes.clear();
            bytes.extend_from_slice(&window[..length]);
            source.consume(length);
            // What was never written to is zeros.
            if bytes.iter().all(|byte| *byte == 0) {
                continue;
            }
            if self.chunk(&mut bytes, number, run)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

impl Evtx {
    /// Takes the records of one chunk, as many as there are whole ones.
    fn chunk(
        &mut self,
        bytes: &mut Vec<u8>,
        number: u64,
        run: &mut Run<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        if bytes.len() < CHUNK_HEADER {
            run.bad(self.last, 1, cut(number))?;
            return Ok(ControlFlow::Continue(()));
        }
        if !bytes.starts_with(CHUNK_SIGNATURE) {
            let what = if bytes[CHUNK_HEADER..].starts_with(RECORD_SIGNATURE) {
                bytes[..CHUNK_SIGNATURE.len()].copy_from_slice(CHUNK_SIGNATURE);
                "has lost its signature; what records it holds were read"
            } else {
                "holds no records that can be found"
            };
            run.bad(self.last, 1, Fault::record(format!("chunk {number} {what}")))?;
            if !bytes.starts_with(CHUNK_SIGNATURE) {
                return Ok(ControlFlow::Continue(()));
            }
        }
        bytes[NAMES].fill(0);
        let mut data = match EvtxChunkData::new(std::mem::take(bytes), false) {
            Ok(data) => data,
            Err(error) => {
                run.bad(self.last, 1, Fault::record(format!("chunk {number}: {}", root(&error))))?;
                return Ok(ControlFlow::Continue(()));
            }
        };
        let end = usize::try_from(data.header.free_space_offset).unwrap_or(usize::MAX);
        if data.data.len() < end.min(CHUNK) {
            run.bad(self.last, 1, cut(number))?;
        }
        let flow = self.records(&mut data, number, run);
        *bytes = data.data;
        flow
    }

    fn records(
        &mut self,
        data: &mut EvtxChunkData,
        number: u64,
        run: &mut Run<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut chunk = match data.parse(Arc::clone(&self.settings)) {
            Ok(chunk) => chunk,
            Err(error) => {
                run.bad(self.last, 1, Fault::record(format!("chunk {number}: {}", root(&error))))?;
                return Ok(ControlFlow::Continue(()));
            }
        };
        let mut layouts = Layouts::default();
        for record in chunk.iter() {
            let taken = match record {
                Ok(record) => {
                    self.last = record.event_record_id;
                    self.taker.take(&record, &mut layouts, run)
                }
                Err(error) => {
                    if let EvtxError::FailedToParseRecord { record_id, .. } = &error {
                        self.last = *record_id;
                    }
                    Err(Fault::record(format!("is damaged: {}", root(&error))))
                }
            };
            match taken {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Ok(ControlFlow::Break(())),
                Err(fault) => run.bad(self.last, 1, fault)?,
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

fn cut(number: u64) -> Fault {
    Fault::record(format!("the file is cut within chunk {number}; the records after are lost"))
}

/// What is at the root of an error, for the errors above it only say where.
fn root(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
