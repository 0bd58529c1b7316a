//! Time a record of a Windows event log takes, beside the `evtx` crate that makes JSON of each, and a
//! plain loop over the same log that counts the records by their signatures. The log is made of the dense
//! chunks of the captures in `../shared/data`, which are no part of the project; without them nothing is
//! measured.

use std::hint::black_box;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use evtx::{EvtxParser, ParserSettings};
use sidestep_formats::{LogReader, ReadOptions, ReadSummary};

const FILE_HEADER: usize = 4096;
const CHUNK: usize = 64 << 10;

/// Bytes of a chunk that hold records, from which on it is called dense.
const DENSE: u32 = 50_000;

/// Bytes of the log that is measured.
const LOG: usize = 32 << 20;

/// A log of dense chunks over and over, empty where there are none.
fn dense_log(folder: &Path) -> io::Result<Vec<u8>> {
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

fn read(log: &[u8]) -> ReadSummary {
    let mut reader = LogReader::new(ReadOptions::default());
    let end = reader.read(log, "dense.evtx", &mut |event| {
        black_box(event);
        ControlFlow::Continue(())
    });
    assert!(end.is_ok_and(|flow| flow.is_continue()));
    reader.summary().clone()
}

/// Makes JSON of each record with the `evtx` crate, the cheapest way that it has, and gives how many
/// records there are.
fn to_json(log: &[u8]) -> u64 {
    let settings = ParserSettings::new().num_threads(1).indent(false);
    let parser = EvtxParser::from_read_seek(Cursor::new(log)).expect("the log has a header");
    let mut parser = parser.with_configuration(settings);
    let mut records = 0;
    for record in parser.records_json_bytes() {
        black_box(record.expect("a record of a dense chunk is sound").data);
        records += 1;
    }
    records
}

/// The places at which the signature of a record stands.
fn signatures(log: &[u8]) -> u64 {
    log.as_chunks::<4>().0.iter().filter(|word| *word == b"\x2a\x2a\0\0").count() as u64
}

fn records(criterion: &mut Criterion) {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/evtx_attack_samples/evtx");
    let log = dense_log(&folder).unwrap_or_default();
    if log.is_empty() {
        println!("skipped: evtx_attack_samples is not in ../shared/data");
        return;
    }
    let summary = read(&log);
    let records = summary.events + summary.passed_over.values().sum::<u64>();
    assert_eq!(summary.skipped, 0);
    println!("{records} records, {} events", summary.events);

    let mut group = criterion.benchmark_group("evtx");
    group.throughput(Throughput::Elements(records)).sampling_mode(SamplingMode::Flat);
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    group.measurement_time(Duration::from_secs(5));
    group.bench_function("events", |bencher| bencher.iter(|| read(&log)));
    assert_eq!(to_json(&log), records);
    group.bench_function("evtx crate to JSON", |bencher| bencher.iter(|| to_json(&log)));
    group.bench_function("signatures", |bencher| bencher.iter(|| signatures(black_box(&log))));
    group.finish();
}

criterion_group!(benches, records);
criterion_main!(benches);
