//! Token by token on the device: keys and values of what came before are kept there.

use std::rc::Rc;

use crate::plan::Shape;

use super::cache::{Cache, KEPT, Reading};
use super::forward::cache_of_layer;
use super::inference::GpuForward;
use super::kernels::Kernels;
use super::layout::Sizes;
use super::sources::Kernel;

/// A population of models, each with some sequences that grow together.
pub struct GpuDecoder {
    models: Rc<GpuForward>,
    sequences: usize,
    most: usize,
    /// Tokens of every sequence so far.
    length: usize,
    /// Taken when it is first needed, given back when the decoder goes.
    reading: Option<Reading>,
}

impl GpuDecoder {
    /// For `sequences` per member, of `most` tokens at most. Nothing is allocated yet.
    pub fn new(models: &Rc<GpuForward>, sequences: usize, most: usize) -> Self {
        Self {
            models: models.clone(),
            sequences,
            most,
            length: 0,
            reading: None,
        }
    }

    /// Appends `length` tokens to every sequence, `tokens: [p, sequences, length]`; the logits after the last of them, `[p,
    /// sequences, v]`.
    pub async fn next(&mut self, tokens: &[u32], length: usize) -> Result<Vec<f32>, String> {
        let all = self.models.population() * self.sequences;
        if length == 0 || tokens.len() != all * length || self.length + length > self.most {
            return Err(format!(
                "{} tokens do not fit {all} sequences of {} of {} positions",
                tokens.len(),
                self.length,
                self.most
            ));
        }
        let mut reading = match self.reading.take() {
            Some(reading) => reading,
            None => self.take().await?,
        };
        let pass = match reading.passes.iter().position(|(known, _)| *known == length) {
            Some(found) => found,
            None => {
                let shape = self.shape(length);
                let pass = self.models.asked(&shape, Some(&reading.cache))?;
                reading.passes.push((length, pass));
                reading.passes.len() - 1
            }
        };
        let last: Vec<u32> = (1..=all).map(|sequence| (sequence * length - 1) as u32).collect();
        let logits = self
            .models
            .run(&reading.passes[pass].1, &reading.kernels, tokens, &last, self.length)
            .await;
        self.reading = Some(reading);
        self.length += length;
        logits
    }

    fn shape(&self, length: usize) -> Shape {
        Shape {
            config: self.models.config().clone(),
            population: self.models.population(),
            sequences: self.sequences,
            length,
            rows: self.sequences,
        }
    }

    /// A cache that nobody holds, or a new one.
    async fn take(&self) -> Result<Reading, String> {
        if let Some(free) = self.free() {
            return Ok(free);
        }
        let kernels = Kernels::new(&self.models.gpu, self.models.config(), &Kernel::CACHED).await?;
        let sizes = Sizes::new(&self.shape(1))?;
        let bytes = 16 * u64::from(sizes.layers) * u64::from(cache_of_layer(&sizes, self.most as u32));
        Ok(Reading {
            sequences: self.sequences,
            cache: Cache {
                buffer: self.models.gpu.storage("keys and values", bytes)?,
                most: self.most,
            },
            kernels,
            passes: Vec::new(),
        })
    }

    fn free(&self) -> Option<Reading> {
        let mut free = self.models.readings.borrow_mut();
        let fits = |reading: &Reading| reading.sequences == self.sequences && reading.cache.most == self.most;
        let index = free.iter().position(fits)?;
        Some(free.remove(index))
    }
}

impl Drop for GpuDecoder {
    fn drop(&mut self) {
        if let Some(reading) = self.reading.take() {
            let mut free = self.models.readings.borrow_mut();
            free.push(reading);
            if free.len() > KEPT {
                free.remove(0);
            }
        }
    }
}

impl std::fmt::Debug for GpuDecoder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("GpuDecoder")
            .field("sequences", &self.sequences)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
