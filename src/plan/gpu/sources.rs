//! The WGSL sources, put together for one model's sizes.

use crate::model::LlamaConfig;

use super::build::Build;

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
    pub const COUNT: usize = Kernel::CachedAttention as usize + 1;

    /// For one model's sizes and one kind of device.
    pub fn specialised(self, config: &LlamaConfig, build: Build) -> String {
        specialise(&self.source(), config, build)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_lines_are_repeated_and_counted() {
        let repeated = |source| unroll(source, 4, 3);
        assert_eq!(
            repeated("    %H let q# = at + #u;"),
            "let q0 = at + 0u;\nlet q1 = at + 1u;\nlet q2 = at + 2u;\nlet q3 = at + 3u;\n"
        );
        assert_eq!(repeated("%P x#, x##"), "x0, x2\nx1, x3\n");
        assert_eq!(
            repeated("%G case 4u * #u"),
            "case 4u * 0u\ncase 4u * 1u\ncase 4u * 2u\n"
        );
        assert_eq!(repeated("    a % H\n\n#"), "    a % H\n\n#\n");
    }

    #[test]
    fn lines_for_other_devices_are_left_out() {
        let source = "before\n    %S with %G x#\n    %N without\nafter";
        assert_eq!(chosen(source, true), "before\nwith %G x#\nafter\n");
        assert_eq!(chosen(source, false), "before\nwithout\nafter\n");
    }

    /// A mark that nobody knows would be left in the source.
    #[test]
    fn what_is_chosen_may_be_repeated() {
        let both = |quads| unroll(&chosen("%S %G x#\n%N %G y#", quads), 2, 2);
        assert_eq!([true, false].map(both), ["x0\nx1\n", "y0\ny1\n"]);
    }

    #[test]
    fn only_whole_words_of_the_code_are_mentioned() {
        assert!(mentions("let x = head*HEAD+1u;", "HEAD"));
        assert!(mentions("a; // HALF\nHALF", "HALF"));
        for source in ["a // HEAD", "// HEAD", "HEADS", "A_HEAD", "head", ""] {
            assert!(!mentions(source, "HEAD"), "{source}");
        }
    }

    #[test]
    fn a_source_has_the_constants_that_it_mentions() {
        let config = LlamaConfig::sized(384, 64, 128, 2);
        let of = |kernel: Kernel, build| kernel.specialised(&config, build);
        let hardware = Build::HARDWARE;
        assert!(of(Kernel::Residual, hardware).starts_with("const GROUPS = 2u;\n//"));
        assert!(of(Kernel::Attention, hardware).starts_with("const HEAD = 4u;\n//"));
        assert!(of(Kernel::AttentionBackward, hardware).starts_with("const HEAD = 4u;\nconst HALF = 2u;\n//"));
        assert!(of(Kernel::Loss, hardware).starts_with("//"));
        assert!(of(Kernel::Loss, Build::software(true)).starts_with("enable subgroups;\n"));
    }
}
