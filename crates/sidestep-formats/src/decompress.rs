//! Compression, told from the first bytes. Every decompressor reads several streams one after the other as
//! one, and holds no more than 128 MiB, whatever the stream asks for.

use std::io::{self, Read};

use crate::error::FormatError;
#[cfg(any(feature = "bzip2", feature = "gzip", feature = "xz"))]
use crate::source::BLOCK;

/// First bytes of a gzip member, a Zstandard frame and an xz stream.
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const XZ: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];

/// A frame of Zstandard that holds nothing, with which some writers begin: the low half of the first byte
/// is free.
const ZSTD_SKIPPABLE: &[u8] = &[0x50, 0x2a, 0x4d, 0x18];

/// First bytes of a bzip2 stream: the size of its blocks follows, then a block or the end.
const BZIP2: &[u8] = b"BZh";
const BZIP2_BLOCK: &[u8] = &[0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
const BZIP2_END: &[u8] = &[0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

/// Compressions and archives that are known and not read.
const UNREAD: [(&str, &[u8]); 6] = [
    ("lz4", &[0x04, 0x22, 0x4d, 0x18]),
    ("compress (.Z)", &[0x1f, 0x9d]),
    ("lzip", b"LZIP\x01"),
    ("7-Zip", &[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c]),
    ("RAR", b"Rar!\x1a\x07"),
    ("a Windows cabinet", b"MSCF\0\0\0\0"),
];

/// Bytes that are looked at.
const LOOKED_AT: usize = 10;

/// Puts the decompressor in front that the first bytes call for.
pub(crate) fn decompress<'r>(
    mut input: impl Read + 'r,
    place: &str,
) -> Result<Box<dyn Read + 'r>, FormatError> {
    let broken = |source| FormatError::Read { place: place.to_owned(), line: 0, source };
    let mut first = Vec::with_capacity(LOOKED_AT);
    input.by_ref().take(LOOKED_AT as u64).read_to_end(&mut first).map_err(broken)?;
    let opening: Option<Opening<'r, _>> = if first.starts_with(GZIP) {
        Some(gunzip)
    } else if is_zstd(&first) {
        Some(unzstd)
    } else if first.starts_with(XZ) {
        Some(unxz)
    } else if is_bzip2(&first) {
        Some(bunzip2)
    } else {
        None
    };
    if opening.is_none()
        && let Some((name, _)) = UNREAD.iter().find(|(_, mark)| first.starts_with(mark))
    {
        return Err(FormatError::UnknownDialect {
            place: place.to_owned(),
            looked_at: format!("packed with {name}, which is not read"),
            advice: "unpack it first, or pack it with gzip, xz, bzip2 or zstd".to_owned(),
        });
    }
    let whole = io::Cursor::new(first).chain(input);
    match opening {
        Some(open) => open(whole, place),
        None => Ok(Box::new(whole)),
    }
}

/// Whether what begins so is compressed.
pub(crate) fn is_compressed(first: &[u8]) -> bool {
    let is_known = first.starts_with(GZIP) || is_zstd(first) || first.starts_with(XZ);
    is_known || is_bzip2(first) || UNREAD.iter().any(|(_, mark)| first.starts_with(mark))
}

/// What makes a decompressor.
type Opening<'r, R> =
    fn(io::Chain<io::Cursor<Vec<u8>>, R>, &str) -> Result<Box<dyn Read + 'r>, FormatError>;

fn is_zstd(first: &[u8]) -> bool {
    let skippable = || {
        let [byte, rest @ ..] = first else { return false };
        byte & 0xf0 == ZSTD_SKIPPABLE[0] && rest.starts_with(&ZSTD_SKIPPABLE[1..])
    };
    first.starts_with(ZSTD) || skippable()
}

fn is_bzip2(first: &[u8]) -> bool {
    let Some([size, rest @ ..]) = first.strip_prefix(BZIP2) else { return false };
    matches!(size, b'1'..=b'9') && (rest.starts_with(BZIP2_BLOCK) || rest.starts_with(BZIP2_END))
}

#[cfg(feature = "gzip")]
#[allow(clippy::unnecessary_wraps, reason = "the build without the feature does fail")]
fn gunzip<'r>(input: impl Read + 'r, _place: &str) -> Result<Box<dyn Read + 'r>, FormatError> {
    let input = io::BufReader::with_capacity(BLOCK, input);
    Ok(Box::new(flate2::bufread::MultiGzDecoder::new(input)))
}

#[cfg(not(feature = "gzip"))]
fn gunzip<'r>(_input: impl Read + 'r, place: &str) -> Result<Box<dyn Read + 'r>, FormatError> {
    Err(FormatError::Codec { place: place.to_owned(), codec: "gzip" })
}

#[cfg(feature = "zstd")]
fn unzstd<'r>(input: impl Read + 'r, place: &str) -> Result<Box<dyn Read + 'r>, FormatError> {
    // Its own bound is a window of 128 MiB.
    let decoder = zstd::stream::read::Decoder::new(input).map_err(|source| FormatError::Read {
        place: place.to_owned(),
        line: 0,
        source,
    })?;
    Ok(Box::new(decoder))
}

#[cfg(not(feature = "zstd"))]
fn unzstd<'r>(_input: impl Read + 'r, place: &str) -> Result<Box<dyn Read + 'r>, FormatError> {
    Err(FormatError::Codec { place: place.to_owned(), codec: "zstd" })
}

/// KiB that reading xz may take: a dictionary of 128 MiB, twice what `xz -9` uses, and what is needed beside.
#[cfg(feature = "xz")]
const XZ_KIB: u32 = (128 << 10) + 512;

#[cfg(feature = "xz")]
#[allow(clippy::unnecessary_wraps, reason = "the build without the feature does fail")]
fn unxz<'r>(input: impl Read + 'r, _place: &str) -> Result<Box<dyn Read + 'r>, FormatError> {
    let input = io::BufReader::with_capacity(BLOCK, input);
    Ok(Box::new(Xz(lzma_rust2::XzReader::new_mem_limit(input, true, XZ_KIB))))
}

#[cfg(not(feature = "xz"))]
fn unxz<'r>(_input: impl Read + 'r, place: &str) -> Result<Box<dyn Read + 'r>, FormatError> {
    Err(FormatError::Codec { place: place.to_owned(), codec: "xz" })
}

/// An xz stream, whose errors say what a reader of the message can do.
#[cfg(feature = "xz")]
struct Xz<R: Read>(lzma_rust2::XzReader<R>);

#[cfg(feature = "xz")]
impl<R: Read> Read for Xz<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::OutOfMemory => io::Error::new(
                error.kind(),
                "its dictionary is larger than 128 MiB, as `xz -9` never makes it: decompress it by \
                 other means, if you trust it",
            ),
            _ => error,
        })
    }
}

#[cfg(feature = "bzip2")]
#[allow(clippy::unnecessary_wraps, reason = "the build without the feature does fail")]
fn bunzip2<'r>(input: impl Read + 'r, _place: &str) -> Result<Box<dyn Read + 'r>, FormatError> {
    let input = io::BufReader::with_capacity(BLOCK, input);
    Ok(Box::new(bzip2::bufread::MultiBzDecoder::new(input)))
}

#[cfg(not(feature = "bzip2"))]
fn bunzip2<'r>(_input: impl Read + 'r, place: &str) -> Result<Box<dyn Read + 'r>, FormatError> {
    Err(FormatError::Codec { place: place.to_owned(), codec: "bzip2" })
}
