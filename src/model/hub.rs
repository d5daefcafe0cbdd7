//! Models as Hugging Face folders: `config.json` and `model.safetensors` of `LlamaForCausalLM`.
//!
//! Hugging Face's linear layers are `[out, in]` and separate; ours are `[in, out]`, with query, key and value in one tensor
//! and gate and up in another. Reading also accepts what a small public Llama may have and Stillroom does not: fewer
//! key-value heads than heads (they are repeated, which computes the same) and an output head tied to the embeddings.

use super::LlamaConfig;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Largest `model.safetensors` that is read.
pub const MAX_WEIGHTS: usize = 64 << 20;
/// Largest `config.json` that is read.
pub const MAX_CONFIG: usize = 64 << 10;

/// Why a model folder was refused: the sentence that the user reads.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HubError {
    #[error("config.json cannot be read: {0}")]
    Config(String),
    #[error("this kind of model cannot be opened: {0}")]
    Unsupported(String),
    #[error("model.safetensors cannot be read: {0}")]
    Weights(String),
    #[error("model.safetensors does not fit config.json: {0}")]
    Mismatch(String),
    #[error("model.safetensors holds numbers that are not finite, in {0}")]
    NotFinite(String),
}

/// `config.json` as `transformers` writes it.
pub fn config_json(config: &LlamaConfig) -> String {
    let value = json!({
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "attention_bias": false,
        "mlp_bias": false,
        "bos_token_id": crate::tokenizer::BOS,
        "eos_token_id": crate::tokenizer::EOS,
        "pad_token_id": crate::tokenizer::PAD,
        "hidden_act": "silu",
        "hidden_size": config.hidden_size,
        "intermediate_size": config.intermediate_size,
        "max_position_embeddings": config.max_position_embeddings,
        "num_attention_heads": config.num_attention_heads,
        "num_hidden_layers": config.num_hidden_layers,
        "num_key_value_heads": config.num_attention_heads,
        "rms_norm_eps": config.rms_norm_eps,
        "rope_theta": config.rope_theta,
        "tie_word_embeddings": false,
        "torch_dtype": "float32",
        "vocab_size": config.vocab_size,
    });
    format!("{value:#}\n")
}

/// Rounds every number to what half precision holds.
pub fn to_half(flat: &mut [f32]) {
    flat.iter_mut()
        .for_each(|value| *value = half::f16::from_f32(*value).to_f32());
}

/// As [`weights_file`] in half precision, without the tensors that are those of `base`: for a shipped teacher.
///
/// # Errors
///
/// As [`weights_file`].
pub fn half_file(config: &LlamaConfig, flat: &[f32], base: Option<&[f32]>) -> Result<Vec<u8>, HubError> {
    let whole = tensors(config, flat)?;
    let base = base.map(|base| tensors(config, base)).transpose()?.unwrap_or_default();
    let differs = |tensor: &HubTensor| base.iter().all(|other| other != tensor);
    let halves = |values: Vec<f32>| {
        values
            .iter()
            .flat_map(|x| half::f16::from_f32(*x).to_le_bytes())
            .collect()
    };
    write(whole.into_iter().filter(differs).collect(), Dtype::F16, halves)
}

/// `model.safetensors` of one member; `flat` in the order of [`LlamaConfig::parameters`].
///
/// # Errors
///
/// If `flat` does not have the right length.
pub fn weights_file(config: &LlamaConfig, flat: &[f32]) -> Result<Vec<u8>, HubError> {
    let bytes = |values: Vec<f32>| values.iter().flat_map(|x| x.to_le_bytes()).collect();
    write(tensors(config, flat)?, Dtype::F32, bytes)
}

/// Name, shape and values of a tensor, as Hugging Face has it.
type HubTensor = (String, Vec<usize>, Vec<f32>);

