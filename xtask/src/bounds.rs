//! How large the modules of the site may be. A build that exceeds a bound fails: raise it here, and say why, or find what grew.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::process::root;
use crate::wasm::Set;

/// Bytes that one build of the crate may have.
struct Bound {
    /// In `www/src`, where `wasm::build` leaves the module.
    folder: &'static str,
    raw: u64,
    brotli: u64,
}

/// About 3 % above what was measured when the bounds were last set.
const BOUNDS: [Bound; 3] = [
    Bound {
        folder: "wasm",
        raw: 2_893_000,
        brotli: 862_000,
    },
    Bound {
        folder: "wasm-plain",
        raw: 2_893_000,
        brotli: 862_000,
    },
    Bound {
        folder: "wasm-reference",
        raw: 16_480_000,
        brotli: 2_487_000,
    },
];

/// Fails with the first module of a compressed site that is larger than its bound.
pub fn check(set: Set, dist: &Path) -> Result<()> {
    set.iter().try_for_each(|module| {
        let bound = bound_of(module.folder)?;
        check_module(bound, &root().join("www/src").join(bound.folder), dist)
    })
}

fn bound_of(folder: &str) -> Result<&'static Bound> {
    let bound = BOUNDS.iter().find(|bound| bound.folder == folder);
    bound.with_context(|| format!("the module of www/src/{folder} has no bound: see xtask/src/bounds.rs"))
}

fn check_module(bound: &Bound, folder: &Path, dist: &Path) -> Result<()> {
    let source = folder.join("stillroom_bg.wasm");
    let module = std::fs::read(&source).with_context(|| format!("{} could not be read", source.display()))?;
    within(bound, "", module.len() as u64, bound.raw)?;
    let copy = find(dist, &module)
        .with_context(|| format!("{} could not be searched", dist.display()))?
        .with_context(|| format!("the module of www/src/{} is not in {}", bound.folder, dist.display()))?;
    let compressed = PathBuf::from(format!("{}.br", copy.display()));
    let size = std::fs::metadata(&compressed)
        .with_context(|| format!("{} is missing", compressed.display()))?
        .len();
    within(bound, ", compressed by brotli,", size, bound.brotli)
}

fn within(bound: &Bound, how: &str, size: u64, limit: u64) -> Result<()> {
    ensure!(
        size <= limit,
        "www/src/{}/stillroom_bg.wasm{how} has {size} bytes, more than its bound of {limit}: see xtask/src/bounds.rs",
        bound.folder
    );
    Ok(())
}

/// The file in a folder, or in one inside it, that has these bytes: Vite puts a digest into the names.
fn find(folder: &Path, bytes: &[u8]) -> std::io::Result<Option<PathBuf>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if let Some(found) = find(&path, bytes)? {
                return Ok(Some(found));
            }
        } else if path.extension().is_some_and(|extension| extension == "wasm")
            && std::fs::metadata(&path)?.len() == bytes.len() as u64
            && std::fs::read(&path)? == bytes
        {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A site with one module of `raw` bytes whose compressed copy has `brotli` bytes, and the folder that it came from.
    fn site(raw: usize, brotli: usize) -> (tempfile::TempDir, PathBuf, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let (folder, dist) = (dir.path().join("wasm"), dir.path().join("dist"));
        for path in [&folder, &dist.join("assets")] {
            std::fs::create_dir_all(path).unwrap();
        }
        std::fs::write(folder.join("stillroom_bg.wasm"), vec![7; raw]).unwrap();
        // Another module of the same length comes first.
        std::fs::write(dist.join("assets/stillroom_bg-0.wasm"), vec![1; raw]).unwrap();
        std::fs::write(dist.join("assets/stillroom_bg-1.wasm"), vec![7; raw]).unwrap();
        std::fs::write(dist.join("assets/stillroom_bg-0.wasm.br"), vec![1; 10_000]).unwrap();
        std::fs::write(dist.join("assets/stillroom_bg-1.wasm.br"), vec![1; brotli]).unwrap();
        (dir, folder, dist)
    }

    const BOUND: Bound = Bound {
        folder: "wasm",
        raw: 1000,
        brotli: 300,
    };

    #[test]
    fn a_module_at_its_bounds_passes() {
        let (_dir, folder, dist) = site(1000, 300);
        check_module(&BOUND, &folder, &dist).unwrap();
    }

    #[test]
    fn one_byte_more_fails_and_the_sentence_names_file_size_and_bound() {
        for (raw, brotli, expected) in [
            (
                1001,
                300,
                "www/src/wasm/stillroom_bg.wasm has 1001 bytes, more than its bound of 1000",
            ),
            (
                1000,
                301,
                "www/src/wasm/stillroom_bg.wasm, compressed by brotli, has 301 bytes, more than its bound of 300",
            ),
        ] {
            let (_dir, folder, dist) = site(raw, brotli);
            let error = check_module(&BOUND, &folder, &dist).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_module_that_is_not_in_the_site_or_has_no_compressed_copy_is_noticed() {
        let (_dir, folder, dist) = site(1000, 300);
        std::fs::remove_file(dist.join("assets/stillroom_bg-1.wasm.br")).unwrap();
        assert!(check_module(&BOUND, &folder, &dist).is_err());
        std::fs::remove_file(dist.join("assets/stillroom_bg-1.wasm")).unwrap();
        let error = check_module(&BOUND, &folder, &dist).unwrap_err().to_string();
        assert!(error.starts_with("the module of www/src/wasm is not in "), "{error}");
    }

    #[test]
    fn every_module_has_a_bound() {
        for module in crate::wasm::ALL {
            bound_of(module.folder).unwrap();
        }
        assert!(bound_of("wasm-of-another-kind").is_err());
    }

    /// What a visitor may be asked to load, whatever the bounds are set to.
    #[test]
    fn no_bound_is_above_the_limit_of_the_page() {
        for bound in &BOUNDS {
            let limit = if bound.folder.ends_with("reference") {
                3_000_000
            } else {
                1_500_000
            };
            assert!(bound.brotli <= limit, "{}", bound.folder);
        }
    }
}
