//! States as bytes: what is damaged is refused before it is used, a saved state of every version is read for ever,
//! and no more is in memory than has to be.
//!
//! `UPDATE_SAMPLES=1 cargo test -p sidestep --test saved_state` writes the sample of the version that is written now.

mod common;
#[path = "common/every_kind.rs"]
mod every_kind;
#[path = "common/state_bytes.rs"]
mod state_bytes;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use common::{DAY, HOUR, Plain, events, office};
use sidestep::event::AuthEvent;
use sidestep::{Config, Engine, SnapshotError, SnapshotFacts};
use state_bytes::{BLOCK, START, body, of_blocks, with_body};

/// An engine that knows an office, and with it so many names that its state has several blocks.
fn engine(people: usize) -> Engine {
    let mut engine = Engine::new(Config::default());
    engine.learn_all(&events(&office(5)));
    let logins: Vec<Plain> = (0..people)
        .map(|n| {
            let time = 5 * DAY + n as i64 * 1_000_000;
            Plain::login(time, &format!("p{n}@CORP"), &format!("PC-{n}"), &format!("S-{}", n % 50))
        })
        .collect();
    engine.learn_all(&events(&logins));
    engine
}

#[test]
fn what_is_cut_changed_or_appended_to_is_refused() {
    let state = engine(4000).save();
    assert!(body(&state).len() > BLOCK, "it has several blocks");
    for end in (0..state.len()).step_by(1000) {
        let error = SnapshotFacts::read(&state[..end]).expect_err("it is cut");
        assert_eq!(Engine::load(&state[..end]).expect_err("it is cut"), error);
        match error {
            SnapshotError::Foreign => assert!(end < 8),
            SnapshotError::Cut { found } => assert_eq!(found, end as u64),
            error => panic!("cut at {end}: {error}"),
        }
    }
    for (nth, bit) in (0..state.len() * 8).step_by(1000).chain(0..8 * (START + 12)).enumerate() {
        let mut damaged = state.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let error = SnapshotFacts::read(&*damaged).expect_err("it is damaged");
        match error {
            SnapshotError::Foreign => assert!(bit < 64),
            SnapshotError::Version { .. } => assert!((64..96).contains(&bit)),
            SnapshotError::Checksum { at } => assert!(at <= bit as u64 / 8),
            error => panic!("bit {bit}: {error}"),
        }
        // What is decoded is checked in the same way.
        if nth % 20 == 0 {
            assert_eq!(Engine::load(&damaged).expect_err("it is damaged"), error, "bit {bit}");
        }
    }
    let longer = [&state[..], &[0]].concat();
    assert_eq!(
        Engine::load(&longer).expect_err("a byte follows"),
        SnapshotError::Appended { at: state.len() as u64 }
    );
}

#[test]
fn blocks_in_another_order_or_left_out_are_refused() {
    let state = engine(4000).save();
    let whole = body(&state);
    assert!(Engine::load(&with_body(&state, &whole)).is_ok(), "stored as it is");
    // With checksums of their own places, blocks make another body, of which the end says the length and sum.
    let (sum, length) = (crc32fast::hash(&whole), whole.len());
    let blocks: Vec<(usize, &[u8])> =
        whole.chunks(BLOCK).map(|block| (block.len(), block)).collect();
    let (last, others) = blocks.split_last().expect("there are several");
    let [cut, twice, swapped] =
        [others.to_vec(), [&blocks[..], &[*last]].concat(), [&[*last], others].concat()];
    for blocks in [cut, twice, swapped] {
        let crafted = of_blocks(&state, &blocks, length, sum);
        assert!(matches!(Engine::load(&crafted), Err(SnapshotError::Malformed { .. })));
        assert!(SnapshotFacts::read(&*crafted).is_err());
    }
}

#[test]
fn other_programs_and_versions_are_named() {
    let state = engine(0).save();
    assert_eq!(Engine::load(b"PK\x03\x04 and more").expect_err("a zip"), SnapshotError::Foreign);
    assert_eq!(Engine::load(b"").expect_err("empty"), SnapshotError::Foreign);
    let version = |version: u32| {
        let mut other = state.clone();
        other[8..12].copy_from_slice(&version.to_le_bytes());
        Engine::load(&other).expect_err("another version").to_string()
    };
    assert!(version(11).contains("before the first release"), "{}", version(11));
    assert!(version(99).contains("has format version 99"), "{}", version(99));
    assert!(version(99).contains("or a newer one"), "{}", version(99));
}

/// What takes thousands of times its bytes when it is decompressed, or says that it is long, takes no memory.
#[test]
fn a_bomb_is_refused() {
    let state = Engine::new(Config::default()).save();
    let zeros = lz4_flex::block::compress(&vec![0; BLOCK]);
    assert!(zeros.len() < BLOCK / 200);
    let bomb = of_blocks(&state, &vec![(BLOCK, &zeros[..]); 1000], 1000 * BLOCK, 0);
    let error = Engine::load(&bomb).expect_err("it is a bomb");
    assert!(error.to_string().contains("more than 64 times"), "{error}");
    assert!(SnapshotFacts::read(&*bomb).is_err());
    // Lists, texts and blocks that are longer than what follows.
    let whole = body(&state);
    for at in 0..whole.len() {
        let mut crafted = whole.clone();
        crafted.splice(at..=at, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
        let _ = Engine::load(&with_body(&state, &crafted));
    }
    let long = [&state[..START], &(BLOCK as u32 + 1).to_le_bytes(), &[0xff; 8]].concat();
    assert_eq!(
        Engine::load(&long).expect_err("the block is too long"),
        SnapshotError::Checksum { at: START as u64 }
    );
}

/// Gives and takes a few bytes at a time, and is interrupted.
struct Slow<T>(T, usize);

impl<T: Write> Write for Slow<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1.is_multiple_of(7) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        self.0.write(&bytes[..bytes.len().min(997)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<T: Read> Read for Slow<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let most = bytes.len().min(991);
        self.0.read(&mut bytes[..most])
    }
}

/// Has room for so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = bytes.len().min(self.0);
        self.0 -= written;
        if written == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the cable is out"))
    }
}

