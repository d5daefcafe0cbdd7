//! Models that can be asked.

#[cfg(target_arch = "wasm32")]
use super::crew;
use super::{Engine, Failure};
use crate::model::LlamaConfig;
use crate::plan::cpu;
#[cfg(target_arch = "wasm32")]
use crate::plan::gpu;
#[cfg(feature = "reference")]
use crate::reference::{Cache, Llama, read};
use std::cell::RefCell;
use std::rc::Rc;

/// A population of models of one shape, on an engine.
#[derive(Clone, Debug)]
pub enum Models {
    #[cfg(feature = "reference")]
    Burn(Box<Llama>),
    Cpu(CpuModels),
    /// Shares the weights of the plan that trains it: it is always as trained as that.
    #[cfg(target_arch = "wasm32")]
    Crew(Rc<crew::CrewModels>),
    /// The same, if a plan trains it.
    #[cfg(target_arch = "wasm32")]
    Gpu(Rc<gpu::GpuForward>),
}

impl Models {
    /// From `weights: [p, parameters]` on the host.
    ///
    /// # Errors
    ///
    /// When the device refuses them.
    pub async fn new(config: &LlamaConfig, weights: &[f32], engine: &Engine) -> Result<Self, Failure> {
        Ok(match engine {
            #[cfg(feature = "reference")]
            Engine::Burn(device) => Self::Burn(Box::new(Llama::from_slice(config, weights, device))),
            Engine::Cpu => Self::on_cpu(config, weights),
            // Only what is trained is shared out.
            #[cfg(target_arch = "wasm32")]
            Engine::Crew(_) => Self::on_cpu(config, weights),
            #[cfg(target_arch = "wasm32")]
            Engine::Gpu(gpu) => {
                let population = weights.len() / config.parameter_count();
                Self::Gpu(Rc::new(gpu::GpuForward::new(gpu, config, population, weights).await?))
            }
        })
    }

    /// On the processor.
    pub fn on_cpu(config: &LlamaConfig, weights: &[f32]) -> Self {
        Self::sharing(config, weights.into())
    }

    /// On the processor, with the weights of somebody else.
    pub fn sharing(config: &LlamaConfig, weights: Rc<[f32]>) -> Self {
        Self::Cpu(CpuModels::new(config, weights))
    }

    pub fn config(&self) -> &LlamaConfig {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(model) => &model.config,
            Self::Cpu(models) => &models.config,
            #[cfg(target_arch = "wasm32")]
            Self::Crew(models) => models.config(),
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(models) => models.config(),
        }
    }

    pub fn population(&self) -> usize {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(model) => model.population,
            Self::Cpu(models) => models.population,
            #[cfg(target_arch = "wasm32")]
            Self::Crew(models) => models.population(),
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(models) => models.population(),
        }
    }

    /// Logits at chosen positions, `[p, k, v]`.
    ///
    /// `tokens`: `[p, b, length]`, every id below `v`; `rows: [p, k]`: positions in it flattened, each in its member's part.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn logits_at(&self, tokens: &[u32], length: usize, rows: &[u32]) -> Result<Vec<f32>, Failure> {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(model) => Ok(read(model.logits_at(tokens, length, rows)).await?),
            Self::Cpu(models) => {
                let mut logits = Vec::new();
                models.model.borrow_mut().logits_at(tokens, length, rows, &mut logits);
                Ok(logits)
            }
            #[cfg(target_arch = "wasm32")]
            Self::Crew(models) => models.logits_at(tokens, length, rows).await,
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(models) => Ok(models.logits_at(tokens, length, rows).await?),
        }
    }

    /// Starts to read `sequences` per member, one token or several at a time, `positions` at most.
    pub fn decoder(&self, sequences: usize, positions: usize) -> Decoder {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(model) => Decoder::Burn(Box::new((Llama::clone(model), Cache::default()))),
            Self::Cpu(CpuModels {
                config,
                population,
                weights,
                ..
            }) => Decoder::Cpu(Box::new(cpu::Decoder::new(
                config,
                weights.clone(),
                *population,
                sequences,
                positions,
            ))),
            #[cfg(target_arch = "wasm32")]
            Self::Crew(models) => Decoder::Crew(crew::CrewDecoder::new(models.clone(), sequences, positions)),
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(models) => Decoder::Gpu(gpu::GpuDecoder::new(models, sequences, positions)),
        }
    }
}

/// Models on the processor. Clones share weights and buffers.
#[derive(Clone, Debug)]
pub struct CpuModels {
    config: LlamaConfig,
    population: usize,
    weights: Rc<[f32]>,
    /// Answering writes to its buffers.
    model: Rc<RefCell<cpu::CpuModel>>,
}

impl CpuModels {
    fn new(config: &LlamaConfig, weights: Rc<[f32]>) -> Self {
        let population = weights.len() / config.parameter_count();
        let model = cpu::CpuModel::new(config, weights.clone(), population, config.max_position_embeddings);
        Self {
            config: config.clone(),
            population,
            weights,
            model: Rc::new(RefCell::new(model)),
        }
    }
}

/// Sequences being read, with the keys and values of what was read.
#[derive(Debug)]
pub enum Decoder {
    #[cfg(feature = "reference")]
    Burn(Box<(Llama, Cache)>),
    Cpu(Box<cpu::Decoder>),
    #[cfg(target_arch = "wasm32")]
    Crew(crew::CrewDecoder),
    #[cfg(target_arch = "wasm32")]
    Gpu(gpu::GpuDecoder),
}

impl Decoder {
    /// Reads `length` more tokens of every sequence, `[p, b, length]`: the logits after the last of them, `[p, b, v]`.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn next(&mut self, tokens: &[u32], length: usize) -> Result<Vec<f32>, Failure> {
        match self {
            #[cfg(feature = "reference")]
            Self::Burn(reading) => {
                let (model, cache) = &mut **reading;
                Ok(read(model.next_logits(tokens, length, cache)).await?)
            }
            Self::Cpu(decoder) => Ok(decoder.next(tokens, length)),
            #[cfg(target_arch = "wasm32")]
            Self::Crew(decoder) => decoder.next(tokens, length).await,
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(decoder) => Ok(decoder.next(tokens, length).await?),
        }
    }
}
