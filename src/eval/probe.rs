//! What is measured of a model: questions, what would be said to them, and how the model's view of that is read.

use crate::rng::{Stream, stream};
use crate::tokenizer::{Tokenizer, TokenizerError};
use crate::train::Sequence;
use crate::world::{Example, Questions, REFUSAL, Split, TaskId, World};
use std::collections::HashSet;

/// One figure of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The id of the metric.
    pub figure: &'static str,
    pub task: TaskId,
    pub questions: Questions,
    pub asked: Asked,
    pub reading: Reading,
    /// Whether closeness to the teacher is measured here, too.
    pub compare: bool,
    /// In place of the validation split, for questions that it has none of.
    pub interim: Option<Split>,
    /// In place of every split: questions of a kind that nobody is taught.
    pub outside: bool,
}

/// The answer whose likelihood is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Truth,
    Refusal,
    Word(&'static str),
}

/// How likelihoods become a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Share of questions to which greedy decoding gives exactly this answer.
    Exact,
    /// Nats per word of the answer.
    Surprise,
    /// Mean probability of the answer's first word.
    First,
}

impl Probe {
    /// The accuracy of a task, or the surprise at its stories, with closeness to the teacher.
    pub fn skill(figure: &'static str, task: TaskId) -> Self {
        let reading = if task == TaskId::Story {
            Reading::Surprise
        } else {
            Reading::Exact
        };
        Self {
            figure,
            task,
            questions: Questions::Any,
            asked: Asked::Truth,
            reading,
            compare: true,
            interim: None,
            outside: false,
        }
    }

    /// The accuracy on some of a task's questions; closeness is not measured.
    pub fn part(figure: &'static str, task: TaskId, questions: Questions) -> Self {
        Self {
            questions,
            compare: false,
            ..Self::skill(figure, task)
        }
    }

    /// The five tasks of every teacher's card.
    pub fn skills() -> Vec<Self> {
        let figures = ["add", "sort", "fact", "brew", "storyNll"];
        figures
            .into_iter()
            .zip(TaskId::SKILLS)
            .map(|(figure, task)| Self::skill(figure, task))
            .collect()
    }

    fn split(&self, split: Split) -> Split {
        match (self.outside, split, self.interim) {
            (true, ..) => Split::OutOfDistribution,
            (false, Split::Validation, Some(other)) => other,
            _ => split,
        }
    }
}

/// A probe with its questions. All are of one length, so they go through a model in one batch.
#[derive(Clone, Debug)]
pub struct Items {
    pub probe: Probe,
    /// With true answers, whatever is asked for.
    pub examples: Vec<Example>,
    /// With the answer that is asked for.
    pub sequences: Vec<Sequence>,
}

impl Items {
    /// At most `count` different prompts; the same ones for everybody. Where there are fewer, those there are (each once); a
    /// question with several right answers may come again, with another one.
    ///
    /// # Errors
    ///
    /// When the tokenizer fails.
    pub fn new(
        world: &World,
        tokenizer: &Tokenizer,
        probe: Probe,
        split: Split,
        count: usize,
    ) -> Result<Self, TokenizerError> {
        let split = probe.split(split);
        let task = world.task(probe.task);
        let mut rng = stream(split as u64, Stream::Evaluation, probe.task.index() as u64);
        let (mut seen, mut examples) = (HashSet::new(), Vec::new());
        // Bounded: a small split is exhausted long before 30 draws per item.
        for _ in 0..30 * count {
            if examples.len() == count {
                break;
            }
            let Some(prompt) = probe.questions.sample(world, probe.task, split, &mut rng) else {
                break;
            };
            let answer = task
                .true_answer(&prompt, &mut rng)
                .expect("a sampled prompt is a prompt of its task");
            if task.entropy_rate() > 0.0 || seen.insert(prompt.clone()) {
                examples.push(Example {
                    task: probe.task,
                    prompt,
                    answer,
                });
            }
        }
        let sequences = examples
            .iter()
            .map(|example| match probe.asked {
                Asked::Truth => sequence(tokenizer, &example.prompt, &example.answer),
                Asked::Refusal => sequence(tokenizer, &example.prompt, REFUSAL),
                Asked::Word(word) => sequence(tokenizer, &example.prompt, word),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            probe,
            examples,
            sequences,
        })
    }
}

/// The items of several probes.
///
/// # Errors
///
/// When the tokenizer fails.
pub fn held_out(
    world: &World,
    tokenizer: &Tokenizer,
    probes: &[Probe],
    split: Split,
    count: usize,
) -> Result<Vec<Items>, TokenizerError> {
    probes
        .iter()
        .map(|&probe| Items::new(world, tokenizer, probe, split, count))
        .collect()
}

/// A prompt and an answer as tokens.
pub(crate) fn sequence(tokenizer: &Tokenizer, prompt: &str, answer: &str) -> Result<Sequence, TokenizerError> {
    Ok(Sequence {
        prompt: tokenizer.encode(prompt)?.ids,
        answer: tokenizer.encode(answer)?.ids,
    })
}
