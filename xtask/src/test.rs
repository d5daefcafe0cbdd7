//! `cargo xtask test`: every check and every test in order, cheapest first, stopping at the first stage that fails.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::process::{cargo, npm, root, run, run_and_read, target_dir};
use crate::tally::{self, Tally};
use crate::wasm::Profile;
use crate::{site, tools, wasm};

#[derive(clap::Args)]
pub struct Args {
    /// Leave out the tests that need a browser
    #[arg(long)]
    no_browser: bool,
    /// Test a build without wasm-opt and compression, and leave out browser tests tagged @slow
    #[arg(long)]
    quick: bool,
}

/// What a stage did: its counts, where it has any, and whether it went well.
struct Done {
    tally: Tally,
    result: Result<()>,
}

impl From<Result<()>> for Done {
    fn from(result: Result<()>) -> Done {
        Done {
            tally: Tally::default(),
            result,
        }
    }
}

impl From<Result<Tally>> for Done {
    fn from(result: Result<Tally>) -> Done {
        match result {
            Ok(tally) if tally.failed > 0 => Done {
                tally,
                result: Err(anyhow::anyhow!("{} failed", tally.failed)),
            },
            Ok(tally) => Done { tally, result: Ok(()) },
            Err(error) => Done {
                tally: Tally::default(),
                result: Err(error),
            },
        }
    }
}

type Stage<'a> = (&'static str, Box<dyn Fn() -> Done + 'a>);

