//! The learning rate over time.

/// Linear warm-up, then a cosine down to a tenth of the peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    pub peak: f64,
    pub warmup: u32,
    pub steps: u32,
}

impl Schedule {
    /// The warm-up takes a twentieth of the steps.
    pub fn new(peak: f64, steps: u32) -> Self {
        Self {
            peak,
            warmup: (steps / 20).max(1),
            steps,
        }
    }

    /// The rate of the update made after `step` earlier ones.
    pub fn rate(&self, step: u32) -> f64 {
        if step < self.warmup {
            return self.peak * f64::from(step + 1) / f64::from(self.warmup);
        }
        let span = self.steps.saturating_sub(self.warmup).max(1);
        let progress = (f64::from(step - self.warmup) / f64::from(span)).min(1.0);
        let cosine = 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
        self.peak * (0.1 + 0.9 * cosine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_to_the_peak_and_falls_to_a_tenth() {
        let schedule = Schedule::new(1e-3, 200);
        assert!((schedule.rate(0) - 1e-4).abs() < 1e-12);
        assert!((schedule.rate(9) - 1e-3).abs() < 1e-12);
        assert!((schedule.rate(105) - 0.55e-3).abs() < 1e-9);
        assert!((schedule.rate(200) - 1e-4).abs() < 1e-12);
        assert!((schedule.rate(9_999) - 1e-4).abs() < 1e-12);
        assert!((10..200).all(|step| schedule.rate(step) >= schedule.rate(step + 1)));
    }
}
