use super::*;
use crate::model::testing::{tiny, weights};
use crate::objective::TargetTable;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput};
use crate::rng::{Stream, stream};
use burn::tensor::Device;
use pollster::block_on;
use rand::Rng as _;
use std::rc::Rc;

const ENGINES: [fn() -> Engine; 2] = [|| Engine::Burn(Device::flex()), || Engine::Cpu];

fn furthest(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn decoding_equals_recomputation_on_every_engine() {
    let config = tiny();
    let both = [weights(&config, 1), weights(&config, 2)].concat();
    // Two members, two sequences each, three tokens of prompt.
    let prompts: Vec<u32> = (0..12).map(|i| (i * 7 + 3) % 40).collect();
    for engine in ENGINES.map(|engine| engine()) {
        let models = block_on(Models::new(&config, &both, &engine)).unwrap();
        let mut rng = stream(1, Stream::Sampling, 0);
        for decoding in [Decoding::Greedy, Decoding::Sample { temperature: 0.7 }] {
            let answers = block_on(generate(&models, &prompts, 3, 8, decoding, true, &mut rng)).unwrap();
            for (i, answer) in answers.iter().enumerate() {
                let mut tokens = prompts[3 * i..3 * i + 3].to_vec();
                tokens.extend(&answer.tokens);
                let member = &both[i / 2 * config.parameter_count()..][..config.parameter_count()];
                let alone = block_on(Models::new(&config, member, &Engine::Burn(Device::flex()))).unwrap();
                let rows: Vec<u32> = (0..tokens.len() as u32).collect();
                let all = block_on(alone.logits_at(&tokens, tokens.len(), &rows)).unwrap();
                for (step, row) in answer.logits.iter().enumerate() {
                    assert!(furthest(row, &all[(2 + step) * 40..][..40]) < 1e-4, "{engine:?}");
                }
            }
        }
    }
}

#[test]
fn sampling_follows_the_probabilities() {
    let config = tiny();
    let models = Models::on_cpu(&config, &weights(&config, 5));
    let prompts = [1_u32, 2].repeat(4_000);
    let mut rng = stream(3, Stream::Sampling, 0);
    let answers = block_on(generate(
        &models,
        &prompts,
        2,
        1,
        Decoding::Sample { temperature: 1.0 },
        true,
        &mut rng,
    ))
    .unwrap();
    let exponentials: Vec<f64> = answers[0].logits[0]
        .iter()
        .map(|&logit| f64::from(logit).exp())
        .collect();
    let sum: f64 = exponentials.iter().sum();
    for token in 0..40 {
        let said = |answer: &Generated| answer.tokens.first().copied().unwrap_or(crate::tokenizer::EOS) == token;
        let share = answers.iter().filter(|answer| said(answer)).count() as f64 / 4_000.0;
        let p = exponentials[token as usize] / sum;
        assert!(
            (share - p).abs() < 5.0 * (p * (1.0 - p) / 4_000.0).sqrt() + 1e-3,
            "token {token}: {share} for {p}"
        );
    }
}

/// Everything that a run can ask of a learner: soft rows with and without hidden tokens, labels, padding, temperatures.
#[test]
fn the_plan_learns_what_the_reference_learns() {
    let config = tiny();
    let v = config.vocab_size as u32;
    let mut rng = stream(7, Stream::Data, 0);
    let mut table = TargetTable::new(config.vocab_size);
    for row in 0..6 {
        let logits: Vec<f32> = (0..v).map(|_| 6.0 * rng.random::<f32>()).collect();
        if row % 2 == 0 {
            table.push_logits(&logits);
        } else {
            table.push_top_k(&[(3, -0.5), (row + 5, -1.5), (17, -3.0)], 0.12);
        }
    }
    let table = Rc::new(table);
    let (p, b, t, k) = (3, 3, 7, 11);
    let shape = Shape {
        config: config.clone(),
        population: p,
        sequences: b,
        length: t,
        rows: k,
    };
    let mixture = Mixture {
        temperature: vec![1.0, 2.5, 0.7],
        hard_weight: vec![0.0, 0.3, 1.0],
    };
    let initial: Vec<f32> = (0..p as u64).flat_map(|seed| weights(&config, seed)).collect();
    let [mut reference, mut plan] = ENGINES.map(|engine| {
        let (shape, mixture) = (shape.clone(), mixture.clone());
        block_on(Learner::new(
            &engine(),
            shape,
            &initial,
            AdamWConfig::default(),
            mixture,
            &table,
        ))
        .unwrap()
    });
    for step in 0..12 {
        let mut draw = |count: usize, below: u32| (0..count).map(|_| rng.random_range(0..below)).collect::<Vec<u32>>();
        let tokens = draw(p * b * t, v);
        let rows: Vec<u32> = draw(p * k, (b * t) as u32)
            .iter()
            .enumerate()
            .map(|(i, row)| (i / k * b * t) as u32 + row)
            .collect();
        let (targets, labels) = (draw(p * k, v + 6), draw(p * k, v));
        let weights: Vec<f32> = (0..p * k).map(|i| if i % k > 8 { 0.0 } else { 1.0 / 9.0 }).collect();
        let input = StepInput {
            tokens: &tokens,
            rows: &rows,
            targets: &targets,
            labels: &labels,
            weights: &weights,
            rate: 1e-3,
        };
        let (losses, gradient) = block_on(plan.gradient(&input)).unwrap();
        let (expected_losses, expected) = block_on(reference.gradient(&input)).unwrap();
        assert!(
            furthest(&losses, &expected_losses) < 1e-4,
            "{step}: {losses:?} for {expected_losses:?}"
        );
        let scale = expected.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
        assert!(
            furthest(&gradient, &expected) < 1e-4 * scale,
            "{step}: {}",
            furthest(&gradient, &expected) / scale
        );
        plan.step(&input).unwrap();
        reference.step(&input).unwrap();
    }
    assert_eq!(plan.updates(), 12);
    let [ours, theirs] = [&plan, &reference].map(|learner| block_on(learner.weights()).unwrap());
    // Adam divides by the gradient's own size, so the smallest gradients carry the largest relative errors.
    assert!(furthest(&ours, &theirs) < 2e-4, "{}", furthest(&ours, &theirs));
    let (models, reference) = (plan.models(), reference.models());
    let tokens: Vec<u32> = (0..p as u32 * 5).map(|i| i * 7 % v).collect();
    let rows: Vec<u32> = (0..p as u32 * 5).collect();
    let ask = |models: &Models| block_on(models.logits_at(&tokens, 5, &rows)).unwrap();
    assert!(furthest(&ask(&models), &ask(&reference)) < 5e-3);
}
