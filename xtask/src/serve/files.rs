//! From the path in a request to a file: only inside the folder, with its type, compressed where the visitor accepts it.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

pub enum Found {
    File(File),
    /// A folder with a page, asked for without the slash at its end.
    Folder,
    Nothing,
}

pub struct File {
    pub body: Vec<u8>,
    pub mime: &'static str,
    /// Of the copy that is sent, where that is a compressed one.
    pub encoding: Option<&'static str>,
    /// With its quotation marks.
    pub etag: String,
}

/// Finds what a path, percent-encoded and relative to the site, stands for.
///
/// # Errors
/// Those of reading a file that is there.
pub fn find(dir: &Path, path: &str, accept_encoding: &str) -> std::io::Result<Found> {
    let Some(relative) = decode(path).as_deref().and_then(safe) else {
        return Ok(Found::Nothing);
    };
    let Some(mut file) = inside(dir, &relative).or_else(|| inside_earlier(dir, &relative)) else {
        return Ok(Found::Nothing);
    };
    if file.is_dir() {
        file.push("index.html");
        match file.is_file() {
            false => return Ok(Found::Nothing),
            true if !path.is_empty() && !path.ends_with('/') => return Ok(Found::Folder),
            true => {}
        }
    } else if path.ends_with('/') {
        return Ok(Found::Nothing);
    }
    let mime = mime(&file);
    let (sent, encoding) = choose(&file, accept_encoding);
    let metadata = std::fs::metadata(&sent)?;
    let changed = metadata
        .modified()?
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    let etag = format!("\"{:x}-{changed:x}-{}\"", metadata.len(), encoding.unwrap_or("raw"));
    Ok(Found::File(File {
        body: std::fs::read(&sent)?,
        mime,
        encoding,
        etag,
    }))
}

/// A path in the folder, if it is there: a link may lead out of it.
fn inside(dir: &Path, relative: &Path) -> Option<PathBuf> {
    let file = dir.join(relative).canonicalize().ok()?;
    file.starts_with(dir).then_some(file)
}

/// The same in the version before this one (site/swap.rs), for pages that were opened then. Only what holds a digest in its name:
/// of anything else, a page would get a version that is not its own.
fn inside_earlier(dir: &Path, relative: &Path) -> Option<PathBuf> {
    let mut earlier = dir.as_os_str().to_owned();
    earlier.push(".earlier");
    relative
        .starts_with("assets")
        .then(|| inside(Path::new(&earlier), relative))
        .flatten()
        .filter(|file| file.is_file())
}

/// Undoes percent-encoding; nothing where it is malformed or not UTF-8.
fn decode(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                (digit()? * 16 + digit()?) as u8
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

/// The path of a file inside the folder; nothing for one that could mean a place outside it, on any system.
fn safe(path: &str) -> Option<PathBuf> {
    if path.is_empty() {
        return Some(PathBuf::new());
    }
    let names = path.strip_suffix('/').unwrap_or(path).split('/');
    let allowed = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\\', ':', '\0']);
    names.map(|name| allowed(name).then_some(name)).collect()
}

/// The compressed copy, if there is one and the visitor accepts it, else the file.
fn choose(file: &Path, accept_encoding: &str) -> (PathBuf, Option<&'static str>) {
    for (encoding, extension) in [("br", "br"), ("gzip", "gz")] {
        let mut copy = file.as_os_str().to_owned();
        copy.push(".");
        copy.push(extension);
        let copy = PathBuf::from(copy);
        if accepts(accept_encoding, encoding) && copy.is_file() {
            return (copy, Some(encoding));
        }
    }
    (file.to_owned(), None)
}

/// Whether an `Accept-Encoding` header names an encoding with a weight above 0.
fn accepts(header: &str, encoding: &str) -> bool {
    let entries = header
        .split(',')
        .map(|entry| entry.split_once(';').unwrap_or((entry, "")));
    let weights = |wanted: &str| {
        let of_this = entries
            .clone()
            .filter(move |(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        of_this
            .map(|(_, q)| {
                q.trim()
                    .strip_prefix("q=")
                    .is_none_or(|q| q.trim().parse().is_ok_and(|q: f32| q > 0.0))
            })
            .next()
    };
    weights(encoding).or_else(|| weights("*")).unwrap_or(false)
}

fn mime(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "pdf" => "application/pdf",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_folder() {
        for path in [
            "../a",
            "a/../../b",
            "a//b",
            "/etc/passwd",
            "./a",
            "a\\..\\b",
            "C:/a",
            "a\0b",
            "//",
            "/",
        ] {
            assert_eq!(safe(path), None, "{path:?}");
        }
        assert_eq!(safe(""), Some(PathBuf::new()));
        assert_eq!(safe("a/b.js"), Some(PathBuf::from("a/b.js")));
        assert_eq!(safe("a/"), Some(PathBuf::from("a")));
        assert_eq!(safe("..a/b.."), Some(PathBuf::from("..a/b..")));
    }

    #[test]
    fn percent_encoding_is_undone_before_a_path_is_judged() {
        assert_eq!(decode("a%20b%C3%A9").as_deref(), Some("a bé"));
        assert_eq!(decode("%2e%2E%2fx").as_deref().map(safe), Some(None));
        for malformed in ["%", "%2", "%zz", "%ff"] {
            assert_eq!(decode(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn encodings_are_negotiated() {
        assert!(accepts("gzip, deflate, br, zstd", "br"));
        assert!(accepts("BR;q=0.1", "br"));
        assert!(accepts("*", "br"));
        assert!(!accepts("br;q=0, *", "br"));
        assert!(!accepts("br; q=0.000", "br"));
        assert!(!accepts("gzip", "br"));
        assert!(!accepts("brotli", "br"));
        assert!(!accepts("", "gzip"));
    }
}
