//! `cargo xtask test`: every check and every test, cheapest first, stopping at the first stage that fails.
//!
//! What is native and what is for the page run side by side, then the browser tests. What would take too long for every change
//! is in the stages of `--full` (full.rs).

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::checks::{self, Browser};
use crate::lanes::{self, Shown};
use crate::process::target_dir;
use crate::site::Site;
use crate::stage::{self, Outcome, Stage, stage};
use crate::tally::Tally;
use crate::wasm::{self, Profile, Warnings};
use crate::{full, tools};

#[derive(clap::Args)]
pub struct Args {
    /// Leave out the tests that need a browser
    #[arg(long)]
    no_browser: bool,
    /// Test a build without wasm-opt and compression, and leave out browser tests tagged @slow
    #[arg(long)]
    quick: bool,
    /// Run the long stages in place of the others: those named, or those whose last result is stale
    #[arg(long, value_name = "STAGE", num_args = 0.., value_parser = full::names())]
    full: Option<Vec<String>>,
    /// Only say which of the long stages are stale
    #[arg(long, requires = "full")]
    list: bool,
    /// Half of the run, in a process of its own
    #[arg(long, hide = true)]
    lane: Option<Lane>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Lane {
    Native,
    Page,
}

impl Lane {
    fn name(self) -> &'static str {
        match self {
            Lane::Native => "native",
            Lane::Page => "page",
        }
    }
}

/// Runs the stages; the last line of the output is always `N passed, N failed`.
pub fn run_all(args: &Args) -> Result<ExitCode> {
    let reports = reports()?;
    if let Some(lane) = args.lane {
        let stages = match lane {
            Lane::Native => native(),
            Lane::Page => page(args, &reports),
        };
        return Ok(exit(lanes::serve(lane.name(), &stages, &reports)?));
    }
    let outcomes = match &args.full {
        Some(_) if args.list => return full::list().map(|()| ExitCode::SUCCESS),
        Some(names) => full::run(names, &reports)?,
        None => gate(args, &reports)?,
    };
    let Tally { passed, failed } = stage::total(&outcomes);
    println!("{passed} passed, {failed} failed");
    Ok(exit(stage::well(&outcomes)))
}

fn exit(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn reports() -> Result<PathBuf> {
    let reports = target_dir().join("xtask/reports");
    std::fs::create_dir_all(&reports).with_context(|| format!("{} could not be made", reports.display()))?;
    Ok(reports)
}

/// What every change must pass.
fn gate(args: &Args, reports: &Path) -> Result<Vec<Outcome>> {
    let start = Instant::now();
    let first = [stage("tools", rust_tools), stage("format", checks::format)];
    let mut outcomes = stage::run(&first, |_| ());
    if stage::well(&outcomes) {
        outcomes.extend(side_by_side(args, reports)?);
    }
    if stage::well(&outcomes) && !args.no_browser {
        let which = Browser::Without(if args.quick { QUICK } else { LONG });
        let browser = stage("browser tests", || checks::playwright(which, reports));
        outcomes.extend(stage::run(&[browser], |_| ()));
    }
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    println!("\n{}together {minutes:.1} min\n", stage::table(&outcomes));
    full::remind();
    Ok(outcomes)
}

/// The browser tests of full.rs, by their tags.
const LONG: &str = "@burn|@plain|@kernels|@matrix";
const QUICK: &str = "@slow|@burn|@plain|@kernels|@matrix";

fn side_by_side(args: &Args, reports: &Path) -> Result<Vec<Outcome>> {
    println!("\n=== two lanes: native code here, the page in target/xtask/reports/page.log and here when it is done");
    let program = std::env::current_exe().context("xtask does not know where it lies")?;
    let lane = |lane: Lane, shown| {
        let mut command = Command::new(&program);
        command.args(["test", "--lane", lane.name()]);
        command.args(args.quick.then_some("--quick"));
        command.args(args.no_browser.then_some("--no-browser"));
        lanes::start(lane.name(), command, reports, shown)
    };
    lanes::wait(vec![
        lane(Lane::Native, Shown::AtOnce)?,
        lane(Lane::Page, Shown::AtTheEnd)?,
    ])
}

fn native() -> Vec<Stage<'static>> {
    vec![
        stage("clippy and compilation", checks::compile),
        stage("Rust tests", checks::rust_tests),
        stage("documentation tests", checks::documentation_tests),
    ]
}

fn page<'a>(args: &'a Args, reports: &'a Path) -> Vec<Stage<'a>> {
    let profile = if args.quick { Profile::Dev } else { Profile::Release };
    let site = Site {
        set: wasm::ONLY_MAIN,
        profile,
        base_url: None,
    };
    vec![
        // First, so that a missing program is reported before minutes of compiling.
        stage("tools of the page", move || page_tools(args)),
        // Before the checks of the pages, which import the types that it writes.
        stage("WebAssembly", move || wasm::build(site.set, profile, Warnings::Denied)),
        stage("types of the pages", checks::page_types),
        stage("unit tests of the pages", || checks::vitest(reports)),
        stage("unit tests of the bench", checks::bench_tests),
        stage("site", move || site.pages()),
    ]
}

fn rust_tools() -> Result<()> {
    tools::node()?;
    tools::rust_components()?;
    if !tools::has_nextest() {
        println!("cargo-nextest is not installed: `cargo test` runs the same tests, more slowly");
    }
    Ok(())
}

/// All that comes over the network at once, while the other lane compiles.
fn page_tools(args: &Args) -> Result<()> {
    std::thread::scope(|scope| {
        let browser = scope.spawn(|| -> Result<()> {
            if !args.no_browser {
                println!("browser: {}", tools::chromium()?.display());
            }
            Ok(())
        });
        let target = scope.spawn(tools::wasm_target);
        tools::npm_packages("www")?;
        if !args.quick {
            tools::npm_packages("xtask/tools")?;
        }
        let joined = [target.join(), browser.join()];
        joined
            .into_iter()
            .try_for_each(|result| result.expect("an installation that fails says so and does not panic"))
    })
}
