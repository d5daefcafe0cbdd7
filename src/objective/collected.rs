//! A table while it is filled.

use super::{Row, TargetTable};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// A table in which a row that is there already gets no second place: what a teacher shows depends on the words before it
/// alone, and many questions and beginnings of answers come again, within a seed and between seeds.
#[derive(Debug)]
pub struct Collected {
    table: TargetTable,
    /// Rows by their hash. Of two different rows with the same one, the first is in it; the other is only never found again.
    seen: HashMap<u64, u32>,
    hasher: RandomState,
}

impl Collected {
    pub fn new(vocab: usize) -> Self {
        Self {
            table: TargetTable::new(vocab),
            seen: HashMap::new(),
            hasher: RandomState::new(),
        }
    }

    /// The number of a row that shows every logit.
    pub fn logits(&mut self, logits: &[f32]) -> u32 {
        let row = self.table.push_logits(logits);
        self.place(row)
    }

    /// The number of a row that shows some tokens; see [`TargetTable::push_top_k`].
    pub fn top_k(&mut self, tokens: &[(u32, f32)], tail: f32) -> u32 {
        let row = self.table.push_top_k(tokens, tail);
        self.place(row)
    }

    /// Keeps the row that was pushed last, or takes it away again where it was there already.
    fn place(&mut self, row: u32) -> u32 {
        let hash = self.hasher.hash_one(bits(self.table.row(row)));
        let known = *self.seen.entry(hash).or_insert(row);
        if known == row || bits(self.table.row(known)) != bits(self.table.row(row)) {
            return row;
        }
        self.table.pop();
        known
    }

    pub fn table(&self) -> &TargetTable {
        &self.table
    }

    /// The table as it is used.
    pub fn done(self) -> TargetTable {
        self.table
    }
}

/// All that a row says, to the last bit.
fn bits(row: Option<Row<'_>>) -> Vec<u32> {
    let words = |words: &[f32]| words.iter().map(|word| word.to_bits()).collect();
    match row {
        None => Vec::new(),
        Some(Row::Logits(logits)) => words(logits),
        Some(Row::Shown { pairs, rest }) => words(&[pairs.as_flattened(), &[rest]].concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_comes_again_is_the_same_row() {
        let mut collected = Collected::new(8);
        let row = |x: f32| -> Vec<f32> { (0..8).map(|i| x * i as f32).collect() };
        let numbers: Vec<u32> = [1.0, 2.0, 1.0, -0.0, 0.0, 2.0]
            .map(|x| collected.logits(&row(x)))
            .into();
        // Minus nought is another number, and divides another way.
        assert_eq!(numbers, [8, 9, 8, 10, 11, 9]);
        let tops: Vec<u32> = [(0.5, 0.1), (0.5, 0.2), (0.5, 0.1)]
            .map(|(log, tail)| collected.top_k(&[(3, log), (4, -1.0)], tail))
            .into();
        assert_eq!(tops, [12, 13, 12]);
        let table = collected.done();
        assert_eq!(table.len(), 14);
        assert_eq!(table.row(9), Some(Row::Logits(&row(2.0))));
        assert!(matches!(
            table.row(13),
            Some(Row::Shown {
                pairs: [[3.0, 0.5], _],
                ..
            })
        ));
    }
}
