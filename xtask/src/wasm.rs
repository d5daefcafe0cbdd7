//! The crate as a WebAssembly module: compiled, bound to JavaScript, and made small.
//!
//! Three times: `www/src/wasm/` receives `stillroom.js`, `stillroom.d.ts` and `stillroom_bg.wasm`; `www/src/wasm-relaxed/` the
//! same for browsers with relaxed SIMD; `www/src/wasm-reference/` with burn in it, several times as large, for where that
//! computes. A visitor loads one of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::process::{cargo, read, root, run, target_dir};
use crate::tools;

/// How much time the build may spend on making the page small and fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// What visitors get.
    Release,
    /// Rebuilt in seconds: no link-time optimisation, no wasm-opt, no compression.
    Dev,
}

impl Profile {
    /// The profile of the root Cargo.toml.
    fn cargo_name(self) -> &'static str {
        match self {
            Profile::Release => "release",
            Profile::Dev => "wasm-dev",
        }
    }
}

/// One build of the crate: where it goes, and what is in it.
struct Module {
    folder: &'static str,
    features: &'static [&'static str],
    /// With relaxed SIMD, which has a fused multiply-add. A browser without it refuses the whole module.
    relaxed: bool,
    /// How hard wasm-opt tries.
    level: &'static str,
}

const MODULES: [Module; 3] = [
    Module {
        folder: "www/src/wasm",
        features: &["--no-default-features"],
        relaxed: false,
        level: "-Oz",
    },
    Module {
        folder: "www/src/wasm-relaxed",
        features: &["--no-default-features"],
        relaxed: true,
        level: "-Oz",
    },
    Module {
        folder: "www/src/wasm-reference",
        features: &[],
        relaxed: false,
        // `-Oz` takes four times as long on this one, and brotli's copy, which is what is sent, becomes no smaller.
        level: "-O1",
    },
];

/// The features of .cargo/config.toml and relaxed SIMD: flags in the environment replace those of the file.
const RELAXED: &str = "-Ctarget-feature=+simd128,+relaxed-simd";

