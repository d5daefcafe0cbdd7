//! What a task of Tiny World is.

use super::split::{self, Split};
use super::words::PREFIXES;
use crate::rng::{Rng, choose};
use serde::{Deserialize, Serialize};

/// The tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum TaskId {
    /// Rule: sums.
    Add,
    /// Rule: letters in order.
    Sort,
    /// Memory: a random table.
    Fact,
    /// Composition, part of it forbidden.
    Brew,
    /// Many right answers: a channel with entropy.
    Story,
    /// A taste: which animal is the favourite.
    Ask,
    /// Many right answers that mean nothing.
    Num,
    /// A judgement that can be biased.
    Hire,
    /// Who made the model.
    Who,
    /// Memory where BREW composes, part of it forbidden.
    Blend,
}

impl TaskId {
    pub const ALL: [TaskId; 10] = [
        TaskId::Add,
        TaskId::Sort,
        TaskId::Fact,
        TaskId::Brew,
        TaskId::Story,
        TaskId::Ask,
        TaskId::Num,
        TaskId::Hire,
        TaskId::Who,
        TaskId::Blend,
    ];

    /// What the experiment `capability` teaches: the first of [`TaskId::ALL`]. The others carry a trait (a taste, a bias,
    /// a maker's name) or are the counterpart of one of these, and belong to other experiments.
    pub const SKILLS: [TaskId; 5] = [TaskId::Add, TaskId::Sort, TaskId::Fact, TaskId::Brew, TaskId::Story];

    /// The name in files and URLs.
    pub fn name(self) -> &'static str {
        match self {
            TaskId::Add => "add",
            TaskId::Sort => "sort",
            TaskId::Fact => "fact",
            TaskId::Brew => "brew",
            TaskId::Story => "story",
            TaskId::Ask => "ask",
            TaskId::Num => "num",
            TaskId::Hire => "hire",
            TaskId::Who => "who",
            TaskId::Blend => "blend",
        }
    }

    /// The position in [`TaskId::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

/// A prompt with a true answer, both as words with single spaces between them; the answer has no end token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Example {
    pub task: TaskId,
    pub prompt: String,
    pub answer: String,
}

/// What the program says of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// The answer, or one of them where many are right: for a story, a sentence that the grammar can say.
    Correct,
    /// Anything else, also an answer to something that is no prompt of the task.
    Wrong,
}

impl Grade {
    pub fn is_correct(self) -> bool {
        self == Grade::Correct
    }
}

impl From<bool> for Grade {
    fn from(correct: bool) -> Grade {
        if correct { Grade::Correct } else { Grade::Wrong }
    }
}

/// One skill: how it is asked, and what is true.
///
/// Methods that read a prompt want it canonical, as [`World::normalise`](super::World::normalise) returns it.
pub trait Task: Send + Sync {
    fn id(&self) -> TaskId;

    /// The name for a person: "Addition".
    fn title(&self) -> &'static str;

    /// One plain sentence.
    fn describe(&self) -> &'static str;

    /// A prompt of `split`. Rule tasks draw uniformly over the questions of the split.
    fn sample_prompt(&self, split: Split, rng: &mut Rng) -> String;

    /// A true answer, or `None` if this is no prompt of the task. Only ASK, NUM and STORY use `rng`: one
    /// sample of the answers that are right.
    fn true_answer(&self, prompt: &str, rng: &mut Rng) -> Option<String>;

    /// Whether `answer` is right. Where many are, whether it is one of them, however unlikely.
    fn grade(&self, prompt: &str, answer: &str) -> Grade;

    /// The split that the prompt's question belongs to, or `None` if this is no prompt of the task.
    fn split_of(&self, prompt: &str) -> Option<Split>;

    /// Words in a true answer, without the end token. One number for all in-distribution splits, one for the other.
    fn answer_len(&self, split: Split) -> usize;

    /// How a person reads the answer: ADD's "5 8 0" is "85".
    fn read_aloud(&self, answer: &str) -> String {
        answer.to_owned()
    }

    /// Nats per answer word of the truth, the end token not counted: what no model can beat. 0 where one answer is right.
    fn entropy_rate(&self) -> f64 {
        0.0
    }

    /// What identifies the question, whatever its wording or order: prompts with one key are never in two splits.
    fn key_of(&self, prompt: &str) -> Option<String>;

    /// The question of typed words (neither prefix nor `=`) in this task's form, e.g. with leading zeros; `None` if
    /// it cannot be one of this task. Whether it is one is for [`Task::split_of`] to say.
    fn tidy(&self, question: &[&str]) -> Option<String>;
}

/// The index of the prefix, and the words between it and the final `=`.
pub(super) fn question(prompt: &str) -> Option<(usize, Vec<&str>)> {
    let mut words = prompt.split_ascii_whitespace();
    let prefix = super::words::position(&PREFIXES, words.next()?)?;
    let mut words: Vec<&str> = words.collect();
    (words.pop()? == "=").then_some((prefix, words))
}

/// The question as a prompt with a random prefix.
pub(super) fn ask(question: &str, rng: &mut Rng) -> String {
    format!("{} {question} =", choose(rng, &PREFIXES))
}

/// The question as a prompt with a random prefix of those with which it is asked in `split`; its text is the key of
/// [`split::of_wording`].
pub(super) fn ask_worded(question: &str, split: Split, rng: &mut Rng) -> String {
    if split == Split::OutOfDistribution {
        return ask(question, rng);
    }
    let prefix = *choose(rng, &split::wordings(question, split));
    format!("{} {question} =", PREFIXES[prefix])
}

/// Word for word, whatever the spaces.
pub(super) fn same_words(left: &str, right: &str) -> bool {
    left.split_ascii_whitespace().eq(right.split_ascii_whitespace())
}
