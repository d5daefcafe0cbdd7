//! What the kernels' sources differ in between devices.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    /// Rows of a tile in fours. More of them load less per product, which is what a software adapter spends its time
    /// on; a GPU would run out of registers.
    pub groups: u32,
    /// Lanes of a quad hand each other what they loaded. Nobody has measured it on a GPU, where loads of one place by
    /// neighbours are one load.
    pub quads: bool,
    /// Also what is needed later is compiled as a model is made, so that a kernel that the device refuses is known then.
    /// Drivers compile side by side; a software adapter one kernel after the other, and the first step waits for all.
    pub ahead: bool,
}

impl Build {
    /// For GPUs.
    pub const HARDWARE: Build = Build {
        groups: 2,
        quads: false,
        ahead: true,
    };

    /// For adapters that are software; `quads`: with subgroups.
    pub const fn software(quads: bool) -> Self {
        Self {
            groups: 4,
            quads,
            ahead: false,
        }
    }
}

#[cfg(target_arch = "wasm32")]
impl Build {
    pub fn of(device: &wgpu::Device) -> Self {
        if device.adapter_info().device_type == wgpu::DeviceType::Cpu {
            Self::software(has_feature(device, "subgroups"))
        } else {
            Self::HARDWARE
        }
    }
}

/// Whether a browser's device was opened with a feature: also with one that wgpu does not know.
#[cfg(target_arch = "wasm32")]
fn has_feature(device: &wgpu::Device, name: &str) -> bool {
    use js_sys::{Reflect, Set};
    use wasm_bindgen::JsCast;

    let features = device
        .as_webgpu()
        .and_then(|device| Reflect::get(device.as_ref(), &"features".into()).ok());
    features.is_some_and(|features| features.unchecked_into::<Set>().has(&name.into()))
}
