//! Which modules the pages find: exactly those of a set, so that a site never holds one of an earlier day.

use std::path::Path;

use anyhow::{Context, Result};

use super::Module;

/// Beside a kept module: what it was made from. Written last, so that an interrupted build is not taken for a finished one.
const STAMP: &str = ".stamp";

/// Beside a kept module: the same as compiled, whose functions still have names. Read by bench/parts/size.mjs.
pub const NAMED: &str = "named.wasm";

/// What a folder was made from; nothing where it was not finished.
pub fn stamp(folder: &Path) -> Option<String> {
    std::fs::read_to_string(folder.join(STAMP)).ok()
}

pub fn write_stamp(folder: &Path, key: &str) -> Result<()> {
    let stamp = folder.join(STAMP);
    std::fs::write(&stamp, key).with_context(|| format!("{} could not be written", stamp.display()))
}

/// Copies the kept modules of a set to where the pages look for them, and takes all others away from there.
pub fn lay_out(set: &[&Module], kept: &Path, sources: &Path) -> Result<()> {
    take_away(set, sources).with_context(|| format!("{} could not be tidied", sources.display()))?;
    for module in set {
        let (from, to) = (kept.join(module.name), sources.join(module.folder));
        let key = stamp(&from).with_context(|| format!("there is no finished module in {}", from.display()))?;
        if stamp(&to).is_none_or(|last| last != key) {
            replace(&from, &to).with_context(|| format!("{} could not be replaced", to.display()))?;
            write_stamp(&to, &key)?;
        }
    }
    Ok(())
}

/// Every folder of a module begins with `wasm`, those of earlier versions too.
fn take_away(set: &[&Module], sources: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(sources)? {
        let entry = entry?;
        let name = entry.file_name();
        let of_a_module = entry.file_type()?.is_dir() && name.to_string_lossy().starts_with("wasm");
        if of_a_module && set.iter().all(|module| name != module.folder) {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn replace(from: &Path, to: &Path) -> std::io::Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() && entry.file_name() != STAMP && entry.file_name() != NAMED {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{ALL, ONLY_MAIN};
    use super::*;

    /// Kept modules, and an empty folder for the pages.
    fn folders() -> (tempfile::TempDir, std::path::PathBuf, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let (kept, sources) = (dir.path().join("kept"), dir.path().join("src"));
        for module in ALL {
            let folder = kept.join(module.name);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("stillroom.js"), module.name).unwrap();
            std::fs::write(folder.join(NAMED), "large").unwrap();
            write_stamp(&folder, "1").unwrap();
        }
        std::fs::create_dir_all(sources.join("state")).unwrap();
        (dir, kept, sources)
    }

    fn found(sources: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(sources).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_smaller_set_takes_away_what_is_not_in_it() {
        let (_dir, kept, sources) = folders();
        std::fs::create_dir(sources.join("wasm-of-an-earlier-version")).unwrap();
        lay_out(ALL, &kept, &sources).unwrap();
        assert_eq!(found(&sources), ["state", "wasm", "wasm-plain", "wasm-reference"]);
        assert_eq!(found(&sources.join("wasm")), [STAMP, "stillroom.js"]);
        lay_out(ONLY_MAIN, &kept, &sources).unwrap();
        assert_eq!(found(&sources), ["state", "wasm"]);
    }

    #[test]
    fn a_module_is_copied_only_where_it_is_another_one() {
        let (_dir, kept, sources) = folders();
        let script = sources.join("wasm/stillroom.js");
        lay_out(ONLY_MAIN, &kept, &sources).unwrap();
        std::fs::write(&script, "touched").unwrap();
        lay_out(ONLY_MAIN, &kept, &sources).unwrap();
        assert_eq!(std::fs::read_to_string(&script).unwrap(), "touched");
        write_stamp(&kept.join("main"), "2").unwrap();
        lay_out(ONLY_MAIN, &kept, &sources).unwrap();
        assert_eq!(std::fs::read_to_string(&script).unwrap(), "main");
    }

    #[test]
    fn an_unfinished_module_is_not_laid_out() {
        let (_dir, kept, sources) = folders();
        std::fs::remove_file(kept.join("main").join(STAMP)).unwrap();
        let error = lay_out(ONLY_MAIN, &kept, &sources).unwrap_err().to_string();
        assert!(error.starts_with("there is no finished module in "), "{error}");
    }
}
