//! Every kernel, as every device would compile it, parsed and validated by naga.

use std::collections::HashSet;

use naga::valid::{Capabilities, ValidationFlags, Validator};

use super::super::build::Build;
use super::super::sources::Kernel;
use crate::model::LlamaConfig;

const BUILDS: [Build; 3] = [Build::HARDWARE, Build::software(false), Build::software(true)];

/// Widths of a head: what `Sizes` lets pass, as far as models of this size go.
const HEADS: std::ops::RangeInclusive<usize> = 1..=8;

/// A model whose heads are eight times as wide.
fn model(head: usize) -> LlamaConfig {
    LlamaConfig::sized(384, 4 * 8 * head, 128, 2)
}

fn every_kernel() -> impl Iterator<Item = Kernel> {
    Kernel::STEP.into_iter().chain([Kernel::CachedAttention])
}

/// Every different source: whose it is, for which device, and its text.
pub fn sources() -> Vec<(Kernel, Build, String)> {
    let (mut known, mut all) = (HashSet::new(), Vec::new());
    for build in BUILDS {
        for config in HEADS.map(model) {
            for kernel in every_kernel() {
                let source = kernel.specialised(&config, build);
                if known.insert(source.clone()) {
                    all.push((kernel, build, source));
                }
            }
        }
    }
    all
}

/// What naga makes of a source, or what it says against it.
pub fn parsed(source: &str, build: Build) -> Result<naga::Module, String> {
    // naga knows the functions of subgroups, and does not yet know how they are asked for.
    let known = source.strip_prefix("enable subgroups;\n");
    assert_eq!(known.is_some(), build.quads);
    let known = known.unwrap_or(source);
    let module = naga::front::wgsl::parse_str(known).map_err(|error| error.emit_to_string(known))?;
    let needs = if build.quads {
        Capabilities::SUBGROUP
    } else {
        Capabilities::empty()
    };
    Validator::new(ValidationFlags::all(), needs)
        .validate(&module)
        .map_err(|error| error.emit_to_string(known))?;
    Ok(module)
}

#[test]
fn kernels_are_valid() {
    for (kernel, build, source) in sources() {
        let module = parsed(&source, build).unwrap_or_else(|error| panic!("{kernel:?}, {build:?}: {error}"));
        let entries: Vec<&str> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(entries, ["main"], "{kernel:?}");
        // What every WebGPU device allows.
        let [x, y, z] = module.entry_points[0].workgroup_size;
        assert!(x * y * z <= 256, "{kernel:?}");
    }
}

#[test]
fn a_model_has_fourteen_sources() {
    assert_eq!(
        every_kernel()
            .map(|kernel| kernel as usize)
            .collect::<HashSet<_>>()
            .len(),
        Kernel::COUNT
    );
    for build in BUILDS {
        let sources: HashSet<String> = every_kernel()
            .map(|kernel| kernel.specialised(&model(2), build))
            .collect();
        assert_eq!(sources.len(), 14);
    }
}

#[test]
fn models_share_the_kernels_that_know_nothing_of_heads() {
    for build in BUILDS {
        let differs = |kernel: &Kernel| kernel.specialised(&model(2), build) != kernel.specialised(&model(4), build);
        let own: Vec<Kernel> = every_kernel().filter(differs).collect();
        assert_eq!(
            own,
            [Kernel::Attention, Kernel::AttentionBackward, Kernel::CachedAttention]
        );
    }
}

/// Were it not so, the test above would show nothing.
#[test]
fn naga_refuses_what_is_wrong() {
    let source = Kernel::Embed.specialised(&model(2), Build::HARDWARE);
    let refused = |from: &str, to: &str| {
        assert!(source.contains(from), "{from}");
        parsed(&source.replace(from, to), Build::HARDWARE).unwrap_err()
    };
    refused("value;\n", "value\n");
    refused("call.columns", "call.colums");
    refused("vec4<f32>();", "vec4<u32>();");
    let quads = Kernel::Residual.specialised(&model(2), Build::software(true));
    assert!(parsed(&quads.replace("enable subgroups;\n", ""), Build::software(false)).is_err());
}
