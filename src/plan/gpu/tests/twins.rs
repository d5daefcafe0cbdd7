//! What is declared in Rust and in WGSL, held together.

use std::mem::{offset_of, size_of};

use naga::{AddressSpace, Scalar, StorageAccess, TypeInner};

use super::super::bindings::{Access, BINDINGS};
use super::super::call::Call;
use super::super::constants::{Member, Update};
use super::super::layout::Numbers;
use super::super::tables::{Block, Job};
use super::wgsl::{parsed, sources};

/// Name, place in bytes and type of a struct's members, and its size.
fn members<'a>(module: &'a naga::Module, name: &str) -> (Vec<(&'a str, usize, &'static str)>, usize) {
    let (_, found) = module
        .types
        .iter()
        .find(|(_, found)| found.name.as_deref() == Some(name))
        .unwrap_or_else(|| panic!("no struct {name}"));
    let TypeInner::Struct { members, span } = &found.inner else {
        panic!("{name} is no struct");
    };
    let members = members.iter().map(|member| {
        let kind = match module.types[member.ty].inner {
            TypeInner::Scalar(Scalar::U32) => "u32",
            TypeInner::Scalar(Scalar::F32) => "f32",
            ref other => panic!("{:?} is {other:?}", member.name),
        };
        (member.name.as_deref().unwrap_or_default(), member.offset as usize, kind)
    });
    (members.collect(), *span as usize)
}

#[test]
fn a_call_is_what_the_kernels_read() {
    for (kernel, build, source) in sources() {
        let module = parsed(&source, build).unwrap();
        let (members, size) = members(&module, "Call");
        assert_eq!(members, Call::FIELDS, "{kernel:?}");
        assert_eq!(size, size_of::<Call>());
    }
}

#[test]
fn bindings_are_those_of_the_kernels() {
    for (kernel, build, source) in sources() {
        let module = parsed(&source, build).unwrap();
        let mut bound: Vec<_> = module
            .global_variables
            .iter()
            .filter_map(|(_, variable)| {
                let binding = variable.binding?;
                let access = match variable.space {
                    AddressSpace::Uniform => Access::Uniform,
                    AddressSpace::Storage { access } if access == StorageAccess::LOAD => Access::Read,
                    AddressSpace::Storage { access } if access == StorageAccess::LOAD | StorageAccess::STORE => {
                        Access::ReadWrite
                    }
                    other => panic!("{:?} is bound as {other:?}", variable.name),
                };
                assert_eq!(binding.group, 0);
                Some((binding.binding as usize, (variable.name.as_deref()?, access)))
            })
            .collect();
        bound.sort_by_key(|(binding, _)| *binding);
        let expected: Vec<_> = BINDINGS.into_iter().enumerate().collect();
        assert_eq!(bound, expected, "{kernel:?}");
    }
}

/// What every WebGPU device allows in a stage: eight storage buffers.
#[test]
fn any_device_can_bind_the_buffers() {
    let storage = BINDINGS.iter().filter(|(_, access)| *access != Access::Uniform);
    assert_eq!(storage.count(), 8);
}

/// Kernels read these by number, so there is no twin to compare: the places are those in the kernels' heads.
#[test]
fn records_lie_where_the_kernels_look() {
    // Vec4 and lane.
    let at = |offset: usize| (offset / 16, [".x", ".y", ".z", ".w"][offset % 16 / 4]);

    // weight_gradient.wgsl
    assert_eq!(size_of::<Job>(), 4 * 16);
    assert_eq!(at(offset_of!(Job, first)), (0, ".x"));
    assert_eq!(at(offset_of!(Job, across)), (0, ".y"));
    assert_eq!(at(offset_of!(Job, tiles)), (0, ".z"));
    assert_eq!(at(offset_of!(Job, rows)), (0, ".w"));
    assert_eq!(at(offset_of!(Job, x)), (1, ".x"));
    assert_eq!(at(offset_of!(Job, dy)), (1, ".z"));
    assert_eq!(at(offset_of!(Job, inverse)), (2, ".x"));
    assert_eq!(at(offset_of!(Job, gain)), (2, ".y"));
    assert_eq!(at(offset_of!(Job, weight)), (2, ".z"));
    assert_eq!(at(offset_of!(Job, list)), (2, ".w"));
    assert_eq!(at(offset_of!(Job, shares)), (3, ".x"));

    // reduce.wgsl
    assert_eq!(size_of::<Block>(), 2 * 16);
    assert_eq!(at(offset_of!(Block, first)), (0, ".x"));
    assert_eq!(at(offset_of!(Block, count)), (0, ".y"));
    assert_eq!(at(offset_of!(Block, kind)), (0, ".z"));
    assert_eq!(at(offset_of!(Block, shares)), (1, ".x"));
    assert_eq!(at(offset_of!(Block, parts)), (1, ".y"));
    assert_eq!(at(offset_of!(Block, width)), (1, ".z"));

    // finish.wgsl, adamw.wgsl
    assert_eq!(size_of::<Update>(), 2 * 16);
    assert_eq!(at(offset_of!(Update, beta1)), (0, ".x"));
    assert_eq!(at(offset_of!(Update, beta2)), (0, ".y"));
    assert_eq!(at(offset_of!(Update, epsilon)), (0, ".z"));
    assert_eq!(at(offset_of!(Update, limit)), (0, ".w"));
    assert_eq!(at(offset_of!(Update, weight_decay)), (1, ".x"));

    // loss.wgsl
    assert_eq!(size_of::<Member>(), 16);
    assert_eq!(at(offset_of!(Member, temperature)), (0, ".x"));
    assert_eq!(at(offset_of!(Member, hard_weight)), (0, ".y"));

    // finish.wgsl and adamw.wgsl again: words of `given`.
    assert_eq!(offset_of!(Numbers, rate) / 4, 0);
    assert_eq!(offset_of!(Numbers, corrections) / 4, 1);
    assert_eq!(offset_of!(Numbers, slot) / 4, 3);
}
