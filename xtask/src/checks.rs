//! The programs that check and test, each with how its counts are read.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{cargo, npm, root, run, run_and_read};
use crate::tally::{self, Tally};
use crate::tools;

pub fn format() -> Result<()> {
    run(&mut cargo(["fmt", "--all", "--check"]))
}

/// Cargo as `cargo clippy` calls it, but for building: the crates of this workspace are linted while they are compiled, and what
/// they depend on is compiled once, rather than once to be checked and once to be run.
fn linted<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = cargo(args);
    command
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        // Clippy's own way to tell one argument from the next.
        .env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
    command
}

/// Compiles and lints everything native.
pub fn compile() -> Result<()> {
    let mut tests = if tools::has_nextest() {
        nextest(&["--no-run"])
    } else {
        linted(["test", "--workspace", "--all-targets", "--no-run"])
    };
    run(&mut tests)?;
    // The programs without their tests, too: only so does the compiler see what nothing but tests uses.
    run(&mut linted(["build", "--workspace", "--bins"]))
}

pub fn rust_tests() -> Result<Tally> {
    if !tools::has_nextest() {
        return libtest(&["test", "--workspace", "--all-targets"]);
    }
    // nextest keeps its reports here, also where CARGO_TARGET_DIR moves what is built.
    let report = root().join("target/nextest/default/junit.xml");
    reported(nextest(&["--no-fail-fast"]), &report, Tally::from_junit)
}

fn nextest(args: &[&str]) -> Command {
    let mut command = linted(["nextest", "run", "--workspace", "--profile", "default"]);
    command
        .args(args)
        .arg("--tool-config-file")
        .arg(format!("xtask:{}", root().join("xtask/nextest.toml").display()));
    command
}

/// The examples in the documentation. While there are none, nothing is compiled to find none.
pub fn documentation_tests() -> Result<Tally> {
    for folder in ["src", "xtask/src"] {
        let folder = root().join(folder);
        if holds_example(&folder).with_context(|| format!("{} could not be read", folder.display()))? {
            // Of the whole workspace, as the tests above: of one package alone, other features would be chosen and all built again.
            return libtest(&["test", "--doc", "--workspace"]);
        }
    }
    println!("no documentation has an example");
    Ok(Tally::default())
}

/// Whether a Rust file in the folder, or in one inside it, has a block of code in its documentation.
fn holds_example(folder: &Path) -> std::io::Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if holds_example(&path)? {
                return Ok(true);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && has_example(&std::fs::read_to_string(&path)?)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether documentation opens a block by a fence or by an indentation of four, other than one that is marked as text.
fn has_example(source: &str) -> bool {
    let mut inside = false;
    for line in source.lines() {
        let line = line.trim_start();
        let Some(text) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
            continue;
        };
        if text.trim_start().starts_with("```") {
            inside = !inside;
            if inside && text.trim() != "```text" {
                return true;
            }
        } else if !inside && text.starts_with("     ") {
            return true;
        }
    }
    false
}

/// `cargo test`, whose counts are only in its output.
fn libtest(args: &[&str]) -> Result<Tally> {
    let (output, ok) = run_and_read(&mut linted(args.iter().copied()))?;
    let tally = Tally::from_libtest(&output);
    ensure!(
        ok || tally.failed > 0,
        "`cargo {}` failed before its tests ran",
        args.join(" ")
    );
    Ok(tally)
}

/// What only the page has: the bindings; and what differs where burn is left out.
pub fn page_clippy() -> Result<()> {
    for features in [&["--no-default-features"][..], &[]] {
        let mut command = cargo([
            "clippy",
            "--lib",
            "--package",
            "stillroom",
            "--target",
            "wasm32-unknown-unknown",
        ]);
        command.args(features).args(["--", "-D", "warnings"]);
        run(&mut command)?;
    }
    Ok(())
}

pub fn page_types() -> Result<()> {
    run(&mut npm("www", &["run", "check"]))
}

pub fn vitest(reports: &Path) -> Result<Tally> {
    let report = reports.join("vitest.json");
    let file = format!("--outputFile.json={}", report.display());
    let script = ["run", "test:unit", "--", "--reporter=default", "--reporter=json", &file];
    reported(npm("www", &script), &report, Tally::from_vitest)
}

/// They need none of the packages of bench/.
pub fn bench_tests() -> Result<Tally> {
    let (output, ok) = run_and_read(
        Command::new("node")
            .args(["--test", "--test-reporter=tap", "tests/"])
            .current_dir(root().join("bench")),
    )?;
    let tally = Tally::from_tap(&output).context("Node's test runner did not say how many tests passed")?;
    ensure!(ok || tally.failed > 0, "`node --test` failed, though no test did");
    Ok(tally)
}

/// Which browser tests are run, by the tags in their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    Without(&'static str),
    Only(&'static str),
}

impl Browser {
    fn options(self) -> [&'static str; 2] {
        match self {
            Browser::Without(tags) => ["--grep-invert", tags],
            Browser::Only(tags) => ["--grep", tags],
        }
    }
}

/// The tests of the site in dist/.
pub fn playwright(which: Browser, reports: &Path) -> Result<Tally> {
    let report = reports.join("playwright.json");
    let mut script = vec!["run", "test:e2e", "--", "--reporter=list,json"];
    script.extend(which.options());
    let mut command = npm("www", &script);
    command
        .env("CHROMIUM", tools::chromium()?)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    let tally = reported(command, &report, Tally::from_playwright)?;
    if tally == Tally::default() {
        bail!("no browser test has been run: see the tags in www/tests");
    }
    Ok(tally)
}

/// Runs a program whose counts are in a report, and which may fail because a test did or for another reason.
fn reported(mut command: Command, report: &Path, parse: fn(&str) -> Option<Tally>) -> Result<Tally> {
    // The report of an earlier run must not speak for this one.
    if report.exists() {
        std::fs::remove_file(report).with_context(|| format!("{} could not be removed", report.display()))?;
    }
    let outcome = run(&mut command);
    match (outcome, tally::read(report, parse)) {
        (Ok(()), tally) => tally,
        (Err(_), Ok(tally)) if tally.failed > 0 => Ok(tally),
        (Err(error), _) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_only_if_this_run_wrote_it() {
        let dir = tempfile::tempdir().unwrap();
        let report = dir.path().join("report.json");
        std::fs::write(
            &report,
            r#"{"numPassedTests": 9, "numFailedTests": 0, "success": true}"#,
        )
        .unwrap();
        assert!(reported(cargo(["--version"]), &report, Tally::from_vitest).is_err());
    }

    #[test]
    fn examples_in_documentation_are_noticed() {
        for source in [
            "/// ```",
            "    //! ```rust",
            "///     let a = 1;",
            "/// ```text\n/// a\n/// ```\n/// ```",
        ] {
            assert!(has_example(source), "{source}");
        }
        for source in [
            "/// A `name`.",
            "// ```",
            "let a = \"/// ```\";",
            "///  * indented",
            "/// ```text\n///      a\n/// ```",
        ] {
            assert!(!has_example(source), "{source}");
        }
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("inner")).unwrap();
        std::fs::write(dir.path().join("inner/a.md"), "/// ```").unwrap();
        assert!(!holds_example(dir.path()).unwrap());
        std::fs::write(dir.path().join("inner/a.rs"), "/// ```").unwrap();
        assert!(holds_example(dir.path()).unwrap());
    }
}
