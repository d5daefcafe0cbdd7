//! Target distributions as one table that the steps of a run refer to.

use std::ops::Range;

/// Target distributions by number. The first `v` are one-hot: number `i` says token `i`. What an API showed of other tokens
/// follows, in as many words as it showed: a row of top-k takes `2 k + 1` of them and not `v`.
#[derive(Clone, Debug)]
pub struct TargetTable {
    vocab: usize,
    /// Of the targets from `v` on.
    places: Vec<Place>,
    /// [`TargetTable::CHUNK`] words each, but the last: a table that grows never moves what it holds.
    chunks: Vec<Vec<f32>>,
}

/// Where a row lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its first word, counted as if every chunk were full; a multiple of [`TargetTable::ALIGN`].
    pub start: u32,
    /// Tokens that were shown; 0 where every logit was.
    pub shown: u32,
}

/// What was shown at one token of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    /// Every logit, `[v]`.
    Logits(&'a [f32]),
    /// Some tokens as pairs of the token (a whole number, exact in `f32`) and its log-probability, and the logarithm that
    /// each of the others has where they share the rest evenly. The loss moves that to where the student has its own tail.
    Shown { pairs: &'a [[f32; 2]], rest: f32 },
}

impl TargetTable {
    /// Words of a chunk, 1 MiB.
    pub const CHUNK: usize = 1 << 18;
    /// Rows begin at multiples of so many words, which a GPU reads at once.
    pub const ALIGN: usize = 4;

    pub fn new(vocab: usize) -> Self {
        Self {
            vocab,
            places: Vec::new(),
            chunks: Vec::new(),
        }
    }

    /// A row that shows every logit; its number.
    pub fn push_logits(&mut self, logits: &[f32]) -> u32 {
        assert_eq!(logits.len(), self.vocab, "a logit per token");
        self.push(0, logits)
    }

    /// A row that shows the log-probabilities of some different tokens, at least one, and the probability of all others together; its
    /// number.
    pub fn push_top_k(&mut self, tokens: &[(u32, f32)], tail: f32) -> u32 {
        assert!(!tokens.is_empty(), "a token at least");
        let others = (self.vocab - tokens.len()).max(1) as f32;
        let rest = (tail / others).max(1e-12).ln();
        let pairs = tokens.iter().flat_map(|&(token, log)| [token as f32, log]);
        let words: Vec<f32> = pairs.chain([rest]).collect();
        self.push(tokens.len(), &words)
    }

    fn push(&mut self, shown: usize, words: &[f32]) -> u32 {
        let size = words.len().next_multiple_of(Self::ALIGN);
        assert!(size <= Self::CHUNK, "a row of {} words", words.len());
        let full = |chunk: &Vec<f32>| chunk.len() + size > Self::CHUNK;
        if self.chunks.last().is_none_or(full) {
            // Small tables, such as those of a single step, stay small.
            let capacity = if self.chunks.is_empty() { 0 } else { Self::CHUNK };
            self.chunks.push(Vec::with_capacity(capacity));
        }
        let before = (self.chunks.len() - 1) * Self::CHUNK;
        let chunk = self.chunks.last_mut().expect("made above");
        let start = (before + chunk.len()) as u32;
        chunk.extend_from_slice(words);
        chunk.resize(start as usize - before + size, 0.0);
        let number = self.len() as u32;
        let shown = shown as u32;
        self.places.push(Place { start, shown });
        number
    }

    /// Takes the last row away again.
    pub(super) fn pop(&mut self) {
        let Some(place) = self.places.pop() else { return };
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.truncate(place.start as usize % Self::CHUNK);
        }
        self.chunks.pop_if(|chunk| chunk.is_empty());
    }

    /// What a target from `v` on says; nothing for one that says a token.
    ///
    /// # Panics
    ///
    /// If there is no such target.
    pub fn row(&self, target: u32) -> Option<Row<'_>> {
        let place = self.places[(target as usize).checked_sub(self.vocab)?];
        let words = self.words(place);
        Some(match place.shown {
            0 => Row::Logits(words),
            shown => {
                let (pairs, rest) = words.split_at(2 * shown as usize);
                Row::Shown {
                    pairs: pairs.as_chunks().0,
                    rest: rest[0],
                }
            }
        })
    }

    fn words(&self, place: Place) -> &[f32] {
        let (chunk, at) = (place.start as usize / Self::CHUNK, place.start as usize % Self::CHUNK);
        &self.chunks[chunk][at..][..place.words(self.vocab)]
    }

    /// The rows that those targets name, in their order, each target now naming its own.
    pub fn only(&self, targets: &[u32]) -> (Self, Vec<u32>) {
        let mut table = Self::new(self.vocab);
        let renamed = table.append(self, targets);
        (table, renamed)
    }

    /// Appends the rows of another table that those targets name; what each target is here.
    pub fn append(&mut self, other: &Self, targets: &[u32]) -> Vec<u32> {
        let place = |target: u32| Some(other.places[(target as usize).checked_sub(other.vocab)?]);
        let mut renamed = |target| match place(target) {
            None => target,
            Some(place) => self.push(place.shown as usize, other.words(place)),
        };
        targets.iter().map(|&target| renamed(target)).collect()
    }

    /// Rows laid one after another without what lies between them, as [`TargetTable::taken_apart`] has them.
    ///
    /// # Panics
    ///
    /// If the words are not those of such rows.
    pub fn put_together(vocab: usize, shown: &[u32], words: &[f32]) -> Self {
        let mut table = Self::new(vocab);
        let mut left = words;
        for &shown in shown {
            let (row, others) = left.split_at(Place { start: 0, shown }.words(vocab));
            table.push(shown as usize, row);
            left = others;
        }
        assert!(left.is_empty(), "words of no row");
        table
    }

    /// How many tokens each row shows (0: all), and the words of all rows one after another.
    pub fn taken_apart(&self) -> (Vec<u32>, Vec<f32>) {
        let shown = self.places.iter().map(|place| place.shown).collect();
        let words = self.places.iter().flat_map(|&place| self.words(place)).copied();
        (shown, words.collect())
    }

    /// One-hot targets included.
    pub fn len(&self) -> usize {
        self.vocab + self.places.len()
    }

    /// Whether all targets are one-hot.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn vocab(&self) -> usize {
        self.vocab
    }

    /// Of the targets from `v` on.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// All words; the last chunk as long as what it holds.
    pub fn chunks(&self) -> &[Vec<f32>] {
        &self.chunks
    }
}

