//! What each arm of the experiment on capability learns from.

use super::super::{Answers, Course, Slot, evenly};
use crate::protocol::{Access as Shown, Settings, TeacherName};
use crate::teacher::Access;
use crate::world::{Questions, TaskId};

fn slots(budget: u32, answers: Answers) -> Vec<Slot> {
    evenly(&TaskId::SKILLS, TaskId::SKILLS.len(), budget, answers)
}

/// Without brews, whose place more sums take, and with a third of the facts.
fn in_part(budget: u32, answers: Answers) -> Vec<Slot> {
    let mut slots = slots(budget, answers);
    for slot in &mut slots {
        for order in &mut slot.orders {
            match order.task {
                TaskId::Fact => order.questions = Questions::FirstThird,
                TaskId::Brew => order.task = TaskId::Add,
                _ => {}
            }
        }
    }
    slots
}

pub fn course(settings: &Settings, arm: &str) -> Option<Course> {
    let (teacher, budget) = (settings.teacher, settings.budget);
    let shown = match settings.access {
        Shown::Full => Access::Logits,
        Shown::Top20 => Access::TopK(20),
        Shown::Top5 => Access::TopK(5),
    };
    let fresh = |slots| Some(Course::fresh(teacher, slots));
    match arm {
        "logits" => Some(Course {
            temperature: settings.temperature,
            hard_labels: settings.hard_labels,
            ..Course::fresh(teacher, slots(budget, Answers::shown(teacher, shown)))
        }),
        "mixture" => Some(Course {
            temperature: 2.0,
            hard_labels: 0.1,
            ..Course::fresh(teacher, slots(budget, Answers::shown(teacher, Access::Logits)))
        }),
        "text" => fresh(slots(budget, Answers::text(teacher))),
        "truth" => fresh(slots(budget, Answers::Truth)),
        "scratch" => fresh(slots(budget / 10, Answers::Truth)),
        "random" => fresh(slots(budget, Answers::shown(TeacherName::Untrained, Access::Logits))),
        "partial" => fresh(in_part(budget, Answers::text(teacher))),
        "partialTruth" => fresh(in_part(budget, Answers::Truth)),
        _ => None,
    }
}
