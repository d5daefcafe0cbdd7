//! The side-by-side benchmark: the same weights, batches and losses as in the other libraries, so that times compare.
//!
//! Weights and batches come from a counter-based generator (mulberry32) that every peer has.

#[cfg(feature = "reference")]
mod reference;

use crate::engine::{Engine, Failure};
use crate::model::LlamaConfig;
#[cfg(target_arch = "wasm32")]
use crate::plan::gpu;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput, cpu};
use crate::protocol::BenchmarkOptions;
#[cfg(target_arch = "wasm32")]
use std::rc::Rc;

/// Why a benchmark was refused.
#[derive(Debug, thiserror::Error)]
pub enum BenchmarkError {
    #[error("There is no benchmark size {0:?}; there are lesson, S and M.")]
    Size(String),
    #[error("There is no benchmark mode {0:?}; there are kd and lm.")]
    Mode(String),
    #[error(transparent)]
    Device(#[from] Failure),
}

struct Size {
    batch: usize,
    tokens: usize,
    teacher: LlamaConfig,
    student: LlamaConfig,
}

impl Size {
    /// The student's step.
    fn shape(&self) -> Shape {
        Shape {
            config: self.student.clone(),
            population: 1,
            sequences: self.batch,
            length: self.tokens,
            rows: self.batch * self.tokens,
        }
    }

