//! Compressed copies next to the files of the site, for hosts that send `name.br` or `name.gz` in place of `name`.
//!
//! The best compression of a 10 MB module takes half a minute, so results are kept in the target folder by content.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::process::target_dir;
use crate::tools::hex;

/// Below this a compressed copy saves less than the packet it travels in.
const SMALLEST: u64 = 1000;

/// Formats that are compressed already, and our own output.
const COMPRESSED: [&str; 12] = [
    "avif", "br", "gif", "gz", "jpeg", "jpg", "mp4", "png", "webm", "webp", "woff2", "zip",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Gzip,
    Brotli,
}

impl Format {
    fn extension(self) -> &'static str {
        match self {
            Format::Gzip => "gz",
            Format::Brotli => "br",
        }
    }

    fn compress(self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut out = Vec::new();
        match self {
            Format::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(&mut out, flate2::Compression::best());
                encoder.write_all(bytes)?;
                encoder.finish()?;
            }
            Format::Brotli => {
                // A window of 2^24 bytes, the largest that every browser accepts.
                let params = brotli::enc::BrotliEncoderParams {
                    quality: 11,
                    lgwin: 24,
                    ..Default::default()
                };
                brotli::BrotliCompress(&mut &bytes[..], &mut out, &params)?;
            }
        }
        Ok(out)
    }
}

/// One file with the sizes of its copies, in bytes.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    path: PathBuf,
    raw: u64,
    gzip: Option<u64>,
    brotli: Option<u64>,
}

/// Writes the copies for every file under `folder` that gains by them, and prints a table of sizes.
pub fn folder(folder: &Path) -> Result<()> {
    let rows = compress(folder, &target_dir().join("xtask/compressed"))?;
    print!("{}", table(folder, &rows));
    Ok(())
}

fn compress(folder: &Path, cache: &Path) -> Result<Vec<Row>> {
    std::fs::create_dir_all(cache).with_context(|| format!("{} could not be made", cache.display()))?;
    let mut files = Vec::new();
    list(folder, &mut files).with_context(|| format!("{} could not be listed", folder.display()))?;
    // Largest last, where the workers take from: the module starts first and the small files fill in around it.
    files.sort_by_key(|(path, size)| (*size, path.clone()));
    let jobs = Mutex::new(
        files
            .iter()
            .filter(|(path, size)| *size > SMALLEST && !is_compressed(path))
            .flat_map(|(path, _)| [(path, Format::Gzip), (path, Format::Brotli)])
            .collect::<Vec<_>>(),
    );
    let next = || jobs.lock().expect("no worker panics with the lock").pop();
    let work = || -> Result<()> {
        while let Some((path, format)) = next() {
            write_copy(path, format, cache).with_context(|| format!("{} could not be compressed", path.display()))?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("a worker does not panic"))
    })?;
    let size = |path: &Path, format| Some(std::fs::metadata(copy_of(path, format)).ok()?.len());
    files.reverse();
    Ok(files
        .into_iter()
        .filter(|(path, _)| !is_copy(path))
        .map(|(path, raw)| Row {
            raw,
            gzip: size(&path, Format::Gzip),
            brotli: size(&path, Format::Brotli),
            path,
        })
        .collect())
}

fn list(folder: &Path, files: &mut Vec<(PathBuf, u64)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let metadata = std::fs::metadata(&path)?;
        if metadata.is_dir() {
            list(&path, files)?;
        } else {
            files.push((path, metadata.len()));
        }
    }
    Ok(())
}

fn extension(path: &Path) -> &str {
    path.extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
}

fn is_compressed(path: &Path) -> bool {
    COMPRESSED.contains(&extension(path).to_ascii_lowercase().as_str())
}

fn is_copy(path: &Path) -> bool {
    matches!(extension(path), "br" | "gz")
}

fn copy_of(path: &Path, format: Format) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(format.extension());
    PathBuf::from(name)
}

