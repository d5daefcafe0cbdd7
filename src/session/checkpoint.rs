//! The last good students, and what becomes of a run whose losses are no numbers.

use super::{Session, SessionError};
use crate::engine::Models;
use crate::experiment::capability;
use crate::protocol::Member;

/// The parameters of all members after a step, `[p, parameters]`.
pub(super) struct Checkpoint {
    step: u32,
    pub weights: Vec<f32>,
}

/// A run that cannot go on: why, and the students that are left of it.
pub(super) struct Stopped {
    pub sentence: String,
    students: Models,
}

impl Session {
    /// The students as they are now, or as they were last good.
    pub(super) fn students(&self) -> Result<Models, SessionError> {
        match (&self.stopped, &self.classroom) {
            (Some(stopped), _) => Ok(stopped.students.clone()),
            (None, Some(classroom)) => Ok(classroom.learner.models()),
            (None, None) => Err(SessionError::NotYet),
        }
    }

    pub(super) async fn keep_checkpoint(&mut self) -> Result<(), SessionError> {
        let classroom = self.classroom.as_ref().ok_or(SessionError::NotYet)?;
        self.checkpoint = Some(Checkpoint {
            step: classroom.learner.updates(),
            weights: classroom.learner.weights().await?,
        });
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
        let (kept, weights) = match &self.checkpoint {
            Some(checkpoint) => (checkpoint.step, checkpoint.weights.clone()),
            None => (0, self.initial_weights()),
        };
        let Member { arm, seed } = self.plan.members[member];
        let title = capability::label(arm);
        let sentence = format!(
            "The loss of “{title}” (seed {seed}) was no longer a finite number at step {step}, so the run ended there; the students are those of step {kept}, when they were last measured."
        );
        let students = Models::new(&self.library.student_config(), &weights, &self.engine).await?;
        self.checkpoint = Some(Checkpoint { step: kept, weights });
        self.stopped = Some(Stopped { sentence, students });
        Ok(())
    }
}
