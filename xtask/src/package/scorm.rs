//! The SCORM 1.2 package: the site, and a manifest in which every experiment is one SCO.
//!
//! An experiment and not a lesson, because a run is what a learner does and what ends; the lesson plans are for whoever teaches.
//! All SCOs are one page, `sco.html`, which is told by its address which experiment it shows.

use std::fmt::Write;

use anyhow::{Context, Result, ensure};

use super::Files;

/// The namespace of IMS content packaging that SCORM 1.2 uses.
pub const CONTENT: &str = "http://www.imsproject.org/xsd/imscp_rootv1p1p2";
/// And of its own additions.
pub const ADL: &str = "http://www.adlnet.org/xsd/adlcp_rootv1p2";

const PAGE: &str = "sco.html";
/// The service worker belongs to a site of its own, not to somebody's learning platform.
const LEFT_OUT: &str = "sw.js";
const TITLE: &str = "Stillroom: how language models are copied";

struct Experiment {
    id: String,
    title: String,
}

/// The package's files: those of the site, and the manifest.
pub fn files(site: &Files, catalogue: &str) -> Result<Files> {
    ensure!(site.contains_key(PAGE), "the site has no {PAGE}");
    let mut files = site.clone();
    files.remove(LEFT_OUT);
    let manifest = manifest(&files, &experiments(catalogue)?);
    files.insert("imsmanifest.xml".to_owned(), manifest.into_bytes());
    Ok(files)
}

fn experiments(catalogue: &str) -> Result<Vec<Experiment>> {
    let catalogue: serde_json::Value =
        serde_json::from_str(catalogue).context("the catalogue of experiments is not JSON")?;
    let list = catalogue
        .as_array()
        .context("the catalogue of experiments is not a list")?;
    list.iter()
        .map(|experiment| {
            let text = |key: &str| experiment[key].as_str().map(str::to_owned);
            Some(Experiment {
                id: text("id")?,
                title: text("title")?,
            })
        })
        .collect::<Option<_>>()
        .context("an experiment of the catalogue has no id or no title")
}

