//! The crate as WebAssembly modules: compiled, bound to JavaScript, made small, kept, and laid out for the pages.
//!
//! A visitor loads one of three builds. The main one is for every browser of the last years; the plain one for those that lack
//! relaxed SIMD; the reference has burn in it and is several times as large. A site is built around a set of them, and its pages
//! say so where one is missing.

mod bind;
mod compile;
mod layout;

use std::path::PathBuf;
use std::thread::ScopedJoinHandle;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::process::{root, target_dir};
use crate::tools;
pub use compile::Warnings;

/// How much time the build may spend on making the page small and fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// What visitors get.
    Release,
    /// The same as the compiler leaves it: as fast, larger, and minutes sooner. No wasm-opt, no compression.
    Quick,
    /// Rebuilt in seconds: no link-time optimisation either.
    Dev,
}

impl Profile {
    /// The profile of the root Cargo.toml.
    fn cargo_name(self) -> &'static str {
        match self {
            Profile::Release | Profile::Quick => "release",
            Profile::Dev => "wasm-dev",
        }
    }

    /// The folder in which its modules are kept.
    fn folder(self) -> &'static str {
        match self {
            Profile::Release => "release",
            Profile::Quick => "quick",
            Profile::Dev => "wasm-dev",
        }
    }
}

/// One build of the crate.
#[derive(Debug, PartialEq, Eq)]
pub struct Module {
    /// Under which it is kept.
    name: &'static str,
    /// In `www/src`, where the pages look for it.
    pub folder: &'static str,
    /// What a visitor misses without it.
    pub what: &'static str,
    features: &'static [&'static str],
    /// With relaxed SIMD, which has a fused multiply-add. A browser without it refuses the whole module.
    relaxed: bool,
    /// How hard wasm-opt tries.
    level: &'static str,
}

/// What nearly every visitor gets, and whose types all of `www/src` imports.
pub static MAIN: Module = Module {
    name: "main",
    folder: "wasm",
    what: "the main engine",
    features: &["--no-default-features"],
    relaxed: true,
    level: "-Oz",
};

static PLAIN: Module = Module {
    name: "plain",
    folder: "wasm-plain",
    what: "the engine for browsers that lack relaxed SIMD",
    features: &["--no-default-features"],
    relaxed: false,
    level: "-Oz",
};

static REFERENCE: Module = Module {
    name: "reference",
    folder: "wasm-reference",
    what: "burn",
    features: &[],
    relaxed: false,
    // `-Oz` takes four times as long on this one, and brotli's copy, which is what is sent, becomes no smaller.
    level: "-O1",
};

/// The main engine with the checks of its GPU kernels: in its place where those are tested.
static CHECKED: Module = Module {
    name: "checked",
    folder: "wasm",
    what: "the main engine with its checks",
    features: &["--no-default-features", "--features", "check"],
    relaxed: true,
    level: "-Oz",
};

/// The modules of a site.
pub type Set = &'static [&'static Module];

pub const ONLY_MAIN: Set = &[&MAIN];
pub const BOTH_SIMD: Set = &[&MAIN, &PLAIN];
pub const ONLY_CHECKED: Set = &[&CHECKED];
pub const ALL: Set = &[&MAIN, &PLAIN, &REFERENCE];

/// Builds a set of modules, and leaves these and no others in `www/src`.
pub fn build(set: Set, profile: Profile, warnings: Warnings) -> Result<()> {
    tools::wasm_target()?;
    make(set, profile, warnings)?;
    layout::lay_out(set, &kept(profile), &root().join("www/src"))
}

/// Whether a build of all modules with this profile would find every one of them made already, as far as a compilation of the
/// main one can tell.
pub fn is_made(profile: Profile) -> Result<bool> {
    tools::wasm_target()?;
    let bytes = compile::compile(&MAIN, profile, Warnings::Allowed)?;
    let same = |module: &Module, key: &str| layout::stamp(&kept(profile).join(module.name)).as_deref() == Some(key);
    let exists = |module: &&Module| layout::stamp(&kept(profile).join(module.name)).is_some();
    Ok(same(&MAIN, &key(profile, &bytes, &tools_lock())) && ALL.iter().all(exists))
}

