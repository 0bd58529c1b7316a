//! Windows event logs in their binary form: chunks of 64 KiB, each of which stands for itself.
//!
//! A record's event id is looked up first, and its data taken apart only where it is one that is read.

mod chunk;
mod chunks;
mod layout;
mod record;
mod values;

use std::ops::ControlFlow::{self, Break, Continue};

use crate::dialect::Dialect;
use crate::error::{Fault, FormatError};
use crate::record_sink::RecordSink;
use crate::source::Source;
use chunk::ChunkHeader;
pub(crate) use chunks::ChunksInOrder;
use layout::Layouts;
use record::RecordDecoder;

/// Bytes of the file's own header, which is not trusted for anything.
const FILE_HEADER: usize = 4096;

/// Bytes of a chunk, and of the header that it begins with.
const CHUNK: usize = 64 << 10;
const CHUNK_HEADER: usize = 512;

/// What a file, a chunk and a record begin with.
const FILE_SIGNATURE: &[u8] = b"ElfFile\0";
const CHUNK_SIGNATURE: &[u8] = b"ElfChnk\0";
const RECORD_SIGNATURE: &[u8] = b"\x2a\x2a\0\0";

/// Reads a log chunk by chunk. Of a chunk's header it takes where the records end and which numbers they
/// have. The lists of names and templates in it are short cuts that are not needed, and checksums are
/// not compared, for a log that was copied while in use fails them.
#[derive(Default)]
pub(crate) struct Evtx {
    decoder: RecordDecoder,
    /// Number of the last record seen, for errors that have none of their own.
    last: u64,
}

impl Dialect for Evtx {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        source.fill(FILE_HEADER).map_err(|error| sink.broken(self.last, error))?;
        let header = source.window();
        if header.is_empty() {
            return Ok(Continue(()));
        }
        if !header.starts_with(FILE_SIGNATURE) {
            return Err(FormatError::UnknownDialect {
                place: sink.place.to_owned(),
                looked_at: "no Windows event log, for it does not begin with ElfFile".to_owned(),
                advice: "pass another --format, or none to have it told".to_owned(),
            });
        }
        if header.len() < FILE_HEADER {
            sink.bad(0, 1, Fault::record("the file is cut within its header"))?;
            return Ok(Continue(()));
        }
        source.consume(FILE_HEADER);
        for number in 0_u64.. {
            let broken = source.fill(CHUNK).err();
            let window = source.window();
            let chunk = &window[..window.len().min(CHUNK)];
            let length = chunk.len();
            // What was never written to is zeros.
            let written = chunk.iter().any(|byte| *byte != 0);
            if written && self.chunk(chunk, number, sink)?.is_break() {
                return Ok(Break(()));
            }
            if let Some(error) = broken {
                return Err(sink.broken(self.last, error));
            }
            if length < CHUNK {
                break;
            }
            source.consume(length);
        }
        Ok(Continue(()))
    }
}

impl Evtx {
    /// Takes the records of one chunk, as many as there are whole ones.
    fn chunk(
        &mut self,
        bytes: &[u8],
        number: u64,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let Some(header) = bytes.first_chunk::<CHUNK_HEADER>() else {
            sink.bad(self.last, 1, cut(number))?;
            return Ok(Continue(()));
        };
        if !header.starts_with(CHUNK_SIGNATURE) {
            let holds_records = bytes[CHUNK_HEADER..].starts_with(RECORD_SIGNATURE);
            let what = if holds_records {
                "has lost its signature; what records it holds were read"
            } else {
                "holds no records that can be found"
            };
            sink.bad(self.last, 1, Fault::record(format!("chunk {number} {what}")))?;
            if !holds_records {
                return Ok(Continue(()));
            }
        }
        let header = ChunkHeader::of(header);
        if bytes.len() < header.free().min(CHUNK) {
            sink.bad(self.last, 1, cut(number))?;
        }
        self.records(header, bytes, sink)
    }

    fn records(
        &mut self,
        header: ChunkHeader,
        chunk: &[u8],
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut layouts = Layouts::default();
        for record in header.records(chunk) {
            let taken = match record {
                Ok(record) => {
                    self.last = record.number;
                    self.decoder.decode(chunk, &record, &mut layouts, sink)
                }
                Err(damage) => Err(Fault::record(format!("is damaged: {}", damage.what()))),
            };
            match taken {
                Ok(Continue(())) => {}
                Ok(Break(())) => return Ok(Break(())),
                Err(fault) => sink.bad(self.last, 1, fault)?,
            }
        }
        Ok(Continue(()))
    }
}

fn cut(number: u64) -> Fault {
    Fault::record(format!("the file is cut within chunk {number}; the records after are lost"))
}
