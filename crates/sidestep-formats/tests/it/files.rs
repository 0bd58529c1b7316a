//! Folders and zip archives: everything in them is read, or counted as not read.

#![allow(clippy::print_stdout, reason = "says what it skips")]

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::path::Path;

use sidestep_formats::{FormatError, LogReader, OnError, ReadOptions, ReadSummary};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A log of one login of this account.
fn log(user: &str) -> String {
    format!("1,{user}@D,{user}@D,C1,C2,?,Network,LogOn,Success\n")
}

fn gz(text: &str) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    gz.finish().unwrap()
}

fn xz(text: &str) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    xz.write_all(text.as_bytes()).unwrap();
    xz.finish().unwrap()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        if let Some(folder) = name.strip_suffix('/') {
            zip.add_directory(folder, SimpleFileOptions::default()).unwrap();
        } else {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

/// Accounts in the order in which they were read.
fn read(path: &Path) -> (Vec<String>, ReadSummary) {
    let mut reader = LogReader::new(ReadOptions::default());
    let mut names = Vec::new();
    let flow = reader.read_path(path, &mut |event| {
        names.extend(event.auth().map(|event| event.account().name.to_string()));
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
    (names, reader.summary().clone())
}

/// Where and why files were not read, without the folder they lie in.
fn not_read(summary: &ReadSummary, folder: &Path) -> Vec<String> {
    let folder = format!("{}/", folder.display());
    summary.first_not_read.iter().map(|file| file.to_string().replace(&folder, "")).collect()
}

#[test]
fn a_folder_is_read_in_the_order_of_names() {
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir_all(at("b/deeper")).unwrap();
    fs::create_dir(at("empty")).unwrap();
    fs::write(at("c.csv"), log("U4")).unwrap();
    fs::write(at("a.csv"), log("U1")).unwrap();
    fs::write(at("b/2.csv"), log("U2")).unwrap();
    fs::write(at("b/deeper/1.csv.gz"), gz(&log("U3"))).unwrap();
    fs::write(at("d.zip"), archive(&[("x.csv", log("U5").as_bytes())])).unwrap();
    fs::write(at("nothing.log"), "").unwrap();
    let (names, summary) = read(dir.path());
    assert_eq!(names, ["U1", "U2", "U3", "U4", "U5"]);
    assert_eq!((summary.files, summary.files_not_read, summary.events), (6, 0, 5));
}

#[test]
fn what_is_no_log_ends_nothing() {
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name);
    let packed = gz(&log("U9").repeat(1000));
    fs::write(at("1.txt"), "Read me first.\n").unwrap();
    fs::write(at("2.csv.gz"), &packed[..packed.len() / 2]).unwrap();
    fs::write(at("3.zip"), b"PK\x03\x04 and no more").unwrap();
    fs::write(at("4.csv"), log("U1")).unwrap();
    let (names, summary) = read(dir.path());
    assert_eq!(names.last().map(String::as_str), Some("U1"));
    assert_eq!((summary.files, summary.files_not_read, summary.files_damaged), (1, 3, 2));
    let why = not_read(&summary, dir.path());
    assert!(why[0].starts_with("1.txt: the format cannot be told"), "{why:?}");
    assert!(why[1].starts_with("2.csv.gz: reading broke off after line"), "{why:?}");
    assert!(why[2].starts_with("3.zip: the archive cannot be read"), "{why:?}");
}

#[test]
fn the_key_to_a_simulated_log_is_no_log() {
    let dir = TempDir::new().unwrap();
    let logins = "time,account,src_host,dst_host,attack_id\n5,eve,C1,C2,attack-1\n";
    fs::write(dir.path().join("auth.csv"), log("a")).unwrap();
    fs::write(dir.path().join("truth.csv"), logins).unwrap();
    assert_eq!(read(dir.path()).0, ["a", "eve"], "a log may be called so");
    fs::write(dir.path().join("attacks.csv"), "attack_id,start\nattack-1,random\n").unwrap();
    let (names, summary) = read(dir.path());
    assert_eq!((names.as_slice(), summary.files_damaged), (&["a".to_owned()][..], 0));
    let why = "is what a simulation lays beside its logs";
    let told = [format!("attacks.csv: {why}"), format!("truth.csv: {why}")];
    assert_eq!(not_read(&summary, dir.path()), told);
}

#[test]
fn few_messages_are_kept_of_many_files() {
    let dir = TempDir::new().unwrap();
    for number in 0..20 {
        fs::write(dir.path().join(format!("{number}.txt")), "no log\n").unwrap();
    }
    let (_, summary) = read(dir.path());
    assert_eq!((summary.files_not_read, summary.first_not_read.len()), (20, 5));
}

#[test]
fn a_file_that_was_named_must_be_a_log() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("readme.txt");
    fs::write(&path, "Read me first.\n").unwrap();
    let mut reader = LogReader::new(ReadOptions::default());
    let end = reader.read_path(&path, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(end, Err(FormatError::UnknownDialect { .. })));
    let end = reader.read_path(&dir.path().join("none"), &mut |_| ControlFlow::Continue(()));
    assert!(matches!(end, Err(FormatError::Open { .. })));
}

#[test]
fn a_bad_line_stops_a_folder_where_it_was_asked_for() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("1.csv"), log("U1") + "cut,sho\n").unwrap();
    fs::write(dir.path().join("2.csv"), log("U2")).unwrap();
    let options = ReadOptions::default().with_on_error(OnError::Stop);
    let mut reader = LogReader::new(options);
    let end = reader.read_path(dir.path(), &mut |_| ControlFlow::Continue(()));
    assert!(matches!(end, Err(FormatError::BadLine(_))));
    assert_eq!(reader.summary().events, 1);
}