fn tensors(config: &LlamaConfig, flat: &[f32]) -> Result<Vec<HubTensor>, HubError> {
    if flat.len() != config.parameter_count() {
        return Err(HubError::Mismatch(format!(
            "{} numbers instead of {}",
            flat.len(),
            config.parameter_count()
        )));
    }
    let (d, f) = (config.hidden_size, config.intermediate_size);
    let mut tensors: Vec<HubTensor> = Vec::new();
    let mut rest = flat;
    for (name, shape) in config.parameters() {
        let (values, after) = rest.split_at(shape.iter().product());
        rest = after;
        let (layer, part) = match name.rsplit_once('.') {
            Some((layer, part)) => (format!("model.{layer}."), part),
            None => (String::new(), name.as_str()),
        };
        let mut linear = |hub: &str, first: usize, width: usize| {
            tensors.push((
                format!("{layer}{hub}.weight"),
                vec![width, shape[0]],
                columns(values, shape[1], first, width),
            ));
        };
        match part {
            "query_key_value" => {
                linear("self_attn.q_proj", 0, d);
                linear("self_attn.k_proj", d, d);
                linear("self_attn.v_proj", 2 * d, d);
            }
            "attention_out" => linear("self_attn.o_proj", 0, d),
            "gate_up" => {
                linear("mlp.gate_proj", 0, f);
                linear("mlp.up_proj", f, f);
            }
            "down" => linear("mlp.down_proj", 0, d),
            "head" => linear("lm_head", 0, config.vocab_size),
            "embed" => tensors.push(("model.embed_tokens.weight".into(), shape, values.to_vec())),
            "norm" => tensors.push(("model.norm.weight".into(), shape, values.to_vec())),
            "attention_norm" => tensors.push((format!("{layer}input_layernorm.weight"), shape, values.to_vec())),
            _ => tensors.push((
                format!("{layer}post_attention_layernorm.weight"),
                shape,
                values.to_vec(),
            )),
        }
    }
    Ok(tensors)
}

fn write(tensors: Vec<HubTensor>, dtype: Dtype, encode: impl Fn(Vec<f32>) -> Vec<u8>) -> Result<Vec<u8>, HubError> {
    let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = tensors
        .into_iter()
        .map(|(name, shape, values)| (name, shape, encode(values)))
        .collect();
    let views = bytes
        .iter()
        .map(|(name, shape, data)| TensorView::new(dtype, shape.clone(), data).map(|view| (name.clone(), view)));
    let views = views
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| HubError::Weights(error.to_string()))?;
    let metadata = [("format".to_owned(), "pt".to_owned())].into();
    serialize(views, Some(metadata)).map_err(|error| HubError::Weights(error.to_string()))
}

/// A zip of the folder: `config.json`, `model.safetensors`, `tokenizer.json`.
///
/// # Errors
///
/// If `flat` does not have the right length.
pub fn folder_zip(config: &LlamaConfig, flat: &[f32], tokenizer_json: &str) -> Result<Vec<u8>, HubError> {
    let files: [(&str, Vec<u8>); 3] = [
        ("config.json", config_json(config).into_bytes()),
        ("model.safetensors", weights_file(config, flat)?),
        ("tokenizer.json", tokenizer_json.as_bytes().to_vec()),
    ];
    let failed = |error: String| HubError::Weights(error);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in &files {
        // Weights do not compress; a fixed date, so that the same student is the same file.
        zip.start_file(*name, SimpleFileOptions::default())
            .map_err(|error| failed(error.to_string()))?;
        zip.write_all(bytes).map_err(|error| failed(error.to_string()))?;
    }
    Ok(zip.finish().map_err(|error| failed(error.to_string()))?.into_inner())
}

/// `width` columns of a `[rows, stride]` matrix, transposed: `[width, rows]`.
fn columns(values: &[f32], stride: usize, first: usize, width: usize) -> Vec<f32> {
    (first..first + width)
        .flat_map(|column| values.iter().skip(column).step_by(stride).copied())
        .collect()
}

/// Reads a folder's `config.json` and `model.safetensors`.
///
/// # Errors
///
/// If either is too large, malformed, of another architecture, if they do not fit each other, or if a weight is not finite.
pub fn read(config: &[u8], weights: &[u8]) -> Result<(LlamaConfig, Vec<f32>), HubError> {
    read_over(config, weights, None)
}

/// As [`read`]; a parameter whose tensors are not in the file is that of `base`, a model of the same shape.
///
/// # Errors
///
/// As [`read`].
pub fn read_over(config: &[u8], weights: &[u8], base: Option<&[f32]>) -> Result<(LlamaConfig, Vec<f32>), HubError> {
    if config.len() > MAX_CONFIG {
        return Err(HubError::Config(format!(
            "it has {} bytes, and {MAX_CONFIG} are allowed",
            config.len()
        )));
    }
    if weights.len() > MAX_WEIGHTS {
        return Err(HubError::Weights(format!(
            "it has {} bytes, and {MAX_WEIGHTS} are allowed",
            weights.len()
        )));
    }
    let value: Value = serde_json::from_slice(config).map_err(|error| HubError::Config(error.to_string()))?;
    let (config, key_value_heads, tied) = read_config(&value)?;
    let file = SafeTensors::deserialize(weights).map_err(|error| HubError::Weights(error.to_string()))?;
    let reader = Reader {
        file,
        config: &config,
        repeat: config.num_attention_heads / key_value_heads,
        tied,
        base: base.filter(|base| base.len() == config.parameter_count()),
    };
    let flat = reader.flat()?;
    Ok((config, flat))
}

