//! What was bought, as lessons: input tokens, and for each answer token a row of one table of target distributions.

use super::{Purchase, Shown};
use crate::objective::HARD_LOGIT;
use crate::tokenizer::EOS;
use crate::train::Sequence;
use crate::world::TaskId;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

/// One prompt with an answer to learn.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    pub sequence: Sequence,
    /// A row of the [`TargetTable`] for each answer token and the end.
    pub targets: Vec<u32>,
    /// The token said at each of them.
    pub labels: Vec<u32>,
}

/// The lessons of one member, by task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lessons {
    by_task: [Vec<Lesson>; 5],
}

impl Lessons {
    pub fn push(&mut self, task: TaskId, lesson: Lesson) {
        self.by_task[task.index()].push(lesson);
    }

    pub fn of(&self, task: TaskId) -> &[Lesson] {
        &self.by_task[task.index()]
    }
}

/// Target distributions as rows of logits. The first `v` rows are one-hot: row `i` says token `i`.
#[derive(Clone, Debug)]
pub struct TargetTable {
    vocab: usize,
    logits: Vec<f32>,
    /// 1 where a token was not shown; empty as long as every row shows all.
    hidden: Vec<f32>,
}

/// The table on a device.
#[derive(Clone, Debug)]
pub struct DeviceTable {
    logits: Tensor<2>,
    hidden: Option<Tensor<2>>,
}

impl TargetTable {
    pub fn new(vocab: usize) -> Self {
        let mut logits = vec![HARD_LOGIT; vocab * vocab];
        for token in 0..vocab {
            logits[token * vocab + token] = 0.0;
        }
        Self {
            vocab,
            logits,
            hidden: Vec::new(),
        }
    }

    fn rows(&self) -> usize {
        self.logits.len() / self.vocab
    }

    /// A lesson from a true answer, or from text only.
    pub fn hard(&self, sequence: Sequence) -> Lesson {
        let labels: Vec<u32> = sequence.answer.iter().copied().chain([EOS]).collect();
        Lesson {
            targets: labels.clone(),
            labels,
            sequence,
        }
    }

    /// A lesson from a purchase, with all that it shows.
    pub fn soft(&mut self, purchase: &Purchase) -> Lesson {
        let mut lesson = self.text(purchase);
        for (target, shown) in lesson.targets.iter_mut().zip(&purchase.shown) {
            *target = self.row(shown).unwrap_or(*target);
        }
        lesson
    }

    /// A lesson from a purchase's text only.
    pub fn text(&self, purchase: &Purchase) -> Lesson {
        // The last token (the end, as a rule) is predicted, never read.
        let said = purchase.tokens.len().saturating_sub(1);
        let sequence = Sequence {
            prompt: purchase.prompt.clone(),
            answer: purchase.tokens[..said].to_vec(),
        };
        Lesson {
            sequence,
            targets: purchase.tokens.clone(),
            labels: purchase.tokens.clone(),
        }
    }

    fn row(&mut self, shown: &Shown) -> Option<u32> {
        let row = self.rows() as u32;
        match shown {
            Shown::Nothing => return None,
            Shown::Logits(logits) => self.logits.extend_from_slice(logits),
            Shown::TopK { tokens, tail } => {
                let others = (self.vocab - tokens.len()).max(1) as f32;
                // Spread evenly here; the loss moves it to where the student has its own tail.
                let rest = (tail / others).max(1e-12).ln();
                self.hidden.resize(self.logits.len(), 0.0);
                let start = self.logits.len();
                self.logits.resize(start + self.vocab, rest);
                self.hidden.resize(start + self.vocab, 1.0);
                for &(token, log) in tokens {
                    self.logits[start + token as usize] = log;
                    self.hidden[start + token as usize] = 0.0;
                }
            }
        }
        if !self.hidden.is_empty() {
            self.hidden.resize(self.logits.len(), 0.0);
        }
        Some(row)
    }

    /// Uploads the table.
    pub fn to_device(&self, device: &Device) -> DeviceTable {
        let shape = [self.rows(), self.vocab];
        let upload = |values: &[f32]| Tensor::from_data(TensorData::new(values.to_vec(), shape), device);
        DeviceTable {
            logits: upload(&self.logits),
            hidden: (!self.hidden.is_empty()).then(|| upload(&self.hidden)),
        }
    }
}

impl DeviceTable {
    /// Rows of the table, `[p, k, v]`, and where their tokens were not shown.
    pub fn select(&self, rows: &[u32], population: usize) -> (Tensor<3>, Option<Tensor<3, Bool>>) {
        let indices: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
        let indices: Tensor<1, Int> = Tensor::from_data(TensorData::new(indices, [rows.len()]), &self.logits.device());
        let [_, v] = self.logits.dims();
        let take = |table: &Tensor<2>| {
            table
                .clone()
                .select(0, indices.clone())
                .reshape([population, rows.len() / population, v])
        };
        (
            take(&self.logits),
            self.hidden.as_ref().map(|hidden| take(hidden).greater_elem(0.5)),
        )
    }
}