#[test]
fn the_sink_ends_a_folder_and_an_archive() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("1.csv"), log("U1")).unwrap();
    fs::write(dir.path().join("2.csv"), log("U2")).unwrap();
    let packed = archive(&[("1", log("U1").as_bytes()), ("2", log("U2").as_bytes())]);
    let mut reader = LogReader::new(ReadOptions::default());
    let end = reader.read_path(dir.path(), &mut |_| ControlFlow::Break(()));
    assert_eq!(end.unwrap(), ControlFlow::Break(()));
    let end = reader.read_archive(Cursor::new(packed), "a.zip", &mut |_| ControlFlow::Break(()));
    assert_eq!(end.unwrap(), ControlFlow::Break(()));
    assert_eq!(reader.summary().events, 2);
}

#[cfg(unix)]
#[test]
fn links_to_folders_are_named_and_not_followed() {
    use std::os::unix::fs::symlink;
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("logs")).unwrap();
    fs::write(at("logs/1.csv"), log("U1")).unwrap();
    symlink(at("logs"), at("logs/2.loop")).unwrap();
    symlink(at("logs/1.csv"), at("logs/3.csv")).unwrap();
    symlink(at("nowhere"), at("logs/4.gone")).unwrap();
    symlink("/dev/zero", at("logs/5.zero")).unwrap();
    let (names, summary) = read(&at("logs"));
    assert_eq!(names, ["U1", "U1"]);
    let why = not_read(&summary, &at("logs"));
    assert_eq!(why[0], "2.loop: is a link to a folder; give its path");
    assert_eq!(why[1], "5.zero: is neither a file nor a folder");
    assert!(why[2].starts_with("4.gone: cannot be opened"), "{why:?}");
    assert_eq!(summary.files_damaged, 1);
    // A link that is named is followed.
    symlink(at("logs"), at("link")).unwrap();
    assert_eq!(read(&at("link")).0, names);
}

#[test]
fn an_archive_is_read_like_a_folder() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("a.zip");
    let inner = archive(&[("x.csv", log("U9").as_bytes())]);
    let bytes = archive(&[
        ("b/", b""),
        ("b/2.csv", log("U2").as_bytes()),
        ("a.csv", log("U1").as_bytes()),
        ("c.csv.gz", &gz(&log("U3"))),
        ("c.csv.xz", &xz(&log("U4"))),
        ("c.utf16", &utf16(&log("U5"))),
        ("d.txt", b"no log\n"),
        ("e\x1b[31m.zip", &inner),
    ]);
    fs::write(&path, bytes).unwrap();
    let (names, summary) = read(&path);
    assert_eq!(names, ["U1", "U2", "U3", "U4", "U5"]);
    assert_eq!((summary.files, summary.files_not_read, summary.files_damaged), (5, 2, 0));
    let why = not_read(&summary, dir.path());
    assert!(why[0].starts_with("a.zip!d.txt: the format cannot be told"), "{why:?}");
    assert!(why[1].starts_with("a.zip!e\u{fffd}[31m.zip: this is a zip archive"), "{why:?}");
}

