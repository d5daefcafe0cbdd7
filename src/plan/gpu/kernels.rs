//! The WGSL sources, put together and compiled for one model's sizes.

use crate::model::LlamaConfig;

use super::build::Build;
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
    Residual,
    Swiglu,
    Head,
    Loss,
    NormBackward,
    Scatter,
    SwigluBackward,
    ProjectBackward,
    AttentionBackward,
    WeightGradient,
    Reduce,
    Finish,
    AdamW,
    /// Attention that keeps keys and values; not part of a step.
    CachedAttention,
}

impl Kernel {
    /// Those that models are asked with.
    pub const FORWARD: [Kernel; 6] = [
        Kernel::Embed,
        Kernel::Qkv,
        Kernel::Attention,
        Kernel::Residual,
        Kernel::Swiglu,
        Kernel::Head,
    ];

    /// Those that models are asked with token by token.
    pub const CACHED: [Kernel; 6] = [
        Kernel::Embed,
        Kernel::Qkv,
        Kernel::CachedAttention,
        Kernel::Residual,
        Kernel::Swiglu,
        Kernel::Head,
    ];

    /// Those of a step of training.
    pub const STEP: [Kernel; 16] = [
        Kernel::Embed,
        Kernel::Qkv,
        Kernel::Attention,
        Kernel::Residual,
        Kernel::Swiglu,
        Kernel::Head,
        Kernel::Loss,
        Kernel::NormBackward,
        Kernel::Scatter,
        Kernel::SwigluBackward,
        Kernel::ProjectBackward,
        Kernel::AttentionBackward,
        Kernel::WeightGradient,
        Kernel::Reduce,
        Kernel::Finish,
        Kernel::AdamW,
    ];

    /// How many there are.
    const COUNT: usize = Kernel::CachedAttention as usize + 1;

    fn source(self) -> String {
        match self {
            Kernel::Embed => wgsl!("embed"),
            // What differs is told by the call: a kernel takes long to compile.
            Kernel::Qkv | Kernel::Swiglu | Kernel::Head => wgsl!("tile", "normed"),
            Kernel::NormBackward | Kernel::ProjectBackward => wgsl!("tile", "project_backward"),
            Kernel::Attention => wgsl!("attention"),
            Kernel::Residual => wgsl!("tile", "residual"),
            Kernel::Loss => wgsl!("loss"),
            Kernel::Scatter => wgsl!("scatter"),
            Kernel::SwigluBackward => wgsl!("tile", "swiglu_backward"),
            Kernel::AttentionBackward => wgsl!("attention_backward"),
            Kernel::WeightGradient => wgsl!("weight_gradient"),
            Kernel::Reduce => wgsl!("reduce"),
            Kernel::Finish => wgsl!("finish"),
            Kernel::AdamW => wgsl!("adamw"),
            Kernel::CachedAttention => wgsl!("cached_attention"),
        }
    }
}

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
            .map(|&kernel| (kernel, specialise(&kernel.source(), config, build)))
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

/// The source with its constants in front, its lines for other devices left out and its repeated lines written out.
fn specialise(source: &str, config: &LlamaConfig, build: Build) -> String {
    let head = config.head_dim() / 4;
    let source = unroll(&chosen(source, build.quads), head, build.groups as usize);
    let mut all = String::new();
    if build.quads {
        // That no lane of a quad leaves it early is beyond what the compiler can see.
        all += "enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n";
    }
    // Only what a kernel mentions: models of other sizes then share it.
    let numbers = [("GROUPS", build.groups as usize), ("HEAD", head), ("HALF", head / 2)];
    for (name, value) in numbers {
        if mentions(&source, name) {
            all += &format!("const {name} = {value}u;\n");
        }
    }
    all + &source
}

/// Leaves out lines that begin with `%N` where quads share, with `%S` where they do not.
fn chosen(source: &str, quads: bool) -> String {
    let (mine, other) = if quads { ("%S ", "%N ") } else { ("%N ", "%S ") };
    let mut all = String::new();
    for line in source.lines() {
        let text = line.trim_start();
        if !text.starts_with(other) {
            all += text.strip_prefix(mine).unwrap_or(line);
            all.push('\n');
        }
    }
    all
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
