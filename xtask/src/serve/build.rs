//! What is built before the first page is sent, and what while pages are already there.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::wasm::{self, Profile};
use crate::{site, tools};

/// What is still to be built when the server begins.
#[derive(Debug)]
pub struct Rest(site::Args);

/// Builds what is enough for pages that compute; what is left to be built, if anything is.
pub fn soonest(args: &site::Args) -> Result<Option<Rest>> {
    if args.dev {
        args.soonest().build()?;
        return Ok(None);
    }
    tools::node()?;
    let made = std::thread::scope(|scope| {
        // They come over the network while the compiler works; whether that went well is asked before they are used.
        scope.spawn(|| tools::npm_packages("www"));
        wasm::is_made(Profile::Release)
    })?;
    // Where the engines are those of the last build, the whole site is as quick.
    if made {
        args.whole().build()?;
        return Ok(None);
    }
    args.soonest().build()?;
    Ok(Some(Rest(args.clone())))
}

impl Rest {
    /// Builds it in a thread, which ends with the process. A failure is told and leaves the served site as it is.
    pub fn in_background(self) -> Result<()> {
        println!(
            "this is the main engine; the rest (smaller files, the engine for older browsers, burn) is being built: reload when this \
             says so"
        );
        let build = move || {
            let start = Instant::now();
            println!("\n{}", told(self.0.whole().build(), start.elapsed().as_secs()));
        };
        std::thread::Builder::new()
            .spawn(build)
            .context("the rest of the site needs a thread, and none could be started")?;
        Ok(())
    }
}

fn told(built: Result<()>, seconds: u64) -> String {
    match built {
        Ok(()) => format!("the whole site is there, after another {seconds} s: reload the page"),
        Err(error) => {
            format!("the rest of the site could not be built, so what is served stays as it is: {error:#}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_the_rest_is_said_in_one_sentence() {
        assert_eq!(
            told(Ok(()), 300),
            "the whole site is there, after another 300 s: reload the page"
        );
        let error = told(Err(anyhow::anyhow!("wasm-opt is missing")), 3);
        assert!(
            error.ends_with("stays as it is: wasm-opt is missing") && !error.contains('\n'),
            "{error}"
        );
    }
}
