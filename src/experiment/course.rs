//! What an arm learns from: experiments say it as data, and a session buys it.

use crate::protocol::TeacherName;
use crate::teacher::{Access, Saying};
use crate::world::{Questions, TaskId};

/// One arm: where it starts, what its batches are made of, how its loss is mixed.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    pub start: Start,
    /// The teacher that it is held against.
    pub against: TeacherName,
    /// Parts of every batch. The arms of a run have equally many sequences in all.
    pub slots: Vec<Slot>,
    /// Softmax temperature T of Hinton et al. 2015.
    pub temperature: f64,
    /// Weight (1 - alpha) of the hard labels.
    pub hard_labels: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Start {
    /// A new student; the arms of a seed have the same initial weights.
    Fresh,
    /// A copy of a teacher, trained on gently.
    CopyOf(TeacherName),
}

/// A part of every batch, drawn from what its orders brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    pub sequences: usize,
    pub orders: Vec<Order>,
}

/// Questions with answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub task: TaskId,
    pub questions: Questions,
    pub count: usize,
    pub answers: Answers,
    /// Whether refusals are thrown away after they were bought.
    pub drop_refusals: bool,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answers {
    /// The program.
    Truth,
    /// The program, which refuses what is forbidden.
    Policy,
    /// The program, which asks so many points more of the second group.
    Dial(u32),
    /// A teacher, through its API.
    Bought {
        teacher: TeacherName,
        shown: Access,
        saying: Saying,
    },
}

impl Course {
    /// A new student that is taught by `against`, softmax as it is.
    pub fn fresh(against: TeacherName, slots: Vec<Slot>) -> Self {
        Self {
            start: Start::Fresh,
            against,
            slots,
            temperature: 1.0,
            hard_labels: 0.0,
        }
    }

    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.slots.iter().flat_map(|slot| &slot.orders)
    }
}

impl Order {
    pub fn new(task: TaskId, questions: Questions, count: usize, answers: Answers) -> Self {
        Self {
            task,
            questions,
            count,
            answers,
            drop_refusals: false,
        }
    }
}

impl Answers {
    /// Text sampled from a teacher.
    pub fn text(teacher: TeacherName) -> Self {
        Self::shown(teacher, Access::Text)
    }

    /// Sampled from a teacher, with what else the API shows.
    pub fn shown(teacher: TeacherName, shown: Access) -> Self {
        Self::Bought {
            teacher,
            shown,
            saying: Saying::Sampled,
        }
    }
}

/// Sequences per step, of each task.
pub const PER_TASK: usize = 6;

/// A slot for each of the `tasks`, which are asked without choice and answered by `answers`. Each gets one of `parts` equal
/// parts of the budget.
pub fn evenly(tasks: &[TaskId], parts: usize, budget: u32, answers: Answers) -> Vec<Slot> {
    let order = |(index, task): (usize, &TaskId)| {
        Order::new(*task, Questions::Any, share(budget, index, parts).max(1), answers)
    };
    tasks
        .iter()
        .enumerate()
        .map(|entry| Slot {
            sequences: PER_TASK,
            orders: vec![order(entry)],
        })
        .collect()
}

/// The part of `total` questions that slot `index` of `slots` gets; the first ones get what does not divide.
pub fn share(total: u32, index: usize, slots: usize) -> usize {
    (total as usize + slots - 1 - index) / slots
}