/// The modules of the two target folders are compiled at the same time, since linking uses one processor.
fn make(set: Set, profile: Profile, warnings: Warnings) -> Result<()> {
    std::thread::scope(|scope| {
        if profile == Profile::Release {
            // Long before it is needed: it comes over the network while the compiler works.
            scope.spawn(|| tools::npm_packages("xtask/tools"));
        }
        let relaxed = scope.spawn(|| make_some(set, true, profile, warnings));
        let others = make_some(set, false, profile, warnings);
        others.and(join(relaxed))
    })
}

/// Those of one folder, one after the other; wasm-opt, which uses one processor too, works on one while the next is compiled.
fn make_some(set: Set, relaxed: bool, profile: Profile, warnings: Warnings) -> Result<()> {
    std::thread::scope(|scope| {
        let mut finishing = Vec::new();
        for module in set.iter().filter(|module| module.relaxed == relaxed) {
            let bytes = compile::compile(module, profile, warnings)?;
            finishing.push(scope.spawn(move || finish(module, profile, &bytes)));
        }
        finishing.into_iter().try_for_each(join)
    })
}

fn join(build: ScopedJoinHandle<Result<()>>) -> Result<()> {
    build.join().expect("a build that fails says so and does not panic")
}

/// From what the compiler left to what is kept. Skipped where the compiled module is the one of last time.
fn finish(module: &Module, profile: Profile, compiled: &[u8]) -> Result<()> {
    let out = kept(profile).join(module.name);
    let key = key(profile, compiled, &tools_lock());
    if layout::stamp(&out).is_some_and(|last| last == key) {
        return Ok(());
    }
    if out.exists() {
        std::fs::remove_dir_all(&out).with_context(|| format!("{} could not be emptied", out.display()))?;
    }
    bind::bind(compiled, &out)?;
    if profile == Profile::Release {
        tools::npm_packages("xtask/tools")?;
        bind::optimise(module.folder, &out.join(bind::MODULE), module.level)?;
        let named = out.join(layout::NAMED);
        std::fs::write(&named, compiled).with_context(|| format!("{} could not be written", named.display()))?;
    }
    layout::write_stamp(&out, &key)
}

/// Where the modules of a profile are kept, so that another set or profile costs no second build.
fn kept(profile: Profile) -> PathBuf {
    target_dir().join("xtask/wasm").join(profile.folder())
}

fn tools_lock() -> Vec<u8> {
    std::fs::read(root().join("xtask/tools/package-lock.json")).unwrap_or_default()
}

/// Everything that the output depends on: these files hold the settings of both programs, and the version of wasm-bindgen is
/// part of the compiled module.
fn key(profile: Profile, compiled: &[u8], tools_lock: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [
        compiled,
        tools_lock,
        include_bytes!("wasm.rs"),
        include_bytes!("wasm/bind.rs"),
    ] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    format!("{} {}", profile.folder(), tools::hex(&hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_module_tools_or_profile_is_noticed() {
        let first = key(Profile::Release, b"module", b"lock");
        assert_eq!(first, key(Profile::Release, b"module", b"lock"));
        assert_ne!(first, key(Profile::Dev, b"module", b"lock"));
        assert_ne!(first, key(Profile::Quick, b"module", b"lock"));
        assert_ne!(first, key(Profile::Release, b"modulel", b"ock"));
        assert_ne!(first, key(Profile::Release, b"module", b"lock2"));
    }

    #[test]
    fn modules_are_kept_apart_and_every_set_has_a_main_one() {
        let all = [&MAIN, &PLAIN, &REFERENCE, &CHECKED];
        for (index, module) in all.iter().enumerate() {
            assert!(all[..index].iter().all(|other| other.name != module.name));
        }
        for set in [ONLY_MAIN, BOTH_SIMD, ONLY_CHECKED, ALL] {
            assert_eq!(set.iter().filter(|module| module.folder == MAIN.folder).count(), 1);
        }
    }
}
