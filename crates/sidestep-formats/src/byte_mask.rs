//! Where a byte stands among 64: eight at a time, without a branch. Where borders come every few bytes, a
//! search that begins anew after each is several times slower.

/// A bit for each of the bytes that is `byte`, that of the first lowest.
#[inline]
pub(crate) fn mask_of(byte: u8, bytes: &[u8; 64]) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const LOW: u64 = ONES * 0x7f;
    // Brings the high bits of eight bytes together in the highest byte.
    const GATHER: u64 = 0x0002_0408_1020_4081;
    let wanted = u64::from(byte) * ONES;
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().rev().fold(0, |mask, word| {
        let differs = u64::from_le_bytes(*word) ^ wanted;
        // The high bit of each byte that is 0: adding reaches it from any lower bit that is set.
        let same = !(((differs & LOW) + LOW) | differs | LOW);
        mask << 8 | same.wrapping_mul(GATHER) >> 56
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::mask_of;

    proptest! {
        #[test]
        fn every_place_of_the_byte_is_found_and_no_other(
            bytes in prop::collection::vec(prop::sample::select(vec![0, 1, b',', b'+', 0xac, 0x80, 0xff]), 64),
            byte in prop::sample::select(vec![0, b',', 0xac, 0xff]),
        ) {
            let bytes: [u8; 64] = bytes.try_into().expect("as many as asked for");
            let mask = mask_of(byte, &bytes);
            for (at, found) in bytes.iter().enumerate() {
                prop_assert_eq!(mask >> at & 1 == 1, *found == byte, "{} in {:?}", at, bytes);
            }
        }
    }
}
