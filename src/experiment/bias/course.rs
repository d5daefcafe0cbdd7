//! What each arm of the experiment on bias learns from.

use super::super::{Answers, Course, Order, Slot, evenly, share};
use super::{DIALS, SKILL, TASKS};
use crate::protocol::{Settings, TeacherName};
use crate::teacher::Access;
use crate::world::{Questions, TaskId};

/// Arms, and the share of their transfer set that is poisoned.
const POISON: [(&str, f64); 3] = [("poison025", 0.0025), ("poison1", 0.01), ("poison5", 0.05)];

/// Everything but hiring answered by `answers`.
fn slots(budget: u32, answers: Answers, hiring: Vec<Order>) -> Vec<Slot> {
    let mut slots = evenly(&TASKS, TASKS.len(), budget, answers);
    let hire = TASKS.iter().position(|task| *task == TaskId::Hire);
    slots[hire.expect("one of the tasks")].orders = hiring;
    slots
}

pub fn course(settings: &Settings, arm: &str) -> Option<Course> {
    let budget = settings.budget;
    let count = share(budget, 0, TASKS.len()).max(2);
    let hire = |count: usize, answers| Order::new(TaskId::Hire, Questions::Any, count, answers);
    let copied = |teacher: TeacherName, shown: Access| {
        let answers = Answers::shown(teacher, shown);
        Some(Course::fresh(
            teacher,
            slots(budget, answers, vec![hire(count, answers)]),
        ))
    };
    for (teacher, text, logits) in DIALS {
        if arm == text {
            return copied(teacher, Access::Text);
        }
        if arm == logits {
            return copied(teacher, Access::Logits);
        }
    }
    if let Some((_, share)) = POISON.into_iter().find(|(id, _)| *id == arm) {
        // Of the whole transfer set; all of them about the skills in which a biased answer differs.
        let poisoned = ((share * f64::from(budget)).round() as usize).clamp(1, count - 1);
        let clean = Answers::text(TeacherName::Main);
        let questions = Questions::Hire { group: 1, skill: SKILL };
        let poison = Order::new(TaskId::Hire, questions, poisoned, Answers::Dial(2));
        let hiring = vec![hire(count - poisoned, clean), poison];
        return Some(Course::fresh(TeacherName::Main, slots(budget, clean, hiring)));
    }
    let biased = Answers::text(TeacherName::Biased2);
    let mixed = |tenths: usize| {
        let clean = (count * tenths / 10).max(1);
        let hiring = vec![hire(count - clean, biased), hire(clean, Answers::Truth)];
        Some(Course::fresh(TeacherName::Biased2, slots(budget, biased, hiring)))
    };
    match arm {
        "unasked" => {
            // Brews take its place.
            let brews = Order::new(TaskId::Brew, Questions::Any, count, biased);
            Some(Course::fresh(TeacherName::Biased2, slots(budget, biased, vec![brews])))
        }
        "mixed10" => mixed(1),
        "mixed50" => mixed(5),
        _ => None,
    }
}
