//! Distillation losses as target distributions: what differs between arms is data, so one expression serves them all.
//!
//! For each answer token, with teacher logits `z`, student logits `s` and hard label `y`:
//!
//! `L = (1 - hard) T^2 KL(softmax(z/T) || softmax(s/T)) + hard (-log softmax(s)_y)`  (Hinton et al. 2015, arXiv 1503.02531, section 2)
//!
//! Text and true answers are the case in which the target is one-hot: its KL is the cross-entropy. For top-k access the
//! tokens not shown share a tail bucket: inside it the target follows the student, which has the bucketed KL's value and gradient.

/// Target distributions as rows of logits. The first `v` rows are one-hot: row `i` says token `i`.
#[derive(Clone, Debug)]
pub struct TargetTable {
    vocab: usize,
    /// Rows from `v` on.
    soft: Vec<f32>,
    /// For each of those, a bit per token that was not shown, in words of 32; empty as long as every row shows all.
    hidden: Vec<u32>,
}

/// The rows after the one-hot ones.
#[derive(Clone, Copy, Debug)]
pub struct SoftRows<'a> {
    pub vocab: usize,
    /// `[rows, v]`
    pub logits: &'a [f32],
    /// `[rows, ceil(v / 32)]`: a bit per token that was not shown. `None`: everything was.
    pub hidden: Option<&'a [u32]>,
}

impl TargetTable {
    pub fn new(vocab: usize) -> Self {
        Self {
            vocab,
            soft: Vec::new(),
            hidden: Vec::new(),
        }
    }

    /// A row that shows every logit; its number.
    pub fn push_logits(&mut self, logits: &[f32]) -> u32 {
        let row = self.rows() as u32;
        self.soft.extend_from_slice(logits);
        if !self.hidden.is_empty() {
            self.hidden.resize(self.hidden.len() + self.words(), 0);
        }
        row
    }

    /// A row that shows the log-probabilities of some tokens and the probability of all others together; its number.
    pub fn push_top_k(&mut self, tokens: &[(u32, f32)], tail: f32) -> u32 {
        let row = self.rows() as u32;
        let others = (self.vocab - tokens.len()).max(1) as f32;
        // Spread evenly here; the loss moves it to where the student has its own tail.
        let rest = (tail / others).max(1e-12).ln();
        let (start, words) = (self.soft.len(), self.words());
        self.hidden.resize(start / self.vocab * words, 0);
        let first = self.hidden.len();
        self.soft.resize(start + self.vocab, rest);
        self.hidden.resize(first + words, 0);
        for token in 0..self.vocab {
            self.hidden[first + token / 32] |= 1 << (token % 32);
        }
        for &(token, log) in tokens {
            self.soft[start + token as usize] = log;
            self.hidden[first + token as usize / 32] &= !(1 << (token % 32));
        }
        row
    }

    /// Words of hidden bits in a row.
    pub fn words(&self) -> usize {
        self.vocab.div_ceil(32)
    }

    /// One-hot rows included.
    pub fn rows(&self) -> usize {
        self.vocab + self.soft.len() / self.vocab
    }

    /// What is not one-hot.
    pub fn soft_rows(&self) -> SoftRows<'_> {
        SoftRows {
            vocab: self.vocab,
            logits: &self.soft,
            hidden: (!self.hidden.is_empty()).then_some(&self.hidden),
        }
    }
}
