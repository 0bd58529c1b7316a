//! How the bytes of a state are laid out.
//!
//! | what | bytes | |
//! |---|--:|---|
//! | signature | 8 | `SIDESTEP` |
//! | version | 4 | of the body: see [`VERSION`] |
//! | blocks | | one after the other, of which all but the last hold 256 KiB of the body |
//! | end | 24 | |
//!
//! Numbers are little-endian. A block is the bytes of the body in it, those that follow, a CRC-32 (4 bytes
//! each), and the bytes: in LZ4's block format, or as they are where that would not make them fewer or where
//! they would come to more than [`MOST_EXPANDED`] times as many. Its checksum is over the number of the block
//! (8 bytes), both lengths and the bytes that follow, so that nothing is decompressed or decoded that is damaged or
//! stands in another place. The end is a block of no bytes, with the length of the body (8) and its CRC-32 (4) behind,
//! which its checksum is also over.

/// What a state begins with.
pub(super) const SIGNATURE: [u8; 8] = *b"SIDESTEP";

/// Version of the body that is written. Versions before [`OLDEST`] were never released.
pub(super) const VERSION: u32 = 12;

/// Oldest version that is read.
pub(super) const OLDEST: u32 = 12;

/// Bytes of the signature and the version.
pub(super) const START: usize = SIGNATURE.len() + 4;

/// Most bytes of the body in a block.
pub(super) const BLOCK: usize = 256 << 10;

/// How many times as many bytes a block may come to when it is decompressed: what is crafted takes no more
/// memory than that.
pub(super) const MOST_EXPANDED: usize = 64;

/// Bytes of the head of a block.
pub(super) const HEAD: usize = 12;

/// Bytes that follow the head of the end.
pub(super) const END: usize = 12;

/// The checksum of a block.
pub(super) fn checksum(number: u64, plain: u32, packed: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(&plain.to_le_bytes());
    hasher.update(&packed.to_le_bytes());
    hasher.update(bytes);
    hasher.finalize()
}

/// The head of a block.
pub(super) fn head(number: u64, plain: u32, packed: u32, bytes: &[u8]) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    let fields = [plain, packed, checksum(number, plain, packed, bytes)];
    for (place, field) in head.as_chunks_mut::<4>().0.iter_mut().zip(fields) {
        *place = field.to_le_bytes();
    }
    head
}
