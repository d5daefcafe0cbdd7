//! The training step of the benchmark.

use super::numbers::{Prng, initial};
use super::size::Size;
use super::{BenchmarkError, work};
use crate::engine::{Engine, Failure};
use crate::objective::TargetTable;
#[cfg(target_arch = "wasm32")]
use crate::plan::gpu;
use crate::plan::{AdamWConfig, Mixture, StepInput, cpu};
use crate::protocol::{BenchmarkOptions, BenchmarkWork};
use std::rc::Rc;

/// Constants of the update that all peers use.
pub(super) const OPTIMIZER: AdamWConfig = AdamWConfig {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-5,
    weight_decay: 1e-4,
    clip: None,
};

/// All positions of every member, equally heavy.
pub(super) fn every_row(size: &Size) -> (Vec<u32>, Vec<f32>) {
    let count = size.positions();
    let weight = size.population as f32 / count as f32;
    ((0..count as u32).collect(), vec![weight; count])
}

/// A step whose targets are the next tokens.
pub(super) fn input<'a>(
    tokens: &'a [u32],
    next: &'a [u32],
    rows: &'a [u32],
    weights: &'a [f32],
    rate: f64,
) -> StepInput<'a> {
    StepInput {
        tokens,
        rows,
        targets: next,
        labels: next,
        weights,
        rate,
    }
}

/// The peers' initial weights.
pub(super) fn teacher_weights(size: &Size) -> Vec<f32> {
    initial(&size.teacher, 11, 2.0 / (size.teacher.hidden_size as f64).sqrt())
}

/// Those of all members; the first is the peers' student.
pub(super) fn student_weights(size: &Size) -> Vec<f32> {
    (0..size.population as u32)
        .flat_map(|member| initial(&size.student, 22 + member, 0.02))
        .collect()
}

/// Nothing but the targets' distribution counts.
pub(super) fn mixture(population: usize) -> Mixture {
    Mixture {
        temperature: vec![1.0; population],
        hard_weight: vec![0.0; population],
    }
}

/// Students in training, with a teacher in `kd` mode.
pub(super) struct Training {
    size: Size,
    work: Work,
    prng: Prng,
    fixed: Option<(Vec<u32>, Vec<u32>)>,
    rate: f64,
    with_teacher: bool,
}

/// Where the step is computed.
enum Work {
    #[cfg(feature = "reference")]
    Burn(Box<super::reference::Work>),
    Cpu {
        teacher: Option<Box<cpu::CpuModel>>,
        plan: Box<cpu::CpuPlan>,
    },
    #[cfg(target_arch = "wasm32")]
    Gpu {
        teacher: Option<Rc<gpu::GpuForward>>,
        plan: Box<gpu::GpuPlan>,
    },
}

impl Training {
    pub async fn new(
        size: Size,
        with_teacher: bool,
        options: &BenchmarkOptions,
        engine: &Engine,
    ) -> Result<Self, BenchmarkError> {
        let teacher = with_teacher.then(|| teacher_weights(&size));
        let (student, mixture) = (student_weights(&size), mixture(size.population));
        let work = match engine {
            #[cfg(feature = "reference")]
            Engine::Burn(_) if size.population > 1 => return Err(BenchmarkError::OneByBurn),
            #[cfg(feature = "reference")]
            Engine::Burn(device) => Work::Burn(Box::new(super::reference::Work::new(
                &size, teacher, &student, OPTIMIZER, device,
            ))),
            #[cfg(target_arch = "wasm32")]
            Engine::Gpu(gpu) => {
                let teacher = match teacher {
                    // A teacher in the plan has as many members as the plan.
                    Some(weights) => {
                        let weights = weights.repeat(size.population);
                        let teacher = gpu::GpuForward::new(gpu, &size.teacher, size.population, &weights).await;
                        Some(teacher.map_err(Failure)?)
                    }
                    None => None,
                };
                let empty = TargetTable::new(size.student.vocab_size);
                let targets = match &teacher {
                    Some(teacher) => gpu::Targets::Teacher(teacher),
                    None => gpu::Targets::Table(&empty),
                };
                let plan = gpu::GpuPlan::new(gpu, size.shape(), &student, OPTIMIZER, &mixture, targets)
                    .await
                    .map_err(Failure)?;
                Work::Gpu {
                    teacher: teacher.map(Rc::new),
                    plan: Box::new(plan),
                }
            }
            // On one thread, also where there are more: what is compared are single threads.
            _ => Work::Cpu {
                teacher: teacher.map(|weights| Box::new(cpu::CpuModel::new(&size.teacher, weights, 1, size.tokens))),
                plan: Box::new(cpu::CpuPlan::new(
                    size.shape(),
                    &student,
                    OPTIMIZER,
                    mixture,
                    Rc::new(TargetTable::new(size.student.vocab_size)),
                )),
            },
        };
        let mut prng = Prng(options.seed.unwrap_or(1234));
        let fixed = options.fixed.unwrap_or(false).then(|| prng.batch(&size));
        Ok(Self {
            work,
            rate: options.lr.unwrap_or(3e-4),
            size,
            prng,
            fixed,
            with_teacher,
        })
    }

