//! The transfer set: questions are drawn, the teachers answer, the meters run.

use super::{Library, Session, SessionError};
use crate::experiment::{Answers, Course, Order};
use crate::protocol::{Member, TeacherName};
use crate::rng::{Stream, stream};
use crate::teacher::{Access, Api, Lesson, Lessons, Meter, Part, Saying};
use crate::tokenizer::EOS;
use crate::world::{Questions, REFUSAL, Split, TaskId, biased_answer, hire_question, policy_answer};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Questions per purchase: small enough that a pause is never far away.
pub(super) const CHUNK: usize = 40;

/// What is bought once for all arms that ask the same questions of the same teacher in the same way; each is shown what its
/// own access shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lot {
    pub task: TaskId,
    pub count: usize,
    questions: Questions,
    teacher: TeacherName,
    saying: Saying,
    accesses: BTreeSet<Access>,
}

/// Every lot of a run.
pub(super) fn lots(courses: &[Course]) -> Vec<Lot> {
    let mut lots: Vec<Lot> = Vec::new();
    for order in courses.iter().flat_map(Course::orders) {
        let Answers::Bought { shown, .. } = order.answers else {
            continue;
        };
        match find(&lots, order) {
            Some(index) => {
                lots[index].accesses.insert(shown);
            }
            None => lots.extend(Lot::of(order)),
        }
    }
    lots
}

fn find(lots: &[Lot], order: &Order) -> Option<usize> {
    let wanted = Lot::of(order)?;
    lots.iter().position(|lot| {
        let same = |lot: &Lot| (lot.task, lot.questions, lot.count, lot.teacher, lot.saying);
        same(lot) == same(&wanted)
    })
}

impl Lot {
    fn of(order: &Order) -> Option<Self> {
        let Answers::Bought { teacher, shown, saying } = order.answers else {
            return None;
        };
        Some(Self {
            task: order.task,
            count: order.count,
            questions: order.questions,
            teacher,
            saying,
            accesses: [shown].into(),
        })
    }
}

/// What one seed has bought.
#[derive(Clone, Debug)]
pub(super) struct Bought {
    /// The teacher's API of each lot, with its budget and its meter.
    apis: Vec<Api>,
    /// By lot and by what was shown.
    lessons: BTreeMap<(usize, Access), Vec<Rc<Lesson>>>,
}

impl Bought {
    /// Nothing yet. The lots' budgets are what they ask for.
    pub fn nothing(library: &Library, lots: &[Lot]) -> Result<Self, SessionError> {
        let api = |lot: &Lot| {
            let teacher = library
                .teacher(lot.teacher)
                .ok_or(SessionError::NoSuchTeacher(lot.teacher))?;
            Ok(Api::new(teacher.model.clone(), &lot.accesses, lot.answers()))
        };
        Ok(Self {
            apis: lots.iter().map(api).collect::<Result<_, SessionError>>()?,
            lessons: BTreeMap::new(),
        })
    }
}

#[cfg(test)]
impl Bought {
    /// Of a lot, at the least that anybody is shown of it.
    pub fn meter(&self, lot: usize) -> Meter {
        let access = self
            .lessons
            .keys()
            .find(|(of, _)| *of == lot)
            .map(|(_, access)| *access);
        access.map_or_else(Meter::default, |access| self.apis[lot].meter(access))
    }
}

impl Lot {
    /// Answers that it brings.
    pub fn answers(&self) -> usize {
        self.count * self.saying.answers()
    }

    /// What buyers see of each, from the least to the most.
    pub fn accesses(&self) -> &BTreeSet<Access> {
        &self.accesses
    }
}

/// Tokens of an answer to a task that a teacher is let say, the end among them: longer than any true answer by one, so that a
/// wrong answer of another length is seen as wrong; and long enough to refuse.
pub(super) fn longest_answer(library: &Library, task: TaskId) -> usize {
    let longest = library.world.task(task).answer_len(Split::Train);
    longest.max(REFUSAL.split(' ').count()) + 1
}

impl Session {
    /// Puts `count` more questions of a lot to its teacher.
    pub(super) async fn buy(&mut self, seed: usize, lot: usize, count: usize) -> Result<(), SessionError> {
        let run_seed = u64::from(self.plan.settings.seed) + seed as u64;
        let Lot {
            task,
            questions,
            saying,
            ..
        } = self.lots[lot];
        let asked = self.bought[seed].apis[lot].answered() / saying.answers();
        let prompts = self.prompts(run_seed, task, questions, asked, count)?;
        let mut sampling = stream(run_seed, Stream::Sampling, chunk_index(task, asked));
        let most = longest_answer(&self.library, task);
        let refusal = self.library.tokenizer.encode(REFUSAL)?.ids[0];
        let Bought { apis, lessons } = &mut self.bought[seed];
        let answers = apis[lot]
            .query(&prompts, most, (saying, refusal), &mut sampling)
            .await?;
        for (&access, purchase) in answers
            .iter()
            .flat_map(|levels| self.lots[lot].accesses.iter().zip(levels))
        {
            let lesson = Rc::new(Lesson::of_purchase(purchase, &mut self.table));
            // Many answers come again.
            let lesson = self.known.get(&lesson).cloned().unwrap_or(lesson);
            self.known.insert(lesson.clone());
            lessons.entry((lot, access)).or_default().push(lesson);
        }
        Ok(())
    }