/// Elements in the order of the schema; without `schemaLocation`, because the schemas are not ours to hand on.
fn manifest(files: &Files, experiments: &[Experiment]) -> String {
    let mut items = String::new();
    let mut resources = String::new();
    for Experiment { id, title } in experiments {
        let (id, query, title) = (escape(id), escape(&encode(id)), escape(title));
        _ = writeln!(
            items,
            "      <item identifier=\"item-{id}\" identifierref=\"sco-{id}\" isvisible=\"true\" parameters=\"?experiment={query}\">\n        \
             <title>{title}</title>\n      </item>"
        );
        _ = writeln!(
            resources,
            "    <resource identifier=\"sco-{id}\" type=\"webcontent\" adlcp:scormtype=\"sco\" href=\"{PAGE}\">\n      \
             <file href=\"{PAGE}\"/>\n      <dependency identifierref=\"site\"/>\n    </resource>"
        );
    }
    let mut all = String::new();
    for name in files.keys().filter(|name| *name != PAGE) {
        _ = writeln!(all, "      <file href=\"{}\"/>", escape(&encode(name)));
    }
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="stillroom" version="1.0" xmlns="{CONTENT}" xmlns:adlcp="{ADL}">
  <metadata>
    <schema>ADL SCORM</schema>
    <schemaversion>1.2</schemaversion>
  </metadata>
  <organizations default="experiments">
    <organization identifier="experiments">
      <title>{TITLE}</title>
{items}    </organization>
  </organizations>
  <resources>
{resources}    <resource identifier="site" type="webcontent" adlcp:scormtype="asset">
{all}    </resource>
  </resources>
</manifest>
"#
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A path as an address has it.
fn encode(path: &str) -> String {
    let mut encoded = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => encoded.push(byte.into()),
            _ => _ = write!(encoded, "%{byte:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::*;
    use crate::process::root;

    fn names<'a>(node: Node<'a, '_>) -> Vec<&'a str> {
        node.children()
            .filter(Node::is_element)
            .map(|child| child.tag_name().name())
            .collect()
    }

    fn all<'a, 'input>(document: &'a Document<'input>, name: &str) -> Vec<Node<'a, 'input>> {
        document
            .descendants()
            .filter(|node| node.tag_name().name() == name)
            .collect()
    }

    /// The page and one more file.
    fn site() -> Files {
        [(PAGE, ""), ("a<b>\".js", ""), (LEFT_OUT, "")]
            .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
            .into()
    }

    #[test]
    fn the_manifest_follows_the_schema() {
        let catalogue = std::fs::read_to_string(root().join("www/src/generated/experiments.json")).unwrap();
        let files = files(&site(), &catalogue).unwrap();
        let text = str::from_utf8(&files["imsmanifest.xml"]).unwrap();
        let document = Document::parse(text).unwrap();
        let manifest = document.root_element();
        assert!(manifest.has_tag_name((CONTENT, "manifest")));
        assert_eq!(names(manifest), ["metadata", "organizations", "resources"]);
        assert_eq!(names(all(&document, "metadata")[0]), ["schema", "schemaversion"]);
        assert_eq!(all(&document, "schema")[0].text(), Some("ADL SCORM"));
        assert_eq!(all(&document, "schemaversion")[0].text(), Some("1.2"));

        let organization = all(&document, "organization")[0];
        assert_eq!(
            all(&document, "organizations")[0].attribute("default"),
            organization.attribute("identifier")
        );
        assert_eq!(names(organization)[0], "title");
        assert!(names(organization)[1..].iter().all(|name| *name == "item"));

        let items = all(&document, "item");
        let experiments = experiments(&catalogue).unwrap();
        assert!(experiments.len() >= 4);
        assert_eq!(items.len(), experiments.len());
        let resources = all(&document, "resource");
        for (item, experiment) in items.iter().zip(&experiments) {
            assert_eq!(names(*item), ["title"]);
            assert_eq!(
                item.first_element_child().unwrap().text(),
                Some(experiment.title.as_str())
            );
            assert_eq!(
                item.attribute("parameters"),
                Some(format!("?experiment={}", experiment.id).as_str())
            );
            let wanted = item.attribute("identifierref");
            let resource = resources
                .iter()
                .find(|resource| resource.attribute("identifier") == wanted)
                .unwrap();
            assert_eq!(names(*resource), ["file", "dependency"]);
            assert_eq!(resource.attribute((ADL, "scormtype")), Some("sco"));
            assert_eq!(resource.attribute("type"), Some("webcontent"));
            assert_eq!(resource.attribute("href"), Some(PAGE));
        }
        let identifiers: std::collections::BTreeSet<_> = document
            .descendants()
            .filter_map(|node| node.attribute("identifier"))
            .collect();
        let total = document.descendants().filter(|node| node.has_attribute("identifier"));
        assert_eq!(identifiers.len(), total.count(), "every identifier is there once");
        for dependency in all(&document, "dependency") {
            assert!(identifiers.contains(dependency.attribute("identifierref").unwrap()));
        }
    }

    #[test]
    fn names_and_titles_cannot_break_the_manifest() {
        let catalogue = r#"[{"id": "a", "title": "Neutral & \"fair\" </title><evil/>"}]"#;
        let files = files(&site(), catalogue).unwrap();
        let text = str::from_utf8(&files["imsmanifest.xml"]).unwrap();
        let document = Document::parse(text).unwrap();
        assert!(all(&document, "evil").is_empty());
        assert_eq!(
            all(&document, "title")[1].text(),
            Some("Neutral & \"fair\" </title><evil/>")
        );
        assert!(text.contains("<file href=\"a%3Cb%3E%22.js\"/>"), "{text}");
    }

    #[test]
    fn a_site_or_a_catalogue_that_is_not_whole_is_noticed() {
        assert!(files(&Files::new(), "[]").is_err());
        for catalogue in ["", "{}", r#"[{"id": "a"}]"#] {
            assert!(files(&site(), catalogue).is_err(), "{catalogue}");
        }
    }
}
