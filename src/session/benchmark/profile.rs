//! Where the time of a training step goes.
//!
//! On the GPU every kernel is run alone on what a step has left, as often as makes its time measurable. On the processor
//! parts are left out one by one, and what is missing then is what they take.

use super::numbers::Prng;
use super::size::Size;
#[cfg(target_arch = "wasm32")]
use super::training::Training;
use super::training::{self, every_row, input};
use super::{BenchmarkError, mode_has_teacher};
use crate::engine::Engine;
use crate::objective::TargetTable;
use crate::plan::cpu;
use crate::protocol::{BenchmarkOptions, Profile, ProfilePart};
use std::rc::Rc;

/// Of every measurement the fastest counts: what else the machine does only adds.
const ROUNDS: usize = 15;
/// Steps before anything is measured: a browser compiles loops better once they have run for a while.
const WARM_UP: usize = 10;

/// The parts of one step. `now`: milliseconds.
///
/// # Errors
///
/// When an option is wrong, the device fails, or the engine is burn.
pub async fn profile(
    options: &BenchmarkOptions,
    engine: &Engine,
    now: &dyn Fn() -> f64,
) -> Result<Profile, BenchmarkError> {
    let size = Size::new(options)?;
    let with_teacher = mode_has_teacher(&options.mode)?;
    let parts = match engine {
        #[cfg(feature = "reference")]
        Engine::Burn(_) => {
            return Err(crate::engine::Failure("a profile is made of the fused plans only".to_owned()).into());
        }
        #[cfg(target_arch = "wasm32")]
        Engine::Gpu(_) => {
            let mut training = Training::new(size, with_teacher, options, engine).await?;
            training.step().await?;
            match training.gpu_plan() {
                Some(plan) => kernels(plan, now).await?,
                None => Vec::new(),
            }
        }
        _ => on_cpu(&size, with_teacher, now),
    };
    Ok(Profile { parts })
}

/// Milliseconds of the fastest of some calls.
fn fastest(now: &dyn Fn() -> f64, mut call: impl FnMut()) -> f64 {
    let times = (0..ROUNDS).map(|_| {
        let start = now();
        call();
        now() - start
    });
    times.fold(f64::INFINITY, f64::min)
}

fn on_cpu(size: &Size, with_teacher: bool, now: &dyn Fn() -> f64) -> Vec<ProfilePart> {
    let weights = training::student_weights(size);
    let (tokens, next) = Prng(1234).batch(size);
    let (rows, row_weights) = every_row(size);
    let given = input(&tokens, &next, &rows, &row_weights, 0.0);
    let mut plan = cpu::CpuPlan::new(
        size.shape(),
        &weights,
        training::OPTIMIZER,
        training::mixture(size.population),
        Rc::new(TargetTable::new(size.student.vocab_size)),
    );
    for _ in 0..WARM_UP {
        plan.step(&given);
    }
    let mut out = Vec::new();
    let mut student = cpu::CpuModel::new(&size.student, weights.as_slice(), size.population, size.tokens);
    let forward = fastest(now, || student.logits_at(&tokens, size.tokens, &rows, &mut out));
    let labelled = fastest(now, || drop(plan.step(&given)));
    let gradient = fastest(now, || {
        plan.gradient(&given);
    });
    let update = (labelled - gradient).max(0.0);
    let (mut asked, mut step) = (0.0, labelled);
    if with_teacher {
        let teacher_weights = training::teacher_weights(size).repeat(size.population);
        let mut all = cpu::CpuModel::new(&size.teacher, teacher_weights.as_slice(), size.population, size.tokens);
        asked = fastest(now, || all.logits_at(&tokens, size.tokens, &rows, &mut out));
        let one = &teacher_weights[..size.teacher.parameter_count()];
        let mut teacher = cpu::CpuModel::new(&size.teacher, one, 1, size.tokens);
        step = fastest(now, || drop(plan.step_from_teacher(&tokens, &mut teacher, 0.0)));
    }
    let part = |name: &str, milliseconds: f64| ProfilePart {
        name: name.to_owned(),
        count: 1,
        milliseconds,
    };
    let mut parts = vec![
        part("student forward", forward),
        part("loss and backward", (step - asked - forward - update).max(0.0)),
        part("update", update),
    ];
    if with_teacher {
        parts.insert(0, part("teacher forward", asked));
    }
    parts
}

/// Runs of a kernel together at most, and how long they should take: a wait alone takes about a millisecond.
#[cfg(target_arch = "wasm32")]
const TIMES: usize = 64;
#[cfg(target_arch = "wasm32")]
const LONG_ENOUGH_MS: f64 = 30.0;
#[cfg(target_arch = "wasm32")]
const KERNEL_ROUNDS: usize = 3;

/// Every kernel of a step by name, in the order of first use.
#[cfg(target_arch = "wasm32")]
async fn kernels(plan: &crate::plan::gpu::GpuPlan, now: &dyn Fn() -> f64) -> Result<Vec<ProfilePart>, BenchmarkError> {
    use crate::engine::Failure;
    let mut parts: Vec<ProfilePart> = Vec::new();
    for index in 0..plan.dispatches_per_step() {
        let mut times = 1;
        let milliseconds = loop {
            let mut best = f64::INFINITY;
            for _ in 0..KERNEL_ROUNDS {
                let start = now();
                plan.only(index, times);
                plan.wait().await.map_err(Failure)?;
                best = best.min(now() - start);
            }
            if best >= LONG_ENOUGH_MS || times == TIMES {
                break best / times as f64;
            }
            times = TIMES.min(times * 8);
        };
        let name = plan.kernel_name(index);
        match parts.iter_mut().find(|part| part.name == name) {
            Some(part) => {
                part.count += 1;
                part.milliseconds += milliseconds;
            }
            None => parts.push(ProfilePart {
                name,
                count: 1,
                milliseconds,
            }),
        }
    }
    Ok(parts)
}