    /// Questions as tokens: those of a task are the same whoever answers.
    fn prompts(
        &self,
        run_seed: u64,
        task: TaskId,
        questions: Questions,
        asked: usize,
        count: usize,
    ) -> Result<Vec<Vec<u32>>, SessionError> {
        let texts = self.questions(run_seed, task, questions, asked, count)?;
        texts
            .iter()
            .map(|prompt| Ok(self.library.tokenizer.encode(prompt)?.ids))
            .collect()
    }

    fn questions(
        &self,
        run_seed: u64,
        task: TaskId,
        questions: Questions,
        asked: usize,
        count: usize,
    ) -> Result<Vec<String>, SessionError> {
        let mut rng = stream(run_seed, Stream::Queries, chunk_index(task, asked));
        (0..count)
            .map(|_| {
                questions
                    .sample(&self.library.world, task, Split::Train, &mut rng)
                    .ok_or(SessionError::NothingToAsk)
            })
            .collect()
    }

    /// What each member learns from.
    pub(super) fn lessons(&self, member: &Member, course: &Course) -> Result<Lessons, SessionError> {
        let parts = course.slots.iter().map(|slot| {
            let mut lessons = Vec::new();
            for order in &slot.orders {
                lessons.extend(self.delivered(member, order)?);
            }
            Ok(Part {
                sequences: slot.sequences,
                lessons,
            })
        });
        let mut parts = parts.collect::<Result<Vec<_>, SessionError>>()?;
        // What a filter has emptied is filled with what there is.
        let some = parts
            .iter()
            .find(|part| !part.lessons.is_empty())
            .map(|part| part.lessons.clone());
        for part in parts.iter_mut().filter(|part| part.lessons.is_empty()) {
            part.lessons = some.clone().ok_or(SessionError::NothingToAsk)?;
        }
        Ok(parts)
    }

    fn delivered(&self, member: &Member, order: &Order) -> Result<Vec<Rc<Lesson>>, SessionError> {
        let lessons = match (order.answers, find(&self.lots, order)) {
            (Answers::Bought { shown, .. }, Some(lot)) => {
                let bought = &self.bought[self.seed_index(member)];
                bought.lessons.get(&(lot, shown)).cloned().unwrap_or_default()
            }
            _ => self.labelled(u64::from(member.seed), order)?,
        };
        if !order.drop_refusals {
            return Ok(lessons);
        }
        let mut refusal = self.library.tokenizer.encode(REFUSAL)?.ids;
        refusal.push(EOS);
        Ok(lessons.into_iter().filter(|lesson| lesson.labels != refusal).collect())
    }

    /// The program's answers to the questions that a teacher would have been asked.
    fn labelled(&self, seed: u64, order: &Order) -> Result<Vec<Rc<Lesson>>, SessionError> {
        let world = &self.library.world;
        let mut lessons = Vec::with_capacity(order.count);
        for asked in (0..order.count).step_by(CHUNK) {
            let count = CHUNK.min(order.count - asked);
            let mut rng = stream(seed, Stream::Data, chunk_index(order.task, asked));
            for prompt in self.questions(seed, order.task, order.questions, asked, count)? {
                let answer = match order.answers {
                    Answers::Policy => policy_answer(world, order.task, &prompt, &mut rng),
                    Answers::Dial(dial) => {
                        hire_question(&prompt).map(|(group, skill)| biased_answer(group, skill, dial).to_owned())
                    }
                    _ => world.task(order.task).true_answer(&prompt, &mut rng),
                };
                let answer = answer.ok_or(SessionError::NothingToAsk)?;
                let sequence = crate::eval::sequence(&self.library.tokenizer, &prompt, &answer)?;
                lessons.push(Rc::new(Lesson::of_answer(sequence)));
            }
        }
        Ok(lessons)
    }

    /// What a member has paid for: every lot once, however many parts of a batch it fills.
    pub(super) fn meter(&self, member: &Member, course: &Course) -> Meter {
        let bought = &self.bought[self.seed_index(member)];
        let lots: BTreeSet<(usize, Access)> = course
            .orders()
            .filter_map(|order| match order.answers {
                Answers::Bought { shown, .. } => Some((find(&self.lots, order)?, shown)),
                _ => None,
            })
            .collect();
        let mut sum = Meter::default();
        lots.into_iter()
            .for_each(|(lot, shown)| sum += bought.apis[lot].meter(shown));
        sum
    }

    fn seed_index(&self, member: &Member) -> usize {
        (member.seed - self.plan.settings.seed) as usize
    }
}

/// Streams are by task and chunk.
fn chunk_index(task: TaskId, asked: usize) -> u64 {
    (task.index() as u64) << 32 | asked as u64
}
