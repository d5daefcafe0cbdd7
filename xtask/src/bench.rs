//! `cargo xtask bench`: installs the harness of bench/, builds the site, and lets the harness measure it beside its peers.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{ask, root, run as run_command, target_dir};
use crate::{site, tools};

#[derive(clap::Args)]
pub struct Args {
    /// Measure the site that is already in dist/
    #[arg(long)]
    no_build: bool,
    /// Only write the report again from the numbers in docs/performance.json
    #[arg(long)]
    report: bool,
    /// A few steps of everything, into target/bench: does the harness work?
    #[arg(long)]
    quick: bool,
    /// What to measure; the rest of the report keeps its earlier numbers
    #[arg(long, value_delimiter = ',', value_parser = PARTS, default_values = PARTS)]
    only: Vec<String>,
    /// Sizes at which the peers are run
    #[arg(long, value_delimiter = ',', value_parser = SIZES, default_values = SIZES)]
    sizes: Vec<String>,
    /// Training on a teacher's probabilities, on text, or both
    #[arg(long, value_delimiter = ',', value_parser = MODES, default_values = MODES)]
    modes: Vec<String>,
    /// Libraries beside the page; torch needs a Python ($PYTHON or python3) that has it
    #[arg(long, value_delimiter = ',', value_parser = PEERS, default_values = &PEERS[..4])]
    peers: Vec<String>,
    /// How often each measurement is made, in turn with the others
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Seconds after which a peer that is slow takes no further step, four steps at least
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..))]
    budget: u32,
}

const PARTS: [&str; 7] = ["size", "limits", "profile", "generation", "peers", "curves", "memory"];
const SIZES: [&str; 3] = ["S", "lesson", "M"];
const MODES: [&str; 2] = ["kd", "lm"];
const PEERS: [&str; 5] = ["jax", "jax-wasm", "tfjs", "tfjs-wasm", "torch"];

/// Measures, then writes the report.
pub fn run(args: &Args) -> Result<()> {
    if !args.report {
        if args.no_build {
            ensure!(
                root().join("dist/index.html").is_file(),
                "there is no site in dist/: leave out --no-build, or run `cargo xtask build` first"
            );
        } else {
            site::build(&site::Args::default())?;
        }
        install()?;
    }
    tools::node()?;
    run_command(&mut harness(args)?).context("the benchmark did not end well")
}

/// The packages of the harness. Their install scripts are not run, but for esbuild's, which chooses its program.
fn install() -> Result<()> {
    tools::npm_packages("bench")?;
    let esbuild = root().join("bench/node_modules/esbuild/install.js");
    run_command(Command::new("node").arg(esbuild)).context("esbuild could not be installed")
}

fn harness(args: &Args) -> Result<Command> {
    let target = target_dir();
    // What is only tried out leaves the published numbers alone.
    let out = if args.quick {
        target.join("bench")
    } else {
        root().join("docs")
    };
    let mut command = Command::new("node");
    command
        .current_dir(root())
        .arg(root().join("bench/main.mjs"))
        .args(options(args))
        .args([Path::new("--out"), &out, Path::new("--target"), &target]);
    if !args.report {
        command.arg("--chromium").arg(tools::chromium()?);
        let versions = [
            ("--rustc", ask("rustc", &["--version"])),
            ("--commit", ask("git", &["describe", "--always", "--dirty"])),
        ];
        for (name, version) in versions {
            command.arg(format!("{name}={}", version.unwrap_or_default()));
        }
    }
    Ok(command)
}

/// What the harness is told of our own arguments.
fn options(args: &Args) -> Vec<String> {
    let mut options: Vec<String> = [
        ("only", &args.only),
        ("sizes", &args.sizes),
        ("modes", &args.modes),
        ("peers", &args.peers),
    ]
    .map(|(name, values)| format!("--{name}={}", values.join(",")))
    .into();
    options.push(format!("--rounds={}", args.rounds));
    options.push(format!("--budget={}", args.budget));
    options.extend(args.quick.then(|| "--quick".to_owned()));
    options.extend(args.report.then(|| "--report".to_owned()));
    options
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn parse(line: &str) -> Result<Args, clap::Error> {
        Line::try_parse_from(["bench"].into_iter().chain(line.split_whitespace())).map(|line| line.args)
    }

    #[test]
    fn without_arguments_everything_is_measured_except_what_needs_python() {
        assert_eq!(
            options(&parse("").unwrap()),
            [
                "--only=size,limits,profile,generation,peers,curves,memory",
                "--sizes=S,lesson,M",
                "--modes=kd,lm",
                "--peers=jax,jax-wasm,tfjs,tfjs-wasm",
                "--rounds=3",
                "--budget=90",
            ]
        );
    }

    #[test]
    fn parts_sizes_and_peers_can_be_chosen_and_unknown_ones_are_refused() {
        let args = parse("--quick --only curves,size --sizes M --peers torch --rounds 1").unwrap();
        let options = options(&args);
        for option in [
            "--quick",
            "--only=curves,size",
            "--sizes=M",
            "--peers=torch",
            "--rounds=1",
        ] {
            assert!(options.iter().any(|given| given == option), "{option} in {options:?}");
        }
        for line in ["--only speed", "--sizes XL", "--peers burn", "--rounds 0", "--modes rl"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_trial_writes_nothing_into_docs() {
        let command = harness(&parse("--quick --report").unwrap()).unwrap();
        let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        let out = args.iter().position(|arg| arg == "--out").unwrap();
        assert_eq!(args[out + 1], target_dir().join("bench").to_string_lossy());
    }

    #[test]
    fn the_lock_file_of_the_harness_names_no_registry() {
        let lock = std::fs::read_to_string(root().join("bench/package-lock.json")).unwrap();
        assert!(!lock.contains("\"resolved\""));
    }
}
