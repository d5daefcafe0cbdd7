//! Where things are, and running other programs so that a failure is one sentence.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the repository's root")
}

/// Cargo's folder for what it builds; ours are in `xtask/` inside it, so that `cargo clean` removes them too.
pub fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// `cargo`, run in the repository's root.
pub fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    // By name and not by the CARGO variable: rustup's wrapper is what finds `cargo fmt` and `cargo nextest`.
    let mut command = Command::new("cargo");
    command.current_dir(root()).args(args);
    command
}

/// `npm`, run in a folder of the repository.
pub fn npm(folder: &str, args: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(root().join(folder)).args(args);
    command
}

/// Runs a command with its output on the screen.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = describe(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("`{shown}` could not be started"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs a command whose standard output is shown line by line and also returned, with whether it succeeded.
pub fn run_and_read(command: &mut Command) -> Result<(String, bool)> {
    let shown = describe(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{shown}` could not be started"))?;
    let mut text = String::new();
    for line in BufReader::new(child.stdout.take().expect("stdout is piped")).lines() {
        let line = line.with_context(|| format!("the output of `{shown}` could not be read"))?;
        println!("{line}");
        text.push_str(&line);
        text.push('\n');
    }
    std::io::stdout().flush()?;
    Ok((text, child.wait()?.success()))
}

/// The standard output of a command that is only asked something, or nothing where it cannot answer.
pub fn ask(program: impl AsRef<OsStr>, args: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(args)
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command() {
        let error = run(&mut cargo(["no-such-subcommand-of-cargo"]))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("`cargo no-such-subcommand-of-cargo` failed"),
            "{error}"
        );
        let error = run(&mut Command::new("no-such-program-at-all"))
            .unwrap_err()
            .to_string();
        assert_eq!(error, "`no-such-program-at-all` could not be started");
    }

    #[test]
    fn what_is_shown_is_also_returned() {
        let (text, ok) = run_and_read(&mut cargo(["--version"])).unwrap();
        assert!(ok && text.starts_with("cargo "), "{text}");
        assert_eq!(ask("cargo", &["--version"]).unwrap(), text.trim());
        assert_eq!(ask("no-such-program-at-all", &[]), None);
    }
}
