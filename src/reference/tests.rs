use super::*;
use crate::model::testing::{tiny, weights};
use crate::model::{hub, replicate};
use burn::tensor::Device;
use pollster::block_on;

fn close(a: &[f32], b: &[f32], tolerance: f32) {
    assert_eq!(a.len(), b.len());
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        // Not the largest of all: NaN would not count.
        assert!((a - b).abs() <= tolerance, "{i}: {a} for {b}");
    }
}

fn logits(model: &Llama, tokens: &[u32], length: usize) -> Vec<f32> {
    block_on(read(model.logits(tokens, length))).unwrap()
}

fn golden(name: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    let file = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let (config, flat) = hub::read(&file("config.json"), &file("model.safetensors")).unwrap();
    let golden: serde_json::Value = serde_json::from_slice(&file("logits.json")).unwrap();
    let numbers = |value: &serde_json::Value| {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_f64().unwrap() as f32)
            .collect::<Vec<_>>()
    };
    let tokens: Vec<u32> = golden["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(numbers)
        .map(|x| x as u32)
        .collect();
    let model = Llama::from_slice(&config, &flat, &Device::flex());
    close(
        &logits(&model, &tokens, tokens.len() / 2),
        &numbers(&golden["logits"]),
        1e-4,
    );
}

#[test]
fn logits_equal_those_of_transformers() {
    golden("llama");
}

#[test]
fn grouped_heads_and_a_tied_head_equal_those_of_transformers() {
    golden("llama_grouped");
}

#[test]
fn members_do_not_see_each_other_and_tokens_do_not_see_the_future() {
    let config = tiny();
    let both = [weights(&config, 1), weights(&config, 2)].concat();
    let model = Llama::from_slice(&config, &both, &Device::flex());
    let tokens: Vec<u32> = (0..10).map(|i| (i * 3) % 40).collect();
    let before = logits(&model, &tokens, 5);
    let mut changed = tokens.clone();
    changed[4] = 39; // the first member's last token
    let after = logits(&model, &changed, 5);
    close(&before[..4 * 40], &after[..4 * 40], 0.0);
    close(&before[5 * 40..], &after[5 * 40..], 0.0);
    assert_ne!(before[4 * 40..5 * 40], after[4 * 40..5 * 40]);
}

#[test]
fn logits_at_rows_are_rows_of_the_logits() {
    let config = tiny();
    let model = Llama::from_slice(&config, &replicate(&weights(&config, 1), 2), &Device::flex());
    let tokens: Vec<u32> = (0..12).map(|i| (i * 5) % 40).collect();
    let all = logits(&model, &tokens, 3);
    let some = block_on(read(model.logits_at(&tokens, 3, &[5, 0, 11, 7]))).unwrap();
    for (i, row) in [5, 0, 11, 7].into_iter().enumerate() {
        close(&some[i * 40..][..40], &all[row * 40..][..40], 1e-5);
    }
}
