//! Tar archives: everything in them is read, or counted as not read.
#![cfg(feature = "tar")]

use std::io::{Read, Write};
use std::ops::ControlFlow;

use proptest::prelude::*;
use sidestep_formats::{LogReader, ReadOptions, ReadSummary};
use tar::{Builder, EntryType, Header};

/// A log of one login of this account.
fn log(user: &str) -> String {
    format!("1,{user}@D,{user}@D,C1,C2,?,Network,LogOn,Success\n")
}

fn header(mut header: Header, size: usize, kind: EntryType) -> Header {
    header.set_size(size as u64);
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header
}

fn archive(new: fn() -> Header, files: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for (name, kind, bytes) in files {
        tar.append_data(&mut header(new(), bytes.len(), *kind), name, *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    xz.write_all(bytes).unwrap();
    xz.finish().unwrap()
}

fn bz(bytes: &[u8]) -> Vec<u8> {
    let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz.write_all(bytes).unwrap();
    bz.finish().unwrap()
}

/// Accounts in the order in which they were read.
fn read(bytes: &[u8]) -> (Vec<String>, ReadSummary) {
    let mut reader = LogReader::new(ReadOptions::default());
    let mut names = Vec::new();
    let flow = reader.read(bytes, "a.tar", &mut |event| {
        names.extend(event.auth().map(|event| event.account().name.to_string()));
        ControlFlow::Continue(())
    });
    assert!(flow.is_ok_and(|flow| flow.is_continue()));
    (names, reader.summary().clone())
}

#[test]
fn every_file_is_read_in_its_order() {
    let long = format!("{}/auth.csv", "folder-of-a-long-name/".repeat(12));
    let inner = archive(Header::new_gnu, &[("x", EntryType::Regular, log("U9").as_bytes())]);
    for new in [Header::new_gnu, Header::new_ustar, Header::new_old] {
        let mut files: Vec<(&str, EntryType, &[u8])> = Vec::new();
        let (one, two, three, packed) = (log("U1"), log("U2"), log("U3"), gz(log("U4").as_bytes()));
        files.push(("b/", EntryType::Directory, b""));
        files.push(("b/2.csv", EntryType::Regular, two.as_bytes()));
        files.push(("./a.csv", EntryType::Regular, one.as_bytes()));
        if new().as_gnu().is_some() {
            files.push((&long, EntryType::Regular, three.as_bytes()));
        }
        files.push(("c.csv.gz", EntryType::Regular, &packed));
        files.push(("d.txt", EntryType::Regular, b"no log\n"));
        files.push(("e\x1b.tar", EntryType::Regular, &inner));
        let bytes = archive(new, &files);
        let (names, summary) = read(&bytes);
        let expected = if new().as_gnu().is_some() { "U2 U1 U3 U4" } else { "U2 U1 U4" };
        assert_eq!(names.join(" "), expected);
        assert_eq!((summary.files_not_read, summary.files_damaged), (2, 0));
        let why: Vec<_> = summary.first_not_read.iter().map(ToString::to_string).collect();
        assert!(why[0].starts_with("a.tar!d.txt: the format cannot be told"), "{why:?}");
        assert_eq!(why[1], "a.tar!e\u{fffd}.tar: this is a tar archive within another archive");
        for pack in [gz, xz, bz] {
            assert_eq!(read(&pack(&bytes)), (names.clone(), summary.clone()));
        }
        assert_eq!(read(&zstd::encode_all(&bytes[..], 1).unwrap()), (names, summary));
    }
}

#[test]
fn pax_headers_name_the_file_after_them() {
    let mut tar = Builder::new(Vec::new());
    let bad = "cut,sho\n";
    for (kind, bytes) in [
        (EntryType::XGlobalHeader, "19 path=global.csv\n"),
        (EntryType::XHeader, "11 mtime=1\n22 path=logs/auth.csv\n"),
        (EntryType::Regular, &(log("U1") + bad)),
        (EntryType::Regular, &(log("U2") + bad)),
    ] {
        let mut header = header(Header::new_ustar(), bytes.len(), kind);
        header.set_path("short").unwrap();
        header.set_cksum();
        tar.append(&header, bytes.as_bytes()).unwrap();
    }
    let (names, summary) = read(&tar.into_inner().unwrap());
    assert_eq!(names, ["U1", "U2"]);
    let errors: Vec<_> = summary.first_errors.iter().map(|error| error.place.as_str()).collect();
    assert_eq!(errors, ["a.tar!logs/auth.csv", "a.tar!short"]);
}

#[test]
fn what_is_no_file_or_is_cut_is_counted() {
    let big = log("U1").repeat(100);
    let files: [(&str, EntryType, &[u8]); 3] = [
        ("1.csv", EntryType::Regular, big.as_bytes()),
        ("link", EntryType::Symlink, b""),
        ("2.csv", EntryType::Regular, big.as_bytes()),
    ];
    let bytes = archive(Header::new_gnu, &files);
    let (names, summary) = read(&bytes);
    assert_eq!((names.len(), summary.files_not_read, summary.files_damaged), (200, 1, 0));
    let (names, summary) = read(&bytes[..bytes.len() - 1024 - 3000]);
    assert!((100..200).contains(&names.len()));
    assert_eq!(summary.files_damaged, 1, "{:?}", summary.first_not_read);
    let mut damaged = bytes.clone();
    damaged[512 + big.len().next_multiple_of(512)] ^= 1;
    let (names, summary) = read(&damaged);
    assert_eq!((names.len(), summary.files_damaged), (100, 1));
    assert!(summary.first_not_read[0].to_string().starts_with("a.tar: the archive breaks off"));
}

#[test]
fn names_and_bombs_are_bounded() {
    let mut tar = Builder::new(Vec::new());
    let name = vec![b'x'; 100_000];
    let mut long = header(Header::new_gnu(), name.len(), EntryType::GNULongName);
    long.set_cksum();
    tar.append(&long, &name[..]).unwrap();
    let summary = read(&tar.into_inner().unwrap()).1;
    assert_eq!(summary.files_damaged, 1);
    assert!(summary.first_not_read[0].why.contains("a name of more than 64 KiB"));

    let blank = "\n".repeat(1 << 20);
    let mut tar =
        Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best()));
    let size = 160 * blank.len();
    let mut bomb = header(Header::new_gnu(), size, EntryType::Regular);
    bomb.set_path("1.csv").unwrap();
    bomb.set_cksum();
    tar.append(&bomb, std::io::repeat(b'\n').take(size as u64)).unwrap();
    let bytes = tar.into_inner().unwrap().finish().unwrap();
    let summary = read(&bytes).1;
    assert!(summary.files_damaged > 0, "{summary:?}");
    assert!(summary.first_not_read[0].why.contains("200 times its size"), "{summary:?}");
}

proptest! {
    #[test]
    fn a_damaged_archive_is_no_panic(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1..=u8::MAX), 0..16),
        keep in any::<prop::sample::Index>(),
    ) {
        let text = log("U1").repeat(20);
        let mut bytes = archive(
            Header::new_gnu,
            &[("1.csv", EntryType::Regular, text.as_bytes()), ("2.csv", EntryType::Regular, text.as_bytes())],
        );
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= value;
        }
        bytes.truncate(keep.index(bytes.len() + 1));
        let mut reader = LogReader::new(ReadOptions::default());
        let _ = reader.read(&bytes[..], "a.tar", &mut |_| ControlFlow::Continue(()));
        prop_assert!(reader.summary().events <= 40);
    }
}
