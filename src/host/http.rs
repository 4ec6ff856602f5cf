//! Requests to metadata services: bounded in time and size, to that service alone (no redirects, no proxies), and over
//! TLS to nobody but who has a certificate of the given authorities.

use super::limits::{CONNECT_MS_MAX, HEADER_BYTES_MAX, RESPONSE_BYTES_MAX};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use ureq::http::{Method, Request, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, SendBody};

/// A service: `http://host:port/prefix` or the same with `https`.
pub(super) struct Service {
    agent: Agent,
    /// What paths are put behind; does not end in a slash.
    root: String,
    /// When all requests must be done.
    deadline: Instant,
}

/// Why there is no response.
#[derive(Debug)]
pub(super) enum HttpError {
    /// The service cannot be reached or trusted, took too long, or sent what is no HTTP or too large.
    Failed(Box<ureq::Error>),
    /// It answered, but not with 200.
    Status(u16),
    /// What it answered is not what it should be.
    Malformed,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HttpError::Failed(error) => match error.as_ref() {
                ureq::Error::Io(error) => error.fmt(f),
                error => error.fmt(f),
            },
            HttpError::Status(status) => write!(f, "status {status}"),
            HttpError::Malformed => f.write_str("a response of another form than expected"),
        }
    }
}

impl From<ureq::Error> for HttpError {
    fn from(error: ureq::Error) -> HttpError {
        HttpError::Failed(Box::new(error))
    }
}

impl Service {
    /// The service at a URL, to be asked within `patience` from now. With `https`, it must show a certificate of one of
    /// the `authorities`, which are in PEM.
    ///
    /// # Errors
    /// It is no URL of a service, or there are no authorities; says so.
    pub(super) fn at(
        url: &str,
        authorities: Option<&str>,
        patience: Duration,
    ) -> Result<Service, String> {
        let uri = url.parse::<Uri>().ok();
        let is_plain = |uri: &Uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.query().is_none()
                && uri.authority().is_some_and(|authority| {
                    let host = authority.host();
                    !host.is_empty() && (authority.port_u16().is_some() || authority == host)
                })
        };
        let uri = uri
            .filter(is_plain)
            .ok_or_else(|| format!("`{url}` is no URL of a service, as https://host:port"))?;
        let authorities = match (uri.scheme_str(), authorities) {
            (Some("https"), Some(pem)) => certificates(pem)?,
            (Some("https"), None) => {
                return Err(format!("no authorities are given to trust `{url}` by"));
            }
            _ => Vec::new(),
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::from(authorities))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(HEADER_BYTES_MAX)
            .timeout_connect(Some(Duration::from_millis(CONNECT_MS_MAX)))
            .user_agent(concat!("ottl/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Service {
            agent: config.new_agent(),
            root: url.trim_end_matches('/').to_owned(),
            deadline: Instant::now() + patience,
        })
    }

    /// The body of the response to `GET path`.
    pub(super) fn get(
        &self,
        path: &str,
        header: Option<(&str, &str)>,
    ) -> Result<Vec<u8>, HttpError> {
        self.request(Method::GET, path, header)
    }

    /// The body of the response to `method path`, which must be 200. `path` begins with a slash and is encoded.
    pub(super) fn request(
        &self,
        method: Method,
        path: &str,
        header: Option<(&str, &str)>,
    ) -> Result<Vec<u8>, HttpError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.root));
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let request = request.body(SendBody::none()).map_err(ureq::Error::Http)?;
        let left = self.deadline.saturating_duration_since(Instant::now());
        let request = self
            .agent
            .configure_request(request)
            .timeout_global(Some(left))
            .build();
        let mut response = self.agent.run(request)?;
        match response.status().as_u16() {
            200 => {}
            status => return Err(HttpError::Status(status)),
        }
        let body = response.body_mut().with_config().limit(RESPONSE_BYTES_MAX);
        Ok(body.read_to_vec()?)
    }
}

/// The certificates in a text of PEM.
fn certificates(pem: &str) -> Result<Vec<Certificate<'static>>, String> {
    let items = parse_pem(pem.as_bytes()).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let found: Vec<_> = items.collect();
    match found.is_empty() {
        true => Err("the file of authorities has no certificate".to_owned()),
        false => Ok(found),
    }
}

/// A part of a path, encoded.
pub(super) fn encoded(part: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    part.bytes().map(byte).collect()
}
