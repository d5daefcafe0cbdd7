//! What the hardware can do at best through this engine: one large matrix product, one large copy.

use crate::engine::{Engine, Failure};
use crate::plan::cpu;
#[cfg(target_arch = "wasm32")]
use crate::plan::gpu;
use crate::protocol::BenchmarkWork;

/// Rows, depth and columns of the product.
const PRODUCT: [usize; 3] = [1024, 256, 1024];
/// Numbers that are copied.
const COPIED: usize = 8 << 20;

/// A probe of one limit.
pub(super) enum Limit {
    CpuProduct {
        left: Vec<f32>,
        right: Vec<f32>,
    },
    CpuCopy {
        from: Vec<f32>,
        to: Vec<f32>,
    },
    #[cfg(target_arch = "wasm32")]
    Gpu(Box<gpu::Probe>),
}

impl Limit {
    /// # Errors
    ///
    /// When the device refuses, or where the engine is burn.
    pub async fn new(copy: bool, engine: &Engine) -> Result<Self, Failure> {
        match engine {
            #[cfg(feature = "reference")]
            Engine::Burn(_) => Err(Failure("limits are measured for the fused plans only".to_owned())),
            #[cfg(target_arch = "wasm32")]
            Engine::Gpu(device) if copy => Ok(Self::Gpu(Box::new(gpu::Probe::copy(device, COPIED)?))),
            #[cfg(target_arch = "wasm32")]
            Engine::Gpu(device) => Ok(Self::Gpu(Box::new(gpu::Probe::product(device, PRODUCT).await?))),
            _ if copy => Ok(Self::CpuCopy {
                from: numbers(COPIED),
                to: vec![0.0; COPIED],
            }),
            _ => {
                let [n, k, m] = PRODUCT;
                let (left, right) = (numbers(n * k), numbers(k * m));
                Ok(Self::CpuProduct { left, right })
            }
        }
    }

    /// Once; one of the numbers that came out.
    pub async fn step(&mut self) -> Result<f64, Failure> {
        match self {
            Self::CpuProduct { left, right } => Ok(f64::from(cpu::product(left, right, PRODUCT)[0])),
            Self::CpuCopy { from, to } => {
                to.copy_from_slice(from);
                Ok(f64::from(to[COPIED - 1]))
            }
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(probe) => Ok(f64::from(probe.run().await?)),
        }
    }

    pub fn work(&self) -> BenchmarkWork {
        let [n, k, m] = PRODUCT.map(|size| size as f64);
        let copies = match self {
            Self::CpuProduct { .. } => false,
            Self::CpuCopy { .. } => true,
            #[cfg(target_arch = "wasm32")]
            Self::Gpu(probe) => probe.copies(),
        };
        let (flops, numbers) = if copies {
            (0.0, 2.0 * COPIED as f64)
        } else {
            (2.0 * n * k * m, n * k + k * m + n * m)
        };
        BenchmarkWork {
            flops,
            bytes: 4.0 * numbers,
            parameters: 0.0,
            tokens: 0.0,
        }
    }
}

/// Between -1 and 1, all different from 0.
fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 7 + 3) % 1_009) as f32 / 504.0 - 1.0).collect()
}
