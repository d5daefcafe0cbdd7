//! One forward pass over held-out questions, read as figures.

use super::Items;
use crate::engine::{Failure, Models, argmax};
use crate::protocol::Scores;
use crate::train::{Sequence, pack};
use crate::world::TaskId;

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
    pub scores: Scores,
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
/// # Errors
///
/// When the device fails.
pub async fn measure(
    model: &Models,
    items: &Items,
    reference: Option<&Reference>,
    tallies: &mut [Tally],
) -> Result<(), Failure> {
    let v = model.config().vocab_size;
    for (log_probabilities, tally) in log_probabilities(model, items).await?.iter().zip(tallies) {
        let mut rows = log_probabilities.chunks_exact(v);
        let (mut right, mut log_likelihood, mut words) = (0_usize, 0.0_f64, 0_usize);
        for sequence in &items.sequences {
            let mut exact = true;
            for (i, &token) in sequence.answer.iter().chain([&crate::tokenizer::EOS]).enumerate() {
                let row = rows.next().expect("a row per answer token");
                exact &= argmax(row) == token as usize && row[token as usize].is_finite();
                if i < sequence.answer.len() {
                    log_likelihood += f64::from(row[token as usize]);
                    words += 1;
                }
            }
            right += usize::from(exact);
        }
        if let Some(reference) = reference {
            compare(log_probabilities, reference, v, tally);
        }
        let accuracy = right as f64 / items.sequences.len() as f64;
        match items.task {
            TaskId::Add => tally.scores.add = Some(accuracy),
            TaskId::Sort => tally.scores.sort = Some(accuracy),
            TaskId::Fact => tally.scores.fact = Some(accuracy),
            TaskId::Brew => tally.scores.brew = Some(accuracy),
            TaskId::Story => {
                let nats = -log_likelihood / words as f64;
                tally.scores.story_nll = nats.is_finite().then_some(nats);
            }
        }
    }
    Ok(())
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
