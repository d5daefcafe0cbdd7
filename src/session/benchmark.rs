//! The side-by-side benchmark: the same weights, batches and losses as in the other libraries, so that times compare.
//!
//! Weights and batches come from a counter-based generator (mulberry32) that every peer has.

use crate::model::Llama;
use crate::model::LlamaConfig;
use crate::objective::Targets;
use crate::protocol::BenchmarkOptions;
use crate::teacher::DeviceTable;
use crate::teacher::TargetTable;
use crate::train::{AdamWConfig, Trainer, read};
use burn::tensor::{Device, ExecutionError, Tensor, activation};

/// Why a benchmark was refused.
#[derive(Debug, thiserror::Error)]
pub enum BenchmarkError {
    #[error("There is no benchmark size {0:?}; there are lesson, S and M.")]
    Size(String),
    #[error("There is no benchmark mode {0:?}; there are kd and lm.")]
    Mode(String),
    #[error("The device failed: {0:?}")]
    Device(ExecutionError),
}

impl From<ExecutionError> for BenchmarkError {
    fn from(error: ExecutionError) -> Self {
        Self::Device(error)
    }
}

struct Size {
    batch: usize,
    tokens: usize,
    teacher: LlamaConfig,
    student: LlamaConfig,
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
    teacher: Option<Llama>,
    trainer: Trainer,
    labels: Option<DeviceTable>,
    weight: Tensor<3>,
    temperature: Tensor<3>,
    prng: Prng,
    fixed: Option<(Vec<u32>, Vec<u32>)>,
    rate: f64,
}

impl Benchmark {
    /// # Errors
    ///
    /// When the size or the mode does not exist.
    pub fn new(options: &BenchmarkOptions, device: &Device) -> Result<Self, BenchmarkError> {
        let size = size(&options.size).ok_or_else(|| BenchmarkError::Size(options.size.clone()))?;
        let kd = match options.mode.as_str() {
            "kd" => true,
            "lm" => false,
            other => return Err(BenchmarkError::Mode(other.to_owned())),
        };
        let teacher = kd.then(|| {
            let scale = 2.0 / (size.teacher.hidden_size as f64).sqrt();
            Llama::from_slice(&size.teacher, &initial(&size.teacher, 11, scale), device)
        });
        let optimizer = AdamWConfig {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-5,
            weight_decay: 1e-4,
            clip: None,
        };
        let trainer = Trainer::new(&size.student, &initial(&size.student, 22, 0.02), optimizer, device);
        let rows = size.batch * size.tokens;
        let mut prng = Prng(options.seed.unwrap_or(1234));
        let fixed = options.fixed.unwrap_or(false).then(|| prng.batch(&size));
        Ok(Self {
            labels: (!kd).then(|| TargetTable::new(size.student.vocab_size).to_device(device)),
            weight: Tensor::full([1, rows, 1], 1.0 / rows as f64, device),
            temperature: Tensor::ones([1, 1, 1], device),
            rate: options.lr.unwrap_or(3e-4),
            size,
            teacher,
            trainer,
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
        let logits = match (&self.teacher, &self.labels) {
            (Some(teacher), _) => teacher.logits(&inputs, self.size.tokens),
            (None, Some(labels)) => labels.select(&next, 1).0,
            (None, None) => unreachable!("a benchmark has a teacher or labels"),
        };
        // The peers report the cross-entropy: the divergence and the entropy of the targets.
        let entropy = self.teacher.is_some().then(|| mean_entropy(logits.clone()));
        let targets = Targets {
            logits,
            temperature: self.temperature.clone(),
            weight: self.weight.clone(),
            hard: None,
            hidden: None,
        };
        let mut loss = self.trainer.step(&inputs, self.size.tokens, None, &targets, self.rate);
        if let Some(entropy) = entropy {
            loss = loss + entropy;
        }
        Ok(f64::from(read(loss).await?[0]))
    }

    /// The teacher's mean entropy on the fixed batch, nats.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn entropy(&self) -> Result<Option<f64>, BenchmarkError> {
        let (Some(teacher), Some((inputs, _))) = (&self.teacher, &self.fixed) else {
            return Ok(None);
        };
        let entropy = mean_entropy(teacher.logits(inputs, self.size.tokens));
        Ok(Some(f64::from(read(entropy).await?[0])))
    }
}

/// `[1]`, nats, of the softmax of `logits: [1, rows, v]`.
fn mean_entropy(logits: Tensor<3>) -> Tensor<1> {
    let log = activation::log_softmax(logits, 2);
    (log.clone().exp() * log).sum_dim(2).mean().neg()
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
