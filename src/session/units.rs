//! What a run consists of, before it begins.

use super::Library;
use crate::protocol::*;
use crate::world::{Split, TaskId};
use std::collections::VecDeque;

/// Sequences per step and member, of each task.
pub(super) const PER_TASK: usize = 6;
/// Questions per purchase: small enough that a pause is never far away.
const CHUNK: usize = 40;
/// One indivisible piece of a run. All of them are known before the first.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Unit {
    /// Ask the teacher `count` questions of a task for one seed.
    Buy {
        seed: usize,
        task: TaskId,
        count: usize,
    },
    /// Collect the labels of the arm without a teacher, upload the targets, make the students.
    Enrol,
    Train,
    /// Measure one task, on the validation split or at last on the test split.
    Measure {
        split: Split,
        task: TaskId,
    },
    /// Put the measurements of a step together.
    Publish {
        split: Split,
    },
    /// Ask all models the sample questions.
    Sample,
    Finish,
}

/// Which members, how often measured: all that is known before the run.
pub(super) fn plan(library: &Library, settings: Settings) -> Plan {
    let members = (0..settings.seeds)
        .flat_map(|i| settings.arms.iter().map(move |&arm| (arm, i)))
        .map(|(arm, i)| Member {
            arm,
            seed: settings.seed + i,
        })
        .collect();
    // Eight interim measurements at equal distances, the first before training.
    let mut schedule: Vec<u32> = (0..=8).map(|i| settings.steps * i / 8).collect();
    schedule.dedup();
    let length = library.longest_input();
    Plan {
        members,
        student_parameters: library.student_config().parameter_count() as u32,
        batch: (PER_TASK * TaskId::ALL.len()) as u32,
        tokens_per_step: (PER_TASK * TaskId::ALL.len() * length) as u32,
        schedule,
        validation_items: settings.items,
        test_items: 3 * settings.items,
        story_entropy: library.world.task(TaskId::Story).entropy_rate(),
        settings,
    }
}

pub(super) fn units(plan: &Plan) -> VecDeque<Unit> {
    let mut units = VecDeque::new();
    if plan.settings.arms.iter().any(|arm| *arm != Arm::Scratch) {
        for seed in 0..plan.settings.seeds as usize {
            for task in TaskId::ALL {
                let mut left = share(plan.settings.budget, task);
                while left > 0 {
                    let count = left.min(CHUNK);
                    units.push_back(Unit::Buy { seed, task, count });
                    left -= count;
                }
            }
        }
    }
    units.push_back(Unit::Enrol);
    let measure = |units: &mut VecDeque<Unit>, split: Split| {
        units.extend(TaskId::ALL.map(|task| Unit::Measure { split, task }));
        units.push_back(Unit::Publish { split });
    };
    for step in 0..=plan.settings.steps {
        if step > 0 {
            units.push_back(Unit::Train);
        }
        if plan.schedule.contains(&step) {
            measure(&mut units, Split::Validation);
            units.push_back(Unit::Sample);
        }
    }
    measure(&mut units, Split::Test);
    units.push_back(Unit::Finish);
    units
}

/// A task's part of `total` questions; the first tasks get what does not divide.
pub(super) fn share(total: u32, task: TaskId) -> usize {
    let tasks = TaskId::ALL.len();
    (total as usize + tasks - 1 - task.index()) / tasks
}
