//! The shipped teachers, read from their folders.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use stillroom::engine::Engine;
use stillroom::protocol::{Settings, TeacherName};
use stillroom::session::{Library, ModelFiles, Session};

/// The main teacher.
pub fn open(models: &Path, engine: &Engine) -> Result<Library> {
    let files = read(models, TeacherName::Main)?;
    Ok(pollster::block_on(Library::open(borrowed(&files), engine))?)
}

/// What a run needs besides.
pub fn add_missing(library: &Library, models: &Path, settings: &Settings, engine: &Engine) -> Result<()> {
    for name in Session::missing(library, settings)? {
        let files = read(models, name)?;
        pollster::block_on(library.add(borrowed(&files), engine))?;
    }
    Ok(())
}

fn read(models: &Path, name: TeacherName) -> Result<[Vec<u8>; 4]> {
    let name = serde_json::to_value(name)?;
    let folder = models.join(name.as_str().unwrap_or_default());
    let file = |name: &str| {
        fs::read(folder.join(name)).with_context(|| format!("{} cannot be read", folder.join(name).display()))
    };
    Ok([
        file("config.json")?,
        file("model.safetensors")?,
        file("tokenizer.json")?,
        file("card.json")?,
    ])
}

fn borrowed([config, weights, tokenizer, card]: &[Vec<u8>; 4]) -> ModelFiles<'_> {
    ModelFiles {
        config,
        weights,
        tokenizer,
        card,
    }
}
