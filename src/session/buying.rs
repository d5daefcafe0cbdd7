//! The transfer set: questions are drawn, the teacher answers, the meter runs.

use super::{Session, SessionError};
use crate::protocol::{Access as Shown, Arm};
use crate::rng::{Stream, stream};
use crate::teacher::{Access, Api, Lesson, Lessons, Meter};
use crate::tokenizer::TokenizerError;
use crate::world::{Split, TaskId};

/// What one seed's copies have bought. Both ask the same questions and get the same answers; one is shown more of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Bought {
    logits: Lessons,
    text: Lessons,
    logits_meter: Meter,
    text_meter: Meter,
}

impl Bought {
    pub(super) fn meter(&self, arm: Arm) -> Meter {
        match arm {
            Arm::Logits => self.logits_meter,
            Arm::Text => self.text_meter,
            Arm::Scratch => Meter::default(),
        }
    }
}

impl Session {
    /// What the *logits* arm is shown.
    fn access(&self) -> Access {
        match self.plan.settings.access {
            Shown::Full => Access::Logits,
            Shown::Top20 => Access::TopK(20),
            Shown::Top5 => Access::TopK(5),
        }
    }

    /// Puts `count` new questions of a task to the teacher, once: the text arm sees the same answers, and less of them.
    pub(super) async fn buy(&mut self, seed: usize, task: TaskId, count: usize) -> Result<(), SessionError> {
        let run_seed = u64::from(self.plan.settings.seed) + seed as u64;
        let done = self.bought[seed].text.of(task).len();
        let index = (task.index() as u64) << 32 | done as u64;
        let mut questions = stream(run_seed, Stream::Queries, index);
        let mut sampling = stream(run_seed, Stream::Sampling, index);
        let world = &self.library.world;
        let prompts = (0..count)
            .map(|_| {
                let prompt = world.task(task).sample_prompt(Split::Train, &mut questions);
                Ok(self.library.tokenizer.encode(&prompt)?.ids)
            })
            .collect::<Result<Vec<_>, TokenizerError>>()?;
        let shows_more = self.plan.settings.arms.contains(&Arm::Logits);
        let access = if shows_more { self.access() } else { Access::Text };
        let mut api = Api::new(self.library.teacher.clone(), access, count);
        // Longer than any true answer by one, so that a wrong answer of another length is seen as wrong.
        let max_tokens = world.task(task).answer_len(Split::Train) + 1;
        let (vocab, parameters) = (
            self.library.teacher.config().vocab_size,
            self.library.teacher.config().parameter_count(),
        );
        let bought = &mut self.bought[seed];
        for purchase in api.query(&prompts, max_tokens, &mut sampling).await? {
            bought.text_meter.count(
                Access::Text,
                purchase.prompt.len() + 1,
                purchase.tokens.len(),
                vocab,
                parameters,
            );
            bought.text.push(task, Lesson::of_text(&purchase));
            if shows_more {
                bought.logits_meter.count(
                    access,
                    purchase.prompt.len() + 1,
                    purchase.tokens.len(),
                    vocab,
                    parameters,
                );
                bought
                    .logits
                    .push(task, Lesson::of_purchase(&purchase, &mut self.table));
            }
        }
        Ok(())
    }

    /// What each member learns from. The arm without a teacher gets true answers to a tenth as many questions.
    pub(super) fn lessons(&self) -> Result<Vec<Lessons>, SessionError> {
        let lessons = |member: &crate::protocol::Member| {
            let bought = &self.bought[(member.seed - self.plan.settings.seed) as usize];
            match member.arm {
                Arm::Logits => Ok(bought.logits.clone()),
                Arm::Text => Ok(bought.text.clone()),
                Arm::Scratch => self.labelled(u64::from(member.seed)),
            }
        };
        self.plan.members.iter().map(lessons).collect()
    }

    fn labelled(&self, seed: u64) -> Result<Lessons, SessionError> {
        let mut lessons = Lessons::default();
        for task in TaskId::ALL {
            let mut rng = stream(seed, Stream::Data, task.index() as u64);
            for _ in 0..super::units::share(self.plan.settings.budget / 10, task).max(1) {
                let example = self.library.world.sample(task, Split::Train, &mut rng);
                let sequence = crate::eval::sequence(&self.library.tokenizer, &example)?;
                lessons.push(task, Lesson::of_answer(sequence));
            }
        }
        Ok(lessons)
    }
}
