//! `cargo xtask package`: the site as two files to take away, a plain zip for rooms without internet and a SCORM 1.2 package for
//! learning platforms. The same site gives the same bytes.

mod scorm;

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::process::{root, target_dir};
use crate::site;

#[derive(clap::Args)]
pub struct Args {
    /// Package what is in dist/, without building first
    #[arg(long)]
    no_build: bool,
    #[command(flatten)]
    site: site::Args,
}

/// The folder inside the plain zip, so that it unpacks into one place.
const FOLDER: &str = "stillroom-site";

/// The files of the site by their paths from its folder, with slashes.
type Files = BTreeMap<String, Vec<u8>>;

/// Writes both packages into `package/` of the target folder.
pub fn run(args: &Args) -> Result<()> {
    if !args.no_build {
        site::build(&args.site)?;
    }
    let files = read(&root().join("dist"))?;
    let catalogue = root().join("www/src/generated/experiments.json");
    let catalogue =
        std::fs::read_to_string(&catalogue).with_context(|| format!("{} could not be read", catalogue.display()))?;
    let out = target_dir().join("package");
    std::fs::create_dir_all(&out).with_context(|| format!("{} could not be made", out.display()))?;
    for (name, content) in [
        ("stillroom-site.zip", site_files(&files)),
        ("stillroom-scorm12.zip", scorm::files(&files, &catalogue)?),
    ] {
        let bytes = pack(&content)?;
        let path = out.join(name);
        std::fs::write(&path, &bytes).with_context(|| format!("{} could not be written", path.display()))?;
        println!(
            "{}: {} files, {:.1} MB",
            path.display(),
            content.len(),
            bytes.len() as f64 / 1e6
        );
    }
    Ok(())
}

/// The files of a built site, without the compressed copies: a zip compresses by itself, and simple servers send none.
fn read(dist: &Path) -> Result<Files> {
    ensure!(
        dist.join("index.html").is_file(),
        "{} has no index.html: run `cargo xtask build` first",
        dist.display()
    );
    let mut files = Files::new();
    collect(dist, "", &mut files).with_context(|| format!("{} could not be read", dist.display()))?;
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else if !name.ends_with(".br") && !name.ends_with(".gz") {
            files.insert(name, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// The plain zip: the whole site, and how to open it.
fn site_files(files: &Files) -> Files {
    let mut content: Files = files
        .iter()
        .map(|(name, bytes)| (format!("{FOLDER}/{name}"), bytes.clone()))
        .collect();
    content.insert(
        format!("{FOLDER}/README.txt"),
        include_bytes!("package/README.txt").to_vec(),
    );
    content
}

/// A zip whose bytes depend on nothing but its content: names in order, the oldest date that a zip can have.
fn pack(files: &Files) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, options)
            .and_then(|()| zip.write_all(bytes).map_err(Into::into))
            .with_context(|| format!("{name} could not be packed"))?;
    }
    Ok(zip.finish().context("the package could not be finished")?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// A site as small as one can be.
    pub fn site() -> (tempfile::TempDir, Files) {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("index.html", "home"),
            ("index.html.br", "copy"),
            ("embed.html", "frame"),
            ("sco.html", "sco"),
            ("sw.js", "worker"),
            ("assets/engine & more.wasm", "module"),
            ("assets/engine & more.wasm.gz", "copy"),
            ("models/main/card.json", "{}"),
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let files = read(dir.path()).unwrap();
        (dir, files)
    }

    fn unpack(bytes: Vec<u8>) -> Vec<(String, String)> {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        (0..zip.len())
            .map(|index| {
                let mut file = zip.by_index(index).unwrap();
                assert!(file.enclosed_name().is_some(), "{}", file.name());
                let mut text = String::new();
                file.read_to_string(&mut text).unwrap();
                (file.name().to_owned(), text)
            })
            .collect()
    }

    #[test]
    fn the_plain_zip_holds_the_site_once_and_says_how_to_open_it() {
        let (_dir, files) = site();
        let unpacked = unpack(pack(&site_files(&files)).unwrap());
        let names: Vec<_> = unpacked.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "stillroom-site/README.txt",
                "stillroom-site/assets/engine & more.wasm",
                "stillroom-site/embed.html",
                "stillroom-site/index.html",
                "stillroom-site/models/main/card.json",
                "stillroom-site/sco.html",
                "stillroom-site/sw.js",
            ]
        );
        assert!(unpacked[0].1.contains("python3 -m http.server"));
        assert_eq!(unpacked[1].1, "module");
    }

    #[test]
    fn the_scorm_package_holds_what_its_manifest_names_and_no_more() {
        let (_dir, files) = site();
        let catalogue = r#"[{"id": "one", "title": "One"}]"#;
        let unpacked = unpack(pack(&scorm::files(&files, catalogue).unwrap()).unwrap());
        let manifest = &unpacked.iter().find(|(name, _)| name == "imsmanifest.xml").unwrap().1;
        let document = roxmltree::Document::parse(manifest).unwrap();
        let mut named: Vec<_> = document
            .descendants()
            .filter(|node| node.has_tag_name((scorm::CONTENT, "file")))
            .map(|node| node.attribute("href").unwrap().replace("%20", " ").replace("%26", "&"))
            .collect();
        named.push("imsmanifest.xml".to_owned());
        named.sort();
        named.dedup();
        let mut packed: Vec<_> = unpacked.iter().map(|(name, _)| name.clone()).collect();
        packed.sort();
        assert_eq!(named, packed);
        // It would settle on the platform's own address.
        assert!(!packed.contains(&"sw.js".to_owned()));
    }

    #[test]
    fn the_same_site_gives_the_same_bytes_whenever_it_was_built() {
        let (first_dir, first) = site();
        let (second_dir, second) = site();
        assert_ne!(first_dir.path(), second_dir.path());
        assert_eq!(pack(&site_files(&first)).unwrap(), pack(&site_files(&second)).unwrap());
        let bytes = pack(&site_files(&first)).unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.by_index(0).unwrap().last_modified(), Some(DateTime::default()));
    }

    #[test]
    fn a_folder_without_a_site_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let error = read(dir.path()).unwrap_err().to_string();
        assert!(error.contains("run `cargo xtask build` first"), "{error}");
    }
}
