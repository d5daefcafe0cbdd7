//! The plan against a plain one in double precision: losses, gradients by finite differences, updates. Run on a page,
//! because that is where the device is.

mod cases;
mod decoding;
mod plain;

pub use cases::{Case, cases, initial, random};
pub use plain::{losses, updated};

use crate::objective::TargetTable;

use super::build::Build;
use super::{Gpu, GpuForward, GpuPlan, Targets};

/// Largest difference that is let pass, relative to the largest number of its tensor or member.
const TOLERANCE: f64 = 2e-4;

/// Checks every case and describes what was compared, or says what differs: with the kernels of this device, and with those
/// of a GPU.
pub async fn check(gpu: &Gpu) -> Result<String, String> {
    let mut report = check_build(gpu).await?;
    if gpu.build != Build::HARDWARE {
        let mut like_hardware = gpu.clone();
        like_hardware.build = Build::HARDWARE;
        let checked = check_build(&like_hardware).await;
        report += &checked.map_err(|error| format!("with the kernels of a GPU: {error}"))?;
    }
    Ok(report)
}

async fn check_build(gpu: &Gpu) -> Result<String, String> {
    let mut report = format!("{:?}\n", gpu.build);
    for case in cases() {
        let name = case.name;
        let one = check_case(&case, gpu).await;
        report += &format!("{name}: {}\n", one.map_err(|error| format!("{name}: {error}"))?);
    }
    report += &in_parts(gpu).await?;
    report += &taught(gpu).await?;
    report += &along_directions(gpu).await?;
    report += &decoding::decoding(gpu).await?;
    report += &ring(gpu).await?;
    refused(gpu).await?;
    Ok(report)
}

async fn check_case(case: &Case, gpu: &Gpu) -> Result<String, String> {
    let targets = Targets::Table(&case.table);
    let (shape, optimizer) = (case.shape.clone(), case.optimizer);
    let mut plan = GpuPlan::new(gpu, shape, &case.weights, optimizer, &case.mixture, targets).await?;
    let input = case.input();

    let (got_losses, gradient) = plan.gradient_read(&input).await?;
    let wanted_losses = losses(case, &wide(&case.weights));
    let loss_error = compare("losses", &got_losses, &wanted_losses)?;
    let mut worst: f64 = 0.0;
    let count = case.shape.config.parameter_count();
    for member in 0..case.shape.population {
        let mut at = 0;
        for (name, shape) in case.shape.config.parameters() {
            let size: usize = shape.iter().product();
            let got = &gradient[member * count + at..][..size];
            let largest = got.iter().fold(1e-6f64, |most, value| most.max(f64::from(value.abs())));
            for (place, wanted) in plain::derivatives(case, member, at, size) {
                let error = (f64::from(got[place]) - wanted).abs() / largest;
                if error.is_nan() || error > TOLERANCE {
                    let got = got[place];
                    return Err(format!(
                        "gradient of {name}, {member}: {got} at {place}, not {wanted} (of {largest})"
                    ));
                }
                worst = worst.max(error);
            }
            at += size;
        }
    }

    // Two updates with the plan's own gradients: what is checked here is clipping and AdamW.
    let mut state = plain::State::new(&wide(&case.weights));
    for _ in 0..2 {
        let (_, gradient) = plan.gradient_read(&input).await?;
        updated(case, &mut state, &wide(&gradient));
        plan.step(&input)?;
    }
    let weights = plan.read_weights().await?;
    compare("weights", &weights, &state.weights)?;
    let read = plan.read_losses().await?;
    let first = &read.losses[..case.shape.population];
    if read.losses.len() != 2 * case.shape.population || first != got_losses {
        return Err(format!("the ring has {:?}, not {got_losses:?} first", read.losses));
    }

    let logits = plan.logits_at(&case.tokens, case.shape.length, &case.rows).await?;
    let wanted = plain::all_logits(case, &wide(&weights));
    let logits_error = compare("logits", &logits, &wanted)?;

    // From a checkpoint it goes on alike.
    let moments = plan.read_moments().await?;
    plan.step(&input)?;
    let after = plan.read_weights().await?;
    plan.restore(&weights, Some(&moments))?;
    plan.step(&input)?;
    if plan.read_weights().await? != after {
        return Err("a restored plan goes on differently".to_owned());
    }
    Ok(format!(
        "losses {loss_error:.1e}, gradient {worst:.1e}, logits {logits_error:.1e}"
    ))
}

