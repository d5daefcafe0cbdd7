//! Querying the teacher.

use super::Meter;
use crate::engine::{Decoding, Failure, Generated, Models, generate};
use crate::rng::Rng;
use crate::tokenizer::{BOS, EOS};
use std::collections::{BTreeMap, BTreeSet, HashSet};

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
    /// What the meter was told of it.
    pub receipt: Meter,
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

/// A teacher that sells answers within one budget. Buyers who ask the same share an answer: each sees what its access level
/// shows, and pays for that.
#[derive(Clone, Debug)]
pub struct Api {
    model: Models,
    /// Answers that it gives in all.
    budget: usize,
    /// By access level.
    meters: BTreeMap<Access, Meter>,
    /// What it was asked.
    seen: HashSet<Vec<u32>>,
}

impl Api {
    /// # Panics
    ///
    /// If `model` is a population of more than one, or nobody has access.
    pub fn new(model: Models, accesses: &BTreeSet<Access>, budget: usize) -> Self {
        assert_eq!(model.population(), 1, "one teacher");
        assert!(!accesses.is_empty(), "somebody buys");
        Self {
            model,
            budget,
            meters: accesses.iter().map(|&access| (access, Meter::default())).collect(),
            seen: HashSet::new(),
        }
    }

    /// What has been bought so far at an access level.
    pub fn meter(&self, access: Access) -> Meter {
        self.meters.get(&access).copied().unwrap_or_default()
    }

    /// Answers given so far.
    pub fn answered(&self) -> usize {
        self.meters.values().next().map_or(0, |meter| meter.queries as usize)
    }

    /// Answers to prompts of equally many tokens (without specials), each prompt asked as often as `saying` says; a refusal
    /// begins with the token `refusal`. Of every answer what each access level shows of it, from the least to the most.
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
    ) -> Result<Vec<Vec<Purchase>>, ApiError> {
        let prompts: Vec<&Vec<u32>> = prompts
            .iter()
            .flat_map(|prompt| vec![prompt; saying.answers()])
            .collect();
        let left = self.budget - self.answered();
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
        let keep = self.meters.keys().any(|access| *access != Access::Text);
        let decoding = saying.decoding(refusal);
        let answers = generate(&self.model, &inputs, length, max_tokens, decoding, keep, rng).await?;
        Ok(prompts
            .into_iter()
            .zip(answers)
            .map(|(prompt, answer)| self.sell(prompt, answer))
            .collect())
    }

    fn sell(&mut self, prompt: &[u32], mut answer: Generated) -> Vec<Purchase> {
        if answer.confidence.len() > answer.tokens.len() {
            answer.tokens.push(EOS);
        }
        let asked_first = !self.seen.contains(prompt);
        if asked_first {
            self.seen.insert(prompt.to_vec());
        }
        let config = self.model.config();
        let sold = self.meters.iter_mut().map(|(&access, meter)| {
            let shown = match access {
                Access::Text => vec![Shown::Nothing; answer.tokens.len()],
                // The most that there is, and so the last.
                Access::Logits => std::mem::take(&mut answer.logits)
                    .into_iter()
                    .map(Shown::Logits)
                    .collect(),
                Access::TopK(k) => answer.logits.iter().map(|logits| top_k(logits, k)).collect(),
            };
            let tokens = [prompt.len() + 1, answer.tokens.len()];
            let receipt = Meter::of_answer(access, tokens, asked_first, config);
            *meter += receipt;
            Purchase {
                prompt: prompt.to_vec(),
                tokens: answer.tokens.clone(),
                shown,
                receipt,
            }
        });
        sold.collect()
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
