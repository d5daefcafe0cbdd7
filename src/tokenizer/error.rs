//! What can be wrong with a tokenizer, as the sentence that the user reads.

use super::SPECIALS;

#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    #[error("This tokenizer file has {bytes} bytes; at most {limit} are read.")]
    FileTooLarge { bytes: usize, limit: usize },
    #[error("This is not a tokenizer.json file: {0}.")]
    NotJson(#[source] serde_json::Error),
    #[error("This tokenizer is of another kind: its {field} is not that of a Stillroom tokenizer.")]
    OtherKind { field: &'static str },
    #[error("This tokenizer has {words} words; at most {limit} fit.")]
    TooManyWords { words: usize, limit: usize },
    #[error("The ids of this tokenizer are not 0, 1, 2 ... with one word each.")]
    BadIds,
    #[error("The first words of this tokenizer are not {}.", SPECIALS.join(", "))]
    MissingSpecials,
    #[error("This text has {bytes} bytes; at most {limit} are read.")]
    TextTooLong { bytes: usize, limit: usize },
    #[error("The tokenizer failed: {0}.")]
    Library(String),
}

impl TokenizerError {
    pub(super) fn library(error: tokenizers::Error) -> TokenizerError {
        TokenizerError::Library(error.to_string())
    }
}