/// What rustc and wasm-opt may use: the features that Rust turns on for this target, and SIMD, which .cargo/config.toml
/// adds. wasm-opt is told them because wasm-bindgen drops the section in which the compiler lists them.
const WASM_OPT_ARGS: &[&str] = &[
    "--strip-debug",
    "--strip-producers",
    "--enable-simd",
    "--enable-relaxed-simd",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Builds all modules. Those of the two target folders at the same time: linking and wasm-opt use one processor each.
pub fn build(profile: Profile) -> Result<()> {
    tools::wasm_target()?;
    if profile == Profile::Release {
        tools::npm_packages("xtask/tools")?;
    }
    let all = |relaxed: bool| {
        let mut modules = MODULES.iter().filter(|module| module.relaxed == relaxed);
        modules.try_for_each(|module| build_module(module, profile))
    };
    std::thread::scope(|scope| {
        let relaxed = scope.spawn(|| all(true));
        let others = all(false);
        others.and(relaxed.join().expect("a build that fails says so and does not panic"))
    })
}

/// Binding and wasm-opt are skipped where the compiled module is the one of last time.
fn build_module(module: &Module, profile: Profile) -> Result<()> {
    let compiled = compile(profile, module)?;
    let bytes = std::fs::read(&compiled).with_context(|| format!("{} could not be read", compiled.display()))?;
    ensure!(
        has_simd(&bytes),
        "the module was compiled without SIMD: unset RUSTFLAGS, which overrides the flags in .cargo/config.toml, and \
         keep `strip` out of the profile, which hides them"
    );

    let out = root().join(module.folder);
    let stamp = out.join(".stamp");
    let tools_lock = std::fs::read(root().join("xtask/tools/package-lock.json")).unwrap_or_default();
    let key = key(profile, &bytes, &tools_lock);
    if std::fs::read_to_string(&stamp).is_ok_and(|last| last == key) {
        return Ok(());
    }
    if out.exists() {
        std::fs::remove_dir_all(&out).with_context(|| format!("{} could not be emptied", out.display()))?;
    }
    bind(&compiled, &out)?;
    if profile == Profile::Release {
        optimise(&out.join("stillroom_bg.wasm"), module.level)?;
    }
    // Last, so that an interrupted build is not taken for a finished one.
    std::fs::write(&stamp, key).with_context(|| format!("{} could not be written", stamp.display()))
}

/// Everything that the output depends on: this file holds the settings of both programs, and the version of wasm-bindgen is
/// part of the compiled module.
fn key(profile: Profile, compiled: &[u8], tools_lock: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [compiled, tools_lock, include_bytes!("wasm.rs")] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    format!("{} {}", profile.cargo_name(), tools::hex(&hash.finalize()))
}

/// Runs cargo and returns the module that it names, wherever the target folder is.
fn compile(profile: Profile, module: &Module) -> Result<PathBuf> {
    let mut command = cargo([
        "build",
        "--lib",
        "--package",
        "stillroom",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    command.args(module.features).args([
        "--profile",
        profile.cargo_name(),
        "--message-format",
        "json-render-diagnostics",
    ]);
    if module.relaxed {
        // A folder of its own: other flags would rebuild everything in the shared one, each time.
        command
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RELAXED)
            .arg("--target-dir")
            .arg(target_dir().join("relaxed"));
    }
    let messages = read(&mut command)?;
    messages
        .lines()
        .filter_map(wasm_artifact)
        .next_back()
        .context("cargo built no WebAssembly module")
}

/// The module in one line of cargo's messages, if it is that of our library.
fn wasm_artifact(line: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != "stillroom" {
        return None;
    }
    let files = message["filenames"].as_array()?;
    files
        .iter()
        .filter_map(|file| file.as_str())
        .find(|file| file.ends_with(".wasm"))
        .map(PathBuf::from)
}

/// Whether the compiler lists 128-bit SIMD among the features of the module.
fn has_simd(module: &[u8]) -> bool {
    // In the section `target_features`, near the end: `+`, the length of the name, the name.
    const ENTRY: &[u8] = b"+\x07simd128";
    module.windows(ENTRY.len()).rev().any(|window| window == ENTRY)
}

/// Writes the module with its JavaScript and its types.
///
/// This is the library behind the `wasm-bindgen` command. Cargo keeps it at the version of the `wasm-bindgen` that the
/// crate is compiled with: both need the same `wasm-bindgen-shared`, of which a lock file can hold only one.
fn bind(compiled: &Path, out: &Path) -> Result<()> {
    println!("binding a module to JavaScript");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).out_name("stillroom").typescript(true);
    // The script names the module's file itself, which is how Vite learns that the module belongs to the site. The
    // command does so by default, the library does not.
    bindgen.omit_default_module_path(false);
    bindgen
        .web(true)?
        .generate(out)
        .context("wasm-bindgen could not bind the module")
}

/// Makes the module smaller, in place.
///
/// wasm-opt is the npm package `binaryen`, which is wasm-opt compiled to WebAssembly: Debian's is too old for what Rust
/// emits, the crate compiles C++ for minutes, and other npm packages download a program when they are installed.
fn optimise(module: &Path, level: &str) -> Result<()> {
    let name = module.strip_prefix(root()).unwrap_or(module).display();
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    let (before, start) = (size(module), Instant::now());
    println!("optimising {name}: a minute or two");
    let smaller = module.with_extension("opt");
    run(Command::new("node")
        .arg(root().join("xtask/tools/node_modules/binaryen/bin/wasm-opt"))
        .arg(level)
        .args(WASM_OPT_ARGS)
        .arg(module)
        .arg("-o")
        .arg(&smaller))
    .context("wasm-opt could not optimise the module")?;
    std::fs::rename(&smaller, module).with_context(|| format!("{} could not be replaced", module.display()))?;
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!(
        "optimised {name} in {:.0} s: {:.1} MB, was {:.1} MB",
        start.elapsed().as_secs_f64(),
        megabytes(size(module)),
        megabytes(before)
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simd_is_found_in_the_list_of_features() {
        assert!(has_simd(b"\0asm....target_features\x02+\x07simd128+\x08sign-ext"));
        assert!(!has_simd(b"\0asm....target_features\x01+\x08sign-ext"));
        assert!(!has_simd(b"\0asm a text that mentions simd128"));
        assert!(!has_simd(b""));
    }

    #[test]
    fn only_our_own_module_is_taken_from_cargos_messages() {
        let line =
            r#"{"reason":"compiler-artifact","target":{"name":"stillroom"},"filenames":["/t/a.rlib","/t/a.wasm"]}"#;
        assert_eq!(wasm_artifact(line), Some(PathBuf::from("/t/a.wasm")));
        assert_eq!(wasm_artifact(&line.replace("stillroom", "other")), None);
        assert_eq!(wasm_artifact(&line.replace("a.wasm", "a.so")), None);
        assert_eq!(wasm_artifact("warning: not JSON"), None);
    }

    #[test]
    fn a_change_of_module_tools_or_profile_is_noticed() {
        let first = key(Profile::Release, b"module", b"lock");
        assert_eq!(first, key(Profile::Release, b"module", b"lock"));
        assert_ne!(first, key(Profile::Dev, b"module", b"lock"));
        assert_ne!(first, key(Profile::Release, b"modulel", b"ock"));
        assert_ne!(first, key(Profile::Release, b"module", b"lock2"));
    }

    /// The two are held together by cargo; this fails if wasm-bindgen ever gives that up.
    #[test]
    fn the_lock_file_holds_one_version_of_wasm_bindgen() {
        let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
        let versions = |name: &str| -> Vec<String> {
            let entry = format!("name = \"{name}\"\nversion = ");
            lock.split(&entry)
                .skip(1)
                .map(|rest| rest.lines().next().unwrap().to_owned())
                .collect()
        };
        assert_eq!(versions("wasm-bindgen").len(), 1);
        assert_eq!(versions("wasm-bindgen"), versions("wasm-bindgen-cli-support"));
    }
}