/// Runs the stages; the last line of the output is always `N passed, N failed`.
pub fn run_all(args: &Args) -> Result<ExitCode> {
    let reports = target_dir().join("xtask/reports");
    std::fs::create_dir_all(&reports).with_context(|| format!("{} could not be made", reports.display()))?;
    let (total, ok) = run_stages(&stages(args, &reports));
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn stages<'a>(args: &'a Args, reports: &'a Path) -> Vec<Stage<'a>> {
    let profile = if args.quick { Profile::Dev } else { Profile::Release };
    const CLIPPY: [&str; 6] = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    let mut stages: Vec<Stage> = vec![
        // First, so that a missing program is reported before minutes of compiling.
        ("tools", Box::new(|| tools(args).into())),
        (
            "format",
            Box::new(|| run(&mut cargo(["fmt", "--all", "--check"])).into()),
        ),
        ("clippy", Box::new(|| run(&mut cargo(CLIPPY)).into())),
        ("clippy for the page", Box::new(|| page_clippy().into())),
        ("Rust tests", Box::new(|| rust_tests().into())),
        (
            // Of the whole workspace, as the tests above: of one package alone, other features would be chosen and all built again.
            "documentation tests",
            Box::new(|| libtest(&["test", "--doc", "--workspace"]).into()),
        ),
        // Before the checks of the pages, which import the types that it writes.
        ("WebAssembly", Box::new(move || wasm::build(profile).into())),
        ("types of the pages", Box::new(|| npm_script("check").into())),
        ("unit tests of the pages", Box::new(|| vitest(reports).into())),
        ("unit tests of the bench", Box::new(|| bench_tests().into())),
        ("site", Box::new(move || site::pages(profile, None).into())),
    ];
    if !args.no_browser {
        stages.push(("browser tests", Box::new(|| playwright(args.quick, reports).into())));
    }
    stages
}

/// The sum of the counts, and whether every stage went well.
fn run_stages(stages: &[Stage]) -> (Tally, bool) {
    let mut total = Tally::default();
    let mut summary = Vec::new();
    for (name, stage) in stages {
        println!("\n=== {name}");
        let start = Instant::now();
        let Done { mut tally, result } = stage();
        let seconds = start.elapsed().as_secs_f64();
        if result.is_err() {
            // A stage without tests, or whose tests did not start, counts as one failure: "0 failed" would be untrue.
            tally.failed = tally.failed.max(1);
        }
        total += tally;
        let verdict = if result.is_ok() { "ok" } else { "FAILED" };
        println!("=== {name}: {verdict} in {seconds:.1} s");
        summary.push(format!(
            "{name:<26} {verdict:<7} {seconds:>7.1} s {:>6} passed {:>4} failed",
            tally.passed, tally.failed
        ));
        if let Err(error) = result {
            println!("\nerror: {name}: {error:#}");
            break;
        }
    }
    let ok = summary.len() == stages.len() && total.failed == 0;
    println!("\n{}", summary.join("\n"));
    (total, ok)
}

fn tools(args: &Args) -> Result<()> {
    tools::rust_components()?;
    tools::wasm_target()?;
    tools::npm_packages("www")?;
    if !args.quick {
        tools::npm_packages("xtask/tools")?;
    }
    if !args.no_browser {
        println!("browser: {}", tools::chromium()?.display());
    }
    if !tools::has_nextest() {
        println!("cargo-nextest is not installed: `cargo test` runs the same tests, more slowly");
    }
    Ok(())
}

/// What only the page has: the bindings. Without burn: that would be compiled for this alone, for minutes, and the build of the
/// page compiles what is left out here.
fn page_clippy() -> Result<()> {
    const PAGE: [&str; 10] = [
        "clippy",
        "--lib",
        "--package",
        "stillroom",
        "--target",
        "wasm32-unknown-unknown",
        "--no-default-features",
        "--",
        "-D",
        "warnings",
    ];
    run(&mut cargo(PAGE))
}

fn rust_tests() -> Result<Tally> {
    if !tools::has_nextest() {
        return libtest(&["test", "--workspace", "--all-targets"]);
    }
    let config = format!("xtask:{}", root().join("xtask/nextest.toml").display());
    // nextest keeps its reports here, also where CARGO_TARGET_DIR moves what is built.
    let report = root().join("target/nextest/default/junit.xml");
    reported(
        cargo([
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "--profile",
            "default",
            "--tool-config-file",
            &config,
        ]),
        &report,
        Tally::from_junit,
    )
}

/// `cargo test`, whose counts are only in its output.
fn libtest(args: &[&str]) -> Result<Tally> {
    let (output, ok) = run_and_read(&mut cargo(args))?;
    let tally = Tally::from_libtest(&output);
    ensure!(
        ok || tally.failed > 0,
        "`cargo {}` failed before its tests ran",
        args.join(" ")
    );
    Ok(tally)
}

fn vitest(reports: &Path) -> Result<Tally> {
    let report = reports.join("vitest.json");
    let file = format!("--outputFile.json={}", report.display());
    let script = ["run", "test:unit", "--", "--reporter=default", "--reporter=json", &file];
    reported(npm("www", &script), &report, Tally::from_vitest)
}

/// They need none of the packages of bench/.
fn bench_tests() -> Result<Tally> {
    let (output, ok) = run_and_read(
        Command::new("node")
            .args(["--test", "--test-reporter=tap", "tests/"])
            .current_dir(root().join("bench")),
    )?;
    let tally = Tally::from_tap(&output).context("Node's test runner did not say how many tests passed")?;
    ensure!(ok || tally.failed > 0, "`node --test` failed, though no test did");
    Ok(tally)
}

fn playwright(quick: bool, reports: &Path) -> Result<Tally> {
    let report = reports.join("playwright.json");
    let mut script = vec!["run", "test:e2e", "--", "--reporter=list,json"];
    if quick {
        script.extend(["--grep-invert", "@slow"]);
    }
    let mut command = npm("www", &script);
    command
        .env("CHROMIUM", tools::chromium()?)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    reported(command, &report, Tally::from_playwright)
}

fn npm_script(name: &str) -> Result<()> {
    run(&mut npm("www", &["run", name]))
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
    use std::cell::Cell;

    use super::*;

    fn counted(passed: u64, failed: u64) -> Done {
        Ok(Tally { passed, failed }).into()
    }

    #[test]
    fn counts_are_added_up() {
        let stages: Vec<Stage> = vec![
            ("a", Box::new(|| Ok(()).into())),
            ("b", Box::new(|| counted(3, 0))),
            ("c", Box::new(|| counted(4, 0))),
        ];
        assert_eq!(run_stages(&stages), (Tally { passed: 7, failed: 0 }, true));
    }

    #[test]
    fn a_failure_ends_the_run_and_is_counted() {
        let reached = Cell::new(false);
        let after = || {
            reached.set(true);
            counted(5, 0)
        };
        let failures: [fn() -> Done; 2] = [
            || counted(1, 2),
            || Result::<()>::Err(anyhow::anyhow!("no tests ran")).into(),
        ];
        for (failure, expected) in failures
            .into_iter()
            .zip([Tally { passed: 1, failed: 2 }, Tally { passed: 0, failed: 1 }])
        {
            let stages: Vec<Stage> = vec![("a", Box::new(failure)), ("b", Box::new(after))];
            assert_eq!(run_stages(&stages), (expected, false));
            assert!(!reached.get());
        }
    }

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
}
