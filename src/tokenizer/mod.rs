//! One word, one token: a Hugging Face `tokenizers` WordLevel model over the words of Tiny World.
//!
//! `tokenizer.json` opens in `transformers`; what it says and what is read here are the same file.

mod error;
mod file;
#[cfg(test)]
mod tests;

pub use error::TokenizerError;

use crate::world::World;
use sha2::{Digest, Sha256};

/// Fills a sequence up to its length; never an answer.
pub const PAD: u32 = 0;
/// Starts every sequence.
pub const BOS: u32 = 1;
/// Ends every answer.
pub const EOS: u32 = 2;
/// Stands for a word outside the vocabulary.
pub const UNK: u32 = 3;

/// The special words, by id.
pub const SPECIALS: [&str; 4] = ["[PAD]", "[BOS]", "[EOS]", "[UNK]"];

/// Ids of a world's tokenizer: 32 divides it, which the GPU likes, and it is above what the world says today.
pub const VOCAB_SIZE: usize = 384;

/// Bytes of a `tokenizer.json` that are read at most.
pub const MAX_FILE: usize = 1_000_000;

/// Ids of a tokenizer that are accepted at most.
pub const MAX_VOCAB: usize = 8_192;

/// Bytes of a text that are encoded at most.
pub const MAX_TEXT: usize = 65_536;

/// Words to ids and back.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    /// By id.
    words: Vec<String>,
}

/// A text as ids, and the words they stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    /// One id a word.
    pub ids: Vec<u32>,
    /// As many as `ids`.
    pub words: Vec<EncodedWord>,
}

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedWord {
    /// As it was typed, also when it is unknown.
    pub text: String,
    pub id: u32,
    /// Whether the word is in the vocabulary; if not, `id` is [`UNK`].
    pub known: bool,
}

impl Tokenizer {
    /// The tokenizer of a world: the specials, its vocabulary, and `[unused0]` ... up to [`VOCAB_SIZE`].
    ///
    /// # Errors
    /// If the world has more words than ids, or says one twice.
    pub fn for_world(world: &World) -> Result<Tokenizer, TokenizerError> {
        let mut words = SPECIALS.map(str::to_owned).to_vec();
        words.extend(world.vocabulary());
        if words.len() > VOCAB_SIZE {
            return Err(TokenizerError::TooManyWords {
                words: words.len(),
                limit: VOCAB_SIZE,
            });
        }
        let unused = (0..VOCAB_SIZE - words.len()).map(|number| format!("[unused{number}]"));
        words.extend(unused);
        Tokenizer::from_words(words)
    }

    /// Reads a `tokenizer.json` of this kind. Of the file only the vocabulary is used: text is always split the way that
    /// [`Tokenizer::for_world`] splits it, and a file that asks for another way is refused, not run.
    ///
    /// # Errors
    /// If the file is over [`MAX_FILE`] bytes, is not JSON, is another kind of tokenizer, lacks a special word, or has
    /// more than [`MAX_VOCAB`] ids or ids with gaps.
    pub fn from_json(bytes: &[u8]) -> Result<Tokenizer, TokenizerError> {
        Tokenizer::from_words(file::read(bytes)?)
    }

    fn from_words(words: Vec<String>) -> Result<Tokenizer, TokenizerError> {
        let inner = file::build(&words)?;
        Ok(Tokenizer { inner, words })
    }

    /// `tokenizer.json`: the same bytes for the same words.
    ///
    /// # Errors
    /// If the library fails to write it.
    pub fn to_json(&self) -> Result<String, TokenizerError> {
        self.inner.to_string(true).map_err(TokenizerError::library)
    }

    /// The words of a text. No special ids are added, and specials typed into the text are not obeyed: a visitor who types
    /// `[EOS]` gets unknown words. Case matters; [`World::normalise`] sees to it.
    ///
    /// # Errors
    /// If the text is over [`MAX_TEXT`] bytes.
    pub fn encode(&self, text: &str) -> Result<Encoded, TokenizerError> {
        if text.len() > MAX_TEXT {
            return Err(TokenizerError::TextTooLong {
                bytes: text.len(),
                limit: MAX_TEXT,
            });
        }
        let encoding = self.inner.encode(text, false).map_err(TokenizerError::library)?;
        let ids = encoding.get_ids().to_vec();
        let pieces = encoding
            .get_offsets()
            .iter()
            .map(|(start, end)| text.get(*start..*end).unwrap_or_default());
        let words = ids.iter().zip(pieces);
        let words = words.map(|(id, piece)| EncodedWord {
            text: piece.to_owned(),
            id: *id,
            known: *id != UNK,
        });
        Ok(Encoded {
            words: words.collect(),
            ids,
        })
    }

    /// The words with single spaces between them. Specials are left out, but for `[UNK]`; so are ids that do not exist.
    pub fn decode(&self, ids: &[u32]) -> String {
        let said = ids.iter().filter(|id| ![PAD, BOS, EOS].contains(id));
        said.filter_map(|id| self.word(*id)).collect::<Vec<_>>().join(" ")
    }

    /// The word of an id; specials have one too.
    pub fn word(&self, id: u32) -> Option<&str> {
        self.words.get(id as usize).map(String::as_str)
    }

    /// The id of a word; specials have one too.
    pub fn id(&self, word: &str) -> Option<u32> {
        self.inner.token_to_id(word)
    }

    /// How many ids there are, unused ones included: the model's V.
    pub fn vocab_size(&self) -> usize {
        self.words.len()
    }

    /// SHA-256 in hexadecimal of the words in the order of their ids: two tokenizers with it agree about every id.
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for word in &self.words {
            hash.update((word.len() as u64).to_le_bytes());
            hash.update(word);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
