//! Measuring all members at one step, a probe at a time.

use super::{Session, SessionError};
use crate::engine::{Decoding, Models, generate};
use crate::eval::{Items, Reference, Tally, measure, reference};
use crate::experiment::{DEFENCES, PREFIX, prompts_for, spectrum};
use crate::protocol::{Cost, Evaluation, MemberEvaluation, SampleAnswer, SampleRow, TeacherEvaluation, TeacherName};
use crate::rng::{Stream, stream};
use crate::tokenizer::BOS;
use crate::world::{REFUSAL, Split, is_refusal, read_prompt_aloud};
use std::collections::BTreeMap;

/// The questions of one probe, and the teachers' views of them once they have been asked.
type Question = (Items, BTreeMap<TeacherName, Reference>);

/// What one measurement has found so far, and what the teachers say to its questions.
#[derive(Default)]
pub(super) struct Measurement {
    tallies: Vec<Tally>,
    /// The questions of a split by probe.
    questions: Option<(Split, Vec<Question>)>,
    /// The teachers' own figures.
    teachers: BTreeMap<TeacherName, Tally>,
    /// The teacher's answers to the sample questions.
    teacher_samples: Vec<String>,
    /// Logits of the teacher after random prefixes.
    logits: Vec<f32>,
}

impl Session {
    pub(super) async fn measure(&mut self, split: Split, probe: usize) -> Result<(), SessionError> {
        let (world, tokenizer) = (&self.library.world, &self.library.tokenizer);
        let made = self.measurement.questions.as_ref().map(|(made, _)| *made);
        if made != Some(split) {
            let count = if split == Split::Test {
                self.plan.test_items
            } else {
                self.plan.validation_items
            } as usize;
            let items = crate::eval::held_out(world, tokenizer, &self.probes, split, count)?;
            let unseen = items.into_iter().map(|items| (items, BTreeMap::new())).collect();
            self.measurement.questions = Some((split, unseen));
        }
        let students = self.students()?;
        let teachers: Vec<_> = self
            .plan
            .teachers
            .iter()
            .copied()
            .map(|name| Ok((name, self.teacher(name)?)))
            .collect::<Result<_, SessionError>>()?;
        let Measurement {
            tallies,
            questions: Some((_, questions)),
            teachers: own,
            ..
        } = &mut self.measurement
        else {
            return Ok(());
        };
        tallies.resize(self.plan.members.len(), Tally::default());
        let (items, seen) = &mut questions[probe];
        if items.sequences.is_empty() {
            return Ok(());
        }
        for (name, teacher) in &teachers {
            let compared = self.plan.members.iter().any(|member| member.against == *name);
            if items.probe.compare && compared && !seen.contains_key(name) {
                seen.insert(*name, reference(&teacher.model, items).await?);
            }
            if split == Split::Test {
                let tally = std::slice::from_mut(own.entry(*name).or_default());
                measure(&teacher.model, items, &[], tally).await?;
            }
        }
        for (members, model) in students {
            let references: Vec<Option<&Reference>> = members
                .iter()
                .map(|&member| seen.get(&self.plan.members[member].against))
                .collect();
            let mut own: Vec<Tally> = members
                .iter()
                .map(|&member| std::mem::take(&mut tallies[member]))
                .collect();
            measure(&model, items, &references, &mut own).await?;
            for (member, tally) in members.into_iter().zip(own) {
                tallies[member] = tally;
            }
        }
        Ok(())
    }

    pub(super) fn publish(&mut self, split: Split) -> Evaluation {
        let tallies = std::mem::take(&mut self.measurement.tallies);
        let step = self.steps_done();
        let trained_tokens = f64::from(step) * f64::from(self.plan.tokens_per_step);
        let derive = self.experiment.design.derive;
        let members = self.plan.members.iter().zip(tallies).map(|(member, mut tally)| {
            let course = self.course(member);
            let meter = self.meter(member, course);
            tally.figures.insert("kl".into(), tally.kl());
            tally.figures.insert("agreement".into(), tally.agreement());
            if meter.tokens > 0.0 {
                tally.figures.insert("bits".into(), Some(meter.bits / meter.tokens));
            }
            derive(&mut tally.figures);
            MemberEvaluation {
                arm: member.arm.clone(),
                seed: member.seed,
                figures: tally.figures,
                items: tally.items,
                cost: Cost {
                    queries: meter.queries,
                    distinct_queries: meter.distinct,
                    tokens_bought: meter.tokens,
                    bits_exposed: meter.bits,
                    student_flops: 6.0 * f64::from(member.parameters) * trained_tokens,
                    query_flops: meter.flops,
                    teacher_flops: self.teacher_flops(course),
                },
            }
        });
        let members = members.collect();
        let teachers = std::mem::take(&mut self.measurement.teachers);
        Evaluation {
            step,
            split,
            members,
            teachers: teachers
                .into_iter()
                .map(|(name, mut tally)| {
                    derive(&mut tally.figures);
                    TeacherEvaluation {
                        name,
                        figures: tally.figures,
                    }
                })
                .collect(),
        }
    }

    /// The sample questions answered greedily by the teacher and the members of the first seed.
    pub(super) async fn sample(&mut self) -> Result<Vec<SampleRow>, SessionError> {
        let students = self.students()?;
        let teacher = self.teacher(self.plan.teacher)?;
        let ask_teacher = self.measurement.teacher_samples.is_empty();
        let arms = self.plan.settings.arms.len();
        let mut rows = Vec::new();
        for (probe, count) in (self.experiment.design.samples)(&self.plan.settings) {
            let items = Items::new(&self.library.world, &self.library.tokenizer, probe, Split::Test, count)?;
            if ask_teacher {
                let answers = self.greedy(&teacher.model, &items).await?.swap_remove(0);
                self.measurement.teacher_samples.extend(answers);
            }
            // By member; those of the first seed come first.
            let mut answers = vec![Vec::new(); self.plan.members.len()];
            for (members, model) in &students {
                for (&member, said) in members.iter().zip(self.greedy(model, &items).await?) {
                    answers[member] = said;
                }
            }
            let task = self.library.world.task(probe.task);
            for (i, example) in items.examples.iter().enumerate() {
                let answer = |said: &str| SampleAnswer {
                    text: task.read_aloud(said),
                    correct: task.grade(&example.prompt, said).is_correct(),
                    refused: is_refusal(said),
                };
                rows.push(SampleRow {
                    task: probe.task,
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
        let longest = self.library.world.task(items.probe.task).answer_len(Split::Train);
        let most = longest.max(REFUSAL.split(' ').count()) + 1;
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

    /// Looks for the hidden size of the teacher behind one defence.
    pub(super) async fn look_for_width(&mut self, defence: usize) -> Result<(), SessionError> {
        let teacher = self.teacher(self.plan.teacher)?;
        let config = teacher.model.config();
        if self.measurement.logits.is_empty() {
            let prompts = prompts_for(config.hidden_size, config.vocab_size);
            let rows: Vec<u32> = (0..prompts.len() / PREFIX)
                .map(|i| (i * PREFIX + PREFIX - 1) as u32)
                .collect();
            self.measurement.logits = teacher.model.logits_at(&prompts, PREFIX, &rows).await?;
        }
        let found = spectrum(
            &self.measurement.logits,
            config.vocab_size,
            DEFENCES[defence],
            config.hidden_size,
        );
        self.spectra.push(found);
        Ok(())
    }
}
