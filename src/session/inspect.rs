//! Looking inside: what teacher and students hold likely after the same words, at any kept step, and where they look.

use super::{Session, SessionError};
use crate::engine::{Decoding, Models, argmax, generate};
use crate::eval::{Tally, held_out, measure, reference};
use crate::model::{LlamaConfig, forward};
use crate::protocol::{Comparison, Inspect, InspectedModel, Inspection, NextWord};
use crate::rng::{Stream, stream};
use crate::tokenizer::BOS;
use crate::world::Split;

/// Words of an answer that are looked at, at most.
const MOST_ANSWER: usize = 20;
/// Students that are looked into together, at most.
const MOST_MEMBERS: usize = 4;
/// Letters of an unknown word that are shown.
const MOST_SHOWN: usize = 24;

/// Why nothing can be seen: the sentence that the visitor reads.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    #[error("Nothing has been kept of this run yet; press Start first.")]
    NothingKept,
    #[error("The students of step {step} were not kept, only those of {kept}.")]
    NotKept { step: u32, kept: String },
    #[error("There is nothing to look at: type a question, or choose one.")]
    Empty,
    #[error("“{0}” is not a word of this world.")]
    UnknownWord(String),
    #[error("The question and the beginning of its answer have {words} words; {most} can be looked at.")]
    TooLong { words: usize, most: usize },
    #[error("{MOST_MEMBERS} students at most can be looked into together.")]
    TooMany,
    #[error("What a model of this run computes is no longer a finite number.")]
    NotFinite,
}

impl Session {
    /// The teacher and some members over one question and one answer. What the page asks for again at another step costs no
    /// device: parameters that were kept lie on the host, and so does this forward pass.
    ///
    /// # Errors
    ///
    /// When the question cannot be read, there is no such teacher, member or step, or the device fails.
    pub async fn inspect(&self, wanted: &Inspect) -> Result<Inspection, SessionError> {
        if wanted.members.len() > MOST_MEMBERS {
            return Err(InspectError::TooMany.into());
        }
        let name = wanted.teacher.unwrap_or(self.plan.teacher);
        let teacher = self.teacher(name)?;
        let teacher = (teacher.model.config().clone(), teacher.weights.clone());
        let mut ids = wanted.members.clone();
        ids.extend(wanted.writer);
        let (step, mut students) = self.parameters_of(wanted.step, &ids).await?;
        let writer = match wanted.writer {
            Some(_) => students.pop(),
            None => None,
        };

        let mut read = vec![BOS];
        read.extend(self.known(&self.library.world.normalise(&wanted.prompt))?);
        let start = read.len();
        if start == 1 {
            return Err(InspectError::Empty.into());
        }
        read.extend(self.known(&wanted.prefix)?);
        let prefix = read.len() - start;
        let positions = std::iter::once(&teacher)
            .chain(&students)
            .chain(&writer)
            .map(|(config, _)| config.max_position_embeddings);
        let positions = positions.min().unwrap_or(0);
        // At least one word has to have room after them.
        if read.len() >= positions || prefix >= MOST_ANSWER {
            return Err(InspectError::TooLong {
                words: read.len() - 1,
                most: if prefix >= MOST_ANSWER {
                    start - 1 + MOST_ANSWER - 1
                } else {
                    positions - 2
                },
            }
            .into());
        }
        let room = (positions - read.len()).min(MOST_ANSWER - prefix);
        let (config, weights) = writer.as_ref().unwrap_or(&teacher);
        let ended = go_on(config, weights, &mut read, room).await?;

        let answer = read.len() - start;
        let shown = start - 1..start - 1 + answer + usize::from(ended);
        let mut models = Vec::with_capacity(1 + students.len());
        let members = std::iter::once(None).chain(wanted.members.iter().copied().map(Some));
        for (member, (config, weights)) in members.zip(std::iter::once(&teacher).chain(&students)) {
            let teacher = models.first();
            models.push(look_into(member, config, weights, &read, shown.clone(), teacher)?);
        }
        let word = |id: u32| self.library.tokenizer.word(id).unwrap_or_default().to_owned();
        Ok(Inspection {
            step,
            teacher: name,
            first: start as u32,
            prefix: prefix as u32,
            ended,
            read: read.into_iter().map(word).collect(),
            vocabulary: (0..config.vocab_size as u32).map(word).collect(),
            models,
        })
    }

