//! What comes after the compiler: JavaScript and types around the module, and fewer bytes.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::process::{root, run};

/// The file of a bound module.
pub const MODULE: &str = "stillroom_bg.wasm";

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

/// Writes the module with its JavaScript and its types.
///
/// This is the library behind the `wasm-bindgen` command. Cargo keeps it at the version of the `wasm-bindgen` that the
/// crate is compiled with: both need the same `wasm-bindgen-shared`, of which a lock file can hold only one.
pub fn bind(compiled: &[u8], out: &Path) -> Result<()> {
    println!("binding a module to JavaScript");
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes("stillroom", compiled.to_vec())
        .out_name("stillroom")
        .typescript(true);
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
pub fn optimise(name: &str, module: &Path, level: &str) -> Result<()> {
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
