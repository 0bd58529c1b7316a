//! The bytes of a state from without: its body, and another body in its place with right checksums.

#![allow(dead_code, reason = "each test file uses its own part")]

/// Signature and version.
pub(crate) const START: usize = 12;
/// Most bytes of the body in a block.
pub(crate) const BLOCK: usize = 256 << 10;
const HEAD: usize = 12;
const END: usize = 12;

fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize
}

/// The body of a sound state.
pub(crate) fn body(state: &[u8]) -> Vec<u8> {
    let (mut at, mut body) = (START, Vec::new());
    loop {
        let (plain, packed) = (number(state, at), number(state, at + 4));
        at += HEAD;
        if plain == 0 {
            assert_eq!(at + END, state.len());
            return body;
        }
        let bytes = &state[at..at + packed];
        at += packed;
        if packed == plain {
            body.extend_from_slice(bytes);
        } else {
            body.extend(lz4_flex::block::decompress(bytes, plain).expect("it was written so"));
        }
    }
}

fn push_block(state: &mut Vec<u8>, at: u64, plain: usize, packed: usize, bytes: &[u8]) {
    let [plain, packed] = [plain, packed].map(|length| (length as u32).to_le_bytes());
    let mut hasher = crc32fast::Hasher::new();
    [&at.to_le_bytes()[..], &plain, &packed, bytes].iter().for_each(|part| hasher.update(part));
    state.extend([plain, packed, hasher.finalize().to_le_bytes()].concat());
    state.extend(bytes);
}

/// A state of these blocks, each with the bytes that it says it comes to and those that it holds, and the end of a
/// body of this length and checksum.
pub(crate) fn of_blocks(
    start: &[u8],
    blocks: &[(usize, &[u8])],
    length: usize,
    sum: u32,
) -> Vec<u8> {
    let mut state = start[..START].to_vec();
    for (at, (plain, bytes)) in (0..).zip(blocks) {
        push_block(&mut state, at, *plain, bytes.len(), bytes);
    }
    let end = [&(length as u64).to_le_bytes()[..], &sum.to_le_bytes()].concat();
    push_block(&mut state, blocks.len() as u64, 0, 0, &end);
    state
}

/// A state that holds another body, with all that belongs to it.
pub(crate) fn with_body(start: &[u8], body: &[u8]) -> Vec<u8> {
    let blocks: Vec<(usize, &[u8])> =
        body.chunks(BLOCK).map(|block| (block.len(), block)).collect();
    of_blocks(start, &blocks, body.len(), crc32fast::hash(body))
}
