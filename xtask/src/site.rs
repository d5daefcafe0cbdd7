//! The static site in dist/: the module, then the pages around it, then compressed copies of both.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::process::{npm, root, run};
use crate::wasm::Profile;
use crate::{bounds, compress, tools, wasm};

#[derive(clap::Args, Default)]
// Also part of the arguments of `serve`, whose own group has the same name.
#[group(skip)]
pub struct Args {
    /// Build in seconds: no link-time optimisation, no wasm-opt, no compression
    #[arg(long)]
    dev: bool,
    /// Where the site will lie, such as https://example.org/stillroom/: links to it are then shown with a picture
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

impl Args {
    fn profile(&self) -> Profile {
        if self.dev { Profile::Dev } else { Profile::Release }
    }
}

/// The whole build.
pub fn build(args: &Args) -> Result<()> {
    // Before the compiler, so that a missing Node is reported in the first second and not after minutes.
    tools::npm_packages("www")?;
    wasm::build(args.profile())?;
    pages(args.profile(), args.base_url.as_deref())
}

/// Everything after the module: what Vite makes of www/, in dist/, with compressed copies and checked bounds in a release.
/// `base_url` is for www/head.ts, which checks it.
pub fn pages(profile: Profile, base_url: Option<&str>) -> Result<()> {
    tools::npm_packages("www")?;
    let mut vite = npm("www", &["run", "build"]);
    vite.envs(base_url.map(|url| ("STILLROOM_BASE_URL", url)));
    run(&mut vite).context("the pages could not be built")?;
    let dist = root().join("dist");
    for page in pages_of(&root().join("www"))? {
        ensure!(
            dist.join(&page).is_file(),
            "Vite wrote no dist/{page}: see build in www/vite.config.ts"
        );
    }
    ensure!(
        dist.join("sw.js").is_file(),
        "there is no dist/sw.js: see www/offline.ts"
    );
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

/// The names of the pages whose sources lie in a folder.
fn pages_of(www: &Path) -> Result<Vec<String>> {
    let entries = std::fs::read_dir(www).with_context(|| format!("{} could not be listed", www.display()))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut pages: Vec<_> = names.filter(|name| name.ends_with(".html")).collect();
    pages.sort();
    ensure!(!pages.is_empty(), "{} has no pages", www.display());
    Ok(pages)
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
    fn every_page_is_looked_for() {
        let www = tempfile::tempdir().unwrap();
        assert!(pages_of(www.path()).is_err());
        for name in ["lab.html", "index.html", "vite.config.ts", "html"] {
            std::fs::write(www.path().join(name), "").unwrap();
        }
        assert_eq!(pages_of(www.path()).unwrap(), ["index.html", "lab.html"]);
        assert!(
            pages_of(&root().join("www"))
                .unwrap()
                .contains(&"embed.html".to_owned())
        );
    }

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