/// A table that is spread over several buffers gives what it gives in one.
async fn in_parts(gpu: &Gpu) -> Result<String, String> {
    let Some(mut case) = cases().into_iter().find(|case| case.name == "hidden tokens") else {
        return Err("there is no case of hidden tokens".to_owned());
    };
    // As many rows again and again, until three chunks are full.
    let v = case.shape.config.vocab_size as u32;
    let pattern: Vec<u32> = (v..case.table.len() as u32).collect();
    let mut table = TargetTable::new(v as usize);
    while table.chunks().len() < 3 {
        table.append(&case.table, &pattern);
    }
    let copies = table.places().len() as u32 / pattern.len() as u32;
    for (i, target) in case.targets.iter_mut().enumerate().filter(|(_, target)| **target >= v) {
        // The first copy, the last, and some between.
        *target += i as u32 % 4 * (copies - 1) / 3 * pattern.len() as u32;
    }
    case.table = table;
    let mut small = gpu.clone();
    small.table_bytes = 1;
    let report = check_case(&case, &small)
        .await
        .map_err(|error| format!("in parts: {error}"))?;
    Ok(format!("a table in parts: {report}\n"))
}

/// A teacher in the same submission gives what its logits as a table give.
async fn taught(gpu: &Gpu) -> Result<String, String> {
    let Some(mut case) = cases().into_iter().find(|case| case.name == "one member") else {
        return Err("there is no case of one member".to_owned());
    };
    let mut config = case.shape.config.clone();
    (config.hidden_size, config.num_hidden_layers, config.intermediate_size) = (32, 3, 20);
    let weights = random(11, config.parameter_count(), 0.4);
    let teacher = GpuForward::new(gpu, &config, 1, &weights).await?;
    let logits = teacher.logits_at(&case.tokens, case.shape.length, &case.rows).await?;
    case.table = TargetTable::new(config.vocab_size);
    for row in logits.chunks_exact(config.vocab_size) {
        case.table.push_logits(row);
    }
    let v = config.vocab_size as u32;
    case.targets = (v..v + case.rows.len() as u32).collect();
    let shape = case.shape.clone();
    let targets = Targets::Teacher(&teacher);
    let mut plan = GpuPlan::new(gpu, shape, &case.weights, case.optimizer, &case.mixture, targets).await?;
    plan.step(&case.input())?;
    let read = plan.read_losses().await?;
    compare(
        "losses with a teacher",
        &read.losses,
        &losses(&case, &wide(&case.weights)),
    )?;
    compare(
        "entropy",
        &read.entropies,
        &[plain::entropy(&logits, config.vocab_size)],
    )?;
    Ok(format!("with a teacher: {} dispatches\n", plan.dispatches_per_step()))
}

