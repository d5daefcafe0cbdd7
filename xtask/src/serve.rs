//! `cargo xtask serve`: a small static server for this machine, which sends what a good static host would.

mod build;
mod files;
mod request;

use std::io::{BufReader, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::process::root;
use crate::site;
use files::Found;
use request::{Problem, Request};

#[derive(clap::Args)]
pub struct Args {
    /// The port to listen on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Serve what is there, without building first
    #[arg(long)]
    no_build: bool,
    #[command(flatten)]
    site: site::Args,
    /// The folder to serve, from the root of the repository
    #[arg(long, default_value = "dist")]
    dir: PathBuf,
    /// The path on the server at which the site lies, as on a host that keeps it in a folder
    #[arg(long, default_value = "/")]
    base: String,
}

/// Serves until the process is ended.
pub fn run(args: &Args) -> Result<()> {
    // Before the build, so that a port in use is reported at once; visitors wait in the listener's queue.
    let listener = listen(args.port)?;
    let rest = if args.no_build {
        None
    } else {
        build::soonest(&args.site)?
    };
    let dir = root().join(&args.dir);
    ensure!(
        dir.join("index.html").is_file(),
        "{} has no index.html: run `cargo xtask build` first",
        args.dir.display()
    );
    let site = Site {
        dir: dir.canonicalize()?,
        base: normal_base(&args.base),
    };
    println!(
        "serving {} on http://localhost:{}{} (Ctrl-C ends it)",
        args.dir.display(),
        args.port,
        site.base
    );
    if let Some(rest) = rest {
        rest.in_background()?;
    }
    site.accept(&listener)
}

fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {port} is in use by another program: end it, or choose another port with `--port {}`",
            port.checked_add(1).unwrap_or(8080)
        ),
        _ => anyhow::anyhow!("port {port} could not be opened ({error}): choose another with `--port`"),
    })
}

/// With a slash at both ends: `some/folder` is `/some/folder/`.
fn normal_base(base: &str) -> String {
    match base.trim_matches('/') {
        "" => "/".to_owned(),
        inner => format!("/{inner}/"),
    }
}

/// A folder that is served.
struct Site {
    /// Absolute, without links.
    dir: PathBuf,
    /// The path under which it is seen, with a slash at both ends.
    base: String,
}

impl Site {
    /// A thread for each connection: there is one visitor, whose browser opens half a dozen.
    fn accept(&self, listener: &TcpListener) -> Result<()> {
        std::thread::scope(|scope| {
            loop {
                let stream = match listener.accept() {
                    Ok((stream, _)) => stream,
                    // The visitor left before being greeted, or too many are here: neither ends the server.
                    Err(_) => {
                        std::thread::sleep(Duration::from_millis(50));
                        continue;
                    }
                };
                std::thread::Builder::new()
                    // A visitor who leaves in the middle of an answer is no news.
                    .spawn_scoped(scope, move || drop(self.converse(&stream)))
                    .context("the server could not start a thread")?;
            }
        })
    }

    /// Answers the requests of one connection until either side ends it.
    fn converse(&self, stream: &TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_write_timeout(Some(Duration::from_secs(30)))?;
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        loop {
            let (answer, keep) = match Request::read(&mut reader)? {
                None => return Ok(()),
                Some(Ok(request)) => (self.answer(&request), request.keep_alive),
                Some(Err(Problem::BadRequest)) => (Answer::plain(400, "the request is not HTTP/1"), false),
                Some(Err(Problem::Method)) => (
                    Answer::plain(405, "only GET and HEAD are served").with("Allow", "GET, HEAD"),
                    false,
                ),
            };
            answer.send(stream, keep)?;
            if !keep {
                return Ok(());
            }
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        let missing = || Answer::plain(404, "there is no such file");
        if request.path == self.base.trim_end_matches('/') && self.base != "/" {
            return Answer::plain(301, "").with("Location", &self.base);
        }
        let Some(path) = request.path.strip_prefix(&self.base) else {
            return missing();
        };
        let mut answer = match files::find(&self.dir, path, &request.accept_encoding) {
            Err(_) => Answer::plain(500, "the file could not be read"),
            Ok(Found::Nothing) => missing(),
            Ok(Found::Folder) => Answer::plain(301, "").with("Location", &format!("{}/", request.path)),
            Ok(Found::File(file)) => {
                let fresh = request
                    .if_none_match
                    .split(',')
                    .any(|tag| tag.trim().trim_start_matches("W/") == file.etag);
                let answer = match fresh {
                    true => Answer::new(304, Vec::new()),
                    false => Answer::new(200, file.body).with("Content-Type", file.mime),
                };
                // Ask again each time, so that a rebuild is seen on reload; unchanged files cost only the question.
                let answer = answer
                    .with("ETag", &file.etag)
                    .with("Cache-Control", "no-cache")
                    .with("Vary", "Accept-Encoding");
                match file.encoding {
                    Some(encoding) if !fresh => answer.with("Content-Encoding", encoding),
                    _ => answer,
                }
            }
        };
        answer.head_only = request.head_only;
        answer
    }
}

/// What is sent back.
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    head_only: bool,
}

impl Answer {
    fn new(status: u16, body: Vec<u8>) -> Self {
        Answer {
            status,
            headers: Vec::new(),
            body,
            head_only: false,
        }
    }

    fn plain(status: u16, text: &str) -> Self {
        Answer::new(status, text.as_bytes().to_vec()).with("Content-Type", "text/plain; charset=utf-8")
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn send(&self, mut stream: &TcpStream, keep_alive: bool) -> std::io::Result<()> {
        let reason = match self.status {
            200 => "OK",
            301 => "Moved Permanently",
            304 => "Not Modified",
            400 => "Bad Request",
            404 => "Not Found",
            405 => "Method Not Allowed",
            _ => "Internal Server Error",
        };
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        // A 304 has the headers of the file and no body: a length here would be taken for the file's.
        if self.status != 304 {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        head += if keep_alive {
            "Connection: keep-alive\r\n"
        } else {
            "Connection: close\r\n"
        };
        head += "X-Content-Type-Options: nosniff\r\n\r\n";
        stream.write_all(head.as_bytes())?;
        if !self.head_only {
            stream.write_all(&self.body)?;
        }
        stream.flush()
    }
}

#[cfg(test)]
mod tests;