    /// Two members over the questions of the interim measurements.
    ///
    /// # Errors
    ///
    /// When there is no such member or step, or the device fails.
    pub async fn compare(&self, step: Option<u32>, members: [u32; 2]) -> Result<Comparison, SessionError> {
        let (step, found) = self.parameters_of(step, &members).await?;
        let [first, second] = &found[..] else {
            return Err(SessionError::NoSuchMember(members[0]));
        };
        let [first, second] = [first, second].map(|(config, weights)| Models::on_cpu(config, weights));
        let (world, tokenizer) = (&self.library.world, &self.library.tokenizer);
        let count = self.plan.validation_items as usize;
        let (mut tally, mut questions) = (Tally::default(), 0);
        for items in held_out(world, tokenizer, &self.probes, Split::Validation, count)? {
            if !items.probe.compare || items.sequences.is_empty() {
                continue;
            }
            questions += items.sequences.len();
            let seen = reference(&first, &items).await?;
            measure(&second, &items, &[Some(&seen)], std::slice::from_mut(&mut tally)).await?;
        }
        Ok(Comparison {
            step,
            members,
            questions: questions as u32,
            answer_words: tally.answer_tokens as u32,
            agreement: tally.agreement(),
            kl: tally.kl(),
        })
    }

    /// The ids of words all of which are known.
    fn known(&self, text: &str) -> Result<Vec<u32>, SessionError> {
        let encoded = self.library.tokenizer.encode(text)?;
        match encoded.words.iter().find(|word| !word.known) {
            Some(word) => Err(InspectError::UnknownWord(word.text.chars().take(MOST_SHOWN).collect()).into()),
            None => Ok(encoded.ids),
        }
    }
}

/// Appends what a model says next, greedily, `room` words at most; whether it came to an end.
async fn go_on(config: &LlamaConfig, weights: &[f32], read: &mut Vec<u32>, room: usize) -> Result<bool, SessionError> {
    let model = Models::on_cpu(config, weights);
    let mut rng = stream(0, Stream::Sampling, 0);
    let said = generate(&model, read, read.len(), room, Decoding::Greedy, false, &mut rng).await?;
    let said = said.into_iter().next().unwrap_or_default();
    read.extend(&said.tokens);
    // The end has a confidence, too, but is no word.
    Ok(said.confidence.len() > said.tokens.len())
}

/// One model over one sequence; `shown` are the positions after which a word of the answer comes.
fn look_into(
    member: Option<u32>,
    config: &LlamaConfig,
    weights: &[f32],
    read: &[u32],
    shown: std::ops::Range<usize>,
    teacher: Option<&InspectedModel>,
) -> Result<InspectedModel, InspectError> {
    let seen = forward(config, weights, read);
    let mut next = Vec::with_capacity(shown.len());
    for (at, position) in shown.enumerate() {
        let logits = &seen.logits[position * config.vocab_size..][..config.vocab_size];
        if logits.iter().any(|logit| !logit.is_finite()) {
            return Err(InspectError::NotFinite);
        }
        let log_probabilities = log_softmax(logits);
        next.push(NextWord {
            most_likely: argmax(logits) as u32,
            entropy: -divergence(&log_probabilities, |_| 0.0),
            kl: teacher.map(|teacher| {
                let p = &teacher.next[at].log_probabilities;
                divergence(p, |word| log_probabilities[word])
            }),
            log_probabilities,
        });
    }
    Ok(InspectedModel {
        member,
        layers: config.num_hidden_layers as u32,
        heads: config.num_attention_heads as u32,
        attention: seen.attention,
        next,
    })
}

/// `sum p (log p - log q)`, nats: with `q` a model it is KL(p || q), with `log q = 0` minus the entropy.
fn divergence(p: &[f64], log_q: impl Fn(usize) -> f64) -> f64 {
    let terms = p
        .iter()
        .enumerate()
        .map(|(word, log_p)| log_p.exp() * (log_p - log_q(word)));
    terms.sum()
}

/// Logits to log-probabilities at temperature 1.
fn log_softmax(logits: &[f32]) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let above = |logit: &f32| f64::from(*logit) - f64::from(largest);
    let log_sum = logits.iter().map(|logit| above(logit).exp()).sum::<f64>().ln();
    logits.iter().map(|logit| above(logit) - log_sum).collect()
}

#[cfg(test)]
mod tests;
