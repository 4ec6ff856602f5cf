//! The instance that the program runs on, by the instance metadata service, version 2.

use super::http::{HttpError, Service, encoded};
use super::limits::{SERVICE_MS_MAX, TAGS_MAX};
use super::{Facts, Places};
use serde_json::Value;
use std::time::Duration;
use ureq::http::Method;

/// Where the service is on every instance.
const ENDPOINT: &str = "http://169.254.169.254";

/// The names of the identity document, and what they are called here.
const IDENTITY: &[(&str, &str)] = &[
    ("accountId", "cloud.account.id"),
    ("region", "cloud.region"),
    ("availabilityZone", "cloud.availability_zone"),
    ("instanceId", "host.id"),
    ("instanceType", "host.type"),
    ("imageId", "host.image.id"),
];

/// Finds what is known of the instance.
///
/// # Errors
/// Why nothing is.
pub(super) fn find(places: &Places, facts: &mut Facts) -> Result<(), String> {
    if places
        .variable("AWS_EC2_METADATA_DISABLED")
        .is_some_and(|value| value == "true")
    {
        return Err("AWS_EC2_METADATA_DISABLED is set".to_owned());
    }
    let endpoint = places.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    let endpoint = endpoint.as_deref().unwrap_or(ENDPOINT);
    let service = Service::at(endpoint, None, Duration::from_millis(SERVICE_MS_MAX))?;
    let failed = |error: HttpError| format!("the instance metadata service: {error}");
    let token = service
        .request(
            Method::PUT,
            "/latest/api/token",
            Some(("X-aws-ec2-metadata-token-ttl-seconds", "60")),
        )
        .map_err(failed)?;
    let token = text(token).ok_or_else(|| failed(HttpError::Malformed))?;
    let get = |path: &str| service.get(path, Some(("X-aws-ec2-metadata-token", &token)));
    let identity = get("/latest/dynamic/instance-identity/document").map_err(failed)?;
    let identity: Value =
        serde_json::from_slice(&identity).map_err(|_| failed(HttpError::Malformed))?;
    facts.put("cloud.provider", "aws");
    facts.put("cloud.platform", "aws_ec2");
    for (name, called) in IDENTITY {
        facts.put_json(called, &identity[name]);
    }
    // Further facts may be missing: tags are shown only if the instance is set up so.
    if let Some(name) = get("/latest/meta-data/hostname").ok().and_then(text) {
        facts.put("host.name", &name);
    }
    let tags = get("/latest/meta-data/tags/instance").unwrap_or_default();
    for key in String::from_utf8_lossy(&tags).lines().take(TAGS_MAX) {
        let value = get(&format!("/latest/meta-data/tags/instance/{}", encoded(key)));
        if let Ok(value) = value {
            facts.put(&format!("ec2.tag.{key}"), &String::from_utf8_lossy(&value));
        }
    }
    Ok(())
}

/// One line of text that can stand in a header.
fn text(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let text = text.trim();
    let is_plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
    is_plain.then(|| text.to_owned())
}
