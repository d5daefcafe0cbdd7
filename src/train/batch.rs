//! Sequences as the tensors of a step.

use crate::tokenizer::{BOS, EOS, PAD};

/// A prompt with its answer, as tokens without specials.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sequence {
    pub prompt: Vec<u32>,
    pub answer: Vec<u32>,
}

/// Inputs of a step and the positions whose next token is part of an answer.
///
/// A sequence `[BOS] prompt answer [EOS]` of `n` tokens is `n - 1` inputs; the loss is on the answer and the end token.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// `[p, b, length]`, padded at the end.
    pub tokens: Vec<u32>,
    pub length: usize,
    /// `[p, k]`: positions in `[p, b, length]` flattened. Padding repeats a member's first position.
    pub rows: Vec<u32>,
    /// `[p, k]`: the token that follows each position; the pad token in padding.
    pub labels: Vec<u32>,
    /// `[p, k]`: 1 / (answer tokens of the member), 0 in padding.
    pub weights: Vec<f32>,
    /// Answer tokens of the member with most.
    pub rows_per_member: usize,
}

impl Batch {
    /// Tokens that enter the model, padding included.
    pub fn input_tokens(&self) -> usize {
        self.tokens.len()
    }
}

/// Packs `members[p][b]` sequences. `length` and `rows` are at least what the sequences need, or `None` for just that.
///
/// # Panics
///
/// If members differ in their number of sequences, or `length` or `rows` is too small.
pub fn pack(members: &[Vec<&Sequence>], length: Option<usize>, rows: Option<usize>) -> Batch {
    let needed = |s: &&Sequence| 1 + s.prompt.len() + s.answer.len();
    let length = length.unwrap_or_else(|| members.iter().flatten().map(needed).max().unwrap_or(1));
    let answers = |m: &Vec<&Sequence>| m.iter().map(|s| s.answer.len() + 1).sum::<usize>();
    let k = rows.unwrap_or_else(|| members.iter().map(answers).max().unwrap_or(0));
    let per_member = members.first().map_or(0, Vec::len);
    let mut batch = Batch {
        tokens: Vec::with_capacity(members.len() * per_member * length),
        length,
        rows: Vec::with_capacity(members.len() * k),
        labels: Vec::new(),
        weights: Vec::new(),
        rows_per_member: k,
    };
    for sequences in members {
        assert_eq!(sequences.len(), per_member, "members train on equally many sequences");
        let count = answers(sequences);
        let first_row = batch.rows.len();
        for sequence in sequences {
            let start = batch.tokens.len();
            batch.tokens.push(BOS);
            batch.tokens.extend(sequence.prompt.iter().chain(&sequence.answer));
            assert!(
                batch.tokens.len() - start <= length,
                "a sequence is longer than the batch"
            );
            batch.tokens.resize(start + length, PAD);
            let answer_start = start + sequence.prompt.len();
            for (i, &label) in sequence.answer.iter().chain([&EOS]).enumerate() {
                batch.rows.push((answer_start + i) as u32);
                batch.labels.push(label);
                batch.weights.push(1.0 / count as f32);
            }
        }
        assert!(batch.rows.len() - first_row <= k, "more answer tokens than rows");
        let padding = batch.rows.get(first_row).copied().unwrap_or(0);
        batch.rows.resize(first_row + k, padding);
        batch.labels.resize(first_row + k, PAD);
        batch.weights.resize(first_row + k, 0.0);
    }
    batch
}
