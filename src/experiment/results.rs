//! The last measurements of a run, or of many, as the statistics need them: by arm and figure, paired by seed.

use crate::protocol::{Evaluation, Figures, MemberEvaluation, Spectrum, TeacherName};

/// Test measurements; a run with several seeds gives several values.
pub struct Results<'a> {
    members: Vec<&'a MemberEvaluation>,
    teachers: Vec<(TeacherName, &'a Figures)>,
    spectra: &'a [Spectrum],
}

impl<'a> Results<'a> {
    pub fn new(tests: impl IntoIterator<Item = &'a Evaluation>) -> Self {
        let (mut members, mut teachers) = (Vec::new(), Vec::new());
        for test in tests {
            members.extend(&test.members);
            teachers.extend(test.teachers.iter().map(|teacher| (teacher.name, &teacher.figures)));
        }
        Self {
            members,
            teachers,
            spectra: &[],
        }
    }

    /// With what was found of the teacher's width.
    pub fn with_spectra(self, spectra: &'a [Spectrum]) -> Self {
        Self { spectra, ..self }
    }

    pub fn spectrum(&self, defence: &str) -> Option<&'a Spectrum> {
        self.spectra.iter().find(|spectrum| spectrum.defence == defence)
    }

    /// Seeds of an arm, ascending.
    pub fn seeds(&self, arm: &str) -> Vec<u32> {
        let mut seeds: Vec<u32> = self.of(arm).map(|member| member.seed).collect();
        seeds.sort_unstable();
        seeds.dedup();
        seeds
    }

    fn of<'s>(&'s self, arm: &'s str) -> impl Iterator<Item = &'a MemberEvaluation> + 's {
        self.members.iter().copied().filter(move |member| member.arm == arm)
    }

    /// One value per seed, ascending; `None` where a member failed: it is counted, never dropped.
    pub fn values(&self, arm: &str, figure: &str) -> Vec<Option<f64>> {
        let mut all: Vec<(u32, Option<f64>)> = self
            .of(arm)
            .map(|member| (member.seed, member.figures.get(figure).copied().flatten()))
            .collect();
        all.sort_by_key(|(seed, _)| *seed);
        all.into_iter().map(|(_, value)| value).collect()
    }

    /// All seeds' values, if there are any and none is missing.
    pub fn whole(&self, arm: &str, figure: &str) -> Option<Vec<f64>> {
        let values = self.values(arm, figure);
        if values.is_empty() {
            return None;
        }
        values.into_iter().collect()
    }

    pub fn mean(&self, arm: &str, figure: &str) -> Option<f64> {
        let values = self.whole(arm, figure)?;
        Some(values.iter().sum::<f64>() / values.len() as f64)
    }

    /// `a - b` by seed, if both arms have the same seeds and every value.
    pub fn differences(&self, a: &str, b: &str, figure: &str) -> Option<Vec<f64>> {
        if self.seeds(a) != self.seeds(b) {
            return None;
        }
        let (a, b) = (self.whole(a, figure)?, self.whole(b, figure)?);
        (a.len() == b.len()).then(|| a.iter().zip(&b).map(|(a, b)| a - b).collect())
    }

    /// How many questions stand behind a figure of one student.
    pub fn items(&self, arm: &str, figure: &str) -> u32 {
        self.of(arm)
            .next()
            .and_then(|member| member.items.get(figure).copied())
            .unwrap_or(0)
    }

    /// Of the first run that has it: a teacher is the same in all.
    pub fn teacher(&self, name: TeacherName, figure: &str) -> Option<f64> {
        self.teachers
            .iter()
            .find(|(teacher, _)| *teacher == name)
            .and_then(|(_, figures)| figures.get(figure).copied().flatten())
    }
}

/// "1 seed", "the mean of 20 seeds".
pub fn over(seeds: usize) -> String {
    if seeds == 1 {
        "1 seed".to_owned()
    } else {
        format!("the mean of {seeds} seeds")
    }
}
