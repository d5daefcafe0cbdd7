//! A new version of the site takes the place of the last one as a whole: whoever opens a page meets one version or the other.

use std::path::Path;

use anyhow::{Context, Result};

/// In which a version is made.
pub const NEXT: &str = "dist.next";

/// The finished site.
const NOW: &str = "dist";

/// The version before it, from which the server sends to pages that were opened then: see serve/files.rs.
const EARLIER: &str = "dist.earlier";

/// Puts the version that was made in the place of the present one, which is kept as the earlier one.
pub fn replace(root: &Path) -> Result<()> {
    let (next, now, earlier) = (root.join(NEXT), root.join(NOW), root.join(EARLIER));
    let moved = || -> std::io::Result<()> {
        // First, so that a missing version leaves the present one where it is.
        std::fs::metadata(&next)?;
        if now.exists() {
            if earlier.exists() {
                std::fs::remove_dir_all(&earlier)?;
            }
            std::fs::rename(&now, &earlier)?;
        }
        std::fs::rename(&next, &now)
    };
    moved().with_context(|| format!("{NEXT} could not take the place of {NOW} in {}", root.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_move_up_and_only_one_earlier_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let read = |folder: &str| std::fs::read_to_string(root.path().join(folder).join("index.html")).ok();
        for version in ["1", "2", "3"] {
            let next = root.path().join(NEXT);
            std::fs::create_dir(&next).unwrap();
            std::fs::write(next.join("index.html"), version).unwrap();
            replace(root.path()).unwrap();
        }
        assert_eq!(read(NOW).as_deref(), Some("3"));
        assert_eq!(read(EARLIER).as_deref(), Some("2"));
        assert_eq!(read(NEXT), None);
    }

    #[test]
    fn without_a_next_version_the_present_one_stays() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join(NOW)).unwrap();
        assert!(replace(root.path()).is_err());
        assert!(root.path().join(NOW).exists());
    }
}
