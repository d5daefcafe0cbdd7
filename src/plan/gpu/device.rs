//! The device: buffers within its limits, uploads, and reads that wait without blocking.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use bytemuck::Pod;

use super::build::Build;
use super::compile::{Compiler, Progress};
use super::limits::Limits;

/// A device, its queue, what was compiled for it, and staging buffers that wait to be used again. Clones share all of it.
#[derive(Clone, Debug)]
pub struct Gpu {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) compiler: Rc<Compiler>,
    pub(super) build: Build,
    /// Bytes of the table of targets that are bound at once, at most.
    pub(super) table_bytes: u64,
    staging: Rc<RefCell<Vec<wgpu::Buffer>>>,
}

/// Staging buffers that are kept.
const STAGING: usize = 8;

impl Gpu {
    /// `progress` is told how many of how many kernels are compiled, whenever some are.
    pub fn new(device: wgpu::Device, queue: wgpu::Queue, progress: Progress) -> Self {
        Self {
            compiler: Rc::new(Compiler::new(&device, progress)),
            build: Build::of(&device),
            table_bytes: Limits::of(&device).buffer,
            device,
            queue,
            staging: Rc::default(),
        }
    }

    /// A storage buffer of zeros, or why the device has none so large.
    pub(super) fn storage(&self, name: &str, bytes: u64) -> Result<wgpu::Buffer, String> {
        Limits::of(&self.device).allow(name, bytes)?;
        Ok(self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(name),
            size: bytes.max(16).next_multiple_of(16),
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        }))
    }

    pub(super) fn write<T: Pod>(&self, buffer: &wgpu::Buffer, values: &[T]) {
        self.write_at(buffer, 0, values);
    }

    /// `offset` in bytes.
    pub(super) fn write_at<T: Pod>(&self, buffer: &wgpu::Buffer, offset: u64, values: &[T]) {
        self.queue.write_buffer(buffer, offset, bytemuck::cast_slice(values));
    }

    pub(super) fn encoder(&self) -> wgpu::CommandEncoder {
        self.device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
    }

    /// Copies part of a buffer to where it can be read from, as the encoder's next command.
    pub(super) fn read_later(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        source: &wgpu::Buffer,
        at: u64,
        bytes: u64,
    ) -> Read {
        let mut staging = self.staging.borrow_mut();
        let buffer = match staging.iter().position(|buffer| buffer.size() == bytes) {
            Some(index) => staging.remove(index),
            None => self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("staging"),
                size: bytes,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        encoder.copy_buffer_to_buffer(source, at, &buffer, 0, bytes);
        Read {
            buffer,
            staging: self.staging.clone(),
        }
    }
}

/// A copy that is on its way. Submit the encoder before asking for the values.
pub(super) struct Read {
    buffer: wgpu::Buffer,
    staging: Rc<RefCell<Vec<wgpu::Buffer>>>,
}

/// What the callback of a map leaves for the future that waits for it.
#[derive(Default)]
struct Mapped {
    result: Option<Result<(), wgpu::BufferAsyncError>>,
    waker: Option<Waker>,
}

impl Read {
    /// The numbers, once the device has come so far.
    pub async fn values(self) -> Result<Vec<f32>, String> {
        let state = Arc::new(Mutex::new(Mapped::default()));
        let shared = state.clone();
        self.buffer.map_async(wgpu::MapMode::Read, .., move |result| {
            if let Ok(mut mapped) = shared.lock() {
                mapped.result = Some(result);
                if let Some(waker) = mapped.waker.take() {
                    waker.wake();
                }
            }
        });
        let result = poll_fn(|context| {
            let Ok(mut mapped) = state.lock() else {
                return Poll::Ready(Err(wgpu::BufferAsyncError));
            };
            match mapped.result.take() {
                Some(result) => Poll::Ready(result),
                None => {
                    mapped.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        });
        result
            .await
            .map_err(|error| format!("the device did not return a buffer: {error}"))?;
        let view = self
            .buffer
            .get_mapped_range(..)
            .map_err(|error| format!("a returned buffer cannot be read: {error}"))?;
        // Copied as bytes, which need not begin where a float may.
        let mut values = vec![0.0; view.len() / 4];
        bytemuck::cast_slice_mut::<f32, u8>(&mut values).copy_from_slice(&view);
        drop(view);
        self.buffer.unmap();
        let mut staging = self.staging.borrow_mut();
        staging.push(self.buffer);
        if staging.len() > STAGING {
            staging.remove(0);
        }
        Ok(values)
    }
}
