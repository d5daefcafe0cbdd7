//! A fixed sequence of dispatches: made once, recorded every step.

use super::call::Call;
use super::device::Gpu;
use super::kernels::Kernels;
use super::limits::Limits;
use super::program::Program;
use super::sources::Kernel;

/// Bytes between the constants of two dispatches: the largest alignment that WebGPU's default limits ask for.
const STRIDE: usize = 256;
const _: () = assert!(size_of::<Call>() <= STRIDE);

/// The buffers of a sequence, as bound by common.wgsl; `tables`: the parts of the table of targets, one at least, of which a
/// dispatch has the one that its call names.
pub struct Bound<'a> {
    pub arena: &'a wgpu::Buffer,
    pub weights: &'a wgpu::Buffer,
    pub gradients: &'a wgpu::Buffer,
    pub moments: &'a wgpu::Buffer,
    pub given: &'a wgpu::Buffer,
    pub tables: Vec<wgpu::BufferBinding<'a>>,
    pub constants: &'a wgpu::Buffer,
    pub losses: &'a wgpu::Buffer,
}

/// A kernel with where it finds its constants and what it is bound to.
struct Dispatch {
    kernel: Kernel,
    offset: u32,
    part: usize,
    groups: [u32; 3],
}

/// A program with its constants on the device and its bind groups.
pub struct Sequence {
    dispatches: Vec<Dispatch>,
    /// By part of the table.
    groups: Vec<wgpu::BindGroup>,
}

impl Sequence {
    /// Uploads the constants and binds the buffers.
    pub fn new(gpu: &Gpu, program: &Program, bound: Bound<'_>) -> Result<Self, String> {
        let device = &gpu.device;
        program.check(Limits::of(device).groups)?;
        let mut bytes = vec![0u8; program.calls.len().max(1) * STRIDE];
        let mut dispatches = Vec::new();
        for (i, (kernel, call, groups)) in program.calls.iter().enumerate() {
            bytes[i * STRIDE..][..size_of::<Call>()].copy_from_slice(bytemuck::bytes_of(call));
            dispatches.push(Dispatch {
                kernel: *kernel,
                offset: (i * STRIDE) as u32,
                part: call.part as usize,
                groups: groups.map(|count| count as u32),
            });
        }
        let uniform = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("calls"),
            size: bytes.len() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        gpu.write(&uniform, &bytes);
        let group = |table: &wgpu::BufferBinding<'_>| {
            let resources = [
                bound.arena.as_entire_binding(),
                bound.weights.as_entire_binding(),
                bound.gradients.as_entire_binding(),
                bound.moments.as_entire_binding(),
                bound.given.as_entire_binding(),
                wgpu::BindingResource::Buffer(table.clone()),
                bound.constants.as_entire_binding(),
                bound.losses.as_entire_binding(),
                wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer: &uniform,
                    offset: 0,
                    size: wgpu::BufferSize::new(STRIDE as u64),
                }),
            ];
            let entries: Vec<_> = (0..)
                .zip(resources)
                .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
                .collect();
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("plan"),
                layout: &gpu.compiler.layout,
                entries: &entries,
            })
        };
        Ok(Self {
            dispatches,
            groups: bound.tables.iter().map(group).collect(),
        })
    }

    /// How many dispatches it is.
    pub fn len(&self) -> usize {
        self.dispatches.len()
    }

    /// Records the first `count` dispatches.
    pub fn record(&self, pass: &mut wgpu::ComputePass<'_>, kernels: &Kernels, count: usize) {
        self.record_range(pass, kernels, 0, count);
    }

    /// Records `count` dispatches from `first` on.
    pub fn record_range(&self, pass: &mut wgpu::ComputePass<'_>, kernels: &Kernels, first: usize, count: usize) {
        let mut last = None;
        for dispatch in self.dispatches.iter().skip(first).take(count) {
            if last != Some(dispatch.kernel) {
                pass.set_pipeline(kernels.get(dispatch.kernel));
                last = Some(dispatch.kernel);
            }
            pass.set_bind_group(0, &self.groups[dispatch.part], &[dispatch.offset]);
            let [x, y, z] = dispatch.groups;
            pass.dispatch_workgroups(x, y, z);
        }
    }

    /// Which kernel a dispatch runs.
    pub fn kernel(&self, index: usize) -> Kernel {
        self.dispatches[index].kernel
    }
}
