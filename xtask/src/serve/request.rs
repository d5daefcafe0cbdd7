//! One HTTP request, as far as a static server needs to understand it.

use std::io::{BufRead, ErrorKind, Read};

/// More than any browser sends; whoever sends more is not one.
const LONGEST_HEAD: u64 = 32 * 1024;

#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// As sent, still percent-encoded, without the query.
    pub path: String,
    /// HEAD rather than GET.
    pub head_only: bool,
    pub keep_alive: bool,
    /// Empty where the header is absent.
    pub accept_encoding: String,
    /// Empty where the header is absent.
    pub if_none_match: String,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Problem {
    BadRequest,
    Method,
}

impl Request {
    /// The next request of a connection; nothing where the visitor has left or has been silent for too long.
    pub fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Result<Request, Problem>>> {
        let mut limited = reader.take(LONGEST_HEAD);
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            match limited.read_until(b'\n', &mut line) {
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(None),
                Err(error) => return Err(error),
            }
            if line.is_empty() && lines.is_empty() {
                return Ok(None);
            }
            let Some(line) = line.strip_suffix(b"\n").and_then(|line| str::from_utf8(line).ok()) else {
                return Ok(Some(Err(Problem::BadRequest)));
            };
            let line = line.trim_end_matches('\r');
            if line.is_empty() {
                return Ok(Some(Request::parse(&lines)));
            }
            lines.push(line.to_owned());
        }
    }

    fn parse(lines: &[String]) -> Result<Request, Problem> {
        let (first, headers) = lines.split_first().ok_or(Problem::BadRequest)?;
        let words: Vec<&str> = first.split(' ').collect();
        let [method, target, version @ ("HTTP/1.0" | "HTTP/1.1")] = words[..] else {
            return Err(Problem::BadRequest);
        };
        if !matches!(method, "GET" | "HEAD") {
            return Err(Problem::Method);
        }
        let header = |name: &str| {
            let values = headers.iter().filter_map(|line| line.split_once(':'));
            values
                .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim())
                .collect::<Vec<_>>()
        };
        // A body would be read as the next request.
        let has_body =
            header("content-length").iter().any(|length| *length != "0") || !header("transfer-encoding").is_empty();
        if !target.starts_with('/') || has_body {
            return Err(Problem::BadRequest);
        }
        let connection = header("connection").join(",").to_ascii_lowercase();
        Ok(Request {
            path: target.split(['?', '#']).next().unwrap_or_default().to_owned(),
            head_only: method == "HEAD",
            keep_alive: version == "HTTP/1.1" && !connection.contains("close"),
            accept_encoding: header("accept-encoding").join(","),
            if_none_match: header("if-none-match").join(","),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Result<Request, Problem>> {
        Request::read(&mut text.as_bytes()).unwrap()
    }

    #[test]
    fn a_browsers_request_is_understood() {
        let text = "GET /a%20b.js?v=1 HTTP/1.1\r\nHost: x\r\nACCEPT-Encoding: gzip, br\r\nIf-None-Match: \"1\"\r\n\r\n";
        let expected = Request {
            path: "/a%20b.js".into(),
            head_only: false,
            keep_alive: true,
            accept_encoding: "gzip, br".into(),
            if_none_match: "\"1\"".into(),
        };
        assert_eq!(read(text), Some(Ok(expected)));
        let head = read("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap().unwrap();
        assert!(head.head_only && !head.keep_alive);
        assert!(!read("GET / HTTP/1.0\r\n\r\n").unwrap().unwrap().keep_alive);
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(read("POST / HTTP/1.1\r\n\r\n"), Some(Err(Problem::Method)));
        assert_eq!(
            read("GET http://elsewhere/ HTTP/1.1\r\n\r\n"),
            Some(Err(Problem::BadRequest))
        );
        assert_eq!(read("GET / HTTP/2\r\n\r\n"), Some(Err(Problem::BadRequest)));
        assert_eq!(
            read("GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET /"),
            Some(Err(Problem::BadRequest))
        );
        assert_eq!(read("GET / HTTP/1.1\r\nHost: cut off"), Some(Err(Problem::BadRequest)));
        assert_eq!(
            read(&format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(40_000))),
            Some(Err(Problem::BadRequest))
        );
        assert_eq!(read(""), None);
    }

    #[test]
    fn requests_follow_each_other_on_one_connection() {
        let mut text = &b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"[..];
        for path in ["/1", "/2"] {
            assert_eq!(Request::read(&mut text).unwrap().unwrap().unwrap().path, path);
        }
        assert_eq!(Request::read(&mut text).unwrap(), None);
    }
}
