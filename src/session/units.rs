//! What a run consists of, before it begins.

use super::Library;
use super::buying::{CHUNK, Lot};
use crate::eval::Probe;
use crate::experiment::{Course, DEFENCES, Experiment, Start, teachers};
use crate::protocol::*;
use crate::world::{Split, TaskId};
use std::collections::VecDeque;

/// One indivisible piece of a run. All of them are known before the first.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Unit {
    /// Put `count` more questions of a lot to its teacher, for one seed.
    Buy {
        seed: usize,
        lot: usize,
        count: usize,
    },
    /// Collect the labels of the arms without a teacher, upload the targets, make the students.
    Enrol,
    Train,
    /// Measure one probe, on the validation split or at last on the test split.
    Measure {
        split: Split,
        probe: usize,
    },
    /// Put the measurements of a step together.
    Publish {
        split: Split,
    },
    /// Ask all models the sample questions.
    Sample,
    /// Look for the teacher's hidden size behind one defence.
    Spectrum {
        defence: usize,
    },
    Finish,
}

/// What each arm of the settings learns from.
pub(super) fn courses(experiment: &Experiment, settings: &Settings) -> Vec<Course> {
    let course = |arm: &String| (experiment.design.course)(settings, arm);
    settings.arms.iter().filter_map(course).collect()
}

/// Which members, how often measured: all that is known before the run. `courses`: of each arm of the settings.
pub(super) fn plan(library: &Library, experiment: &Experiment, settings: Settings, courses: &[Course]) -> Plan {
    let student = library.student_config().parameter_count() as u32;
    let parameters = |course: &Course| match course.start {
        Start::Fresh => student,
        Start::CopyOf(name) => library
            .teacher(name)
            .map_or(student, |teacher| teacher.weights.len() as u32),
    };
    let members = (0..settings.seeds)
        .flat_map(|i| {
            settings
                .arms
                .iter()
                .zip(courses)
                .map(move |(arm, course)| (arm, course, i))
        })
        .map(|(arm, course, i)| Member {
            arm: arm.clone(),
            seed: settings.seed + i,
            against: course.against,
            parameters: parameters(course),
        })
        .collect();
    // Eight interim measurements at equal distances, the first before training.
    let mut schedule: Vec<u32> = (0..=8).map(|i| settings.steps * i / 8).collect();
    schedule.dedup();
    let tasks = (experiment.design.tasks)(&settings);
    let length = library.longest_input(&tasks);
    let batch: usize = courses
        .first()
        .map_or(0, |course| course.slots.iter().map(|slot| slot.sequences).sum());
    Plan {
        members,
        teacher: (experiment.design.teacher)(&settings),
        teachers: teachers(experiment, &settings),
        tasks,
        batch: batch as u32,
        tokens_per_step: (batch * length) as u32,
        schedule,
        validation_items: settings.items,
        test_items: 3 * settings.items,
        story_entropy: library.world.task(TaskId::Story).entropy_rate(),
        settings,
    }
}

pub(super) fn units(plan: &Plan, lots: &[Lot], probes: &[Probe], spectra: bool) -> VecDeque<Unit> {
    let mut units = VecDeque::new();
    for seed in 0..plan.settings.seeds as usize {
        for (index, lot) in lots.iter().enumerate() {
            let mut left = lot.count;
            while left > 0 {
                let count = left.min(CHUNK);
                units.push_back(Unit::Buy {
                    seed,
                    lot: index,
                    count,
                });
                left -= count;
            }
        }
    }
    units.push_back(Unit::Enrol);
    let measure = |units: &mut VecDeque<Unit>, split: Split| {
        units.extend((0..probes.len()).map(|probe| Unit::Measure { split, probe }));
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
    if spectra {
        units.extend((0..DEFENCES.len()).map(|defence| Unit::Spectrum { defence }));
    }
    measure(&mut units, Split::Test);
    units.push_back(Unit::Finish);
    units
}
