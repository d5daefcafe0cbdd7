//! `cargo xtask serve | build | package | test | bench`: from a fresh clone to a page in the browser, to a zip of it, to a
//! verdict on a change, or to numbers.

mod bench;
mod bounds;
mod checks;
mod compress;
mod full;
mod lanes;
mod package;
mod process;
mod serve;
mod site;
mod stage;
mod tally;
mod test;
mod tools;
mod wasm;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, serves, tests and measures Stillroom.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the site where it has changed, then serve it on this machine only
    Serve(serve::Args),
    /// Build the static site into dist/
    Build(site::Args),
    /// Build the site and pack it for rooms without internet and for learning platforms
    Package(package::Args),
    /// Run every check and every test, stopping at the first stage that fails
    Test(test::Args),
    /// Measure the page beside other libraries and write docs/performance.md
    Bench(bench::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Serve(args) => serve::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Build(args) => site::build(&args).map(|()| ExitCode::SUCCESS),
        Command::Package(args) => package::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Test(args) => test::run_all(&args),
        Command::Bench(args) => bench::run(&args).map(|()| ExitCode::SUCCESS),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
        for line in [
            "xtask serve --no-build --port 4173 --dir dist --base /some/folder/",
            "xtask serve --dev",
            "xtask build --dev",
            "xtask build --base-url https://example.org/stillroom/",
            "xtask package --no-build",
            "xtask package --dev",
            "xtask test --no-browser --quick",
            "xtask test --full",
            "xtask test --full --list",
            "xtask test --full clippy burn",
            "xtask bench --no-build --only peers,size --sizes lesson,S --modes kd --peers jax,torch --rounds 1",
            "xtask bench --report",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        for line in ["xtask test --full no-such-stage", "xtask test --list"] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
