use super::testing::{tiny, weights};
use super::*;

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
