//! What a device allows.

/// Of the many limits of a device those that plans come near to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Bytes of a buffer that is bound whole.
    pub buffer: u64,
    /// Workgroups in one dimension.
    pub groups: u32,
}

impl Limits {
    #[cfg(target_arch = "wasm32")]
    pub fn of(device: &wgpu::Device) -> Self {
        let limits = device.limits();
        Self {
            buffer: limits.max_buffer_size.min(limits.max_storage_buffer_binding_size),
            groups: limits.max_compute_workgroups_per_dimension,
        }
    }

    /// A buffer of so many bytes, or why there is none.
    pub fn allow(&self, name: &str, bytes: u64) -> Result<(), String> {
        if bytes <= self.buffer {
            return Ok(());
        }
        let (need, most) = (bytes.div_ceil(1 << 20), self.buffer >> 20);
        Err(format!(
            "the {name} of this shape take {need} MiB; this device's buffers have at most {most}"
        ))
    }
}
