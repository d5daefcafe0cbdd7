//! The static site in dist/: the modules, then the pages around them, then compressed copies of both.

mod swap;

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::process::{npm, root, run};
use crate::wasm::{self, Profile, Set, Warnings};
use crate::{bounds, compress, tools};

#[derive(clap::Args, Clone, Debug, Default)]
// Also part of the arguments of `serve`, whose own group has the same name.
#[group(skip)]
pub struct Args {
    /// Build in seconds: no link-time optimisation, no wasm-opt, no compression
    #[arg(long)]
    pub dev: bool,
    /// Where the site will lie, such as https://example.org/stillroom/: links to it are then shown with a picture
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

impl Args {
    fn profile(&self) -> Profile {
        if self.dev { Profile::Dev } else { Profile::Release }
    }

    /// The whole site, with the profile that the arguments ask for.
    pub fn whole(&self) -> Site<'_> {
        Site {
            set: wasm::ALL,
            profile: self.profile(),
            base_url: self.base_url.as_deref(),
        }
    }

    /// What is enough to see the pages compute, as soon as can be.
    pub fn soonest(&self) -> Site<'_> {
        Site {
            set: wasm::ONLY_MAIN,
            profile: if self.dev { Profile::Dev } else { Profile::Quick },
            base_url: self.base_url.as_deref(),
        }
    }
}

/// What a site consists of.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    pub set: Set,
    pub profile: Profile,
    /// For www/head.ts, which checks it.
    pub base_url: Option<&'a str>,
}

/// The whole build of `cargo xtask build`.
pub fn build(args: &Args) -> Result<()> {
    args.whole().build()
}

impl Site<'_> {
    /// Modules and pages.
    pub fn build(&self) -> Result<()> {
        // Before the compiler, so that a missing Node is reported in the first second and not after minutes.
        tools::node()?;
        std::thread::scope(|scope| {
            // They come over the network while the compiler works.
            let packages = scope.spawn(|| tools::npm_packages("www"));
            wasm::build(self.set, self.profile, Warnings::Allowed)?;
            packages
                .join()
                .expect("an installation that fails says so and does not panic")
        })?;
        self.pages()
    }

    /// Everything after the modules: what Vite makes of www/, with compressed copies and checked bounds in a release. It takes
    /// the place of dist/ when it is complete.
    pub fn pages(&self) -> Result<()> {
        tools::npm_packages("www")?;
        let next = root().join(swap::NEXT);
        let mut vite = npm("www", &["run", "build"]);
        // As seen from there.
        vite.env("STILLROOM_OUT", format!("../{}", swap::NEXT));
        vite.envs(self.base_url.map(|url| ("STILLROOM_BASE_URL", url)));
        run(&mut vite).context("the pages could not be built")?;
        for page in pages_of(&root().join("www"))? {
            ensure!(
                next.join(&page).is_file(),
                "Vite wrote no {page}: see build in www/vite.config.ts"
            );
        }
        ensure!(next.join("sw.js").is_file(), "Vite wrote no sw.js: see www/offline.ts");
        // Without a module the page still loads, and says that nothing can be computed: worth a failure here instead.
        let modules = count_modules(&next)?;
        ensure!(
            modules == self.set.len(),
            "Vite put {modules} WebAssembly modules into the site, not {}: see how www/src/worker/builds.ts finds them",
            self.set.len()
        );
        if self.profile == Profile::Release {
            compress::folder(&next)?;
            bounds::check(self.set, &next)?;
        }
        swap::replace(root())?;
        for missing in wasm::ALL.iter().filter(|module| !holds(self.set, module.folder)) {
            println!("this site is without {}", missing.what);
        }
        Ok(())
    }
}

fn holds(set: Set, folder: &str) -> bool {
    set.iter().any(|module| module.folder == folder)
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

/// How many modules lie in the folder and in those inside it.
fn count_modules(folder: &Path) -> std::io::Result<usize> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            count += count_modules(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "wasm") {
            count += 1;
        }
    }
    Ok(count)
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
    fn the_modules_of_a_site_are_counted() {
        let dist = tempfile::tempdir().unwrap();
        std::fs::create_dir(dist.path().join("assets")).unwrap();
        std::fs::write(dist.path().join("assets/stillroom.js"), "").unwrap();
        assert_eq!(count_modules(dist.path()).unwrap(), 0);
        for name in ["stillroom_bg-1.wasm", "stillroom_bg-2.wasm"] {
            std::fs::write(dist.path().join("assets").join(name), "").unwrap();
        }
        assert_eq!(count_modules(dist.path()).unwrap(), 2);
    }
}
