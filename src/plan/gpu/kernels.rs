//! The kernels, compiled for one model's sizes.

use crate::model::LlamaConfig;

use super::device::Gpu;
use super::sources::Kernel;

/// Compiled kernels of one model.
#[derive(Clone)]
pub struct Kernels {
    pipelines: Vec<Option<wgpu::ComputePipeline>>,
    /// Rows of a tile in fours.
    pub groups: u32,
}

impl Kernels {
    /// Compiles those of `wanted` that the device has not compiled before; an error of the shader compiler comes back as
    /// text.
    pub async fn new(gpu: &Gpu, config: &LlamaConfig, wanted: &[Kernel]) -> Result<Self, String> {
        let build = gpu.build;
        let sources = wanted
            .iter()
            .map(|&kernel| (kernel, kernel.specialised(config, build)))
            .collect();
        let mut pipelines = vec![None; Kernel::COUNT];
        for (kernel, pipeline) in gpu.compiler.compile(&gpu.device, sources).await? {
            pipelines[kernel as usize] = Some(pipeline);
        }
        Ok(Self {
            pipelines,
            groups: build.groups,
        })
    }

    /// The compiled form of a kernel that was asked for.
    pub fn get(&self, kernel: Kernel) -> &wgpu::ComputePipeline {
        self.pipelines[kernel as usize]
            .as_ref()
            .unwrap_or_else(|| panic!("{kernel:?} was not compiled"))
    }
}
