//! The native command line: the same crate as the page, on all cores.

#[cfg(not(target_arch = "wasm32"))]
mod bands;
#[cfg(not(target_arch = "wasm32"))]
mod findings;
#[cfg(not(target_arch = "wasm32"))]
mod folder;
#[cfg(not(target_arch = "wasm32"))]
mod models;
#[cfg(not(target_arch = "wasm32"))]
mod pretrain;
#[cfg(not(target_arch = "wasm32"))]
mod run;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> anyhow::Result<()> {
    use clap::Parser;

    /// Tiny language models, copied in the open.
    #[derive(Parser)]
    #[command(version, about)]
    enum Command {
        /// Train a teacher and write its model folder. Goes on where an interrupted training stopped.
        Pretrain(pretrain::Arguments),
        /// Run an experiment, one run per seed, and say what came out.
        Run(run::Arguments),
        /// Put run files together: the page's references, and docs/findings.md.
        Bands(bands::Arguments),
        /// Print what is said about every experiment before it runs, as the JSON that the page is built with.
        Describe,
    }

    match Command::parse() {
        Command::Pretrain(arguments) => pretrain::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Bands(arguments) => bands::run(&arguments),
        Command::Describe => {
            println!("{}", stillroom::experiment::describe());
            Ok(())
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {}
