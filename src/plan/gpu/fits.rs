//! Whether a plan fits the device, before anything is allocated; and if not, what would.

use crate::plan::{Shape, most};

use super::backward::backward;
use super::constants::Constants;
use super::forward::{Places, forward};
use super::layout::{Activations, Arena, Given, Sizes, Weights};
use super::limits::Limits;
use super::program::Program;
use super::scratch::Scratch;
use super::tables::Tables;

/// Whether a training plan of this shape fits the device.
///
/// # Errors
///
/// What does not, and how many students, or sequences of one, would.
#[cfg(target_arch = "wasm32")]
pub fn fits(gpu: &super::device::Gpu, shape: &Shape) -> Result<(), String> {
    suggest(&Limits::of(&gpu.device), shape)
}

/// Refuses what does not fit, and says what would.
fn suggest(limits: &Limits, shape: &Shape) -> Result<(), String> {
    let Err(error) = check(limits, shape) else {
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
        check(limits, &smaller).is_ok()
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

/// Whether a training plan of this shape fits, the table of targets aside.
fn check(limits: &Limits, shape: &Shape) -> Result<(), String> {
    let sizes = Sizes::new(shape)?;
    let (given, mut regions) = (Given::new(&sizes, true), Arena::default());
    let activations = Activations::new(&sizes, &mut regions, true);
    let scratch = Scratch::new(&sizes, &mut regions);
    let numbers = 4 * (shape.population * shape.config.parameter_count()) as u64;
    limits.allow("activations", regions.bytes())?;
    limits.allow("gradients", u64::from(scratch.splits) * numbers)?;
    limits.allow("moments", 2 * numbers)?;
    limits.allow("inputs", 4 * u64::from(given.words))?;

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
    program.check(limits.groups)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LlamaConfig;
    use proptest::prelude::*;

    /// What WebGPU's default limits are.
    const DEFAULT: Limits = Limits {
        buffer: 128 << 20,
        groups: 65_535,
    };

    fn shape(population: usize, sequences: usize) -> Shape {
        Shape {
            config: LlamaConfig::student(384),
            population,
            sequences,
            length: 27,
            rows: 4 * sequences,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_most_is_found(too_many: usize, limit: usize) {
            // `too_many` is never asked about.
            prop_assert_eq!(most(too_many, |count| count <= limit), limit.min(too_many.saturating_sub(1)));
        }
    }

    /// The first number after some words.
    fn number(text: &str, words: &str) -> usize {
        let (_, rest) = text.split_once(words).unwrap_or_else(|| panic!("{text}"));
        let digits = rest.split(' ').next().unwrap();
        digits.parse().unwrap_or_else(|_| panic!("{text}"))
    }

    #[test]
    fn what_is_suggested_fits_and_one_more_does_not() {
        suggest(&DEFAULT, &shape(3, 30)).unwrap();
        let error = suggest(&DEFAULT, &shape(1 << 14, 30)).unwrap_err();
        let students = number(&error, "At most ");
        assert!(students > 3, "{error}");
        check(&DEFAULT, &shape(students, 30)).unwrap();
        check(&DEFAULT, &shape(students + 1, 30)).unwrap_err();

        let error = suggest(&DEFAULT, &shape(3, 1 << 16)).unwrap_err();
        let sequences = number(&error, "One student with ");
        check(&DEFAULT, &shape(1, sequences)).unwrap();
        check(&DEFAULT, &shape(1, sequences + 1)).unwrap_err();
    }

    #[test]
    fn a_refusal_says_what_does_not_fit() {
        let small = Limits {
            buffer: 1 << 20,
            ..DEFAULT
        };
        let error = suggest(&small, &shape(3, 30)).unwrap_err();
        assert!(error.contains("MiB; this device's buffers have at most 1"), "{error}");
        let few = Limits { groups: 8, ..DEFAULT };
        let error = suggest(&few, &shape(3, 30)).unwrap_err();
        assert!(error.contains("this device allows 8 a dimension"), "{error}");
        let mut odd = shape(3, 30);
        odd.config.vocab_size = 383;
        assert!(suggest(&DEFAULT, &odd).unwrap_err().contains("multiples of 4"));
    }
}
