//! What every run of a page shares: the world, the tokenizer, a teacher.

use crate::engine::{Engine, Models};
use crate::model::{LlamaConfig, ModelCard, hub, sha256};
use crate::tokenizer::{Tokenizer, TokenizerError};
use crate::world::{Split, TaskId, World};

/// A world with a teacher that was trained on it.
pub struct Library {
    pub world: World,
    pub tokenizer: Tokenizer,
    pub card: ModelCard,
    pub teacher: Models,
}

/// Why a teacher's folder was refused: the sentence that the visitor reads.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("The teacher's tokenizer.json was refused: {0}")]
    Tokenizer(#[from] TokenizerError),
    #[error("The teacher's model was refused: {0}.")]
    Model(#[from] hub::HubError),
    #[error(transparent)]
    Device(#[from] crate::engine::Failure),
    #[error("The teacher's card.json cannot be read: {0}")]
    Card(String),
    #[error("The teacher's files do not belong together: {0}.")]
    Mismatch(&'static str),
}

impl Library {
    /// From the four files of a shipped model folder.
    ///
    /// # Errors
    ///
    /// When a file is malformed, too large, damaged, or belongs to another model.
    pub async fn open(
        config: &[u8],
        weights: &[u8],
        tokenizer: &[u8],
        card: &[u8],
        engine: &Engine,
    ) -> Result<Self, LibraryError> {
        let card: ModelCard = serde_json::from_slice(card).map_err(|error| LibraryError::Card(error.to_string()))?;
        if sha256(weights) != card.sha256 {
            return Err(LibraryError::Mismatch(
                "the weights are not those that the card describes",
            ));
        }
        let tokenizer = Tokenizer::from_json(tokenizer)?;
        let world = World::standard();
        // Other ids for the same words would make every target wrong without an error (science.md 6.3).
        if tokenizer.sha256() != card.tokenizer_sha256 || tokenizer.sha256() != Tokenizer::for_world(&world)?.sha256() {
            return Err(LibraryError::Mismatch("the tokenizer is another one"));
        }
        let (config, flat) = hub::read(config, weights)?;
        if config.vocab_size != tokenizer.vocab_size() {
            return Err(LibraryError::Mismatch(
                "the tokenizer has another number of words than the model",
            ));
        }
        if [config.vocab_size, config.hidden_size, config.intermediate_size]
            .iter()
            .any(|size| size % 4 != 0)
        {
            return Err(LibraryError::Mismatch("its sizes are not multiples of four"));
        }
        Ok(Self {
            teacher: Models::new(&config, &flat, engine).await?,
            world,
            tokenizer,
            card,
        })
    }

    /// The shape of the students.
    pub fn student_config(&self) -> LlamaConfig {
        LlamaConfig::student(self.tokenizer.vocab_size())
    }

    /// Input tokens of the longest in-distribution question with its answer.
    pub fn longest_input(&self) -> usize {
        let mut rng = crate::rng::stream(0, crate::rng::Stream::Evaluation, u64::MAX);
        let longest = TaskId::ALL.map(|task| {
            let prompt = self.world.task(task).sample_prompt(Split::Train, &mut rng);
            1 + prompt.split(' ').count() + self.world.task(task).answer_len(Split::Train)
        });
        longest.into_iter().max().unwrap_or(1)
    }
}