#[test]
fn a_bad_line_in_an_archive_has_its_place() {
    let bytes = archive(&[("logs/auth.csv", b"cut,sho\n".as_slice())]);
    let mut reader =
        LogReader::new(ReadOptions::default().with_format(sidestep_formats::Format::Lanl));
    let flow = reader.read_archive(Cursor::new(bytes), "a.zip", &mut |_| ControlFlow::Continue(()));
    assert!(flow.unwrap().is_continue());
    assert_eq!(
        reader.summary().first_errors[0].to_string(),
        "a.zip!logs/auth.csv:1: has 2 columns where LANL has nine"
    );
}

#[test]
fn a_damaged_file_in_an_archive_leaves_the_others() {
    let mut bytes =
        archive(&[("1.csv", log("U1").repeat(5000).as_bytes()), ("2.csv", log("U2").as_bytes())]);
    // Within what the first file is packed to.
    for byte in &mut bytes[60..80] {
        *byte ^= 0x55;
    }
    let mut reader = LogReader::new(ReadOptions::default());
    let mut last = String::new();
    let flow = reader.read_archive(Cursor::new(bytes), "a.zip", &mut |event| {
        last = event.auth().map(|event| event.account().name.to_string()).unwrap_or_default();
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
    assert_eq!(last, "U2");
    assert_eq!(reader.summary().files_not_read, 1, "{:?}", reader.summary().first_not_read);
}

#[test]
fn a_bomb_is_left_where_it_is_known_to_be_one() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bomb.zip");
    // Nothing packs as small as one byte again and again: blank lines.
    let block = log("U1") + &"\n".repeat(1 << 20);
    let blocks = 120;
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    zip.start_file("1.csv", SimpleFileOptions::default()).unwrap();
    for _ in 0..blocks {
        zip.write_all(block.as_bytes()).unwrap();
    }
    zip.start_file("2.csv", SimpleFileOptions::default()).unwrap();
    zip.write_all(log("U2").as_bytes()).unwrap();
    zip.finish().unwrap();
    let (names, summary) = read(&path);
    // Its size is written in the archive, so that none of it need be unpacked.
    assert_eq!(names, ["U2"]);
    assert_eq!((summary.files_not_read, summary.files_damaged), (1, 1));
    assert!(summary.first_not_read[0].why.contains("200 times its size"));

    // Where the archive lies about it, unpacking ends at the bound.
    let mut bytes = fs::read(&path).unwrap();
    let size = u32::try_from(blocks * block.len()).unwrap().to_le_bytes();
    while let Some(at) = bytes.windows(4).position(|four| four == size) {
        bytes[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    let (mut count, mut reader) = (0, LogReader::new(ReadOptions::default()));
    let flow = reader.read_archive(Cursor::new(bytes), "bomb.zip", &mut |_| {
        count += 1;
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
    assert!(reader.summary().files_not_read >= 1, "{:?}", reader.summary());
    assert!(count < blocks, "{count}");
}

#[test]
fn bytes_are_counted_as_they_are_stored() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("1.csv"), log("U1")).unwrap();
    let packed = archive(&[("x.csv", log("U2").repeat(2000).as_bytes())]);
    fs::write(dir.path().join("2.zip"), &packed).unwrap();
    let mut reader = LogReader::new(ReadOptions::default());
    let bytes = reader.bytes_read();
    let mut seen = 0;
    let flow = reader.read_path(dir.path(), &mut |_| {
        seen = bytes.get();
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
    let stored = (packed.len() + log("U1").len()) as u64;
    // The list of an archive's files is read besides.
    assert!(seen > 0 && bytes.get() >= stored && bytes.get() < stored + 1000, "{}", bytes.get());
}

#[test]
fn a_folder_of_utf16_and_xz_is_read_whole() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/cases/folder-with-unread-logs/logs");
    if !path.exists() {
        println!("skipped: cases/folder-with-unread-logs is not in ../shared/data");
        return;
    }
    let (names, summary) = read(&path);
    assert_eq!((names.len(), summary.files, summary.files_not_read), (9, 3, 0), "{summary:?}");
}
