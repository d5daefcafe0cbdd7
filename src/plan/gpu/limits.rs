//! Whether a plan fits the device, before anything is allocated; and if not, what would.

use crate::plan::Shape;

use super::backward::backward;
use super::constants::Constants;
use super::device::Gpu;
use super::forward::{Places, forward};
use super::layout::{Activations, Arena, Given, Sizes, Weights};
use super::program::Program;
use super::scratch::Scratch;
use super::tables::Tables;

/// What a device allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Bytes of a buffer that is bound whole.
    pub buffer: u64,
    /// Workgroups in one dimension.
    pub groups: u32,
}

impl Limits {
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

    /// Whether a training plan of this shape fits, the table of targets aside.
    fn check(&self, shape: &Shape) -> Result<(), String> {
        let sizes = Sizes::new(shape)?;
        let (given, mut regions) = (Given::new(&sizes, true), Arena::default());
        let activations = Activations::new(&sizes, &mut regions, true);
        let scratch = Scratch::new(&sizes, &mut regions);
        let numbers = 4 * (shape.population * shape.config.parameter_count()) as u64;
        self.allow("activations", regions.bytes())?;
        self.allow("gradients", u64::from(scratch.splits) * numbers)?;
        self.allow("moments", 2 * numbers)?;
        self.allow("inputs", 4 * u64::from(given.words))?;

        let places = Places {
            sizes: &sizes,
            weights: &Weights::new(&shape.config),
            activations: &activations,
            given: &given,
            rotary: 0,
            cache: None,
        };
        // Of the smallest tiles, of which there are most.
        let mut program = Program::new(1);
        forward(&mut program, &places, true);
        backward(
            &mut program,
            &places,
            &scratch,
            &Tables::new(&places, &scratch),
            &Constants::default(),
        );
        program.check(self.groups)
    }
}

/// Whether a training plan of this shape fits the device.
///
/// # Errors
///
/// What does not, and how many students, or sequences of one, would.
pub fn fits(gpu: &Gpu, shape: &Shape) -> Result<(), String> {
    suggest(&Limits::of(&gpu.device), shape)
}

fn suggest(limits: &Limits, shape: &Shape) -> Result<(), String> {
    let Err(error) = limits.check(shape) else {
        return Ok(());
    };
    let fits = |population: usize, sequences: usize| {
        let rows = shape.rows * sequences / shape.sequences;
        let smaller = Shape {
            population,
            sequences,
            rows: rows.max(1),
            ..shape.clone()
        };
        limits.check(&smaller).is_ok()
    };
    let population = most(shape.population, |fewer| fits(fewer, shape.sequences));
    if population > 0 {
        return Err(format!("{error}. At most {population} students at once fit"));
    }
    let sequences = most(shape.sequences, |fewer| fits(1, fewer));
    if sequences > 0 {
        return Err(format!("{error}. One student with {sequences} sequences a step fits"));
    }
    Err(error)
}

/// The most that fits, of less than `too_many`; 0 if not even one does. What is more than too many is too many.
fn most(too_many: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut good, mut bad) = (0, too_many);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if fits(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}
