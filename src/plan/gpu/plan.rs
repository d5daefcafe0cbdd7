//! [`GpuPlan`]: a population in training.

mod inspect;

use std::rc::Rc;

use crate::plan::{AdamWConfig, Mixture, Shape, StepInput};

use super::backward::backward;
use super::cache::Pass;
use super::constants::{Constants, Lookup, Member};
use super::device::Gpu;
use super::fits::fits;
use super::forward::{Places, forward};
use super::inference::GpuForward;
use super::input::pack_step;
use super::kernels::Kernels;
use super::layout::{Activations, Arena, Given, Sizes, Weights, rotary};
use super::optimizer::Optimizer;
use super::program::Program;
use super::scratch::Scratch;
use super::sequence::{Bound, Sequence};
use super::sources::Kernel;
use super::state::{Losses, Moments, Targets};
use super::tables::Tables;
use super::targets::{Spot, divide, places};

/// Steps whose losses the device keeps.
const RING: u32 = 64;

/// A population in training on the device.
pub struct GpuPlan {
    gpu: Gpu,
    shape: Shape,
    sizes: Sizes,
    words: Given,
    optimizer: Optimizer,
    kernels: Kernels,
    /// All but the update; then the update.
    sequence: Sequence,
    teacher: Option<(Rc<Pass>, Kernels)>,
    /// Shares the weights.
    asked: Rc<GpuForward>,
    weights: wgpu::Buffer,
    gradients: wgpu::Buffer,
    moments: wgpu::Buffer,
    given: wgpu::Buffer,
    losses: wgpu::Buffer,
    /// Of the targets from `v` on.
    spots: Vec<Spot>,
    /// Place of the next loss in the ring, and how many were not read.
    slot: u32,
    unread: u32,
    packed: Vec<u32>,
}

