//! Words to a Hugging Face tokenizer, and a `tokenizer.json` from anywhere back to words.

use super::{MAX_FILE, MAX_VOCAB, SPECIALS, TokenizerError, UNK};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use tokenizers::models::wordlevel::WordLevel;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::punctuation::Punctuation;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::whitespace::WhitespaceSplit;
use tokenizers::{AddedToken, SplitDelimiterBehavior};

/// The tokenizer of `words`, by id, the specials first.
pub(super) fn build(words: &[String]) -> Result<tokenizers::Tokenizer, TokenizerError> {
    let vocab = words.iter().zip(0..).map(|(word, id)| (word.clone(), id)).collect();
    let model = WordLevel::builder()
        .vocab(vocab)
        .unk_token(SPECIALS[UNK as usize].to_owned());
    let mut tokenizer = tokenizers::Tokenizer::new(model.build().map_err(TokenizerError::library)?);
    if tokenizer.get_vocab_size(false) != words.len() {
        return Err(TokenizerError::BadIds);
    }
    tokenizer.with_pre_tokenizer(Some(splitter()));
    let specials = SPECIALS.map(|word| AddedToken::from(word, true));
    tokenizer
        .add_special_tokens(specials)
        .map_err(TokenizerError::library)?;
    // A visitor's "[EOS]" is text, not an order.
    tokenizer.set_encode_special_tokens(true);
    Ok(tokenizer)
}

/// Words at spaces, every digit and every punctuation mark by itself. No regexes: they would be the larger part of the
/// wasm's tokenizer, and a hostile one can be slow.
fn splitter() -> Sequence {
    Sequence::new(vec![
        PreTokenizerWrapper::WhitespaceSplit(WhitespaceSplit),
        PreTokenizerWrapper::Digits(Digits::new(true)),
        PreTokenizerWrapper::Punctuation(Punctuation::new(SplitDelimiterBehavior::Isolated)),
    ])
}

/// What is read of a `tokenizer.json`. Truncation, padding and post-processing only matter to those who let the
/// tokenizer add specials, which nothing here does; `transformers` may write them, so they are not looked at.
#[derive(Deserialize)]
struct File {
    normalizer: Option<Value>,
    pre_tokenizer: Option<Value>,
    decoder: Option<Value>,
    model: Value,
}

#[derive(Deserialize)]
struct Model {
    vocab: HashMap<String, u32>,
    unk_token: String,
}

/// The words of a `tokenizer.json`, by id. Anything that would split text differently from [`build`] is an error.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<String>, TokenizerError> {
    if bytes.len() > MAX_FILE {
        return Err(TokenizerError::FileTooLarge {
            bytes: bytes.len(),
            limit: MAX_FILE,
        });
    }
    let file: File = serde_json::from_slice(bytes).map_err(TokenizerError::NotJson)?;
    let splits = serde_json::to_value(PreTokenizerWrapper::Sequence(splitter())).map_err(TokenizerError::NotJson)?;
    let checks = [
        (
            "model",
            file.model.get("type").and_then(Value::as_str) == Some("WordLevel"),
        ),
        ("normalizer", file.normalizer.is_none()),
        ("pre_tokenizer", file.pre_tokenizer == Some(splits)),
        ("decoder", file.decoder.is_none()),
    ];
    if let Some((field, _)) = checks.into_iter().find(|(_, same)| !same) {
        return Err(TokenizerError::OtherKind { field });
    }
    let model: Model = serde_json::from_value(file.model).map_err(TokenizerError::NotJson)?;
    if model.vocab.len() > MAX_VOCAB {
        return Err(TokenizerError::TooManyWords {
            words: model.vocab.len(),
            limit: MAX_VOCAB,
        });
    }
    let words = in_order(model.vocab)?;
    let specials = words.iter().take(SPECIALS.len()).eq(&SPECIALS);
    if !specials || model.unk_token != SPECIALS[UNK as usize] {
        return Err(TokenizerError::MissingSpecials);
    }
    Ok(words)
}

/// The words by id, if the ids are `0..n`.
fn in_order(vocab: HashMap<String, u32>) -> Result<Vec<String>, TokenizerError> {
    let mut words: Vec<(u32, String)> = vocab.into_iter().map(|(word, id)| (id, word)).collect();
    words.sort_unstable();
    if words.iter().zip(0..).any(|((id, _), place)| *id != place) {
        return Err(TokenizerError::BadIds);
    }
    Ok(words.into_iter().map(|(_, word)| word).collect())
}
