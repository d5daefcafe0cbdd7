//! What was bought, as lessons: input tokens, and for each answer token a row of one table of target distributions.

use super::{Purchase, Shown};
use crate::objective::Collected;
use crate::tokenizer::EOS;
use crate::train::Sequence;
use std::rc::Rc;

/// One prompt with an answer to learn.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lesson {
    pub sequence: Sequence,
    /// A target of the run's table for each answer token and the end.
    pub targets: Vec<u32>,
    /// The token said at each of them.
    pub labels: Vec<u32>,
}

/// The lessons of one member: the parts of every batch, each with what it is drawn from. Arms share what was bought once.
pub type Lessons = Vec<Part>;

/// A part of every batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub sequences: usize,
    pub lessons: Vec<Rc<Lesson>>,
}

impl Lesson {
    /// From a true answer.
    pub fn of_answer(sequence: Sequence) -> Self {
        let labels: Vec<u32> = sequence.answer.iter().copied().chain([EOS]).collect();
        Self {
            targets: labels.clone(),
            labels,
            sequence,
        }
    }

    /// From a purchase's text only.
    pub fn of_text(purchase: &Purchase) -> Self {
        // The last token (the end, as a rule) is predicted, never read.
        let said = purchase.tokens.len().saturating_sub(1);
        let sequence = Sequence {
            prompt: purchase.prompt.clone(),
            answer: purchase.tokens[..said].to_vec(),
        };
        Self {
            sequence,
            targets: purchase.tokens.clone(),
            labels: purchase.tokens.clone(),
        }
    }

    /// From a purchase with all that it shows, which goes into `table`.
    pub fn of_purchase(purchase: &Purchase, table: &mut Collected) -> Self {
        let mut lesson = Self::of_text(purchase);
        for (target, shown) in lesson.targets.iter_mut().zip(&purchase.shown) {
            match shown {
                Shown::Nothing => {}
                Shown::Logits(logits) => *target = table.logits(logits),
                Shown::TopK { tokens, tail } => *target = table.top_k(tokens, *tail),
            }
        }
        lesson
    }
}
