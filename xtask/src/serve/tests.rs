//! The server over real connections.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;

use super::*;

/// A served folder, at `base`.
fn start(base: &str) -> (tempfile::TempDir, SocketAddr) {
    let dir = tempfile::tempdir().unwrap();
    let site = dir.path().join("site");
    std::fs::create_dir_all(site.join("docs")).unwrap();
    std::fs::create_dir_all(site.join("empty")).unwrap();
    for (name, text) in [
        ("site/index.html", "home"),
        ("site/docs/index.html", "docs"),
        ("site/a.wasm", "module"),
        ("site/a.wasm.br", "brotli"),
        ("site/a.wasm.gz", "gzip"),
        ("secret", "secret"),
    ] {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(dir.path().join("secret"), site.join("link")).unwrap();
    let site = Site {
        dir: site.canonicalize().unwrap(),
        base: normal_base(base),
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || site.accept(&listener));
    (dir, address)
}

/// The head and the body of the answer to one request, on a connection of its own.
fn ask(address: SocketAddr, line: &str, headers: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{line} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

fn status(address: SocketAddr, line: &str) -> String {
    ask(address, line, "").0.split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn files_are_served_with_their_type() {
    let (_dir, address) = start("/");
    let (head, body) = ask(address, "GET /", "");
    assert_eq!(body, "home");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    for header in [
        "Content-Type: text/html; charset=utf-8",
        "X-Content-Type-Options: nosniff",
        "Content-Length: 4",
    ] {
        assert!(head.contains(header), "{head}");
    }
    let (head, body) = ask(address, "GET /a.wasm", "");
    assert_eq!(body, "module");
    assert!(
        head.contains("Content-Type: application/wasm") && !head.contains("Content-Encoding"),
        "{head}"
    );
}

#[test]
fn compressed_copies_are_sent_to_those_who_accept_them() {
    let (_dir, address) = start("/");
    for (accept, body, header) in [
        ("gzip, deflate, br", "brotli", Some("Content-Encoding: br")),
        ("gzip", "gzip", Some("Content-Encoding: gzip")),
        ("identity", "module", None),
    ] {
        let answer = ask(address, "GET /a.wasm", &format!("Accept-Encoding: {accept}\r\n"));
        assert_eq!(answer.1, body);
        assert!(answer.0.contains("Content-Type: application/wasm") && answer.0.contains("Vary: Accept-Encoding"));
        assert_eq!(
            answer.0.lines().find(|line| line.starts_with("Content-Encoding")),
            header
        );
    }
}

#[test]
fn nothing_outside_the_folder_is_served() {
    let (_dir, address) = start("/");
    for path in [
        "/../secret",
        "/%2e%2e/secret",
        "/docs/../../secret",
        "/..%2fsecret",
        "/..%5csecret",
        "//secret",
        "/link",
    ] {
        assert_eq!(status(address, &format!("GET {path}")), "404", "{path}");
    }
}

#[test]
fn pages_of_the_version_before_find_their_scripts_and_nothing_else() {
    let (dir, address) = start("/");
    for (name, text) in [
        ("site/assets/lab-2.js", "new"),
        ("site.earlier/assets/lab-1.js", "old"),
        ("site.earlier/assets/lab-2.js", "not asked for"),
        ("site.earlier/embed.html", "page"),
    ] {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    assert_eq!(ask(address, "GET /assets/lab-1.js", "").1, "old");
    assert_eq!(ask(address, "GET /assets/lab-2.js", "").1, "new");
    for missing in ["/embed.html", "/assets/../embed.html", "/assets/", "/assets/lab-3.js"] {
        assert_eq!(status(address, &format!("GET {missing}")), "404", "{missing}");
    }
}

#[test]
fn folders_lead_to_their_page() {
    let (_dir, address) = start("/");
    assert_eq!(ask(address, "GET /docs/", "").1, "docs");
    let (head, _) = ask(address, "GET /docs?x=1", "");
    assert!(
        head.starts_with("HTTP/1.1 301") && head.contains("Location: /docs/\r\n"),
        "{head}"
    );
    for missing in ["/empty", "/empty/", "/nothing", "/a.wasm/"] {
        assert_eq!(status(address, &format!("GET {missing}")), "404", "{missing}");
    }
}

#[test]
fn a_site_in_a_folder_of_the_host_is_seen_only_there() {
    let (_dir, address) = start("some/folder");
    assert_eq!(ask(address, "GET /some/folder/", "").1, "home");
    assert_eq!(ask(address, "GET /some/folder/docs/", "").1, "docs");
    let (head, _) = ask(address, "GET /some/folder", "");
    assert!(
        head.starts_with("HTTP/1.1 301") && head.contains("Location: /some/folder/\r\n"),
        "{head}"
    );
    for outside in ["/", "/a.wasm", "/some/", "/some/folder../secret"] {
        assert_eq!(status(address, &format!("GET {outside}")), "404", "{outside}");
    }
}

#[test]
fn a_file_that_the_visitor_has_is_not_sent_again() {
    let (_dir, address) = start("/");
    let (head, _) = ask(address, "GET /a.wasm", "");
    let etag = head.lines().find_map(|line| line.strip_prefix("ETag: ")).unwrap();
    let (head, body) = ask(address, "GET /a.wasm", &format!("If-None-Match: \"0\", {etag}\r\n"));
    assert!(head.starts_with("HTTP/1.1 304") && body.is_empty(), "{head}");
    // The compressed copy is another file.
    let headers = format!("If-None-Match: {etag}\r\nAccept-Encoding: br\r\n");
    assert_eq!(ask(address, "GET /a.wasm", &headers).1, "brotli");
}

#[test]
fn head_has_no_body_and_other_methods_are_refused() {
    let (_dir, address) = start("/");
    let (head, body) = ask(address, "HEAD /a.wasm", "");
    assert!(head.contains("Content-Length: 6") && body.is_empty(), "{head}");
    assert_eq!(status(address, "POST /"), "405");
}

#[test]
fn connections_are_kept_and_do_not_block_each_other() {
    let (_dir, address) = start("/");
    let _silent = TcpStream::connect(address).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    for _ in 0..3 {
        write!(stream, "GET / HTTP/1.1\r\n\r\n").unwrap();
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).unwrap();
        }
        let mut body = [0; 4];
        reader.read_exact(&mut body).unwrap();
        assert_eq!(&body, b"home");
    }
}

#[test]
fn a_port_in_use_is_explained() {
    let (_dir, address) = start("/");
    let error = listen(address.port()).unwrap_err().to_string();
    assert!(error.contains("is in use") && error.contains("--port"), "{error}");
}
