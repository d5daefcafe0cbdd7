//! No two files import each other, also not through others.

use std::path::Path;

/// From the ground up: a file may import those before it.
const ORDER: [&str; 27] = [
    "build",
    "limits",
    "bindings",
    "call",
    "layout",
    "sources",
    "constants",
    "optimizer",
    "targets",
    "input",
    "program",
    "forward",
    "scratch",
    "tables",
    "backward",
    "compile",
    "device",
    "fits",
    "kernels",
    "sequence",
    "cache",
    "inference",
    "decoder",
    "state",
    "plan",
    "probe",
    "check",
];

#[test]
fn imports_point_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/gpu");
    let height = |name: &str| ORDER.iter().position(|known| *known == name);
    let mut files = 0;
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if path.extension().is_none_or(|extension| extension != "rs") || name == "mod" {
            continue;
        }
        files += 1;
        let own = height(name).unwrap_or_else(|| panic!("{name} has no place in the order"));
        let text = std::fs::read_to_string(&path).unwrap();
        // A file's tests may import anything.
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for import in code.split("super::").skip(1) {
            let end = import.find(|c: char| !c.is_alphanumeric() && c != '_');
            let imported = &import[..end.unwrap_or(import.len())];
            if let Some(other) = height(imported) {
                assert!(other < own, "{name} imports {imported}, which is not below it");
            }
        }
    }
    assert_eq!(files, ORDER.len());
}
