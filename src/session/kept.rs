//! The students of measured steps: what a visitor looks back into, and what a run that goes wrong falls back to.

use super::inspect::InspectError;
use crate::protocol::Event;

/// Bytes of parameters that are kept at most. The newest step is kept whatever it takes.
pub(super) const MOST_BYTES: usize = 64 << 20;

/// The parameters of all members after a step, cohort by cohort `[p, parameters]`.
pub(super) struct Checkpoint {
    pub step: u32,
    pub weights: Vec<Vec<f32>>,
}

/// Checkpoints in the order of their steps.
pub(super) struct Kept {
    all: Vec<Checkpoint>,
    most_bytes: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            most_bytes: MOST_BYTES,
        }
    }
}

impl Checkpoint {
    fn bytes(&self) -> usize {
        self.weights.iter().map(|weights| size_of_val(weights.as_slice())).sum()
    }
}

impl Kept {
    /// Takes in what comes after all the others (a step that is measured again is kept once) and lets go of as many as there
    /// is no room for: first of those whose neighbours are nearest to each other, so that what is left is spread evenly.
    pub fn add(&mut self, checkpoint: Checkpoint) {
        self.all.retain(|old| old.step < checkpoint.step);
        self.all.push(checkpoint);
        while self.all.len() > 1 && self.bytes() > self.most_bytes {
            let gap = |&at: &usize| self.all[at + 1].step - self.all[at - 1].step;
            // Between the first and the newest; of those two, the first goes.
            let least = (1..self.all.len() - 1).min_by_key(gap).unwrap_or(0);
            self.all.remove(least);
        }
    }

    pub fn newest(&self) -> Option<&Checkpoint> {
        self.all.last()
    }

    /// # Errors
    ///
    /// When that step was not kept: which ones were.
    pub fn at(&self, step: u32) -> Result<&Checkpoint, InspectError> {
        let found = self.all.iter().find(|checkpoint| checkpoint.step == step);
        found.ok_or_else(|| match self.all.is_empty() {
            true => InspectError::NothingKept,
            false => InspectError::NotKept {
                step,
                kept: self.steps().iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
            },
        })
    }

    pub fn event(&self) -> Event {
        Event::Kept {
            steps: self.steps(),
            bytes: self.bytes() as f64,
        }
    }

    fn steps(&self) -> Vec<u32> {
        self.all.iter().map(|checkpoint| checkpoint.step).collect()
    }

    fn bytes(&self) -> usize {
        self.all.iter().map(Checkpoint::bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 bytes after every one of `steps`, with room for so many.
    fn kept(room: usize, steps: impl IntoIterator<Item = u32>) -> Kept {
        let mut kept = Kept {
            most_bytes: room * 100,
            ..Kept::default()
        };
        for step in steps {
            let weights = vec![vec![step as f32; 20], vec![0.5; 5]];
            kept.add(Checkpoint { step, weights });
        }
        kept
    }

    #[test]
    fn what_fits_is_all_kept() {
        assert_eq!(kept(9, (0..9).map(|i| i * 75)).steps().len(), 9);
        assert_eq!(kept(9, [0, 75, 75]).steps(), [0, 75]);
        assert_eq!(kept(9, [0, 75]).at(75).unwrap().weights[0][0], 75.0);
    }

    #[test]
    fn what_does_not_fit_is_thinned_out_evenly_and_stays_within_the_bound() {
        for room in 2..9 {
            let kept = kept(room, (0..9).map(|i| i * 10));
            let steps = kept.steps();
            assert_eq!(steps.len(), room);
            assert!(kept.bytes() <= room * 100);
            assert_eq!((steps[0], steps[room - 1]), (0, 80));
            let gaps = steps.windows(2).map(|pair| pair[1] - pair[0]);
            // No gap is more than twice and one step what even spacing would have.
            assert!(gaps.max().unwrap() <= 2 * 80 / (room as u32 - 1) + 10, "{steps:?}");
        }
    }

    #[test]
    fn the_newest_is_kept_whatever_it_takes() {
        assert_eq!(kept(0, [0, 10, 20]).steps(), [20]);
    }

    #[test]
    fn a_step_that_was_not_kept_is_refused_with_those_that_were() {
        let sentence = |kept: &Kept| kept.at(5).map(|_| ()).unwrap_err().to_string();
        assert!(sentence(&kept(9, [])).contains("press Start"));
        assert!(sentence(&kept(9, [0, 10])).contains("step 5 were not kept, only those of 0, 10"));
    }
}
