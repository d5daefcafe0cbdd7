//! A model whose weights are only read.

use std::cell::RefCell;
use std::rc::Rc;

use crate::model::LlamaConfig;
use crate::plan::Shape;

use super::cache::{Cache, KEPT, Pass, Reading};
use super::device::Gpu;
use super::forward::{Places, forward};
use super::input::pack;
use super::kernels::Kernels;
use super::layout::{Activations, Arena, Given, Numbers, Sizes, Weights, rotary};
use super::program::Program;
use super::sequence::{Bound, Sequence};
use super::sources::Kernel;

/// A model on the device that only computes logits: its weights may be those of a plan.
pub struct GpuForward {
    pub(super) gpu: Gpu,
    config: LlamaConfig,
    population: usize,
    pub(super) kernels: Kernels,
    weights: wgpu::Buffer,
    passes: RefCell<Vec<(Shape, Rc<Pass>)>>,
    /// Caches of keys and values that no decoder holds at the moment.
    pub(super) readings: RefCell<Vec<Reading>>,
}

impl GpuForward {
    /// `weights`: `[p, parameters]`.
    pub async fn new(gpu: &Gpu, config: &LlamaConfig, population: usize, weights: &[f32]) -> Result<Self, String> {
        if weights.len() != population * config.parameter_count() {
            return Err(format!(
                "{} weights are not those of {population} such models",
                weights.len()
            ));
        }
        let kernels = Kernels::new(gpu, config, &Kernel::FORWARD).await?;
        if gpu.build.ahead {
            Kernels::new(gpu, config, &Kernel::CACHED).await?;
        }
        let buffer = gpu.storage("weights", 4 * weights.len() as u64)?;
        gpu.write(&buffer, weights);
        Ok(Self::sharing(gpu.clone(), config, population, kernels, buffer))
    }

    /// With kernels and weights that exist already.
    pub(super) fn sharing(
        gpu: Gpu,
        config: &LlamaConfig,
        population: usize,
        kernels: Kernels,
        weights: wgpu::Buffer,
    ) -> Self {
        Self {
            gpu,
            config: config.clone(),
            population,
            kernels,
            weights,
            passes: RefCell::default(),
            readings: RefCell::default(),
        }
    }

    pub fn config(&self) -> &LlamaConfig {
        &self.config
    }

    pub fn population(&self) -> usize {
        self.population
    }

    /// Logits `[p, k, v]` at `rows` `[p, k]`, positions in `tokens` `[p, b, length]` flattened, each in its member's
    /// part.
    pub async fn logits_at(&self, tokens: &[u32], length: usize, rows: &[u32]) -> Result<Vec<f32>, String> {
        let pass = self.pass(tokens, length, rows)?;
        self.run(&pass, &self.kernels, tokens, rows, 0).await
    }

    /// Logits of a pass whose sequences have had `before` positions already.
    pub(super) async fn run(
        &self,
        pass: &Pass,
        kernels: &Kernels,
        tokens: &[u32],
        rows: &[u32],
        before: usize,
    ) -> Result<Vec<f32>, String> {
        let gpu = &self.gpu;
        let numbers = Numbers {
            before: before as u32,
            ..Numbers::default()
        };
        let mut words = numbers.words().to_vec();
        pack(&pass.sizes, tokens, rows, &mut words)?;
        gpu.write(&pass.given, &words);
        let mut encoder = gpu.encoder();
        {
            let mut compute = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.sequence.record(&mut compute, kernels, pass.sequence.len());
        }
        let read = gpu.read_later(&mut encoder, &pass.arena, pass.logits.0, pass.logits.1);
        gpu.queue.submit([encoder.finish()]);
        let padded = read.values().await?;
        let (looked, padded_rows) = (pass.sizes.looked as usize, pass.sizes.looked_rows as usize);
        let width = self.config.vocab_size;
        Ok(padded
            .chunks_exact(padded_rows * width)
            .flat_map(|member| &member[..looked * width])
            .copied()
            .collect())
    }

    /// The pass of this shape, from before or new.
    fn pass(&self, tokens: &[u32], length: usize, rows: &[u32]) -> Result<Rc<Pass>, String> {
        if length == 0 || !tokens.len().is_multiple_of(self.population * length) {
            return Err(format!("{} tokens are not sequences of {length}", tokens.len()));
        }
        let shape = Shape {
            config: self.config.clone(),
            population: self.population,
            sequences: tokens.len() / (self.population * length),
            length,
            rows: rows.len() / self.population,
        };
        let mut passes = self.passes.borrow_mut();
        if let Some(index) = passes.iter().position(|(known, _)| *known == shape) {
            let found = passes.remove(index);
            passes.push(found);
        } else {
            let pass = self.asked(&shape, None)?;
            if passes.len() == KEPT {
                passes.remove(0);
            }
            passes.push((shape, Rc::new(pass)));
        }
        passes.last().map(|(_, pass)| pass.clone()).ok_or_else(String::new)
    }

    /// A pass with inputs of its own.
    pub(super) fn asked(&self, shape: &Shape, cache: Option<&Cache>) -> Result<Pass, String> {
        let sizes = Sizes::new(shape)?;
        let words = Given::new(&sizes, false);
        let given = self.gpu.storage("asked", 4 * u64::from(words.words))?;
        self.build(sizes, &words, given, shape, cache)
    }

    /// A pass that reads its tokens and rows from `given`, as `words` says.
    pub(super) fn build(
        &self,
        sizes: Sizes,
        words: &Given,
        given: wgpu::Buffer,
        shape: &Shape,
        cache: Option<&Cache>,
    ) -> Result<Pass, String> {
        let gpu = &self.gpu;
        let mut regions = Arena::default();
        let activations = Activations::new(&sizes, &mut regions, false);
        let arena = gpu.storage("activations", regions.bytes())?;
        let table = rotary(&self.config, cache.map_or(shape.length, |cache| cache.most));
        let constants = gpu.storage("constants", 4 * table.len() as u64)?;
        gpu.write(&constants, &table);
        let mut program = Program::new(self.kernels.groups);
        let places = Places {
            sizes: &sizes,
            weights: &Weights::new(&self.config),
            activations: &activations,
            given: words,
            rotary: 0,
            cache: cache.map(|cache| cache.most as u32),
        };
        forward(&mut program, &places, false);
        let none = gpu.storage("none", 16)?;
        let bound = Bound {
            arena: &arena,
            weights: &self.weights,
            gradients: cache.map_or(&none, |cache| &cache.buffer),
            moments: &gpu.storage("none", 16)?,
            given: &given,
            tables: vec![constants.as_entire_buffer_binding()],
            constants: &constants,
            losses: &gpu.storage("none", 16)?,
        };
        let sequence = Sequence::new(gpu, &program, bound)?;
        let bytes = 16 * u64::from(sizes.all_looked() * sizes.v);
        Ok(Pass {
            logits: (16 * u64::from(activations.logits), bytes),
            sizes,
            arena,
            sequence,
            given,
        })
    }
}

impl std::fmt::Debug for GpuForward {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("GpuForward")
            .field("config", &self.config)
            .field("population", &self.population)
            .finish_non_exhaustive()
    }
}
