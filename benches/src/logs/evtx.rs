//! A Windows event log made of the dense chunks of the captures in `../shared/data`, which are no part
//! of the project; without them there is none.

use std::hint::black_box;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::{fs, io};

use evtx::err::EvtxError;
use evtx::{EvtxParser, ParserSettings};

const CAPTURES: &str = "../../shared/data/evtx_attack_samples/evtx";
const FILE_HEADER: usize = 4096;
const CHUNK: usize = 64 << 10;

/// Bytes of a chunk that hold records, from which on it is called dense.
const DENSE: u32 = 50_000;

/// Bytes of the log that is measured.
const LOG: usize = 32 << 20;

/// A log of dense chunks over and over; `None` where the captures are not.
#[must_use]
pub fn dense_log() -> Option<Vec<u8>> {
    let log = of_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join(CAPTURES)).unwrap_or_default();
    (!log.is_empty()).then_some(log)
}

fn of_folder(folder: &Path) -> io::Result<Vec<u8>> {
    let mut files = Vec::new();
    find(folder, &mut files)?;
    files.sort();
    let (mut header, mut chunks) = (Vec::new(), Vec::new());
    for file in files {
        let bytes = fs::read(file)?;
        let Some((first, rest)) = bytes.split_at_checked(FILE_HEADER) else { continue };
        header = first.to_vec();
        chunks.extend(rest.chunks_exact(CHUNK).filter(|chunk| is_dense(chunk)).map(<[u8]>::to_vec));
    }
    let mut log = header;
    for chunk in chunks.iter().cycle() {
        if log.len() >= LOG {
            break;
        }
        log.extend_from_slice(chunk);
    }
    Ok(log)
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether a chunk's header says that little of it is free.
fn is_dense(chunk: &[u8]) -> bool {
    let free = chunk.get(48..52).and_then(<[u8]>::first_chunk).copied();
    chunk.starts_with(b"ElfChnk\0") && free.is_some_and(|at| u32::from_le_bytes(at) >= DENSE)
}

/// The places at which the signature of a record stands: the plain loop.
#[must_use]
pub fn signatures(log: &[u8]) -> u64 {
    log.as_chunks::<4>().0.iter().filter(|word| *word == b"\x2a\x2a\0\0").count() as u64
}

/// Makes JSON of each record with the crate `evtx`, in the cheapest way that it has, on one thread; gives back
/// how many records there are.
///
/// # Errors
/// What the crate says of a record.
pub fn to_json(log: &[u8]) -> Result<u64, EvtxError> {
    let settings = ParserSettings::new().num_threads(1).indent(false);
    let mut parser = EvtxParser::from_read_seek(Cursor::new(log))?.with_configuration(settings);
    let mut records = 0;
    for record in parser.records_json_bytes() {
        black_box(record?.data);
        records += 1;
    }
    Ok(records)
}