    /// One step: the mean cross-entropy before it over all members, read back.
    pub async fn step(&mut self) -> Result<f64, Failure> {
        let (tokens, next) = match &self.fixed {
            Some(batch) => batch.clone(),
            None => self.prng.batch(&self.size),
        };
        let mean = |values: &[f32]| values.iter().copied().map(f64::from).sum::<f64>() / values.len() as f64;
        match &mut self.work {
            #[cfg(feature = "reference")]
            Work::Burn(work) => work.step(&self.size, &tokens, &next, self.rate).await,
            Work::Cpu {
                teacher: Some(teacher),
                plan,
            } => {
                let (losses, entropies) = plan.step_from_teacher(&tokens, teacher, self.rate);
                Ok(mean(&losses) + mean(&entropies))
            }
            Work::Cpu { teacher: None, plan } => {
                let (rows, weights) = every_row(&self.size);
                Ok(mean(&plan.step(&input(&tokens, &next, &rows, &weights, self.rate))))
            }
            #[cfg(target_arch = "wasm32")]
            Work::Gpu { plan, .. } => {
                let (rows, weights) = every_row(&self.size);
                plan.step(&input(&tokens, &next, &rows, &weights, self.rate))?;
                let read = plan.read_losses().await?;
                Ok(mean(&read.losses) + mean(&read.entropies))
            }
        }
    }

    /// The teacher's mean entropy on the fixed batch, nats.
    pub async fn entropy(&mut self) -> Result<Option<f64>, Failure> {
        let Some((inputs, _)) = &self.fixed else {
            return Ok(None);
        };
        let (rows, v) = (every_row(&self.size).0, self.size.teacher.vocab_size);
        match &mut self.work {
            #[cfg(feature = "reference")]
            Work::Burn(work) => work.entropy(&self.size, inputs).await,
            Work::Cpu { teacher, .. } => {
                let Some(teacher) = teacher else { return Ok(None) };
                // It has one member for all.
                let mut logits = Vec::new();
                teacher.logits_at(inputs, self.size.tokens, &rows, &mut logits);
                Ok(Some(mean_entropy(&logits, v)))
            }
            #[cfg(target_arch = "wasm32")]
            Work::Gpu { teacher, .. } => {
                let Some(teacher) = teacher else { return Ok(None) };
                let logits = teacher.logits_at(inputs, self.size.tokens, &rows).await?;
                Ok(Some(mean_entropy(&logits, v)))
            }
        }
    }

    pub fn work(&self) -> BenchmarkWork {
        work::training(&self.size, self.with_teacher)
    }

    /// The plan on the device, for its profile.
    #[cfg(target_arch = "wasm32")]
    pub fn gpu_plan(&self) -> Option<&gpu::GpuPlan> {
        match &self.work {
            Work::Gpu { plan, .. } => Some(plan),
            _ => None,
        }
    }
}

/// Nats, of the softmax of rows of `v` logits.
fn mean_entropy(logits: &[f32], v: usize) -> f64 {
    let entropy = |row: &[f32]| {
        let max = f64::from(row.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let weights = row.iter().map(|&logit| f64::from(logit) - max);
        let sum: f64 = weights.clone().map(f64::exp).sum();
        sum.ln() - weights.map(|log| log.exp() * log).sum::<f64>() / sum
    };
    logits.chunks_exact(v).map(entropy).sum::<f64>() / (logits.len() / v) as f64
}