impl Place {
    /// Words of the row, without what fills it up.
    fn words(self, vocab: usize) -> usize {
        if self.shown == 0 {
            vocab
        } else {
            2 * self.shown as usize + 1
        }
    }
}

/// Bytes that a row takes in a table: `shown` tokens, or all `vocab` where there is no number. What fills the ends of chunks
/// aside.
pub fn row_bytes(shown: Option<usize>, vocab: usize) -> usize {
    let words = shown.map_or(vocab, |shown| 2 * shown + 1);
    4 * words.next_multiple_of(TargetTable::ALIGN) + size_of::<Place>()
}

/// The chunks that go into one buffer of at most `most` bytes each, in order; a buffer holds one at least.
pub fn buffers(chunks: usize, most: u64) -> Vec<Range<usize>> {
    let each = (most / (4 * TargetTable::CHUNK as u64)).max(1) as usize;
    (0..chunks)
        .step_by(each)
        .map(|first| first..(first + each).min(chunks))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows as they were pushed: logits, or tokens with the mass of the rest.
    #[derive(Clone, Debug)]
    enum Pushed {
        Logits(Vec<f32>),
        TopK(Vec<(u32, f32)>, f32),
    }

    fn pushed(vocab: usize) -> impl Strategy<Value = Pushed> {
        let logits = proptest::collection::vec(-9.0_f32..9.0, vocab).prop_map(Pushed::Logits);
        let pairs = proptest::collection::vec((0..vocab as u32, -9.0_f32..0.0), 1..vocab);
        let top_k = (pairs, 0.0_f32..1.0).prop_map(|(pairs, tail)| Pushed::TopK(pairs, tail));
        prop_oneof![logits, top_k]
    }

    fn table(vocab: usize, rows: &[Pushed]) -> TargetTable {
        let mut table = TargetTable::new(vocab);
        for (i, row) in rows.iter().enumerate() {
            let number = match row {
                Pushed::Logits(logits) => table.push_logits(logits),
                Pushed::TopK(tokens, tail) => table.push_top_k(tokens, *tail),
            };
            assert_eq!(number as usize, vocab + i);
        }
        table
    }

    fn check(table: &TargetTable, number: u32, row: &Pushed) {
        match (row, table.row(number).unwrap()) {
            (Pushed::Logits(logits), Row::Logits(found)) => assert_eq!(found, logits),
            (Pushed::TopK(tokens, tail), Row::Shown { pairs, rest }) => {
                let found: Vec<(u32, f32)> = pairs.iter().map(|pair| (pair[0] as u32, pair[1])).collect();
                assert_eq!(found, *tokens);
                let others = (table.vocab() - tokens.len()).max(1) as f32;
                assert!((rest.exp() * others - tail.max(others * 1e-12)).abs() < 1e-5);
            }
            (row, found) => panic!("{found:?} for {row:?}"),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_was_pushed_is_found(rows in proptest::collection::vec(pushed(20), 0..40)) {
            let whole = table(20, &rows);
            prop_assert_eq!(whole.len(), 20 + rows.len());
            prop_assert!((0..20).all(|token| whole.row(token).is_none()));
            let targets: Vec<u32> = (0..rows.len()).rev().step_by(2).map(|i| 20 + i as u32).chain([3]).collect();
            let (some, renamed) = whole.only(&targets);
            let (shown, words) = some.taken_apart();
            let again = TargetTable::put_together(20, &shown, &words);
            for (i, row) in rows.iter().enumerate() {
                check(&whole, 20 + i as u32, row);
            }
            for (&target, &name) in targets.iter().zip(&renamed) {
                if target < 20 {
                    prop_assert_eq!(target, name);
                } else {
                    check(&some, name, &rows[target as usize - 20]);
                    check(&again, name, &rows[target as usize - 20]);
                }
            }
        }
    }

    #[test]
    fn chunks_hold_whole_rows_and_stay_where_they_are() {
        let vocab = 100_000;
        let mut table = TargetTable::new(vocab);
        let row = |i: usize| -> Vec<f32> { (0..vocab).map(|token| (i + token) as f32).collect() };
        for i in 0..5 {
            table.push_logits(&row(i));
            table.push_top_k(&[(7, -0.5)], 0.25);
        }
        // Two rows of 400 kB in a chunk of 1 MiB.
        assert_eq!(table.chunks().len(), 3);
        assert!(table.places().iter().all(|place| place.start % 4 == 0));
        for i in 0..5 {
            assert_eq!(table.row((vocab + 2 * i) as u32), Some(Row::Logits(&row(i))));
        }
        let words: usize = table.chunks().iter().map(Vec::len).sum();
        let counted = 5 * (row_bytes(None, vocab) + row_bytes(Some(1), vocab)) - 10 * size_of::<Place>();
        assert_eq!(4 * words, counted);
    }

    #[test]
    fn top_k_takes_what_it_shows() {
        let mut table = TargetTable::new(384);
        let tokens: Vec<(u32, f32)> = (0..20).map(|token| (token, -3.0)).collect();
        table.push_top_k(&tokens, 0.1);
        assert_eq!(table.chunks()[0].len(), 44);
        assert_eq!(row_bytes(Some(20), 384), 44 * 4 + 8);
        assert_eq!(row_bytes(None, 384), 384 * 4 + 8);
    }

    #[test]
    fn chunks_are_shared_out_over_buffers() {
        const MIB: u64 = 1 << 20;
        assert!(buffers(0, 128 * MIB).is_empty());
        assert_eq!(buffers(3, 128 * MIB), vec![0..3]);
        assert_eq!(buffers(5, 2 * MIB + 7), [0..2, 2..4, 4..5]);
        assert_eq!(buffers(2, 1), [0..1, 1..2]);
    }
}
