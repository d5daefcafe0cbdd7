//! One forward pass over held-out questions, read as figures.

use super::{Items, Reading};
use crate::engine::{Failure, Models, argmax};
use crate::protocol::Figures;
use crate::train::{Sequence, pack};
use std::collections::BTreeMap;

/// What the teacher says at every answer position of some items.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Log-probabilities, `[rows, v]` flattened, rows in the order of the items.
    pub log_probabilities: Vec<f32>,
    pub most_likely: Vec<u32>,
}

/// Counts of one member over some items; tallies of several tasks add up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    pub figures: Figures,
    /// Questions behind each figure.
    pub items: BTreeMap<String, u32>,
    pub answer_tokens: usize,
    /// Sum over answer tokens of KL(teacher || student), nats.
    pub divergence: f64,
    pub agreements: usize,
}

impl Tally {
    /// Mean KL(teacher || student), nats per answer token.
    pub fn kl(&self) -> Option<f64> {
        let mean = self.divergence / self.answer_tokens as f64;
        mean.is_finite().then_some(mean)
    }

    /// Share of answer tokens with the same most likely token.
    pub fn agreement(&self) -> Option<f64> {
        (self.answer_tokens > 0 && self.divergence.is_finite())
            .then(|| self.agreements as f64 / self.answer_tokens as f64)
    }
}

/// Log-probabilities that are looked at together, of all members, at most: 8 MiB. One item of every member is always looked
/// at.
const TOGETHER: usize = 1 << 21;

/// Items in parts of about one size, whose log-probabilities in `population` models are few enough. How they are divided
/// changes no figure.
fn parts(sequences: &[Sequence], population: usize, vocab: usize) -> impl Iterator<Item = &[Sequence]> {
    let rows = sequences
        .iter()
        .map(|sequence| sequence.answer.len() + 1)
        .max()
        .unwrap_or(1);
    let most = (TOGETHER / (population * rows * vocab)).clamp(1, sequences.len().max(1));
    sequences.chunks(sequences.len().div_ceil(sequences.len().div_ceil(most).max(1)).max(1))
}

/// Log-probabilities of a population at the answer positions of some sequences, `[p, rows, v]`, rows sequence by sequence.
async fn log_probabilities(model: &Models, sequences: &[Sequence]) -> Result<Vec<f32>, Failure> {
    let sequences: Vec<&Sequence> = sequences.iter().collect();
    let batch = pack(&vec![sequences; model.population()], None, None);
    let mut all = model.logits_at(&batch.tokens, batch.length, &batch.rows).await?;
    for row in all.chunks_exact_mut(model.config().vocab_size) {
        log_softmax(row);
    }
    Ok(all)
}

/// Logits to log-probabilities.
fn log_softmax(row: &mut [f32]) {
    let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let log_sum = max + row.iter().map(|&logit| (logit - max).exp()).sum::<f32>().ln();
    for logit in row {
        *logit -= log_sum;
    }
}

/// The teacher's view of `items`.
///
/// # Errors
///
/// When the device fails.
pub async fn reference(teacher: &Models, items: &Items) -> Result<Reference, Failure> {
    let v = teacher.config().vocab_size;
    let mut log_probabilities_of_all = Vec::new();
    for part in parts(&items.sequences, 1, v) {
        log_probabilities_of_all.extend(log_probabilities(teacher, part).await?);
    }
    Ok(Reference {
        most_likely: log_probabilities_of_all
            .chunks_exact(v)
            .map(|row| argmax(row) as u32)
            .collect(),
        log_probabilities: log_probabilities_of_all,
    })
}

/// Adds a population's figures on `items` to `tallies`, one per member.
///
/// `references`: of each member its teacher's view, where closeness is measured.
///
/// # Errors
///
/// When the device fails.
pub async fn measure(
    model: &Models,
    items: &Items,
    references: &[Option<&Reference>],
    tallies: &mut [Tally],
) -> Result<(), Failure> {
    let (v, population) = (model.config().vocab_size, model.population());
    let mut seen = vec![Seen::default(); population];
    // Of the answer tokens of the items before.
    let mut row = 0;
    for part in parts(&items.sequences, population, v) {
        let all = log_probabilities(model, part).await?;
        let each = all.len() / population;
        for (member, log_probabilities) in all.chunks_exact(each.max(1)).enumerate() {
            if items.probe.compare
                && let Some(Some(reference)) = references.get(member)
            {
                compare(log_probabilities, reference, row, v, &mut tallies[member]);
            }
            seen[member].look_at(log_probabilities, part, v);
        }
        row += each / v;
    }
    for (seen, tally) in seen.iter().zip(tallies) {
        let figure = items.probe.figure.to_owned();
        tally.items.insert(figure.clone(), items.sequences.len() as u32);
        tally.figures.insert(figure, seen.figure(items));
    }
    Ok(())
}

/// What a member made of the items so far.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// Answers that are right to the last token.
    right: usize,
    log_likelihood: f64,
    words: usize,
    /// Sum of the probabilities of first words.
    first: f64,
}

impl Seen {
    /// `log_probabilities: [rows, v]` of these sequences.
    fn look_at(&mut self, log_probabilities: &[f32], sequences: &[Sequence], v: usize) {
        let mut rows = log_probabilities.chunks_exact(v);
        for sequence in sequences {
            let mut exact = true;
            for (i, &token) in sequence.answer.iter().chain([&crate::tokenizer::EOS]).enumerate() {
                let row = rows.next().expect("a row per answer token");
                let log = row[token as usize];
                exact &= argmax(row) == token as usize && log.is_finite();
                if i < sequence.answer.len() {
                    self.log_likelihood += f64::from(log);
                    self.words += 1;
                }
                if i == 0 {
                    self.first += f64::from(log).exp();
                }
            }
            self.right += usize::from(exact);
        }
    }

    /// `None` where there is nothing to ask, or where a likelihood is no number.
    fn figure(&self, items: &Items) -> Option<f64> {
        let count = items.sequences.len() as f64;
        let figure = match items.probe.reading {
            Reading::Exact => self.right as f64 / count,
            Reading::Surprise => -self.log_likelihood / self.words as f64,
            Reading::First => self.first / count,
        };
        figure.is_finite().then_some(figure)
    }
}

/// `student: [rows, v]`; of the reference the same rows begin at `first`.
fn compare(student: &[f32], reference: &Reference, first: usize, v: usize, tally: &mut Tally) {
    let rows = student
        .chunks_exact(v)
        .zip(reference.log_probabilities[first * v..].chunks_exact(v))
        .zip(&reference.most_likely[first..]);
    for ((student, teacher), &most_likely) in rows {
        let terms = teacher
            .iter()
            .zip(student)
            .map(|(&p, &q)| f64::from(p).exp() * (f64::from(p) - f64::from(q)));
        tally.divergence += terms.sum::<f64>();
        tally.agreements += usize::from(argmax(student) == most_likely as usize);
        tally.answer_tokens += 1;
    }
}