/// The config, the number of key-value heads, and whether the head is tied to the embeddings.
fn read_config(value: &Value) -> Result<(LlamaConfig, usize, bool), HubError> {
    if value["model_type"] != "llama" {
        return Err(HubError::Unsupported(format!(
            "model_type is {}, and only \"llama\" is read",
            value["model_type"]
        )));
    }
    let size = |key: &str, limit: u64| match value[key].as_u64() {
        Some(number) if (1..=limit).contains(&number) => Ok(number as usize),
        _ => Err(HubError::Config(format!(
            "{key} must be a whole number from 1 to {limit}"
        ))),
    };
    let heads = size("num_attention_heads", 64)?;
    let key_value_heads = if value["num_key_value_heads"].is_null() {
        heads
    } else {
        size("num_key_value_heads", 64)?
    };
    let number = |key: &str, default: f64| match &value[key] {
        Value::Null => Ok(default),
        other => other
            .as_f64()
            .filter(|x| *x > 0.0)
            .ok_or_else(|| HubError::Config(format!("{key} must be above 0"))),
    };
    // Since version 5 transformers keeps the base of the rotary positions in a table of its own.
    let theta = value["rope_parameters"]["rope_theta"].as_f64().unwrap_or(10_000.0);
    let config = LlamaConfig {
        vocab_size: size("vocab_size", crate::tokenizer::MAX_VOCAB as u64)?,
        hidden_size: size("hidden_size", 1_024)?,
        intermediate_size: size("intermediate_size", 4_096)?,
        num_hidden_layers: size("num_hidden_layers", 24)?,
        num_attention_heads: heads,
        // Longer contexts would only make the position tables larger than a page needs.
        max_position_embeddings: size("max_position_embeddings", 1 << 20)?.min(512),
        rms_norm_eps: number("rms_norm_eps", 1e-6)?,
        rope_theta: number("rope_theta", theta)?,
    };
    let unsupported = |what: &str| Err(HubError::Unsupported(what.to_owned()));
    if !config.hidden_size.is_multiple_of(2 * heads) {
        return unsupported("hidden_size must be divisible by twice num_attention_heads");
    }
    if heads % key_value_heads != 0 {
        return unsupported("num_attention_heads must be divisible by num_key_value_heads");
    }
    if !value["head_dim"].is_null() && value["head_dim"] != json!(config.head_dim()) {
        return unsupported("head_dim must be hidden_size / num_attention_heads");
    }
    if value["attention_bias"] == json!(true) || value["mlp_bias"] == json!(true) {
        return unsupported("biases");
    }
    let rope_type = [
        &value["rope_scaling"]["rope_type"],
        &value["rope_scaling"]["type"],
        &value["rope_parameters"]["rope_type"],
    ];
    if rope_type.iter().any(|kind| !kind.is_null() && **kind != "default") {
        return unsupported("scaled rotary positions");
    }
    if !value["hidden_act"].is_null() && value["hidden_act"] != "silu" {
        return unsupported("an activation other than silu");
    }
    Ok((config, key_value_heads, value["tie_word_embeddings"] == json!(true)))
}

struct Reader<'a> {
    file: SafeTensors<'a>,
    config: &'a LlamaConfig,
    /// How often each key-value head is repeated.
    repeat: usize,
    tied: bool,
    /// What stands in for the tensors that are left out.
    base: Option<&'a [f32]>,
}

