use super::*;
use crate::rng::{Stream, stream};
use crate::train::read;
use burn::tensor::{Device, Tensor};
use pollster::block_on;

fn tiny() -> LlamaConfig {
    LlamaConfig::sized(40, 32, 48, 2)
}

/// Random weights with gains other than 1 and a head that matters.
fn weights(config: &LlamaConfig, seed: u64) -> Vec<f32> {
    let noise = initial_parameters(config, seed + 100);
    initial_parameters(config, seed)
        .iter()
        .zip(noise)
        .map(|(a, b)| a + 0.3 * b)
        .collect()
}

fn close(a: &[f32], b: &[f32], tolerance: f32) {
    assert_eq!(a.len(), b.len());
    let worst = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "differs by {worst}");
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
fn decoding_with_a_cache_equals_recomputation() {
    let config = tiny();
    let both = [weights(&config, 1), weights(&config, 2)].concat();
    let model = Llama::from_slice(&config, &both, &Device::flex());
    // Two members, two sequences each, three tokens of prompt.
    let prompts: Vec<u32> = (0..12).map(|i| (i * 7 + 3) % 40).collect();
    let mut rng = stream(1, Stream::Sampling, 0);
    for decoding in [Decoding::Greedy, Decoding::Sample { temperature: 0.7 }] {
        let answers = block_on(generate(&model, &prompts, 3, 8, decoding, true, &mut rng)).unwrap();
        for (i, answer) in answers.iter().enumerate() {
            let mut tokens = prompts[3 * i..3 * i + 3].to_vec();
            tokens.extend(&answer.tokens);
            let alone = Llama::from_slice(
                &config,
                &both[i / 2 * config.parameter_count()..][..config.parameter_count()],
                &Device::flex(),
            );
            let all = logits(&alone, &tokens, tokens.len());
            for (step, row) in answer.logits.iter().enumerate() {
                close(row, &all[(2 + step) * 40..][..40], 1e-4);
            }
        }
    }
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

#[test]
fn a_written_folder_reads_back_the_same() {
    let config = tiny();
    let flat = weights(&config, 3);
    let file = hub::weights_file(&config, &flat).unwrap();
    let (read_config, read_flat) = hub::read(hub::config_json(&config).as_bytes(), &file).unwrap();
    assert_eq!(read_config, config);
    assert_eq!(read_flat, flat);
}

#[test]
fn damaged_folders_are_refused_with_a_sentence() {
    let config = tiny();
    let good = hub::config_json(&config);
    let mut flat = weights(&config, 3);
    let file = hub::weights_file(&config, &flat).unwrap();
    for cut in [0, 7, 8, 100, file.len() / 2, file.len() - 1] {
        assert!(hub::read(good.as_bytes(), &file[..cut]).is_err(), "cut at {cut}");
    }
    let mut huge_header = file.clone();
    huge_header[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(
        hub::read(good.as_bytes(), &huge_header),
        Err(hub::HubError::Weights(_))
    ));
    assert!(matches!(
        hub::read(good.as_bytes(), &vec![0; hub::MAX_WEIGHTS + 1]),
        Err(hub::HubError::Weights(_))
    ));
    for bad in ["", "{", "[]", "{\"model_type\":\"gpt2\"}", "{\"model_type\":\"llama\"}"] {
        assert!(hub::read(bad.as_bytes(), &file).is_err(), "{bad}");
    }
    for (from, to) in [
        ("\"hidden_size\": 32", "\"hidden_size\": 1e99"),
        ("\"hidden_size\": 32", "\"hidden_size\": 0"),
        ("\"vocab_size\": 40", "\"vocab_size\": 41"),
        ("\"num_attention_heads\": 4", "\"num_attention_heads\": 3"),
        ("\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\""),
    ] {
        assert!(good.contains(from));
        assert!(hub::read(good.replace(from, to).as_bytes(), &file).is_err(), "{to}");
    }
    flat[77] = f32::NAN;
    let file = hub::weights_file(&config, &flat).unwrap();
    assert!(matches!(
        hub::read(good.as_bytes(), &file),
        Err(hub::HubError::NotFinite(_))
    ));
}

#[test]
fn a_zip_holds_the_folder() {
    let config = tiny();
    let bytes = hub::folder_zip(&config, &weights(&config, 3), "{}").unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = zip.file_names().map(str::to_owned).collect();
    assert_eq!(names, ["config.json", "model.safetensors", "tokenizer.json"]);
    let mut config_file = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("config.json").unwrap(), &mut config_file).unwrap();
    assert_eq!(config_file, hub::config_json(&config));
}

#[test]
fn sampling_follows_the_probabilities() {
    let config = tiny();
    let model = Llama::from_slice(&config, &weights(&config, 5), &Device::flex());
    let prompts = [1_u32, 2].repeat(4_000);
    let mut rng = stream(3, Stream::Sampling, 0);
    let answers = block_on(generate(
        &model,
        &prompts,
        2,
        1,
        Decoding::Sample { temperature: 1.0 },
        true,
        &mut rng,
    ))
    .unwrap();
    let row: Tensor<1> = Tensor::from_floats(answers[0].logits[0].as_slice(), &Device::flex());
    let expected = block_on(read(burn::tensor::activation::softmax(row, 0))).unwrap();
    for token in 0..40 {
        let said = |answer: &Generated| answer.tokens.first().copied().unwrap_or(crate::tokenizer::EOS) == token;
        let share = answers.iter().filter(|answer| said(answer)).count() as f64 / 4_000.0;
        let p = f64::from(expected[token as usize]);
        assert!(
            (share - p).abs() < 5.0 * (p * (1.0 - p) / 4_000.0).sqrt() + 1e-3,
            "token {token}: {share} for {p}"
        );
    }
}
