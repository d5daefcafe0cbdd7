//! The list of layers at the head of `lib.rs`, held against the code and against README.

use std::fs;
use std::path::{Path, PathBuf};

/// From the top down.
fn layers() -> Vec<&'static str> {
    let (_, list) = include_str!("lib.rs").split_once("imports point down only:").unwrap();
    let (list, _) = list.split_once('.').unwrap();
    list.split('`').skip(1).step_by(2).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

/// Every file of the library with its text, tests aside: they may look at anything.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let of_library = |path: &PathBuf| {
        let mut parts = path.strip_prefix(&root).unwrap().components();
        let test = parts.clone().any(|part| part.as_os_str() == "tests");
        let name = path.file_name().unwrap();
        !test && name != "tests.rs" && name != "testing.rs" && parts.next().unwrap().as_os_str() != "bin"
    };
    let found = files(&root).into_iter().filter(of_library);
    found
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            (name, fs::read_to_string(&path).unwrap())
        })
        .filter(|(name, _)| name != "lib.rs")
        .collect()
}

/// The layer that a file belongs to.
fn layer(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// What a file names of the crate's layers. A module of tests ends its file.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split("crate::").skip(1)).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

/// What is wrong with these files, a sentence for each fault.
fn faults(layers: &[&str], sources: &[(String, String)]) -> Vec<String> {
    let place = |name: &str| layers.iter().position(|layer| *layer == name);
    let mut faults = Vec::new();
    for (file, text) in sources {
        let Some(own) = place(layer(file)) else {
            faults.push(format!("{file} is of no layer in the list"));
            continue;
        };
        for import in imports(text) {
            match place(import) {
                None => faults.push(format!("{file} imports {import:?}, which is no layer in the list")),
                Some(other) if other < own => faults.push(format!("{file} imports {import}, which is above it")),
                Some(_) => {}
            }
        }
    }
    faults
}

#[test]
fn imports_point_down() {
    let (layers, sources) = (layers(), sources());
    assert_eq!(faults(&layers, &sources), [""; 0]);
    for name in layers {
        assert!(
            sources.iter().any(|(file, _)| layer(file) == name),
            "there is no {name}"
        );
    }
}

#[test]
fn an_import_that_points_up_is_noticed_and_so_is_a_folder_that_is_not_listed() {
    let found = |file: &str, text: &str| faults(&["top", "middle", "ground"], &[(file.to_owned(), text.to_owned())]);
    let up = found("middle/mod.rs", "use crate::ground::A;\nuse crate::top::B;\n");
    assert_eq!(up, ["middle/mod.rs imports top, which is above it"]);
    assert_eq!(
        found("ground.rs", "    let x = f(&crate::middle::X, crate::top::Y);").len(),
        2
    );
    assert_eq!(found("cellar/mod.rs", ""), ["cellar/mod.rs is of no layer in the list"]);
    // Written so that one cannot tell which: refused as well.
    assert_eq!(found("ground.rs", "use crate::{middle, top};").len(), 1);
    for fine in [
        "use crate::middle::A;",
        "/// See [`crate::top`].",
        "pub(crate) fn f() {}",
        "#[cfg(test)]\nmod tests {\n    use crate::top;\n}",
    ] {
        assert_eq!(found("middle/part.rs", fine), [""; 0], "{fine}");
    }
}

#[test]
fn readme_lists_the_same_layers() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `src/"));
    let names: Vec<&str> = rows.map(|row| row.split('`').next().unwrap()).collect();
    assert_eq!(names, [&["bin/stillroom"][..], &layers()].concat());
}
