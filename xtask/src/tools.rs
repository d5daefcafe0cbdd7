//! What the build and the tests need from the machine: installed where that is possible, named in one sentence where not.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::process::{ask, npm, root, run};

/// The oldest Node that the packages in www/ support.
const NODE_MAJOR: u32 = 20;

/// The standard library for `wasm32-unknown-unknown`.
pub fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    // Asked of rustc and not of rustup, which a distribution's own Rust lacks.
    let present = ask("rustc", &["--print", "target-libdir", "--target", TARGET]).is_some_and(|dir| holds_files(&dir));
    if present {
        return Ok(());
    }
    run(Command::new("rustup").args(["target", "add", TARGET])).with_context(|| {
        format!("Rust's {TARGET} target is missing: install Rust with rustup, then run `rustup target add {TARGET}`")
    })
}

fn holds_files(dir: &str) -> bool {
    std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some())
}

/// rustfmt and clippy, which rustup's minimal profile leaves out.
pub fn rust_components() -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if ask("cargo", &[subcommand, "--version"]).is_none() {
            run(Command::new("rustup").args(["component", "add", component])).with_context(|| {
                format!("{component} is missing: install Rust with rustup, then run `rustup component add {component}`")
            })?;
        }
    }
    Ok(())
}

/// Node with npm.
pub fn node() -> Result<()> {
    let Some(version) = ask("node", &["--version"]) else {
        bail!("Node is missing: install Node {NODE_MAJOR} or newer, with npm");
    };
    if node_major(&version).is_none_or(|major| major < NODE_MAJOR) {
        bail!("Node {version} is too old: install Node {NODE_MAJOR} or newer, with npm");
    }
    if ask(if cfg!(windows) { "npm.cmd" } else { "npm" }, &["--version"]).is_none() {
        bail!("npm is missing: install it next to Node {version}");
    }
    Ok(())
}

fn node_major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

/// The npm packages of a folder, exactly as locked; installed again only after the lock file has changed.
pub fn npm_packages(folder: &str) -> Result<()> {
    // Several threads may need them: the second waits, and finds them there.
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _alone = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    node()?;
    let lock = std::fs::read(root().join(folder).join("package-lock.json")).with_context(|| {
        format!("{folder}/package-lock.json is missing: run `npm install` in {folder} and commit the file")
    })?;
    let stamp = root().join(folder).join("node_modules/.stillroom-lock");
    let digest = hex(&Sha256::digest(&lock));
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == digest) {
        return Ok(());
    }
    println!("installing the npm packages of {folder}");
    run(&mut npm(folder, &["ci", "--no-audit", "--no-fund"]))
        .with_context(|| format!("the npm packages of {folder} could not be installed: see npm's message above"))?;
    std::fs::write(&stamp, digest).with_context(|| format!("{} could not be written", stamp.display()))
}

/// A Chromium for the browser tests: `$CHROMIUM`, one of the usual names, or on Debian and its like a freshly installed one.
pub fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        if ask(&path, &["--version"]).is_none() {
            bail!(
                "CHROMIUM names {}, which does not run: let it name a Chromium or Chrome",
                path.display()
            );
        }
        return Ok(path);
    }
    if let Some(path) = find_chromium() {
        return Ok(path);
    }
    const ADVICE: &str = "no Chromium was found: install Chromium or Chrome, or let CHROMIUM name one";
    if !Path::new("/etc/debian_version").exists() {
        bail!(ADVICE);
    }
    println!("installing Chromium with apt-get");
    apt_get(&["update"])
        .and_then(|()| apt_get(&["install", "-y", "chromium"]))
        .context(ADVICE)?;
    find_chromium().context(ADVICE)
}

fn find_chromium() -> Option<PathBuf> {
    const NAMES: [&str; 5] = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
    ];
    const PLACES: [&str; 3] = [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = NAMES
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |dir| dir.join(name)));
    named
        .chain(PLACES.iter().map(PathBuf::from))
        .find(|path| path.is_file())
}

/// As root, or through a sudo that asks nothing: a test must not stop to wait for a password.
fn apt_get(args: &[&str]) -> Result<()> {
    let is_root = ask("id", &["-u"]).is_some_and(|id| id == "0");
    let mut command = if is_root {
        Command::new("env")
    } else {
        Command::new("sudo")
    };
    if !is_root {
        command.args(["-n", "env"]);
    }
    run(command
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"])
        .args(args))
}

/// Whether `cargo nextest` is there; `cargo test` runs the same tests where it is not.
pub fn has_nextest() -> bool {
    ask("cargo", &["nextest", "--version"]).is_some()
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_read() {
        assert_eq!(node_major("v20.20.2"), Some(20));
        assert_eq!(node_major("v9.0.0"), Some(9));
        assert_eq!(node_major("nonsense"), None);
    }

    #[test]
    fn digests_are_written_in_full() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }

    #[test]
    fn a_folder_without_a_lock_file_is_named() {
        let error = npm_packages("xtask/src").unwrap_err().to_string();
        assert!(error.starts_with("xtask/src/package-lock.json is missing"), "{error}");
    }
}
