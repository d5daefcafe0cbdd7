//! The static site in dist/: the module, then the pages around it, then compressed copies of both.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::process::{npm, root, run};
use crate::wasm::Profile;
use crate::{bounds, compress, tools, wasm};

#[derive(clap::Args)]
// Also part of the arguments of `serve`, whose own group has the same name.
#[group(skip)]
pub struct Args {
    /// Build in seconds: no link-time optimisation, no wasm-opt, no compression
    #[arg(long)]
    dev: bool,
}

impl Args {
    pub fn profile(&self) -> Profile {
        if self.dev { Profile::Dev } else { Profile::Release }
    }
}

/// The whole build.
pub fn build(profile: Profile) -> Result<()> {
    // Before the compiler, so that a missing Node is reported in the first second and not after minutes.
    tools::npm_packages("www")?;
    wasm::build(profile)?;
    pages(profile)
}

/// Everything after the module: what Vite makes of www/, in dist/, with compressed copies and checked bounds in a release.
pub fn pages(profile: Profile) -> Result<()> {
    tools::npm_packages("www")?;
    run(&mut npm("www", &["run", "build"])).context("the pages could not be built")?;
    let dist = root().join("dist");
    for page in ["index.html", "lab.html"] {
        ensure!(
            dist.join(page).is_file(),
            "Vite wrote no dist/{page}: see build in www/vite.config.ts"
        );
    }
    // Without the module the page still loads, and says that nothing can be computed: worth a failure here instead.
    ensure!(
        holds_module(&dist)?,
        "Vite left the WebAssembly module out of dist/: see how www/src/worker loads www/src/wasm/stillroom.js"
    );
    if profile == Profile::Release {
        compress::folder(&dist)?;
        bounds::check(&dist)?;
    }
    Ok(())
}

/// Whether a module lies in the folder or in one inside it.
fn holds_module(folder: &Path) -> std::io::Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") || (path.is_dir() && holds_module(&path)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_without_its_module_is_noticed() {
        let dist = tempfile::tempdir().unwrap();
        std::fs::create_dir(dist.path().join("assets")).unwrap();
        std::fs::write(dist.path().join("assets/stillroom.js"), "").unwrap();
        assert!(!holds_module(dist.path()).unwrap());
        std::fs::write(dist.path().join("assets/stillroom_bg-1.wasm"), "").unwrap();
        assert!(holds_module(dist.path()).unwrap());
    }
}
