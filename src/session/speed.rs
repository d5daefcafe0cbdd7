//! Progress, speed and time left, from what each kind of work has taken so far.

use super::units::Unit;
use crate::protocol::{Event, Phase, Plan};
use std::collections::VecDeque;

/// Running means, milliseconds per unit.
pub(super) struct Speed {
    buy: Mean,
    train: Mean,
    measure: Mean,
    tokens_per_step: f64,
    total: [u32; 3],
}

#[derive(Clone, Copy, Default)]
struct Mean {
    value: f64,
    count: u32,
}

impl Mean {
    /// Recent values weigh more: a device warms up, a laptop slows down.
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.value += (value - self.value) / f64::from(self.count.min(30));
    }
}

fn phase(unit: &Unit) -> Phase {
    match unit {
        Unit::Buy { .. } | Unit::Enrol => Phase::Buying,
        Unit::Train => Phase::Training,
        Unit::Measure { .. } | Unit::Publish { .. } | Unit::Sample | Unit::Spectrum { .. } => Phase::Evaluating,
        Unit::Finish => Phase::Finished,
    }
}

fn count(units: &VecDeque<Unit>) -> [u32; 3] {
    let of = |wanted: Phase| units.iter().filter(|unit| phase(unit) == wanted).count() as u32;
    [of(Phase::Buying), of(Phase::Training), of(Phase::Evaluating)]
}

impl Speed {
    pub fn new(plan: &Plan, all: &VecDeque<Unit>) -> Self {
        Self {
            buy: Mean::default(),
            train: Mean::default(),
            measure: Mean::default(),
            tokens_per_step: f64::from(plan.tokens_per_step) * plan.members.len() as f64,
            total: count(all),
        }
    }

    /// `count` units took `milliseconds` together.
    pub fn record(&mut self, unit: &Unit, count: usize, milliseconds: f64) {
        let milliseconds = milliseconds / count as f64;
        match phase(unit) {
            Phase::Buying => self.buy.add(milliseconds),
            Phase::Training => self.train.add(milliseconds),
            Phase::Evaluating => self.measure.add(milliseconds),
            Phase::Finished => {}
        }
    }

    /// Of training; infinite before the first.
    pub fn milliseconds_per_step(&self) -> f64 {
        if self.train.count > 0 {
            self.train.value
        } else {
            f64::INFINITY
        }
    }

    /// Where the run is: the phase of its next unit. While students are measured, training's progress stands still.
    pub fn progress(&self, left: &VecDeque<Unit>) -> Event {
        let phase = left.front().map_or(Phase::Finished, phase);
        let index = match phase {
            Phase::Buying => 0,
            Phase::Training | Phase::Finished => 1,
            Phase::Evaluating => 2,
        };
        let total = self.total[index];
        Event::Progress {
            phase,
            done: total - count(left)[index],
            total,
        }
    }

    pub fn speed(&self, left: &VecDeque<Unit>) -> Event {
        let [buy, train, measure] = count(left).map(f64::from);
        // Until a kind of work has been seen, a training step stands for it.
        let or_step = |mean: Mean| if mean.count > 0 { mean.value } else { self.train.value };
        let milliseconds = buy * self.buy.value + train * or_step(self.train) + measure * or_step(self.measure);
        let per_second = if self.train.count > 0 {
            1000.0 / self.train.value.max(1e-3)
        } else {
            0.0
        };
        Event::Speed {
            steps_per_second: per_second,
            tokens_per_second: per_second * self.tokens_per_step,
            seconds_left: milliseconds / 1000.0,
        }
    }
}
