//! From the sources of the crate to the bytes of a module.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::{Module, Profile};
use crate::process::{cargo, target_dir};

/// What the compiler's warnings about our own crate mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warnings {
    Allowed,
    /// As from clippy, which does not see what only this target compiles.
    Denied,
}

/// The features of .cargo/config.toml and relaxed SIMD: flags in the environment replace those of the file.
const RELAXED: &str = "-Ctarget-feature=+simd128,+relaxed-simd";

/// Runs cargo and reads the module that it names, before another build of the same target folder takes its place.
pub fn compile(module: &Module, profile: Profile, warnings: Warnings) -> Result<Vec<u8>> {
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
        "json",
        "--target-dir",
    ]);
    // Not the folder of the native builds, which may run at the same time; and one for each set of flags.
    if module.relaxed {
        command
            .arg(target_dir().join("page"))
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RELAXED);
    } else {
        command.arg(target_dir().join("plain"));
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("`cargo build` could not be started")?;
    let Messages { module: path, warned } = listen(&mut child)?;
    ensure!(
        child.wait()?.success(),
        "the crate could not be compiled to WebAssembly: see the compiler's message above"
    );
    if warnings == Warnings::Denied && warned > 0 {
        bail!("the compiler warned {warned} times of the crate as WebAssembly: see above");
    }
    let path = path.context("cargo built no WebAssembly module")?;
    let bytes = std::fs::read(&path).with_context(|| format!("{} could not be read", path.display()))?;
    ensure!(
        has_simd(&bytes),
        "the module was compiled without SIMD: unset RUSTFLAGS, which overrides the flags in .cargo/config.toml, and \
         keep `strip` out of the profile, which hides them"
    );
    Ok(bytes)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Messages {
    module: Option<PathBuf>,
    /// How many warnings were about our own crate. Cargo tells them again where nothing was compiled anew.
    warned: usize,
}

/// Takes in what cargo says until it ends, and shows what the compiler means for people.
fn listen(child: &mut Child) -> Result<Messages> {
    let mut messages = Messages::default();
    for line in BufReader::new(child.stdout.take().expect("stdout is piped")).lines() {
        let line = line.context("cargo's messages could not be read")?;
        if let Some(text) = messages.take(&line) {
            eprint!("{text}");
        }
    }
    Ok(messages)
}

impl Messages {
    /// Reads one line; what of it is to be shown.
    fn take(&mut self, line: &str) -> Option<String> {
        let message: Value = serde_json::from_str(line).ok()?;
        if message["target"]["name"] != "stillroom" && message["reason"] == "compiler-artifact" {
            return None;
        }
        match message["reason"].as_str()? {
            "compiler-artifact" => {
                let files = message["filenames"].as_array()?;
                let module = files
                    .iter()
                    .filter_map(Value::as_str)
                    .find(|file| file.ends_with(".wasm"));
                self.module = module.map(PathBuf::from).or(self.module.take());
                None
            }
            "compiler-message" => {
                let said = &message["message"];
                // The summary at the end is a warning without a place.
                let placed = said["spans"].as_array().is_some_and(|spans| !spans.is_empty());
                if message["target"]["name"] == "stillroom" && said["level"] == "warning" && placed {
                    self.warned += 1;
                }
                said["rendered"].as_str().map(str::to_owned)
            }
            _ => None,
        }
    }
}

/// Whether the compiler lists 128-bit SIMD among the features of the module.
fn has_simd(module: &[u8]) -> bool {
    // In the section `target_features`, near the end: `+`, the length of the name, the name.
    const ENTRY: &[u8] = b"+\x07simd128";
    module.windows(ENTRY.len()).rev().any(|window| window == ENTRY)
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

    fn after(lines: &[&str]) -> Messages {
        let mut messages = Messages::default();
        for line in lines {
            messages.take(line);
        }
        messages
    }

    #[test]
    fn only_our_own_module_is_taken_from_cargos_messages() {
        let line =
            r#"{"reason":"compiler-artifact","target":{"name":"stillroom"},"filenames":["/t/a.rlib","/t/a.wasm"]}"#;
        let module = |line: &str| after(&[line]).module;
        assert_eq!(module(line), Some(PathBuf::from("/t/a.wasm")));
        assert_eq!(module(&line.replace("stillroom", "other")), None);
        assert_eq!(module(&line.replace("a.wasm", "a.so")), None);
        assert_eq!(module("warning: not JSON"), None);
    }

    #[test]
    fn warnings_of_our_own_crate_are_counted_and_all_are_shown() {
        let warning = r#"{"reason":"compiler-message","target":{"name":"stillroom"},
            "message":{"level":"warning","rendered":"warning: unused\n","spans":[{}]}}"#;
        let summary = warning.replace("[{}]", "[]");
        let other = warning.replace("stillroom", "other");
        let error = warning.replace("\"warning\"", "\"error\"");
        assert_eq!(Messages::default().take(warning).as_deref(), Some("warning: unused\n"));
        assert_eq!(Messages::default().take(&other).as_deref(), Some("warning: unused\n"));
        assert_eq!(after(&[warning, &summary, &other, &error, warning]).warned, 2);
    }
}
