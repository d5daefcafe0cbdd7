//! The last good students, and what becomes of a run whose losses are no numbers.

use super::kept::Checkpoint;
use super::{Session, SessionError};
use crate::engine::Models;
use crate::protocol::Member;

/// A run that cannot go on: why, and the students that are left of it.
pub(super) struct Stopped {
    pub sentence: String,
    /// By cohort.
    students: Vec<Models>,
}

impl Session {
    /// The students as they are now, or as they were last good: each cohort's members, and their models.
    pub(super) fn students(&self) -> Result<Vec<(Vec<usize>, Models)>, SessionError> {
        if self.classrooms.is_empty() {
            return Err(SessionError::NotYet);
        }
        let models: Vec<Models> = match &self.stopped {
            Some(stopped) => stopped.students.clone(),
            None => self.classrooms.iter().map(|classroom| classroom.models()).collect(),
        };
        let members = self.classrooms.iter().map(|classroom| classroom.cohort.members.clone());
        Ok(members.zip(models).collect())
    }

    pub(super) async fn keep_checkpoint(&mut self) -> Result<(), SessionError> {
        let mut weights = Vec::with_capacity(self.classrooms.len());
        for classroom in &self.classrooms {
            weights.push(classroom.learner.weights().await?);
        }
        let step = self.steps_done();
        self.kept.add(Checkpoint { step, weights });
        Ok(())
    }

    /// The first of the last `count` losses that is no number: its step and its member.
    pub(super) fn first_unfinite(&self, count: usize) -> Option<(u32, usize)> {
        let latest = &self.losses[self.losses.len().saturating_sub(count)..];
        latest
            .iter()
            .find_map(|point| Some((point.step, point.loss.iter().position(Option::is_none)?)))
    }

    /// Ends the run: a population whose losses are no numbers learns nothing more, and hides what the others do.
    pub(super) async fn stop(&mut self, step: u32, member: usize) -> Result<(), SessionError> {
        self.units.clear();
        let (kept, weights) = match self.kept.newest() {
            Some(checkpoint) => (checkpoint.step, checkpoint.weights.clone()),
            None => {
                let initial = self
                    .classrooms
                    .iter()
                    .map(|classroom| self.initial_weights(&classroom.cohort));
                (0, initial.collect::<Result<_, _>>()?)
            }
        };
        let Member { arm, seed, .. } = &self.plan.members[member];
        let title = self.experiment.label(arm);
        let sentence = format!(
            "The loss of “{title}” (seed {seed}) was no longer a finite number at step {step}, so the run ended there; the students are those of step {kept}, when they were last measured."
        );
        let mut students = Vec::with_capacity(weights.len());
        for (classroom, weights) in self.classrooms.iter().zip(&weights) {
            students.push(Models::new(&classroom.cohort.config, weights, &self.engine).await?);
        }
        self.kept.add(Checkpoint { step: kept, weights });
        self.stopped = Some(Stopped { sentence, students });
        Ok(())
    }
}