    /// A step whose targets are the next tokens.
    fn input<'a>(tokens: &'a [u32], next: &'a [u32], rows: &'a [u32], weights: &'a [f32], rate: f64) -> StepInput<'a> {
        StepInput {
            tokens,
            rows,
            targets: next,
            labels: next,
            weights,
            rate,
        }
    }
}

/// All positions, equally heavy.
fn every_row(count: usize) -> (Vec<u32>, Vec<f32>) {
    ((0..count as u32).collect(), vec![1.0 / count as f32; count])
}

fn size(name: &str) -> Option<Size> {
    let shape = |vocab, tokens, [d, layers, f]: [usize; 3]| LlamaConfig {
        max_position_embeddings: tokens,
        ..LlamaConfig::sized(vocab, d, f, layers)
    };
    let size = |vocab, tokens, batch, teacher, student| Size {
        batch,
        tokens,
        teacher: shape(vocab, tokens, teacher),
        student: shape(vocab, tokens, student),
    };
    match name {
        "lesson" => Some(size(320, 32, 64, [128, 4, 352], [64, 2, 192])),
        "S" => Some(size(512, 64, 16, [128, 4, 352], [64, 2, 192])),
        "M" => Some(size(1024, 128, 16, [256, 6, 704], [128, 4, 352])),
        _ => None,
    }
}

/// A benchmark that is pulled step by step.
pub struct Benchmark {
    size: Size,
    work: Work,
    prng: Prng,
    fixed: Option<(Vec<u32>, Vec<u32>)>,
    rate: f64,
}

/// Where the step is computed.
enum Work {
    #[cfg(feature = "reference")]
    Burn(Box<reference::Work>),
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

impl Benchmark {
    /// # Errors
    ///
    /// When the size or the mode does not exist.
    pub async fn new(options: &BenchmarkOptions, engine: &Engine) -> Result<Self, BenchmarkError> {
        let size = size(&options.size).ok_or_else(|| BenchmarkError::Size(options.size.clone()))?;
        let kd = match options.mode.as_str() {
            "kd" => true,
            "lm" => false,
            other => return Err(BenchmarkError::Mode(other.to_owned())),
        };
        let teacher = kd.then(|| initial(&size.teacher, 11, 2.0 / (size.teacher.hidden_size as f64).sqrt()));
        let student = initial(&size.student, 22, 0.02);
        let optimizer = AdamWConfig {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-5,
            weight_decay: 1e-4,
            clip: None,
        };
        let v = size.student.vocab_size;
        let mixture = Mixture {
            temperature: vec![1.0],
            hard_weight: vec![0.0],
        };
        let work = match engine {
            #[cfg(feature = "reference")]
            Engine::Burn(device) => Work::Burn(Box::new(reference::Work::new(
                &size, teacher, &student, optimizer, device,
            ))),
            #[cfg(target_arch = "wasm32")]
            Engine::Gpu(device, queue) => {
                let teacher = match teacher {
                    Some(weights) => Some(
                        gpu::GpuForward::new(device, queue, &size.teacher, 1, &weights)
                            .await
                            .map_err(Failure)?,
                    ),
                    None => None,
                };
                let targets = match &teacher {
                    Some(teacher) => gpu::Targets::Teacher(teacher),
                    None => gpu::Targets::Table {
                        logits: &[],
                        hidden: None,
                    },
                };
                let shape = size.shape();
                let plan = gpu::GpuPlan::new(device, queue, shape, &student, optimizer, &mixture, targets)
                    .await
                    .map_err(Failure)?;
                Work::Gpu {
                    teacher: teacher.map(Rc::new),
                    plan: Box::new(plan),
                }
            }
            // One student: a crew has nothing to share out.
            _ => Work::Cpu {
                teacher: teacher.map(|weights| Box::new(cpu::CpuModel::new(&size.teacher, &weights, 1, size.tokens))),
                plan: Box::new(cpu::CpuPlan::new(
                    size.shape(),
                    &student,
                    optimizer,
                    mixture,
                    cpu::Table::empty(v),
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
        })
    }

    /// One step: the mean cross-entropy before it, read back.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn step(&mut self) -> Result<f64, BenchmarkError> {
        let (inputs, next) = match &self.fixed {
            Some(batch) => batch.clone(),
            None => self.prng.batch(&self.size),
        };
        match &mut self.work {
            #[cfg(feature = "reference")]
            Work::Burn(work) => Ok(work.step(&self.size, &inputs, &next, self.rate).await?),
            Work::Cpu {
                teacher: Some(teacher),
                plan,
            } => {
                let (losses, entropy) = plan.step_from_teacher(&inputs, teacher, self.rate);
                Ok(f64::from(losses[0] + entropy[0]))
            }
            Work::Cpu { teacher: None, plan } => {
                let (rows, weights) = every_row(next.len());
                Ok(f64::from(
                    plan.step(&Size::input(&inputs, &next, &rows, &weights, self.rate))[0],
                ))
            }
            #[cfg(target_arch = "wasm32")]
            Work::Gpu { plan, .. } => {
                let (rows, weights) = every_row(next.len());
                plan.step(&Size::input(&inputs, &next, &rows, &weights, self.rate))
                    .map_err(Failure)?;
                let read = plan.read_losses().await.map_err(Failure)?;
                Ok(f64::from(read.losses[0] + read.entropies[0]))
            }
        }
    }

    /// The teacher's mean entropy on the fixed batch, nats.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn entropy(&mut self) -> Result<Option<f64>, BenchmarkError> {
        let Some((inputs, _)) = &self.fixed else {
            return Ok(None);
        };
        match &mut self.work {
            #[cfg(feature = "reference")]
            Work::Burn(work) => Ok(work.entropy(&self.size, inputs).await?),
            Work::Cpu { teacher, .. } => {
                let Some(teacher) = teacher else { return Ok(None) };
                let ((rows, _), mut logits) = (every_row(inputs.len()), Vec::new());
                teacher.logits_at(inputs, self.size.tokens, &rows, &mut logits);
                Ok(Some(mean_entropy(&logits, self.size.teacher.vocab_size)))
            }
            #[cfg(target_arch = "wasm32")]
            Work::Gpu { teacher, .. } => {
                let Some(teacher) = teacher else { return Ok(None) };
                let (rows, _) = every_row(inputs.len());
                let logits = teacher
                    .logits_at(inputs, self.size.tokens, &rows)
                    .await
                    .map_err(Failure)?;
                Ok(Some(mean_entropy(&logits, self.size.teacher.vocab_size)))
            }
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

/// mulberry32; uniform in `[0, 1)`.
struct Prng(u32);

impl Prng {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let mut t = self.0;
        t = (t ^ (t >> 15)).wrapping_mul(t | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    /// Random token ids and the ids that follow them, `[b * t]` each.
    fn batch(&mut self, size: &Size) -> (Vec<u32>, Vec<u32>) {
        let (mut inputs, mut next) = (Vec::new(), Vec::new());
        let vocab = size.student.vocab_size as f64;
        for _ in 0..size.batch {
            let mut token = (self.next() * vocab) as u32;
            for _ in 0..size.tokens {
                inputs.push(token);
                token = (self.next() * vocab) as u32;
                next.push(token);
            }
        }
        (inputs, next)
    }

    fn normals(&mut self, count: usize, deviation: f64) -> Vec<f32> {
        let mut normal = || {
            let radius = (-2.0 * (1.0 - self.next()).ln()).sqrt();
            (deviation * radius * (std::f64::consts::TAU * self.next()).cos()) as f32
        };
        (0..count).map(|_| normal()).collect()
    }
}

/// The peers' initial weights in our flat order: they draw query, key, value, gate and up one after the other.
fn initial(config: &LlamaConfig, seed: u32, head_deviation: f64) -> Vec<f32> {
    let (v, d, f) = (config.vocab_size, config.hidden_size, config.intermediate_size);
    let mut prng = Prng(seed);
    let scale = 1.0 / (d as f64).sqrt();
    let ones = vec![1.0_f32; d];
    let mut flat = prng.normals(v * d, 0.5);
    for _ in 0..config.num_hidden_layers {
        flat.extend(&ones);
        let parts = [d, d, d].map(|width| (prng.normals(d * width, scale), width));
        flat.extend(side_by_side(&parts, d));
        flat.extend(prng.normals(d * d, scale));
        flat.extend(&ones);
        let parts = [f, f].map(|width| (prng.normals(d * width, scale), width));
        flat.extend(side_by_side(&parts, d));
        flat.extend(prng.normals(f * d, scale / 2.0));
    }
    flat.extend(&ones);
    flat.extend(prng.normals(d * v, head_deviation));
    flat
}

/// `[rows, width]` matrices as one with all their columns.
fn side_by_side(parts: &[(Vec<f32>, usize)], rows: usize) -> Vec<f32> {
    (0..rows)
        .flat_map(|row| {
            parts
                .iter()
                .flat_map(move |(values, width)| values[row * width..][..*width].iter().copied())
        })
        .collect()
}
