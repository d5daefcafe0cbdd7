//! The WGSL sources, put together and compiled for one model's sizes.

use crate::model::LlamaConfig;

macro_rules! wgsl {
    ($($name:literal),+) => {
        [include_str!("wgsl/common.wgsl"), $(include_str!(concat!("wgsl/", $name, ".wgsl"))),+].concat()
    };
}

/// Every kernel, in the order in which a step first needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    Embed,
    Qkv,
    Attention,
    Residual,
    Swiglu,
    Head,
    Loss,
    HeadBackward,
    Scatter,
    SwigluBackward,
    NormBackward,
    ProjectBackward,
    AttentionBackward,
    WeightGradient,
    Reduce,
    Finish,
    AdamW,
}

impl Kernel {
    /// Those that a forward pass consists of.
    pub const FORWARD: [Kernel; 6] = [
        Kernel::Embed,
        Kernel::Qkv,
        Kernel::Attention,
        Kernel::Residual,
        Kernel::Swiglu,
        Kernel::Head,
    ];

    /// All of them.
    pub const ALL: [Kernel; 17] = [
        Kernel::Embed,
        Kernel::Qkv,
        Kernel::Attention,
        Kernel::Residual,
        Kernel::Swiglu,
        Kernel::Head,
        Kernel::Loss,
        Kernel::HeadBackward,
        Kernel::Scatter,
        Kernel::SwigluBackward,
        Kernel::NormBackward,
        Kernel::ProjectBackward,
        Kernel::AttentionBackward,
        Kernel::WeightGradient,
        Kernel::Reduce,
        Kernel::Finish,
        Kernel::AdamW,
    ];

    fn source(self) -> String {
        match self {
            Kernel::Embed => wgsl!("embed"),
            Kernel::Qkv => wgsl!("tile", "normed", "qkv"),
            Kernel::Attention => wgsl!("attention"),
            Kernel::Residual => wgsl!("tile", "residual"),
            Kernel::Swiglu => wgsl!("tile", "normed", "swiglu"),
            Kernel::Head => wgsl!("tile", "normed", "head"),
            Kernel::Loss => wgsl!("loss"),
            Kernel::HeadBackward | Kernel::NormBackward => wgsl!("tile", "norm_backward"),
            Kernel::Scatter => wgsl!("scatter"),
            Kernel::SwigluBackward => wgsl!("tile", "swiglu_backward"),
            Kernel::ProjectBackward => wgsl!("tile", "project_backward"),
            Kernel::AttentionBackward => wgsl!("attention_backward"),
            Kernel::WeightGradient => wgsl!("weight_gradient"),
            Kernel::Reduce => wgsl!("reduce"),
            Kernel::Finish => wgsl!("finish"),
            Kernel::AdamW => wgsl!("adamw"),
        }
    }
}

/// What the sources differ in, apart from the model's sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Variant {
    /// The table of target logits has hidden tokens.
    pub hidden: bool,
    /// The entropy of the targets is wanted.
    pub entropy: bool,
}

/// Compiled kernels and the one bind group layout that they share.
#[derive(Clone)]
pub struct Kernels {
    pub layout: wgpu::BindGroupLayout,
    pipelines: Vec<Option<wgpu::ComputePipeline>>,
    /// Rows of a tile in fours. More of them load less per product, which is what a software adapter spends its time
    /// on; a GPU would run out of registers.
    pub groups: u32,
}

impl Kernels {
    /// Compiles `wanted`; an error of the shader compiler comes back as text.
    pub async fn new(
        device: &wgpu::Device,
        config: &LlamaConfig,
        variant: Variant,
        wanted: &[Kernel],
    ) -> Result<Self, String> {
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("plan"),
            entries: &std::array::from_fn::<_, 9, _>(entry),
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("plan"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let software = device.adapter_info().device_type == wgpu::DeviceType::Cpu;
        let groups = if software { 4 } else { 2 };
        let mut pipelines = vec![None; Kernel::ALL.len()];
        let mut modules = Vec::new();
        for &kernel in wanted {
            let label = format!("{kernel:?}");
            let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(&label),
                source: wgpu::ShaderSource::Wgsl(specialise(kernel, config, variant, groups).into()),
            });
            pipelines[kernel as usize] = Some(device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(&label),
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            }));
            modules.push((kernel, module));
        }
        let failure = scope.pop().await;
        for (kernel, module) in modules {
            let info = module.get_compilation_info().await;
            let error = info
                .messages
                .into_iter()
                .find(|message| message.message_type == wgpu::CompilationMessageType::Error);
            if let Some(error) = error {
                let line = error.location.map_or(0, |location| location.line_number);
                return Err(format!(
                    "the kernel {kernel:?} does not compile: line {line}: {}",
                    error.message
                ));
            }
        }
        match failure {
            Some(error) => Err(format!("a kernel was refused: {error}")),
            None => Ok(Self {
                layout,
                pipelines,
                groups,
            }),
        }
    }

    /// The compiled form of a kernel that was asked for.
    pub fn get(&self, kernel: Kernel) -> &wgpu::ComputePipeline {
        self.pipelines[kernel as usize]
            .as_ref()
            .unwrap_or_else(|| panic!("{kernel:?} was not compiled"))
    }
}

/// Bindings as in common.wgsl.
fn entry(index: usize) -> wgpu::BindGroupLayoutEntry {
    let ty = match index {
        8 => wgpu::BufferBindingType::Uniform,
        4..=6 => wgpu::BufferBindingType::Storage { read_only: true },
        _ => wgpu::BufferBindingType::Storage { read_only: false },
    };
    wgpu::BindGroupLayoutEntry {
        binding: index as u32,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset: index == 8,
            min_binding_size: None,
        },
        count: None,
    }
}

/// The source with its constants in front and its repeated lines written out.
fn specialise(kernel: Kernel, config: &LlamaConfig, variant: Variant, groups: u32) -> String {
    let head = config.head_dim() / 4;
    let numbers = [
        ("GROUPS", groups as usize),
        ("HEADS", config.num_attention_heads),
        ("HEAD", head),
        ("HALF", head / 2),
    ];
    let switches = [
        ("GATHER", kernel == Kernel::HeadBackward),
        ("HIDDEN", variant.hidden),
        ("ENTROPY", variant.entropy),
    ];
    let numbers = numbers.map(|(name, value)| format!("const {name} = {value}u;\n"));
    let switches = switches.map(|(name, value)| format!("const {name} = {value};\n"));
    let constants = numbers.concat() + &switches.concat();
    constants + &unroll(&kernel.source(), head, groups as usize)
}

/// Writes a line that begins with `%H` once per vec4 of a head, one with `%P` once per vec4 of its first half, one with
/// `%G` once per group of a tile's rows.
fn unroll(source: &str, head: usize, groups: usize) -> String {
    let mut all = String::new();
    for line in source.lines() {
        let text = line.trim_start();
        let repeated = [("%H ", head), ("%P ", head / 2), ("%G ", groups)]
            .into_iter()
            .find_map(|(mark, times)| text.strip_prefix(mark).map(|text| (times, text)));
        let Some((times, text)) = repeated else {
            all += line;
            all.push('\n');
            continue;
        };
        for i in 0..times {
            all += &text
                .replace("##", &(i + head / 2).to_string())
                .replace('#', &i.to_string());
            all.push('\n');
        }
    }
    all
}
