//! What every run of a page shares: the world, the tokenizer, the teachers.

use crate::engine::{Engine, Models};
use crate::model::{LlamaConfig, ModelCard, hub, initial_parameters, sha256};
use crate::protocol::TeacherName;
use crate::tokenizer::{Tokenizer, TokenizerError};
use crate::world::{Split, TaskId, World};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The untrained teacher's initial weights are those of no student: students' seeds have 32 bits.
const UNTRAINED_SEED: u64 = 1 << 40;

/// A teacher with its card; the untrained one has none.
pub struct Teacher {
    pub card: Option<ModelCard>,
    pub model: Models,
    /// Its parameters, for students that start as its copy.
    pub weights: Vec<f32>,
}

/// A world with teachers that were trained on it.
pub struct Library {
    pub world: World,
    pub tokenizer: Tokenizer,
    main: Rc<Teacher>,
    others: RefCell<BTreeMap<TeacherName, Rc<Teacher>>>,
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

/// The files of a shipped model folder.
#[derive(Clone, Copy, Debug)]
pub struct ModelFiles<'a> {
    pub config: &'a [u8],
    pub weights: &'a [u8],
    pub tokenizer: &'a [u8],
    pub card: &'a [u8],
}

impl Library {
    /// With the main teacher.
    ///
    /// # Errors
    ///
    /// When a file is malformed, too large, damaged, or belongs to another model.
    pub async fn open(files: ModelFiles<'_>, engine: &Engine) -> Result<Self, LibraryError> {
        let world = World::standard();
        let tokenizer = Tokenizer::for_world(&world)?;
        let main = read(files, &tokenizer, None, engine).await?;
        let config = main.model.config().clone();
        let weights = initial_parameters(&config, UNTRAINED_SEED);
        let untrained = Teacher {
            card: None,
            model: Models::new(&config, &weights, engine).await?,
            weights,
        };
        Ok(Self {
            tokenizer: Tokenizer::from_json(files.tokenizer)?,
            world,
            main: Rc::new(main),
            others: RefCell::new([(TeacherName::Untrained, Rc::new(untrained))].into()),
        })
    }

    /// Takes in another teacher.
    ///
    /// # Errors
    ///
    /// As [`Library::open`].
    pub async fn add(&self, files: ModelFiles<'_>, engine: &Engine) -> Result<TeacherName, LibraryError> {
        let teacher = read(files, &self.tokenizer, Some(&self.main.weights), engine).await?;
        let name = teacher.card.as_ref().map_or(TeacherName::Untrained, |card| card.name);
        self.others.borrow_mut().insert(name, Rc::new(teacher));
        Ok(name)
    }

    /// The teacher of that name, if its files have been read.
    pub fn teacher(&self, name: TeacherName) -> Option<Rc<Teacher>> {
        if name == TeacherName::Main {
            return Some(self.main.clone());
        }
        self.others.borrow().get(&name).cloned()
    }

    /// Which of those teachers are not here yet.
    pub fn missing(&self, names: &[TeacherName]) -> Vec<TeacherName> {
        names
            .iter()
            .copied()
            .filter(|name| self.teacher(*name).is_none())
            .collect()
    }

    /// The shape of the students.
    pub fn student_config(&self) -> LlamaConfig {
        LlamaConfig::student(self.tokenizer.vocab_size())
    }

    /// Input tokens of the longest in-distribution question with its answer, of those tasks.
    pub fn longest_input(&self, tasks: &[TaskId]) -> usize {
        let mut rng = crate::rng::stream(0, crate::rng::Stream::Evaluation, u64::MAX);
        let longest = tasks.iter().map(|&task| {
            let prompt = self.world.task(task).sample_prompt(Split::Train, &mut rng);
            1 + prompt.split(' ').count() + self.world.task(task).answer_len(Split::Train)
        });
        longest.max().unwrap_or(1)
    }
}

async fn read(
    files: ModelFiles<'_>,
    ours: &Tokenizer,
    base: Option<&[f32]>,
    engine: &Engine,
) -> Result<Teacher, LibraryError> {
    let card: ModelCard = serde_json::from_slice(files.card).map_err(|error| LibraryError::Card(error.to_string()))?;
    if sha256(files.weights) != card.sha256 {
        return Err(LibraryError::Mismatch(
            "the weights are not those that the card describes",
        ));
    }
    let tokenizer = Tokenizer::from_json(files.tokenizer)?;
    // Other ids for the same words would make every target wrong without an error (science.md 6.3).
    if tokenizer.sha256() != card.tokenizer_sha256 || tokenizer.sha256() != ours.sha256() {
        return Err(LibraryError::Mismatch("the tokenizer is another one"));
    }
    let (config, weights) = hub::read_over(files.config, files.weights, base)?;
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
    Ok(Teacher {
        model: Models::new(&config, &weights, engine).await?,
        card: Some(card),
        weights,
    })
}
