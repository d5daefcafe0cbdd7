//! The WGSL sources, put together and compiled for one model's sizes.

use crate::model::LlamaConfig;

use super::device::Gpu;

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
    /// Attention that keeps keys and values; not part of a step.
    CachedAttention,
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
    /// Those that models are asked with.
    pub const FORWARD: [Kernel; 7] = [
        Kernel::Embed,
        Kernel::Qkv,
        Kernel::Attention,
        Kernel::CachedAttention,
        Kernel::Residual,
        Kernel::Swiglu,
        Kernel::Head,
    ];

    /// All of them.
    pub const ALL: [Kernel; 18] = [
        Kernel::Embed,
        Kernel::Qkv,
        Kernel::Attention,
        Kernel::CachedAttention,
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
            Kernel::CachedAttention => wgsl!("cached_attention"),
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

/// Compiled kernels of one model.
#[derive(Clone)]
pub struct Kernels {
    pipelines: Vec<Option<wgpu::ComputePipeline>>,
    /// Rows of a tile in fours. More of them load less per product, which is what a software adapter spends its time
    /// on; a GPU would run out of registers.
    pub groups: u32,
}

impl Kernels {
    /// Compiles those of `wanted` that the device has not compiled before; an error of the shader compiler comes back as
    /// text.
    pub async fn new(gpu: &Gpu, config: &LlamaConfig, variant: Variant, wanted: &[Kernel]) -> Result<Self, String> {
        let software = gpu.device.adapter_info().device_type == wgpu::DeviceType::Cpu;
        let groups = if software { 4 } else { 2 };
        let sources = wanted
            .iter()
            .map(|&kernel| (kernel, specialise(kernel, config, variant, groups)))
            .collect();
        let mut pipelines = vec![None; Kernel::ALL.len()];
        for (kernel, pipeline) in gpu.compiler.compile(&gpu.device, sources).await? {
            pipelines[kernel as usize] = Some(pipeline);
        }
        Ok(Self { pipelines, groups })
    }

    /// The compiled form of a kernel that was asked for.
    pub fn get(&self, kernel: Kernel) -> &wgpu::ComputePipeline {
        self.pipelines[kernel as usize]
            .as_ref()
            .unwrap_or_else(|| panic!("{kernel:?} was not compiled"))
    }
}

/// The source with its constants in front and its repeated lines written out.
fn specialise(kernel: Kernel, config: &LlamaConfig, variant: Variant, groups: u32) -> String {
    let head = config.head_dim() / 4;
    let numbers = [("GROUPS", groups as usize), ("HEAD", head), ("HALF", head / 2)];
    let switches = [
        ("GATHER", kernel == Kernel::HeadBackward),
        ("HIDDEN", variant.hidden),
        ("ENTROPY", variant.entropy),
    ];
    let numbers = numbers.map(|(name, value)| (name, format!("{value}u")));
    let switches = switches.map(|(name, value)| (name, value.to_string()));
    let source = unroll(&kernel.source(), head, groups as usize);
    // Only what a kernel mentions: models of other sizes then share it.
    let constants: String = numbers
        .iter()
        .chain(&switches)
        .filter(|(name, _)| mentions(&source, name))
        .map(|(name, value)| format!("const {name} = {value};\n"))
        .collect();
    constants + &source
}

/// Whether a source has a word in its code.
fn mentions(source: &str, word: &str) -> bool {
    let code = source.lines().filter_map(|line| line.split("//").next());
    code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .any(|found| found == word)
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
