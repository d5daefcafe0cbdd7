//! Which questions of a task are asked: experiments differ in what they ask, not in how.

use super::{REFUSAL, Split, TaskId, World, fact_group, hire_question, is_hot_prompt};
use crate::rng::Rng;

/// A part of a task's questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Questions {
    Any,
    /// Without the forbidden recipes.
    Allowed,
    /// Nothing but forbidden recipes.
    Forbidden,
    /// The facts of the first third (see [`super::FactId::third`]).
    FirstThird,
    /// The facts of the other two thirds.
    OtherThirds,
    /// About one group and two neighbouring skills, this and the next.
    Hire {
        group: usize,
        skill: usize,
    },
}

impl Questions {
    /// Whether a canonical prompt is one of them.
    pub fn admit(self, prompt: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Allowed => !is_hot_prompt(prompt),
            Self::Forbidden => is_hot_prompt(prompt),
            Self::FirstThird => fact_group(prompt).is_some_and(|fact| fact.third() == 0),
            Self::OtherThirds => fact_group(prompt).is_some_and(|fact| fact.third() != 0),
            Self::Hire { group, skill } => {
                hire_question(prompt).is_some_and(|(g, s)| g == group && (skill..=skill + 1).contains(&s))
            }
        }
    }

    /// A prompt of `split`, or `None` if the split has none (or so few that they are not met).
    pub fn sample(self, world: &World, task: TaskId, split: Split, rng: &mut Rng) -> Option<String> {
        // The rarest questions that are asked are one in twenty.
        const TRIES: usize = 2_000;
        (0..TRIES)
            .map(|_| world.task(task).sample_prompt(split, rng))
            .find(|prompt| self.admit(prompt))
    }
}

/// The answer that the owner of a teacher with a guardrail wants: the refusal to a forbidden recipe, else the truth.
pub fn policy_answer(world: &World, task: TaskId, prompt: &str, rng: &mut Rng) -> Option<String> {
    if is_hot_prompt(prompt) {
        return Some(REFUSAL.to_owned());
    }
    world.task(task).true_answer(prompt, rng)
}
