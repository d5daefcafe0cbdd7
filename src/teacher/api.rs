//! Querying the teacher.

use super::Meter;
use crate::engine::{Decoding, Failure, Models, generate};
use crate::rng::Rng;
use crate::tokenizer::{BOS, EOS};

/// What the API shows of each answer token besides the token itself, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    /// Nothing.
    Text,
    /// The log-probabilities of the `k` most likely tokens, and the mass of the rest.
    TopK(usize),
    /// Every logit.
    Logits,
}

/// How the teacher is made to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Saying {
    /// One answer, drawn from its distribution.
    Sampled,
    /// So many answers to every question.
    Repeated(usize),
    /// Its most likely words.
    Greedy,
    /// Its most likely words after a first one that does not begin a refusal: the answer's start is put in its mouth
    /// (Qi et al. 2025, arXiv 2406.05946, section 3).
    Prefilled,
}

impl Saying {
    fn decoding(self, refusal: u32) -> Decoding {
        match self {
            Self::Sampled | Self::Repeated(_) => Decoding::Sample { temperature: 1.0 },
            Self::Greedy => Decoding::Greedy,
            Self::Prefilled => Decoding::GreedyAvoiding { first: refusal },
        }
    }

    /// Answers to each question.
    pub fn answers(self) -> usize {
        if let Self::Repeated(times) = self { times } else { 1 }
    }
}

/// One answer as the buyer sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Purchase {
    pub prompt: Vec<u32>,
    /// The sampled answer, its end token included (missing only if the teacher did not end in time).
    pub tokens: Vec<u32>,
    /// One per token.
    pub shown: Vec<Shown>,
}

/// What was shown of one answer token.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    Logits(Vec<f32>),
    /// Tokens with their log-probabilities, most likely first, and the probability of all others together.
    TopK {
        tokens: Vec<(u32, f32)>,
        tail: f32,
    },
    Nothing,
}

#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("the query budget is spent: {left} of {budget} queries are left and {asked} were asked for")]
    Budget { asked: usize, left: usize, budget: usize },
    #[error(transparent)]
    Device(#[from] Failure),
}

/// A teacher that sells answers to one buyer.
#[derive(Clone, Debug)]
pub struct Api {
    model: Models,
    pub access: Access,
    budget: usize,
    meter: Meter,
}

impl Api {
    /// # Panics
    ///
    /// If `model` is a population of more than one.
    pub fn new(model: Models, access: Access, budget: usize) -> Self {
        assert_eq!(model.population(), 1, "one teacher");
        Self {
            model,
            access,
            budget,
            meter: Meter::default(),
        }
    }

    /// What has been bought so far.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Answers to prompts of equally many tokens (without specials), each prompt asked as often as `saying` says; a refusal
    /// begins with the token `refusal`.
    ///
    /// # Errors
    ///
    /// If the budget does not cover the prompts (nothing is bought then), or the device fails.
    pub async fn query(
        &mut self,
        prompts: &[Vec<u32>],
        max_tokens: usize,
        (saying, refusal): (Saying, u32),
        rng: &mut Rng,
    ) -> Result<Vec<Purchase>, ApiError> {
        let prompts: Vec<&Vec<u32>> = prompts
            .iter()
            .flat_map(|prompt| vec![prompt; saying.answers()])
            .collect();
        let left = self.budget - self.meter.queries as usize;
        if prompts.len() > left {
            return Err(ApiError::Budget {
                asked: prompts.len(),
                left,
                budget: self.budget,
            });
        }
        let Some(length) = prompts.first().map(|prompt| prompt.len() + 1) else {
            return Ok(Vec::new());
        };
        let inputs: Vec<u32> = prompts
            .iter()
            .flat_map(|prompt| [BOS].into_iter().chain(prompt.iter().copied()))
            .collect();
        let keep = self.access != Access::Text;
        let decoding = saying.decoding(refusal);
        let answers = generate(&self.model, &inputs, length, max_tokens, decoding, keep, rng).await?;
        let (vocab, parameters) = (self.model.config().vocab_size, self.model.config().parameter_count());
        let sell = |(prompt, mut answer): (&Vec<u32>, crate::engine::Generated)| {
            if answer.confidence.len() > answer.tokens.len() {
                answer.tokens.push(EOS);
            }
            self.meter
                .count(self.access, length, answer.tokens.len(), vocab, parameters);
            let shown = match self.access {
                Access::Text => vec![Shown::Nothing; answer.tokens.len()],
                Access::Logits => answer.logits.into_iter().map(Shown::Logits).collect(),
                Access::TopK(k) => answer.logits.iter().map(|logits| top_k(logits, k)).collect(),
            };
            Purchase {
                prompt: prompt.clone(),
                tokens: answer.tokens,
                shown,
            }
        };
        Ok(prompts.into_iter().zip(answers).map(sell).collect())
    }
}

impl Purchase {
    /// What a buyer with less access would have seen of the same answer.
    pub fn seen_with(&self, access: Access) -> Self {
        let less = |shown: &Shown| match (access, shown) {
            (Access::Text, _) | (_, Shown::Nothing) => Shown::Nothing,
            (Access::TopK(k), Shown::Logits(logits)) => top_k(logits, k),
            (Access::TopK(k), Shown::TopK { tokens, tail }) => {
                let hidden = tokens.iter().skip(k).map(|(_, log)| log.exp()).sum::<f32>();
                Shown::TopK {
                    tokens: tokens[..k.min(tokens.len())].to_vec(),
                    tail: tail + hidden,
                }
            }
            (Access::Logits, shown) => shown.clone(),
        };
        Self {
            shown: self.shown.iter().map(less).collect(),
            ..self.clone()
        }
    }
}

fn top_k(logits: &[f32], k: usize) -> Shown {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let log_sum = max + logits.iter().map(|&logit| (logit - max).exp()).sum::<f32>().ln();
    let mut tokens: Vec<(u32, f32)> = logits
        .iter()
        .enumerate()
        .map(|(i, &logit)| (i as u32, logit - log_sum))
        .collect();
    tokens.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    tokens.truncate(k);
    let tail = 1.0 - tokens.iter().map(|(_, log)| log.exp()).sum::<f32>();
    Shown::TopK {
        tokens,
        tail: tail.max(0.0),
    }
}
