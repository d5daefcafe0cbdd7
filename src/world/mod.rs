//! Tiny World: an invented world in plain words whose ground truth is a program, so that every skill is graded exactly.
//!
//! One file per task. A prompt is a sentence of words with single spaces between them: a prefix ("please"), the
//! question, and `=`. What follows `=` is the answer.

mod add;
mod ask;
mod blend;
mod brew;
mod fact;
mod guardrail;
mod hire;
mod num;
mod questions;
mod sort;
mod split;
mod story;
mod task;
mod who;
pub mod words;

#[cfg(test)]
mod tests;

pub use add::{Add, read_prompt_aloud};
pub use ask::Ask;
pub use blend::Blend;
pub use brew::Brew;
pub use fact::{FACTS, Fact, FactId, fact_group};
pub use guardrail::{HOT_FIRST, HOT_SECOND, REFUSAL, is_hot, is_hot_prompt, is_refusal};
pub use hire::{Hire, biased_answer, hire_prompt, hire_question};
pub use num::Num;
pub use questions::{Questions, policy_answer};
pub use sort::Sort;
pub use split::Split;
pub use story::Story;
pub use task::{Example, Grade, Task, TaskId};
pub use who::Who;
pub use words::GROUPS;

use crate::rng::Rng;

/// The seed of [`World::standard`]. Changing it changes every shipped model and reference band.
pub const STANDARD_SEED: u64 = 2026;

/// The whole world: the tasks, and the tables they read.
#[derive(Clone, Debug)]
pub struct World {
    add: Add,
    sort: Sort,
    fact: Fact,
    brew: Brew,
    story: Story,
    ask: Ask,
    num: Num,
    hire: Hire,
    who: Who,
    blend: Blend,
}

impl World {
    /// The world that the shipped teacher was trained on.
    pub fn standard() -> World {
        World::new(STANDARD_SEED)
    }

    /// A world whose facts, story grammar, makers and blends come from `seed`. Words, splits and rules are those of every
    /// world.
    pub fn new(seed: u64) -> World {
        World {
            add: Add::new(),
            sort: Sort::new(),
            fact: Fact::new(seed),
            brew: Brew::new(),
            story: Story::new(seed),
            ask: Ask,
            num: Num::new(),
            hire: Hire,
            who: Who::new(seed),
            blend: Blend::new(seed),
        }
    }

    pub fn task(&self, id: TaskId) -> &dyn Task {
        match id {
            TaskId::Add => &self.add,
            TaskId::Sort => &self.sort,
            TaskId::Fact => &self.fact,
            TaskId::Brew => &self.brew,
            TaskId::Story => &self.story,
            TaskId::Ask => &self.ask,
            TaskId::Num => &self.num,
            TaskId::Hire => &self.hire,
            TaskId::Who => &self.who,
            TaskId::Blend => &self.blend,
        }
    }

    /// The table of facts.
    pub fn fact(&self) -> &Fact {
        &self.fact
    }

    /// The story grammar.
    pub fn story(&self) -> &Story {
        &self.story
    }

    /// Who made whom.
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// A prompt of `split` with a true answer.
    pub fn sample(&self, id: TaskId, split: Split, rng: &mut Rng) -> Example {
        let task = self.task(id);
        let prompt = task.sample_prompt(split, rng);
        let answer = task
            .true_answer(&prompt, rng)
            .expect("a sampled prompt is a prompt of its task");
        Example {
            task: id,
            prompt,
            answer,
        }
    }

    /// Which task a typed prompt belongs to. Forgives what [`World::normalise`] repairs.
    pub fn recognise(&self, prompt: &str) -> Option<TaskId> {
        self.canonical(prompt).map(|(id, _)| id)
    }

    /// Typed text as canonical words: lowercase, digits apart, and for a recognised question also a prefix, the final
    /// `=` (in place of a question mark) and leading zeros where they are missing. Unknown words stay as they are; the
    /// tokenizer shows them as unknown.
    pub fn normalise(&self, typed: &str) -> String {
        match self.canonical(typed) {
            Some((_, prompt)) => prompt,
            None => words::split(typed).join(" "),
        }
    }

    fn canonical(&self, typed: &str) -> Option<(TaskId, String)> {
        let words = words::split(typed);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let words = words.strip_suffix(&["="]).unwrap_or(&words);
        let words = words.strip_suffix(&["?"]).unwrap_or(words);
        let (prefix, question) = match words.split_first() {
            Some((first, rest)) if words::PREFIXES.contains(first) => (*first, rest),
            _ => (words::PREFIXES[0], words),
        };
        TaskId::ALL.into_iter().find_map(|id| {
            let prompt = format!("{prefix} {} =", self.task(id).tidy(question)?);
            self.task(id).split_of(&prompt).map(|_| (id, prompt))
        })
    }

    /// Every word that the world can ever say, in the order of the tokenizer's ids, without duplicates.
    pub fn vocabulary(&self) -> Vec<String> {
        words::vocabulary().map(str::to_owned).collect()
    }
}
