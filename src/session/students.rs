//! The students of a run: the weights they start from, and those they have.

use super::teaching::{Classroom, Cohort};
use super::{Library, Session, SessionError};
use crate::experiment::{Course, Start};
use crate::model::{LlamaConfig, initial_parameters};
use crate::objective::Collected;
use crate::protocol::Plan;
use std::borrow::Cow;
use std::collections::HashSet;
use std::rc::Rc;

impl Session {
    /// One member: its shape and its parameters.
    ///
    /// # Errors
    ///
    /// When there is no such member, or none yet, or the device fails.
    pub async fn member(&self, member: u32) -> Result<(LlamaConfig, Vec<f32>), SessionError> {
        if self.classrooms.is_empty() {
            return Err(SessionError::NotYet);
        }
        let (_, mut found) = self.parameters_of(None, &[member]).await?;
        Ok(found.swap_remove(0))
    }

    /// Members after a kept step, or as they are now (as they will begin, where they have not been made): that step, and each
    /// one's shape and parameters.
    ///
    /// # Errors
    ///
    /// When there is no such member, the step was not kept, or the device fails.
    pub(super) async fn parameters_of(
        &self,
        step: Option<u32>,
        members: &[u32],
    ) -> Result<(u32, Vec<(LlamaConfig, Vec<f32>)>), SessionError> {
        let kept = match step {
            Some(step) => Some(self.kept.at(step)?),
            None if self.stopped.is_some() => self.kept.newest(),
            None => None,
        };
        // Of one cohort at a time: a device is read as seldom as can be.
        let mut read: Vec<Option<Cow<[f32]>>> = vec![None; self.cohorts.len()];
        let mut found = Vec::with_capacity(members.len());
        for &member in members {
            let place_in = |cohort: &Cohort| cohort.members.iter().position(|&one| one == member as usize);
            let (index, place) = (self.cohorts.iter().enumerate())
                .find_map(|(index, cohort)| Some((index, place_in(cohort)?)))
                .ok_or(SessionError::NoSuchMember(member))?;
            let cohort = &self.cohorts[index];
            if read[index].is_none() {
                read[index] = Some(match (kept, self.classrooms.get(index)) {
                    (Some(checkpoint), _) => Cow::Borrowed(&checkpoint.weights[index]),
                    (None, Some(classroom)) => Cow::Owned(classroom.learner.weights().await?),
                    (None, None) => Cow::Owned(self.initial_weights(cohort)?),
                });
            }
            let count = cohort.config.parameter_count();
            let weights = read[index].as_ref().map(|all| all[place * count..][..count].to_vec());
            found.push((cohort.config.clone(), weights.unwrap_or_default()));
        }
        Ok((
            kept.map_or_else(|| self.steps_done(), |checkpoint| checkpoint.step),
            found,
        ))
    }

    /// Of a cohort's members, `[p, parameters]`.
    pub(super) fn initial_weights(&self, cohort: &Cohort) -> Result<Vec<f32>, SessionError> {
        let mut all = Vec::new();
        for &member in &cohort.members {
            match cohort.start {
                Start::Fresh => {
                    let seed = u64::from(self.plan.members[member].seed);
                    all.extend(initial_parameters(&cohort.config, seed));
                }
                Start::CopyOf(name) => all.extend_from_slice(&self.teacher(name)?.weights),
            }
        }
        Ok(all)
    }

    /// Makes the students, who keep all that they learn from.
    pub(super) async fn enrol(&mut self) -> Result<(), SessionError> {
        let empty = Collected::new(self.library.tokenizer.vocab_size());
        let table = Rc::new(std::mem::replace(&mut self.table, empty).done());
        self.known = HashSet::new();
        for cohort in self.cohorts.clone() {
            let members = cohort.members.iter().map(|&member| &self.plan.members[member]);
            let courses: Vec<&Course> = members.clone().map(|member| self.course(member)).collect();
            let lessons = members
                .zip(&courses)
                .map(|(member, course)| self.lessons(member, course))
                .collect::<Result<Vec<_>, _>>()?;
            let weights = self.initial_weights(&cohort)?;
            let classroom =
                Classroom::new(&self.engine, &self.plan, cohort, &courses, &weights, lessons, &table).await?;
            self.classrooms.push(classroom);
        }
        Ok(())
    }
}

/// Members by where they start: new students first.
pub(super) fn cohorts(library: &Library, plan: &Plan, courses: &[Course]) -> Result<Vec<Cohort>, SessionError> {
    let mut cohorts: Vec<Cohort> = Vec::new();
    for member in 0..plan.members.len() {
        let start = courses[member % courses.len()].start;
        if let Some(cohort) = cohorts.iter_mut().find(|cohort| cohort.start == start) {
            cohort.members.push(member);
            continue;
        }
        let config = match start {
            Start::Fresh => library.student_config(),
            Start::CopyOf(name) => {
                let teacher = library.teacher(name).ok_or(SessionError::NoSuchTeacher(name))?;
                teacher.model.config().clone()
            }
        };
        cohorts.push(Cohort {
            start,
            config,
            members: vec![member],
        });
    }
    cohorts.sort_by_key(|cohort| cohort.start);
    Ok(cohorts)
}
