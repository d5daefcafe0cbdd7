//! What the device can do at best with these kernels: one large product, one large copy.

use crate::model::LlamaConfig;

use super::call::Call;
use super::device::Gpu;
use super::kernels::Kernels;
use super::program::Program;
use super::sequence::{Bound, Sequence};
use super::sources::Kernel;

/// A product or a copy, and a buffer to read one number from when it is done.
pub struct Probe {
    gpu: Gpu,
    left: wgpu::Buffer,
    right: wgpu::Buffer,
    product: Option<(Sequence, Kernels)>,
}

impl Probe {
    /// A copy of so many numbers.
    pub fn copy(gpu: &Gpu, numbers: usize) -> Result<Self, String> {
        let [left, right] = ["left", "right"].map(|name| gpu.storage(name, 4 * numbers as u64));
        Ok(Self {
            gpu: gpu.clone(),
            left: left?,
            right: right?,
            product: None,
        })
    }

    /// `[n, k]` times `[k, m]`, sizes that are multiples of 16, by the kernel of the output projections.
    pub async fn product(gpu: &Gpu, [n, k, m]: [usize; 3]) -> Result<Self, String> {
        // The kernel does not depend on the model's sizes.
        let kernels = Kernels::new(gpu, &LlamaConfig::student(4), &[Kernel::Residual]).await?;
        let (left, right) = (
            gpu.storage("left", 4 * (n * k + n * m) as u64)?,
            gpu.storage("right", 4 * (k * m) as u64)?,
        );
        let place = (n * k / 4) as u32;
        let call = Call {
            rows: n as u32,
            real: n as u32,
            inner: (k / 4) as u32,
            columns: (m / 4) as u32,
            slots: (m / 8) as u32,
            parameters: (k * m / 4) as u32,
            out: place,
            residual: place,
            population: 1,
            ..Call::default()
        };
        let mut program = Program::new(kernels.groups);
        program.push_tiles(Kernel::Residual, call);
        let none = gpu.storage("none", 16)?;
        let spare = gpu.storage("none", 16)?;
        let (moments, losses) = (gpu.storage("none", 16)?, gpu.storage("none", 16)?);
        let bound = Bound {
            arena: &left,
            weights: &right,
            gradients: &none,
            moments: &moments,
            given: &spare,
            tables: vec![spare.as_entire_buffer_binding()],
            constants: &spare,
            losses: &losses,
        };
        let sequence = Sequence::new(gpu, &program, bound)?;
        Ok(Self {
            gpu: gpu.clone(),
            left,
            right,
            product: Some((sequence, kernels)),
        })
    }

    pub fn copies(&self) -> bool {
        self.product.is_none()
    }

    /// Once, until it is done; a number that came out.
    pub async fn run(&self) -> Result<f32, String> {
        let mut encoder = self.gpu.encoder();
        match &self.product {
            Some((sequence, kernels)) => {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                sequence.record(&mut pass, kernels, sequence.len());
            }
            None => encoder.copy_buffer_to_buffer(&self.left, 0, &self.right, 0, self.right.size()),
        }
        let from = if self.copies() { &self.right } else { &self.left };
        let read = self.gpu.read_later(&mut encoder, from, from.size() - 16, 16);
        self.gpu.queue.submit([encoder.finish()]);
        read.values().await?.first().copied().ok_or_else(String::new)
    }
}
