//! Services on this machine for the tests, which answer as they are told to, over TLS where they have a certificate.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// What is asked for (`GET /path`), and the lines of its headers.
pub(super) struct Asked {
    pub(super) what: String,
    headers: Vec<String>,
}

impl Asked {
    /// A header's value.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.headers.iter().filter_map(|line| line.split_once(": "));
        let found = fields.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }
}

/// How a service answers.
pub(super) enum Reply {
    /// With this body, whose length it says.
    Ok(String),
    /// With this body, in chunks.
    Chunked(String),
    /// With this status.
    Status(u16),
    /// With these bytes, and then it hangs up.
    Raw(Vec<u8>),
    /// A byte now and then, without end.
    Slow,
    /// With a body without end.
    Endless,
}

/// Starts a service that runs until the test ends; gives its URL.
pub(super) fn serve(
    certificate: Option<Arc<ServerConfig>>,
    answer: impl Fn(&Asked) -> Reply + Clone + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let scheme = if certificate.is_some() {
        "https"
    } else {
        "http"
    };
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (certificate, answer) = (certificate.clone(), answer.clone());
            // A client that gives up is its own business.
            std::thread::spawn(move || {
                let _ = match certificate {
                    Some(config) => secured(stream, config, answer),
                    None => respond(stream, answer),
                };
            });
        }
    });
    format!("{scheme}://{address}")
}

fn secured(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    answer: impl Fn(&Asked) -> Reply,
) -> io::Result<()> {
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    respond(StreamOwned::new(connection, stream), answer)
}

fn respond(mut stream: impl Read + Write, answer: impl Fn(&Asked) -> Reply) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines().map(str::to_owned);
    let what = lines.next().unwrap_or_default();
    let asked = Asked {
        what: what.trim_end_matches(" HTTP/1.1").to_owned(),
        headers: lines.collect(),
    };
    let ok = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
    match answer(&asked) {
        Reply::Ok(body) => write!(stream, "{ok}Content-Length: {}\r\n\r\n{body}", body.len())?,
        Reply::Chunked(body) => write!(
            stream,
            "{ok}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
            body.len()
        )?,
        Reply::Status(status) => write!(
            stream,
            "HTTP/1.1 {status} So\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        )?,
        Reply::Raw(bytes) => {
            stream.write_all(&bytes)?;
            return stream.flush();
        }
        Reply::Slow => {
            write!(stream, "{ok}Content-Length: 1000000\r\n\r\n")?;
            loop {
                stream.write_all(b" ")?;
                stream.flush()?;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Reply::Endless => {
            write!(stream, "{ok}Transfer-Encoding: chunked\r\n\r\n")?;
            loop {
                write!(stream, "10000\r\n{}\r\n", " ".repeat(0x10000))?;
            }
        }
    }
    stream.flush()?;
    // To hang up first would take back what was sent, if something of the request is not read yet.
    io::copy(&mut stream, &mut io::sink()).map(|_| ())
}

/// An authority that signs certificates.
pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(super) fn new() -> Authority {
        let mut parameters = CertificateParams::new([]).expect("parameters");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Authority(CertifiedIssuer::self_signed(parameters, key).expect("a certificate"))
    }

    /// Its own certificate.
    pub(super) fn pem(&self) -> String {
        self.0.pem()
    }

    /// What a server at a host needs.
    pub(super) fn certify(&self, host: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let parameters = CertificateParams::new([host.to_owned()]).expect("parameters");
        let certificate = parameters.signed_by(&key, &self.0).expect("a certificate");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("they belong together");
        Arc::new(config)
    }
}