/// Writes one copy, unless it would save less than a twentieth: weights of a model hardly compress.
fn write_copy(path: &Path, format: Format, cache: &Path) -> Result<()> {
    let bytes = std::fs::read(path)?;
    let kept = cache.join(format!("{}.{}", hex(&Sha256::digest(&bytes)), format.extension()));
    let compressed = match std::fs::read(&kept) {
        Ok(compressed) => compressed,
        Err(_) => {
            let compressed = format.compress(&bytes)?;
            // Under another name first: an interrupted build leaves nothing that looks finished.
            let unfinished = kept.with_extension(format!("{}.{}", format.extension(), std::process::id()));
            std::fs::write(&unfinished, &compressed)?;
            std::fs::rename(&unfinished, &kept)?;
            compressed
        }
    };
    if compressed.len() * 20 < bytes.len() * 19 {
        std::fs::write(copy_of(path, format), compressed)?;
    }
    Ok(())
}

fn table(folder: &Path, rows: &[Row]) -> String {
    let kilobytes = |bytes: Option<u64>| bytes.map_or("-".to_owned(), |bytes| format!("{:.1} kB", bytes as f64 / 1e3));
    let line =
        |name: &str, raw: &str, gzip: &str, brotli: &str| format!("{name:<52} {raw:>12} {gzip:>12} {brotli:>12}\n");
    let mut text = line("file", "raw", "gzip", "brotli");
    for row in rows {
        let name = row.path.strip_prefix(folder).unwrap_or(&row.path).display().to_string();
        text += &line(
            &name,
            &kilobytes(Some(row.raw)),
            &kilobytes(row.gzip),
            &kilobytes(row.brotli),
        );
    }
    let sum = |size: fn(&Row) -> u64| kilobytes(Some(rows.iter().map(size).sum()));
    let total =
        |copy: fn(&Row) -> Option<u64>| kilobytes(Some(rows.iter().map(|row| copy(row).unwrap_or(row.raw)).sum()));
    text + &line(
        "all of it",
        &sum(|row| row.raw),
        &total(|row| row.gzip),
        &total(|row| row.brotli),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn copies_hold_the_file_and_files_that_gain_nothing_have_none() {
        let site = tempfile::tempdir().unwrap();
        let cache = tempfile::tempdir().unwrap();
        let text = "the moss and the ember ".repeat(200);
        let mut noise = 1u32;
        let random: Vec<u8> = std::iter::repeat_with(|| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 24) as u8
        })
        .take(5000)
        .collect();
        std::fs::create_dir(site.path().join("deep")).unwrap();
        for (name, bytes) in [
            ("deep/a.js", text.as_bytes()),
            ("b.bin", &random[..]),
            ("c.js", b"short"),
            ("d.png", text.as_bytes()),
        ] {
            std::fs::write(site.path().join(name), bytes).unwrap();
        }

        let rows = compress(site.path(), cache.path()).unwrap();
        let with_copies: Vec<_> = rows
            .iter()
            .filter(|row| row.gzip.is_some() || row.brotli.is_some())
            .collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(with_copies.len(), 1);
        assert_eq!(with_copies[0].path, site.path().join("deep/a.js"));

        let read = |name: &str| std::fs::read(site.path().join(name)).unwrap();
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(&read("deep/a.js.gz")[..])
            .read_to_string(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, text);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &read("deep/a.js.br")[..], &mut unpacked).unwrap();
        assert_eq!(unpacked, text.as_bytes());

        // A second build finds the copies in place and the results in the cache, and says the same.
        assert_eq!(compress(site.path(), cache.path()).unwrap(), rows);
    }

    #[test]
    fn the_total_counts_a_file_without_a_copy_as_it_is() {
        let row = |name: &str, gzip| Row {
            path: name.into(),
            raw: 4000,
            gzip,
            brotli: None,
        };
        let text = table(
            Path::new("dist"),
            &[row("dist/a.js", Some(1000)), row("dist/b.png", None)],
        );
        let last: Vec<_> = text.lines().last().unwrap().split_whitespace().collect();
        assert_eq!(last, ["all", "of", "it", "8.0", "kB", "5.0", "kB", "8.0", "kB"]);
    }
}
