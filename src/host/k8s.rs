//! The pod that the program runs in: by the downward API, then by the API server.

use super::http::{HttpError, Service, encoded};
use super::{Facts, Places, small_file};
use serde_json::Value;
use std::path::Path;

/// The environment variables that the downward API is asked to fill, and what they are called here.
const VARIABLES: &[(&str, &[&str])] = &[
    ("k8s.pod.name", &["K8S_POD_NAME", "POD_NAME"]),
    (
        "k8s.namespace.name",
        &[
            "K8S_NAMESPACE_NAME",
            "K8S_NAMESPACE",
            "NAMESPACE_NAME",
            "POD_NAMESPACE",
        ],
    ),
    ("k8s.node.name", &["K8S_NODE_NAME", "NODE_NAME"]),
    ("k8s.pod.uid", &["K8S_POD_UID", "POD_UID"]),
    ("k8s.pod.ip", &["K8S_POD_IP", "POD_IP"]),
    ("k8s.container.name", &["K8S_CONTAINER_NAME"]),
    ("k8s.cluster.name", &["K8S_CLUSTER_NAME"]),
];

/// The kinds of owners, and what their names are called.
const OWNERS: &[(&str, &str)] = &[
    ("ReplicaSet", "k8s.replicaset.name"),
    ("StatefulSet", "k8s.statefulset.name"),
    ("DaemonSet", "k8s.daemonset.name"),
    ("Job", "k8s.job.name"),
];

/// What is known of the pod.
///
/// # Errors
/// Why nothing is.
pub(super) fn find(places: &Places) -> Result<Facts, String> {
    let mut facts = Facts::default();
    from_environment(places, &mut facts);
    from_files(places, &mut facts);
    let asked = match places.variable("OTTL_K8S_ENDPOINT") {
        Some(endpoint) => from_api_server(places, &endpoint, &mut facts),
        None => Ok(()),
    };
    match (facts.is_empty(), asked) {
        (false, _) => Ok(facts),
        (true, Err(error)) => Err(error),
        (true, Ok(())) => Err("the downward API has filled no variable and no file".to_owned()),
    }
}

fn from_environment(places: &Places, facts: &mut Facts) {
    for (called, variables) in VARIABLES {
        let found = variables.iter().find_map(|name| places.variable(name));
        if let Some(value) = found {
            facts.put(called, &value);
        }
    }
    let attributes = places
        .variable("OTEL_RESOURCE_ATTRIBUTES")
        .unwrap_or_default();
    let attributes = attributes
        .split(',')
        .filter_map(|pair| pair.split_once('='));
    for (name, value) in attributes.map(|(name, value)| (name.trim(), value.trim())) {
        if name.starts_with("k8s.") {
            facts.put(name, &decoded(value));
        }
    }
}

fn from_files(places: &Places, facts: &mut Facts) {
    for (file, prefix) in [
        ("labels", "k8s.pod.label."),
        ("annotations", "k8s.pod.annotation."),
    ] {
        let text = small_file(&places.pod_info.join(file)).unwrap_or_default();
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            // Values are quoted as Go does, which is as JSON does for nearly all text.
            let value =
                serde_json::from_str(value).unwrap_or_else(|_| value.trim_matches('"').to_owned());
            facts.put(&format!("{prefix}{key}"), &value);
        }
    }
    if let Some(namespace) = small_file(&places.service_account.join("namespace")) {
        facts.put("k8s.namespace.name", namespace.trim());
    }
}

/// The pod's and the node's description. The token is read here, as it is another every hour.
fn from_api_server(places: &Places, endpoint: &str, facts: &mut Facts) -> Result<(), String> {
    let (Some(pod), Some(namespace)) = (facts.get("k8s.pod.name"), facts.get("k8s.namespace.name"))
    else {
        return Err("the pod's name and namespace are not known".to_owned());
    };
    let path = format!(
        "/api/v1/namespaces/{}/pods/{}",
        encoded(namespace),
        encoded(pod)
    );
    let service = Service::at(endpoint)?;
    let token = token(&places.service_account);
    let get = |path: &str| -> Result<Value, String> {
        let header = token.as_deref().map(|token| ("Authorization", token));
        let failed = |error: HttpError| format!("the API server: {path}: {error}");
        let text = service.get(path, header).map_err(failed)?;
        serde_json::from_slice(&text).map_err(|_| failed(HttpError::Malformed))
    };
    let pod = get(&path)?;
    facts.put_json("k8s.pod.uid", &pod["metadata"]["uid"]);
    facts.put_json("k8s.node.name", &pod["spec"]["nodeName"]);
    facts.put_json("k8s.pod.ip", &pod["status"]["podIP"]);
    facts.put_all("k8s.pod.label.", &pod["metadata"]["labels"]);
    facts.put_all("k8s.pod.annotation.", &pod["metadata"]["annotations"]);
    for owner in pod["metadata"]["ownerReferences"]
        .as_array()
        .into_iter()
        .flatten()
    {
        if let Some((_, called)) = OWNERS.iter().find(|(kind, _)| owner["kind"] == *kind) {
            facts.put_json(called, &owner["name"]);
        }
    }
    // Accounts that may read pods often may not read nodes.
    let node = facts.get("k8s.node.name").map(encoded);
    if let Some(Ok(node)) = node.map(|node| get(&format!("/api/v1/nodes/{node}"))) {
        facts.put_json("k8s.node.uid", &node["metadata"]["uid"]);
        facts.put_all("k8s.node.label.", &node["metadata"]["labels"]);
    }
    Ok(())
}

/// The header's value that authorises.
fn token(service_account: &Path) -> Option<String> {
    let token = small_file(&service_account.join("token"))?;
    let token = token.trim();
    let is_plain = !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic());
    is_plain.then(|| format!("Bearer {token}"))
}

/// Text in which `%20` and the like stand for bytes.
fn decoded(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while let Some(&byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|_| byte == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) => {
                out.push(escaped);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
