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

/// Log-probabilities of a population at the answer positions of `items`: `[p][rows * v]`, rows item by item.
async fn log_probabilities(model: &Models, items: &Items) -> Result<Vec<Vec<f32>>, Failure> {
    let sequences: Vec<&Sequence> = items.sequences.iter().collect();
    let batch = pack(&vec![sequences; model.population()], None, None);
    let mut all = model.logits_at(&batch.tokens, batch.length, &batch.rows).await?;
    for row in all.chunks_exact_mut(model.config().vocab_size) {
        log_softmax(row);
    }
    Ok(all
        .chunks_exact(all.len() / model.population())
        .map(<[f32]>::to_vec)
        .collect())
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
    let log_probabilities = log_probabilities(teacher, items).await?.swap_remove(0);
    let most_likely = log_probabilities
        .chunks_exact(teacher.config().vocab_size)
        .map(|row| argmax(row) as u32)
        .collect();
    Ok(Reference {
        log_probabilities,
        most_likely,
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
    let v = model.config().vocab_size;
    let all = log_probabilities(model, items).await?;
    for (member, (log_probabilities, tally)) in all.iter().zip(tallies).enumerate() {
        if items.probe.compare
            && let Some(Some(reference)) = references.get(member)
        {
            compare(log_probabilities, reference, v, tally);
        }
        let figure = items.probe.figure.to_owned();
        tally.items.insert(figure.clone(), items.sequences.len() as u32);
        tally.figures.insert(figure, read(log_probabilities, items, v));
    }
    Ok(())
}

/// The figure of one member. `None` where there is nothing to ask, or where a likelihood is no number.
fn read(log_probabilities: &[f32], items: &Items, v: usize) -> Option<f64> {
    let mut rows = log_probabilities.chunks_exact(v);
    let (mut right, mut log_likelihood, mut words, mut first) = (0_usize, 0.0_f64, 0_usize, 0.0_f64);
    for sequence in &items.sequences {
        let mut exact = true;
        for (i, &token) in sequence.answer.iter().chain([&crate::tokenizer::EOS]).enumerate() {
            let row = rows.next().expect("a row per answer token");
            let log = row[token as usize];
            exact &= argmax(row) == token as usize && log.is_finite();
            if i < sequence.answer.len() {
                log_likelihood += f64::from(log);
                words += 1;
            }
            if i == 0 {
                first += f64::from(log).exp();
            }
        }
        right += usize::from(exact);
    }
    let count = items.sequences.len() as f64;
    let figure = match items.probe.reading {
        Reading::Exact => right as f64 / count,
        Reading::Surprise => -log_likelihood / words as f64,
        Reading::First => first / count,
    };
    figure.is_finite().then_some(figure)
}

fn compare(student: &[f32], reference: &Reference, v: usize, tally: &mut Tally) {
    let rows = student
        .chunks_exact(v)
        .zip(reference.log_probabilities.chunks_exact(v))
        .zip(&reference.most_likely);
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