impl GpuPlan {
    /// Compiles and allocates everything. `weights`: `[p, parameters]`.
    pub async fn new(
        gpu: &Gpu,
        shape: Shape,
        weights: &[f32],
        optimizer: AdamWConfig,
        mixture: &Mixture,
        targets: Targets<'_>,
    ) -> Result<Self, String> {
        fits(gpu, &shape)?;
        let sizes = Sizes::new(&shape)?;
        let (population, v) = (shape.population, shape.config.vocab_size);
        let numbers = population * shape.config.parameter_count();
        if weights.len() != numbers {
            return Err(format!(
                "{} weights are not those of {population} such models",
                weights.len()
            ));
        }
        if mixture.temperature.len() != population || mixture.hard_weight.len() != population {
            return Err(format!("the mixture is not one of {population} members"));
        }
        let kernels = Kernels::new(gpu, &shape.config, &Kernel::STEP).await?;

        // What is not compiled is still checked as it is made: a refused buffer must not become a plan that does
        // nothing.
        let scopes =
            [wgpu::ErrorFilter::Validation, wgpu::ErrorFilter::OutOfMemory].map(|f| gpu.device.push_error_scope(f));
        let made = Self::allocate(
            gpu.clone(),
            shape,
            sizes,
            weights,
            optimizer,
            mixture,
            targets,
            kernels,
            v,
        );
        let mut failure = None;
        for scope in scopes.into_iter().rev() {
            failure = scope.pop().await.or(failure);
        }
        match failure {
            Some(error) => Err(format!("the device refused the plan: {error}")),
            None => made,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the second half of `new`")]
    fn allocate(
        gpu: Gpu,
        shape: Shape,
        sizes: Sizes,
        weights: &[f32],
        optimizer: AdamWConfig,
        mixture: &Mixture,
        targets: Targets<'_>,
        kernels: Kernels,
        v: usize,
    ) -> Result<Self, String> {
        let (words, places) = (Given::new(&sizes, true), Weights::new(&shape.config));
        let mut regions = Arena::default();
        let activations = Activations::new(&sizes, &mut regions, true);
        let scratch = Scratch::new(&sizes, &mut regions);
        let optimizer = Optimizer {
            config: optimizer,
            updates: 0,
        };

        let mut lookup = Lookup::default();
        let update_at = lookup.push(&[optimizer.constants()]);
        let mixture_at = lookup.push(&Member::all(mixture));
        let rotary_at = lookup.push(&rotary(&shape.config, shape.length));
        let places = Places {
            sizes: &sizes,
            weights: &places,
            activations: &activations,
            given: &words,
            rotary: rotary_at,
            cache: None,
        };
        let tables = Tables::new(&places, &scratch);
        let (jobs, blocks) = (lookup.push(&tables.jobs), lookup.push(&tables.blocks));

        let given = gpu.storage("inputs", 4 * u64::from(words.words))?;
        let (tables_of_targets, spots, teacher) = match targets {
            Targets::Table(table) => {
                let (parts, spots) = divide(table, gpu.table_bytes)?;
                let buffers = parts.into_iter().map(|part| Self::upload(&gpu, &table.chunks()[part]));
                (buffers.collect::<Result<Vec<_>, _>>()?, spots, None)
            }
            Targets::Teacher(model) => {
                if (model.population(), model.config().vocab_size) != (shape.population, v) {
                    return Err("the teacher is not of the student's population and vocabulary".to_owned());
                }
                let taught = Shape {
                    config: model.config().clone(),
                    ..shape.clone()
                };
                let pass = model.build(Sizes::new(&taught)?, &words, given.clone(), &taught, None)?;
                let spots = (0..sizes.all_looked()).map(|row| Spot::logits(row * sizes.v)).collect();
                (Vec::new(), spots, Some((Rc::new(pass), model.kernels.clone())))
            }
        };
        let numbers = 4 * weights.len() as u64;
        let [weights_buffer, moments] =
            [("weights", 1), ("moments", 2)].map(|(name, n)| gpu.storage(name, n * numbers));
        let (weights_buffer, moments) = (weights_buffer?, moments?);
        gpu.write(&weights_buffer, weights);
        let gradients = gpu.storage("gradients", u64::from(scratch.splits) * numbers)?;
        let losses = gpu.storage("losses", 8 * u64::from(RING * sizes.population))?;
        let arena = gpu.storage("activations", regions.bytes())?;
        let lookup_buffer = gpu.storage("constants", 4 * lookup.words.len() as u64)?;
        gpu.write(&lookup_buffer, &lookup.words);

        let mut program = Program::new(kernels.groups);
        forward(&mut program, &places, true);
        let constants = Constants {
            update: update_at,
            mixture: mixture_at,
            jobs,
            blocks,
            entropy: teacher.is_some(),
            parts: tables_of_targets.len() as u32,
        };
        backward(&mut program, &places, &scratch, &tables, &constants);
        let bound = Bound {
            arena: &arena,
            weights: &weights_buffer,
            gradients: &gradients,
            moments: &moments,
            given: &given,
            tables: match &teacher {
                Some((pass, _)) => vec![wgpu::BufferBinding {
                    buffer: &pass.arena,
                    offset: pass.logits.0,
                    size: wgpu::BufferSize::new(pass.logits.1),
                }],
                // Something must be bound, also where every target is a token.
                None if tables_of_targets.is_empty() => vec![lookup_buffer.as_entire_buffer_binding()],
                None => tables_of_targets
                    .iter()
                    .map(wgpu::Buffer::as_entire_buffer_binding)
                    .collect(),
            },
            constants: &lookup_buffer,
            losses: &losses,
        };
        let sequence = Sequence::new(&gpu, &program, bound)?;
        let weights = weights_buffer.clone();
        let asked = Rc::new(GpuForward::sharing(
            gpu.clone(),
            &shape.config,
            shape.population,
            kernels.clone(),
            weights,
        ));
        Ok(Self {
            gpu,
            shape,
            sizes,
            words,
            optimizer,
            kernels,
            sequence,
            teacher,
            asked,
            weights: weights_buffer,
            gradients,
            moments,
            given,
            losses,
            spots,
            slot: 0,
            unread: 0,
            packed: Vec::new(),
        })
    }

    /// Chunks of the table of targets in one buffer.
    fn upload(gpu: &Gpu, chunks: &[Vec<f32>]) -> Result<wgpu::Buffer, String> {
        let (bytes, places) = places(chunks);
        let buffer = gpu.storage("target logits", bytes)?;
        for (place, chunk) in places.zip(chunks) {
            gpu.write_at(&buffer, place, chunk);
        }
        Ok(buffer)
    }

    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The models in training, to be asked: always as trained as the plan is.
    pub fn asked(&self) -> Rc<GpuForward> {
        self.asked.clone()
    }

    /// Updates done.
    pub fn updates(&self) -> u32 {
        self.optimizer.updates
    }

    /// Dispatches of a step, the teacher's among them.
    pub fn dispatches_per_step(&self) -> usize {
        self.sequence.len() + self.teacher.as_ref().map_or(0, |(pass, _)| pass.sequence.len())
    }

    /// Records and submits a step; nothing is waited for.
    pub fn step(&mut self, input: &StepInput<'_>) -> Result<(), String> {
        self.submit(input, self.sequence.len())?;
        self.optimizer.updates += 1;
        Ok(())
    }

    fn submit(&mut self, input: &StepInput<'_>, count: usize) -> Result<(), String> {
        let numbers = self.optimizer.numbers(input.rate, self.slot);
        let rows: Vec<u32>;
        let mut input = *input;
        if self.teacher.is_some() {
            let (v, looked, padded) = (4 * self.sizes.v, self.sizes.looked, self.sizes.looked_rows);
            let targets = (0..self.sizes.population).flat_map(|m| (0..looked).map(move |i| v + m * padded + i));
            rows = targets.collect();
            input.targets = &rows;
        }
        let mut packed = std::mem::take(&mut self.packed);
        let result = pack_step(&self.sizes, &self.words, numbers, &input, &self.spots, &mut packed);
        self.packed = packed;
        result?;
        self.gpu.write(&self.given, &self.packed);
        let mut encoder = self.gpu.encoder();
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            if let Some((teacher, kernels)) = &self.teacher {
                teacher.sequence.record(&mut pass, kernels, teacher.sequence.len());
            }
            self.sequence.record(&mut pass, &self.kernels, count);
        }
        self.gpu.queue.submit([encoder.finish()]);
        self.slot = (self.slot + 1) % RING;
        self.unread = (self.unread + 1).min(RING);
        Ok(())
    }

    /// Losses of the steps since the last call, at most the last 64. The steps of before are done when it returns;
    /// others may be submitted while it waits.
    pub fn read_losses(&mut self) -> impl Future<Output = Result<Losses, String>> + use<> {
        let (population, unread) = (self.shape.population, self.unread as usize);
        let first = (self.slot + RING - self.unread) as usize;
        self.unread = 0;
        let mut encoder = self.gpu.encoder();
        let read = self.gpu.read_later(&mut encoder, &self.losses, 0, self.losses.size());
        self.gpu.queue.submit([encoder.finish()]);
        async move {
            let ring = read.values().await?;
            let mut all = Losses::default();
            for step in first..first + unread {
                let slot = step % RING as usize * population;
                for pair in ring[2 * slot..2 * (slot + population)].chunks_exact(2) {
                    all.losses.push(pair[0]);
                    all.entropies.push(pair[1]);
                }
            }
            Ok(all)
        }
    }

    /// Losses `[p]` and gradient `[p, parameters]`, unclipped, of a step that is not done. For tests.
    pub async fn gradient_read(&mut self, input: &StepInput<'_>) -> Result<(Vec<f32>, Vec<f32>), String> {
        let unread = self.unread;
        self.submit(input, self.sequence.len() - 1)?;
        let mut losses = self.read_losses().await?.losses;
        self.unread = unread.min(RING - 1);
        // The step that was not done leaves the ring again.
        self.slot = (self.slot + RING - 1) % RING;
        let losses = losses.split_off(losses.len() - self.shape.population);
        let gradient = self.read(&self.gradients, 0, self.weights.size()).await?;
        Ok((losses, gradient))
    }

    /// The weights `[p, parameters]` after all steps so far.
    pub async fn read_weights(&self) -> Result<Vec<f32>, String> {
        self.read(&self.weights, 0, self.weights.size()).await
    }

    /// The optimiser's state after all steps so far.
    pub async fn read_moments(&self) -> Result<Moments, String> {
        let updates = self.optimizer.updates;
        let mut first = self.read(&self.moments, 0, self.moments.size()).await?;
        let second = first.split_off(first.len() / 2);
        Ok(Moments { first, second, updates })
    }

    /// Goes on from these weights, and from these moments or from none.
    pub fn restore(&mut self, weights: &[f32], moments: Option<&Moments>) -> Result<(), String> {
        let numbers = self.weights.size() as usize / 4;
        let fits = |moments: &Moments| moments.first.len() == numbers && moments.second.len() == numbers;
        if weights.len() != numbers || !moments.is_none_or(fits) {
            return Err(format!(
                "{} weights or their moments are not this plan's",
                weights.len()
            ));
        }
        self.gpu.write(&self.weights, weights);
        if let Some(moments) = moments {
            self.gpu.write(&self.moments, &moments.first);
            self.gpu.write_at(&self.moments, self.weights.size(), &moments.second);
        } else {
            let mut encoder = self.gpu.encoder();
            encoder.clear_buffer(&self.moments, 0, None);
            self.gpu.queue.submit([encoder.finish()]);
        }
        self.optimizer.updates = moments.map_or(0, |moments| moments.updates);
        Ok(())
    }

    /// Logits with the weights after all steps so far: see [`GpuForward::logits_at`].
    pub async fn logits_at(&self, tokens: &[u32], length: usize, rows: &[u32]) -> Result<Vec<f32>, String> {
        self.asked.logits_at(tokens, length, rows).await
    }

    async fn read(&self, buffer: &wgpu::Buffer, at: u64, bytes: u64) -> Result<Vec<f32>, String> {
        let mut encoder = self.gpu.encoder();
        let read = self.gpu.read_later(&mut encoder, buffer, at, bytes);
        self.gpu.queue.submit([encoder.finish()]);
        read.values().await
    }
}