/// At the sizes of the page there are too many parameters for differences one by one: derivatives along the gradient of
/// each tensor, the other tensors held, against its square.
async fn along_directions(gpu: &Gpu) -> Result<String, String> {
    let mut worst: f64 = 0.0;
    for case in [cases::page(), cases::benchmark()] {
        let targets = Targets::Table(&case.table);
        let (shape, optimizer) = (case.shape.clone(), case.optimizer);
        let mut plan = GpuPlan::new(gpu, shape, &case.weights, optimizer, &case.mixture, targets).await?;
        let (got, gradient) = plan.gradient_read(&case.input()).await?;
        let weights = wide(&case.weights);
        worst = worst.max(compare("losses of a large case", &got, &losses(&case, &weights))?);
        let count = case.shape.config.parameter_count();
        let mut at = 0;
        for (name, tensor) in case.shape.config.parameters() {
            let size: usize = tensor.iter().product();
            // The same tensor of all members at once.
            let inside = |i: usize| (at..at + size).contains(&(i % count));
            let direction: Vec<f64> = (0..weights.len())
                .map(|i| if inside(i) { f64::from(gradient[i]) } else { 0.0 })
                .collect();
            let square: f64 = direction.iter().map(|g| g * g).sum();
            let step = 1e-4 / square.sqrt();
            let moved = |sign: f64| -> f64 {
                let weights: Vec<f64> = weights
                    .iter()
                    .zip(&direction)
                    .map(|(w, g)| w + sign * step * g)
                    .collect();
                losses(&case, &weights).iter().sum()
            };
            let slope = (moved(1.0) - moved(-1.0)) / (2.0 * step);
            let error = (slope - square).abs() / square;
            if error.is_nan() || error > TOLERANCE {
                return Err(format!(
                    "{}: along the gradient of {name}: {slope}, not {square}",
                    case.name
                ));
            }
            worst = worst.max(error);
            at += size;
        }
    }
    Ok(format!("along directions: {worst:.1e}\n"))
}

/// The ring keeps the last 64 losses in order, and reads may overlap with steps.
async fn ring(gpu: &Gpu) -> Result<String, String> {
    let Some(case) = cases().into_iter().next() else {
        return Err("no cases".to_owned());
    };
    let plan = || async {
        let targets = Targets::Table(&case.table);
        let shape = case.shape.clone();
        GpuPlan::new(gpu, shape, &case.weights, case.optimizer, &case.mixture, targets).await
    };
    let (mut often, mut seldom) = (plan().await?, plan().await?);
    let mut all = Vec::new();
    for _ in 0..70 {
        often.step(&case.input())?;
        let read = often.read_losses();
        seldom.step(&case.input())?;
        all.extend(read.await?.losses);
    }
    let kept = seldom.read_losses().await?.losses;
    let population = case.shape.population;
    if kept.len() != 64 * population || all.len() != 70 * population || kept != all[6 * population..] {
        return Err("the ring of losses is out of order".to_owned());
    }
    if all[0] <= all[all.len() - population] {
        return Err("70 steps taught nothing".to_owned());
    }
    Ok("ring of losses in order\n".to_owned())
}

/// Shapes that do not fit are refused before anything is allocated, with a suggestion where a smaller population fits.
async fn refused(gpu: &Gpu) -> Result<(), String> {
    let mut huge = cases::page();
    // More than any device's buffers hold.
    let many = 1 << 20;
    huge.shape.population = many;
    let mut narrow = cases::page();
    narrow.shape.config.num_attention_heads = 16;
    for (case, words) in [(huge, "students at once fit"), (narrow, "is not a multiple of 8")] {
        let targets = Targets::Table(&case.table);
        let shape = case.shape.clone();
        match GpuPlan::new(gpu, shape, &case.weights, case.optimizer, &case.mixture, targets).await {
            Err(error) if error.contains(words) => {}
            Err(error) => return Err(format!("a refusal does not say “{words}”: {error}")),
            Ok(_) => return Err("a shape that does not fit was not refused".to_owned()),
        }
    }
    Ok(())
}

/// In double precision.
pub fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

fn compare(name: &str, got: &[f32], wanted: &[f64]) -> Result<f64, String> {
    if got.len() != wanted.len() {
        return Err(format!("{name}: {} numbers, not {}", got.len(), wanted.len()));
    }
    let largest = wanted.iter().fold(1e-6f64, |most, value| most.max(value.abs()));
    let mut worst = (0.0, 0);
    for (i, (got, wanted)) in got.iter().zip(wanted).enumerate() {
        let error = (f64::from(*got) - wanted).abs() / largest;
        // NaN is worse than anything.
        if error.is_nan() || error > worst.0 {
            worst = (error, i);
        }
    }
    if worst.0 <= TOLERANCE {
        return Ok(worst.0);
    }
    let (got, wanted) = (got[worst.1], wanted[worst.1]);
    Err(format!("{name}: {got} at {}, not {wanted} (of {largest})", worst.1))
}
