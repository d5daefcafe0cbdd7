//! The table of targets in buffers that a device can bind, and where a target's row lies in them.

use std::ops::Range;

use crate::objective::{TargetTable, buffers};

/// Where loss.wgsl finds a row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// Which part of the table is bound when it is read; one-hot targets are with the first.
    part: u32,
    /// Its first vec4 there.
    start: u32,
    /// Tokens that were shown; 0: every logit.
    shown: u32,
}

impl Spot {
    /// Of a target that is a token.
    pub const NONE: Self = Self {
        part: 0,
        start: 0,
        shown: 0,
    };

    /// Of logits that begin at a vec4 of the only part.
    pub fn logits(start: u32) -> Self {
        Self { start, ..Self::NONE }
    }

    /// As the kernel reads it: the target, which is a token below `v`, else `v` and its first vec4.
    pub fn target(self, v: u32) -> u32 {
        v + self.start
    }

    /// As the kernel reads it: the part in the upper half, what was shown in the lower.
    pub fn kind(self) -> u32 {
        self.part << 16 | self.shown
    }
}

/// The parts of a table for bindings of `most` bytes, as chunks; and where each of its rows lies.
///
/// # Errors
///
/// When there are more parts, or more tokens shown, than 16 bits count.
pub(super) fn divide(table: &TargetTable, most: u64) -> Result<(Vec<Range<usize>>, Vec<Spot>), String> {
    let parts = buffers(table.chunks().len(), most);
    let each = parts.first().map_or(1, Range::len);
    let spot = |place: &crate::objective::Place| {
        let part = place.start as usize / TargetTable::CHUNK / each;
        Spot {
            part: part as u32,
            start: (place.start as usize - part * each * TargetTable::CHUNK) as u32 / 4,
            shown: place.shown,
        }
    };
    let spots: Vec<Spot> = table.places().iter().map(spot).collect();
    if spots.iter().any(|spot| spot.part.max(spot.shown) > 0xffff) {
        return Err("the table of targets has too many parts for this device".to_owned());
    }
    Ok((parts, spots))
}

/// Bytes of a buffer for some chunks, and where each of them begins in it: as if those before it were full.
pub(super) fn places(chunks: &[Vec<f32>]) -> (u64, impl Iterator<Item = u64>) {
    const EACH: u64 = 4 * TargetTable::CHUNK as u64;
    let last = chunks.last().map_or(0, |chunk| size_of_val(chunk.as_slice()) as u64);
    let before = chunks.len().saturating_sub(1) as u64;
    (before * EACH + last, (0..=before).map(|chunk| chunk * EACH))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn every_row_is_found_in_its_part() {
        // Two rows of 400 kB in a chunk of 1 MiB, and small ones behind them.
        let vocab = 100_000;
        let mut table = TargetTable::new(vocab);
        for i in 0..9 {
            table.push_logits(&vec![i as f32; vocab]);
            table.push_top_k(&[(3, -1.0), (i, -2.0)], 0.5);
        }
        for most in [1, MIB, 2 * MIB, 3 * MIB + 5, 100 * MIB] {
            let (parts, spots) = divide(&table, most).unwrap();
            assert_eq!(parts.iter().map(Range::len).sum::<usize>(), table.chunks().len());
            assert!(
                parts
                    .iter()
                    .all(|part| part.len() == 1 || 4 * (part.len() * TargetTable::CHUNK) as u64 <= most)
            );
            for (i, spot) in spots.iter().enumerate() {
                // As the device has them.
                let chunks = &table.chunks()[parts[spot.part as usize].clone()];
                let mut words = Vec::new();
                for (place, chunk) in places(chunks).1.zip(chunks) {
                    words.resize(place as usize / 4, -1.0);
                    words.extend_from_slice(chunk);
                }
                assert_eq!(4 * words.len() as u64, places(chunks).0);
                let row = &words[4 * spot.start as usize..];
                if i % 2 == 0 {
                    assert_eq!(
                        (row[0], row[vocab - 1], spot.shown),
                        ((i / 2) as f32, (i / 2) as f32, 0)
                    );
                } else {
                    assert_eq!((row[2], row[3], spot.shown), ((i / 2) as f32, -2.0, 2));
                }
                assert_eq!(spot.kind(), spot.part << 16 | spot.shown);
            }
        }
    }

    #[test]
    fn a_table_of_tokens_has_no_parts() {
        assert_eq!(divide(&TargetTable::new(8), MIB), Ok((Vec::new(), Vec::new())));
    }
}