impl Reader<'_> {
    fn flat(&self) -> Result<Vec<f32>, HubError> {
        let mut flat = Vec::with_capacity(self.config.parameter_count());
        for (name, shape) in self.config.parameters() {
            let (prefix, part) = match name.rsplit_once('.') {
                Some((layer, part)) => (format!("model.{layer}."), part),
                None => (String::new(), name.as_str()),
            };
            let names: Vec<String> = self
                .hub_names(part)
                .iter()
                .map(|hub| format!("{prefix}{hub}.weight"))
                .collect();
            let count: usize = shape.iter().product();
            match self.base {
                Some(base) if names.iter().all(|name| self.file.tensor(name).is_err()) => {
                    flat.extend_from_slice(&base[flat.len()..][..count]);
                }
                _ => flat.extend(self.parameter(part, &names)?),
            }
        }
        Ok(flat)
    }

    /// The tensors of Hugging Face that one of our parameters is made of.
    fn hub_names(&self, part: &str) -> &'static [&'static str] {
        match part {
            "embed" => &["model.embed_tokens"],
            "attention_norm" => &["input_layernorm"],
            "query_key_value" => &["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
            "attention_out" => &["self_attn.o_proj"],
            "mlp_norm" => &["post_attention_layernorm"],
            "gate_up" => &["mlp.gate_proj", "mlp.up_proj"],
            "down" => &["mlp.down_proj"],
            "norm" => &["model.norm"],
            _ if self.tied => &["model.embed_tokens"],
            _ => &["lm_head"],
        }
    }

    fn parameter(&self, part: &str, names: &[String]) -> Result<Vec<f32>, HubError> {
        let (d, f, v) = (
            self.config.hidden_size,
            self.config.intermediate_size,
            self.config.vocab_size,
        );
        let linear = |name: &str, outputs: usize, inputs: usize| self.tensor(name, &[outputs, inputs]);
        Ok(match part {
            "embed" => linear(&names[0], v, d)?,
            "attention_norm" | "mlp_norm" | "norm" => self.tensor(&names[0], &[d])?,
            "query_key_value" => {
                let query = linear(&names[0], d, d)?;
                let (key, value) = (self.repeated(&names[1])?, self.repeated(&names[2])?);
                transposed(&[(&query, d), (&key, d), (&value, d)], d)
            }
            "attention_out" => transposed(&[(&linear(&names[0], d, d)?, d)], d),
            "gate_up" => {
                let (gate, up) = (linear(&names[0], f, d)?, linear(&names[1], f, d)?);
                transposed(&[(&gate, f), (&up, f)], d)
            }
            "down" => transposed(&[(&linear(&names[0], d, f)?, d)], f),
            _ => transposed(&[(&linear(&names[0], v, d)?, v)], d),
        })
    }

    /// A key or value projection with its heads repeated up to the number of query heads.
    fn repeated(&self, name: &str) -> Result<Vec<f32>, HubError> {
        let (d, head_dim) = (self.config.hidden_size, self.config.head_dim());
        let values = self.tensor(name, &[d / self.repeat, d])?;
        Ok(values
            .chunks_exact(head_dim * d)
            .flat_map(|head| head.repeat(self.repeat))
            .collect())
    }

    fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, HubError> {
        let view = self
            .file
            .tensor(name)
            .map_err(|_| HubError::Mismatch(format!("{name} is missing")))?;
        if view.shape() != shape {
            return Err(HubError::Mismatch(format!(
                "{name} is {:?} and should be {shape:?}",
                view.shape()
            )));
        }
        let halves = |to_f32: fn(u16) -> f32| -> Vec<f32> {
            view.data()
                .chunks_exact(2)
                .map(|b| to_f32(u16::from_le_bytes([b[0], b[1]])))
                .collect()
        };
        let values: Vec<f32> = match view.dtype() {
            Dtype::F32 => view
                .data()
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect(),
            Dtype::BF16 => halves(|bits| f32::from_bits(u32::from(bits) << 16)),
            Dtype::F16 => halves(|bits| half::f16::from_bits(bits).to_f32()),
            other => return Err(HubError::Unsupported(format!("weights of type {other:?}"))),
        };
        if values.iter().any(|x| !x.is_finite()) {
            return Err(HubError::NotFinite(name.to_owned()));
        }
        Ok(values)
    }
}

/// `[out, in]` matrices side by side as one `[in, sum of outs]`.
fn transposed(parts: &[(&Vec<f32>, usize)], inputs: usize) -> Vec<f32> {
    let mut all = Vec::with_capacity(parts.iter().map(|(values, _)| values.len()).sum());
    for input in 0..inputs {
        for (values, outputs) in parts {
            all.extend((0..*outputs).map(|output| values[output * inputs + input]));
        }
    }
    all
}