#[test]
fn it_goes_through_readers_and_writers_and_says_what_they_say() {
    let engine = engine(4000);
    let state = engine.save();
    let mut slow = Slow(Vec::new(), 0);
    engine.save_to(&mut slow).expect("it takes all in the end");
    assert_eq!(slow.0, state);
    assert_eq!(Engine::load_from(Slow(&*state, 0)).expect("it is whole").save(), state);
    for room in (0..state.len()).step_by(100_000) {
        let error = engine.save_to(Full(room)).expect_err("there is no room");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
    assert!(engine.save_to(Full(state.len())).is_ok());
    let error = Engine::load_from((&state[..100]).chain(Broken)).expect_err("it cannot be read");
    assert_eq!(error, SnapshotError::Read { what: "the cable is out".to_owned() });
}

#[test]
fn facts_are_those_of_the_bytes() {
    let state = engine(4000).save();
    let facts = SnapshotFacts::read(&*state).expect("it is sound");
    let whole = body(&state);
    assert_eq!((facts.bytes, facts.body_bytes), (state.len() as u64, whole.len() as u64));
    assert_eq!(facts.checksum, crc32fast::hash(&whole));
    assert!(facts.bytes < facts.body_bytes, "it is compressed");
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

/// Logins that are judged by each sample.
fn asked() -> Vec<AuthEvent<'static>> {
    let time = 40 * DAY + 10 * HOUR;
    let logins = [
        ("U3@DOM1", "C3", "S0"),
        ("U3@DOM1", "C3", "C7"),
        ("U17@DOM1", "C17", "S3"),
        ("U20@DOM1", "S2", "C21"),
        ("U5@DOM1", "C4", "S1"),
        ("nobody@DOM1", "C99", "S0"),
        ("C3$@DOM1", "C3", "S1"),
    ];
    let login = |(n, (user, src, dst)): (usize, (&str, &str, &str))| Plain {
        ntlm: n % 3 == 2,
        ..Plain::login(time + n as i64 * HOUR, user, src, dst)
    };
    let plain: Vec<Plain> = logins.into_iter().enumerate().map(login).collect();
    events(&plain)
}

/// What an engine says of them, a line each.
fn scores(engine: &Engine) -> String {
    let mut lines = String::new();
    for event in asked() {
        let score = engine.score(&event);
        let _ = writeln!(
            lines,
            "{} {} {} {:.9} {:.9}",
            event.account().name,
            event.src_host().name.as_deref().unwrap_or("-"),
            event.dst_host().name.as_deref().unwrap_or("-"),
            score.surprise,
            score.p_value
        );
    }
    lines
}

/// An engine in the middle of things: two weeks of an office, an intrusion, and then events of every kind.
fn sampled() -> Engine {
    let mut engine = Engine::new(common::config());
    let stream = common::office_with_intrusion();
    let (last, history) = stream.split_last().expect("there are logins");
    engine.learn_all(&events(&history[..history.len() / 2]));
    let _ = engine.process_all(&events(&history[history.len() / 2..]));
    let _ = engine.process(&last.event());
    for event in every_kind::events(last.time, 300) {
        let _ = engine.process(event.as_event());
    }
    engine
}

#[test]
fn a_state_of_every_version_is_read() {
    let current =
        SnapshotFacts::read(&*Engine::new(Config::default()).save()).expect("sound").version;
    if std::env::var_os("UPDATE_SAMPLES").is_some() {
        let engine = sampled();
        fs::create_dir_all(samples()).expect("the folder can be made");
        let name = samples().join(format!("state-v{current}"));
        fs::write(name.with_extension("bin"), engine.save()).expect("it can be written");
        fs::write(name.with_extension("scores"), scores(&engine)).expect("it can be written");
    }
    let mut versions = Vec::new();
    for entry in fs::read_dir(samples()).expect("the samples are there") {
        let path = entry.expect("it can be listed").path();
        if path.extension().is_none_or(|extension| extension != "bin") {
            continue;
        }
        let state = fs::read(&path).expect("it can be read");
        let name = path.display();
        assert!(state.len() < 100_000, "{name} is large for a repository");
        let engine = Engine::load(&state).unwrap_or_else(|error| {
            panic!(
                "{name}: {error}. A released version is read for ever; see docs/operation.md, A new layout of states"
            )
        });
        let recorded =
            fs::read_to_string(path.with_extension("scores")).expect("they are beside it");
        assert_eq!(scores(&engine), recorded, "{name}");
        versions.push(SnapshotFacts::read(&*state).expect("it was loaded").version);
        let mut going_on = engine;
        let _ = going_on.process_all(&asked());
        assert!(Engine::load(&going_on.save()).is_ok());
    }
    assert!(
        versions.contains(&current),
        "there is no sample of version {current}: UPDATE_SAMPLES=1 cargo test -p sidestep --test saved_state"
    );
}
