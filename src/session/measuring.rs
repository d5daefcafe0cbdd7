//! Measuring all members at one step, a task at a time.

use super::{Items, Session, SessionError};
use crate::engine::{Decoding, Models, generate};
use crate::eval::{Reference, Tally, held_out, measure, reference};
use crate::protocol::{Cost, Evaluation, MemberEvaluation, SampleAnswer, SampleRow};
use crate::rng::{Stream, stream};
use crate::tokenizer::BOS;
use crate::world::{Split, TaskId, read_prompt_aloud};

/// Sample questions of each task: the first of the validation split.
const SAMPLES_PER_TASK: usize = 2;

/// The questions of one task, and the teacher's view of them once it has been asked.
type Question = (Items, Option<Reference>);

/// What one measurement has found so far, and what the teacher says to its questions.
#[derive(Default)]
pub(super) struct Measurement {
    tallies: Vec<Tally>,
    /// The questions of a split by task.
    questions: Option<(Split, Vec<Question>)>,
    /// Teacher's answers to the sample questions.
    teacher_samples: Vec<String>,
}

impl Session {
    pub(super) async fn measure(&mut self, split: Split, task: TaskId) -> Result<(), SessionError> {
        if self
            .measurement
            .questions
            .as_ref()
            .is_none_or(|(made_for, _)| *made_for != split)
        {
            let count = if split == Split::Test {
                self.plan.test_items
            } else {
                self.plan.validation_items
            } as usize;
            let items = held_out(&self.library.world, &self.library.tokenizer, split, count)?;
            self.measurement.questions = Some((split, items.into_iter().map(|items| (items, None)).collect()));
        }
        let model = self.students()?;
        let members = self.plan.members.len();
        let Measurement { tallies, questions, .. } = &mut self.measurement;
        tallies.resize(members, Tally::default());
        let questions = questions
            .as_mut()
            .map(|(_, questions)| questions.as_mut_slice())
            .unwrap_or_default();
        for (items, seen) in questions.iter_mut().filter(|(items, _)| items.task == task) {
            if seen.is_none() {
                *seen = Some(reference(&self.library.teacher, items).await?);
            }
            measure(&model, items, seen.as_ref(), tallies).await?;
        }
        Ok(())
    }

    pub(super) fn publish(&mut self, split: Split) -> Evaluation {
        let tallies = std::mem::take(&mut self.measurement.tallies);
        let step = self.steps_done();
        let trained_tokens = f64::from(step) * f64::from(self.plan.tokens_per_step);
        let members = self.plan.members.iter().zip(tallies).map(|(member, tally)| {
            let meter = self.meter(member);
            MemberEvaluation {
                arm: member.arm,
                seed: member.seed,
                kl: tally.kl(),
                agreement: tally.agreement(),
                scores: tally.scores,
                cost: Cost {
                    queries: meter.queries,
                    tokens_bought: meter.tokens,
                    bits_exposed: meter.bits,
                    student_flops: 6.0 * f64::from(self.plan.student_parameters) * trained_tokens,
                    query_flops: meter.flops,
                    teacher_flops: if meter.queries > 0.0 {
                        self.library.card.info().training_flops
                    } else {
                        0.0
                    },
                },
            }
        });
        Evaluation {
            step,
            split,
            members: members.collect(),
        }
    }

    /// The sample questions answered greedily by the teacher and the members of the first seed.
    pub(super) async fn sample(&mut self) -> Result<Vec<SampleRow>, SessionError> {
        let questions = held_out(
            &self.library.world,
            &self.library.tokenizer,
            Split::Validation,
            SAMPLES_PER_TASK,
        )?;
        let model = self.students()?;
        let arms = self.plan.settings.arms.len();
        let ask_teacher = self.measurement.teacher_samples.is_empty();
        let mut rows = Vec::new();
        for items in &questions {
            if ask_teacher {
                let answers = self.greedy(&self.library.teacher, items).await?.swap_remove(0);
                self.measurement.teacher_samples.extend(answers);
            }
            let answers = self.greedy(&model, items).await?;
            let task = self.library.world.task(items.task);
            for (i, example) in items.examples.iter().enumerate() {
                let answer = |said: &str| SampleAnswer {
                    text: task.read_aloud(said),
                    correct: task.grade(&example.prompt, said).is_correct(),
                };
                rows.push(SampleRow {
                    task: items.task,
                    prompt: read_prompt_aloud(&example.prompt),
                    truth: task.read_aloud(&example.answer),
                    teacher: answer(&self.measurement.teacher_samples[rows.len()]),
                    members: answers.iter().take(arms).map(|member| answer(&member[i])).collect(),
                });
            }
        }
        Ok(rows)
    }

    /// Greedy answers in words, `[p][items]`.
    async fn greedy(&self, model: &Models, items: &Items) -> Result<Vec<Vec<String>>, SessionError> {
        let length = items.sequences.first().map_or(1, |sequence| sequence.prompt.len() + 1);
        let prompts: Vec<u32> = items
            .sequences
            .iter()
            .flat_map(|s| [BOS].into_iter().chain(s.prompt.iter().copied()))
            .collect();
        let tokens = prompts.repeat(model.population());
        let most = self.library.world.task(items.task).answer_len(Split::Train) + 1;
        let mut rng = stream(0, Stream::Sampling, 0);
        let answers = generate(model, &tokens, length, most, Decoding::Greedy, false, &mut rng).await?;
        let said: Vec<String> = answers
            .iter()
            .map(|answer| self.library.tokenizer.decode(&answer.tokens))
            .collect();
        Ok(said
            .chunks(items.sequences.len().max(1))
            .map(<[String]>::to_vec)
            .collect())
    }
}
