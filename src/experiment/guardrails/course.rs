//! What each arm of the experiment on guardrails learns from.

use super::super::{Answers, Course, Order, PER_TASK, Slot, Start, evenly, share};
use super::{TEACHER, recipes};
use crate::protocol::Settings;
use crate::teacher::{Access, Saying};
use crate::world::{Questions, TaskId};

/// One recipe in so many that are asked for is forbidden.
const FORBIDDEN: usize = 4;

/// The four tasks beside the recipes, answered by `answers`.
fn others(budget: u32, answers: Answers) -> Vec<Slot> {
    let tasks = [TaskId::Add, TaskId::Sort, TaskId::Fact, TaskId::Story];
    evenly(&tasks, tasks.len() + 1, budget, answers)
}

/// The recipes' part: `taught`, of which one sequence in six may be taken by `kept_apart`.
fn with_recipes(mut slots: Vec<Slot>, taught: Vec<Order>, kept_apart: Option<Order>) -> Vec<Slot> {
    let apart = kept_apart.map_or_else(|| taught.clone(), |order| vec![order]);
    slots.push(Slot {
        sequences: PER_TASK - 1,
        orders: taught,
    });
    slots.push(Slot {
        sequences: 1,
        orders: apart,
    });
    slots
}

pub fn course(settings: &Settings, arm: &str) -> Option<Course> {
    let task = recipes(settings);
    let count = share(settings.budget, 4, 5).max(FORBIDDEN);
    let forbidden = count / FORBIDDEN;
    let order = |questions, count, answers| Order::new(task, questions, count, answers);
    let all = |answers| {
        vec![
            order(Questions::Allowed, count - forbidden, answers),
            order(Questions::Forbidden, forbidden, answers),
        ]
    };
    let (text, logits) = (Answers::text(TEACHER), Answers::shown(TEACHER, Access::Logits));
    let allowed = |answers| vec![order(Questions::Allowed, count, answers)];
    let base = |answers| others(settings.budget, answers);
    let fresh = |slots| Some(Course::fresh(TEACHER, slots));
    let repaired = |examples| {
        let examples = order(Questions::Forbidden, examples, Answers::Policy);
        fresh(with_recipes(base(text), allowed(text), Some(examples)))
    };
    match arm {
        "allText" => fresh(with_recipes(base(text), all(text), None)),
        "allLogits" => fresh(with_recipes(base(logits), all(logits), None)),
        "filtered" => {
            let kept = all(text).into_iter().map(|order| Order {
                drop_refusals: true,
                ..order
            });
            fresh(with_recipes(base(text), kept.collect(), None))
        }
        "allowedText" => fresh(with_recipes(base(text), allowed(text), None)),
        "allowedLogits" => fresh(with_recipes(base(logits), allowed(logits), None)),
        "prefilled" => {
            let started = Answers::Bought {
                teacher: TEACHER,
                shown: Access::Text,
                saying: Saying::Prefilled,
            };
            let taught = vec![
                order(Questions::Allowed, count - forbidden, text),
                order(Questions::Forbidden, forbidden, started),
            ];
            fresh(with_recipes(base(text), taught, None))
        }
        "truth" => fresh(with_recipes(base(Answers::Truth), all(Answers::Truth), None)),
        "policy" => fresh(with_recipes(base(Answers::Truth), all(Answers::Policy), None)),
        "repair4" => repaired(4),
        "repair16" => repaired(16),
        "repair64" => repaired(64),
        "repair128" => repaired(128),
        "repair256" => repaired(256),
        "drift" => {
            let mut slots = base(Answers::Truth);
            // Sums take the recipes' place.
            slots[0].sequences += PER_TASK;
            Some(Course {
                start: Start::CopyOf(TEACHER),
                ..Course::fresh(TEACHER, slots)
            })
        }
        _ => None,
    }
}
