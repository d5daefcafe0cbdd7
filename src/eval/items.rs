//! Held-out questions with true answers.

use crate::rng::{Stream, stream};
use crate::tokenizer::{Tokenizer, TokenizerError};
use crate::train::Sequence;
use crate::world::{Example, Split, TaskId, World};
use std::collections::HashSet;

/// Questions of one task. All are of one length, so they go through a model in one batch.
#[derive(Clone, Debug)]
pub struct Items {
    pub task: TaskId,
    pub examples: Vec<Example>,
    pub sequences: Vec<Sequence>,
}

/// At most `count` different prompts of every task; the same ones for everybody. A task with fewer prompts in the split
/// gives those it has (each once); a story prompt may come again, with another story.
///
/// # Errors
///
/// When the tokenizer fails.
pub fn held_out(
    world: &World,
    tokenizer: &Tokenizer,
    split: Split,
    count: usize,
) -> Result<Vec<Items>, TokenizerError> {
    TaskId::ALL
        .into_iter()
        .map(|task| {
            let mut rng = stream(split as u64, Stream::Evaluation, task.index() as u64);
            let (mut seen, mut examples) = (HashSet::new(), Vec::new());
            // Bounded: a small split is exhausted long before 30 draws per item.
            for _ in 0..30 * count {
                if examples.len() == count {
                    break;
                }
                let example = world.sample(task, split, &mut rng);
                if task == TaskId::Story || seen.insert(example.prompt.clone()) {
                    examples.push(example);
                }
            }
            let sequences = examples
                .iter()
                .map(|example| sequence(tokenizer, example))
                .collect::<Result<_, _>>()?;
            Ok(Items {
                task,
                examples,
                sequences,
            })
        })
        .collect()
}

/// An example as tokens.
pub(crate) fn sequence(tokenizer: &Tokenizer, example: &Example) -> Result<Sequence, TokenizerError> {
    Ok(Sequence {
        prompt: tokenizer.encode(&example.prompt)?.ids,
        answer: tokenizer.encode(&example.answer)?.ids,
    })
}
