//! The pod that the program runs in: by the downward API, then by the API server.

use super::http::{HttpError, Service, encoded};
use super::limits::SERVICE_MS_MAX;
use super::{Facts, Places, small_file};
use serde_json::Value;
use std::time::Duration;

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

/// The kinds of owners, and what names of theirs begin with.
const OWNERS: &[(&str, &str)] = &[
    ("ReplicaSet", "k8s.replicaset"),
    ("ReplicationController", "k8s.replicationcontroller"),
    ("StatefulSet", "k8s.statefulset"),
    ("DaemonSet", "k8s.daemonset"),
    ("Job", "k8s.job"),
];

/// Finds what is known of the pod.
///
/// # Errors
/// Why more, or anything, is not known.
pub(super) fn find(places: &Places, facts: &mut Facts) -> Result<(), String> {
    from_environment(places, facts);
    from_files(places, facts);
    let asked = match api_server(places) {
        Some(endpoint) => from_api_server(places, &endpoint, facts),
        None => Ok(()),
    };
    // Unless the pod has its node's network, or a host name of its own, which the API server would know better.
    if let (Ok(()), Some(name)) = (&asked, host_name(places)) {
        facts.put("k8s.pod.name", &name);
    }
    match facts.is_empty() {
        true => asked.and(Err(
            "the downward API has filled no variable and no file, and this is no pod".to_owned(),
        )),
        false => asked,
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

/// The name that a pod's host has in a cluster, which is the pod's unless it is set up otherwise.
fn host_name(places: &Places) -> Option<String> {
    places.variable("KUBERNETES_SERVICE_HOST")?;
    places.variable("HOSTNAME")
}

/// Where the API server is: as the variable for it says, or as every pod is told. A pod without a token is not meant to
/// ask.
fn api_server(places: &Places) -> Option<String> {
    match places.variable("OTTL_K8S_ENDPOINT") {
        Some(endpoint) => Some(endpoint).filter(|endpoint| endpoint != "none"),
        None => {
            token(places)?;
            let host = places.variable("KUBERNETES_SERVICE_HOST")?;
            let port = places.variable("KUBERNETES_SERVICE_PORT");
            let port = port.as_deref().unwrap_or("443");
            Some(match host.contains(':') {
                true => format!("https://[{host}]:{port}"),
                false => format!("https://{host}:{port}"),
            })
        }
    }
}

/// The pod's and the node's description.
fn from_api_server(places: &Places, endpoint: &str, facts: &mut Facts) -> Result<(), String> {
    let named = facts.get("k8s.pod.name").map(str::to_owned);
    let name = named.clone().or_else(|| host_name(places));
    let (Some(name), Some(namespace)) = (name, facts.get("k8s.namespace.name")) else {
        return Err("the pod's name and namespace are not known".to_owned());
    };
    let path = format!(
        "/api/v1/namespaces/{}/pods/{}",
        encoded(namespace),
        encoded(&name)
    );
    let authorities = small_file(&places.account_file("OTTL_K8S_CA_FILE", "ca.crt"));
    let patience = Duration::from_millis(SERVICE_MS_MAX);
    let service = Service::at(endpoint, authorities.as_deref(), patience)?;
    let token = token(places);
    let get = |path: &str| -> Result<Value, HttpError> {
        let header = token.as_deref().map(|token| ("Authorization", token));
        let text = service.get(path, header)?;
        serde_json::from_slice(&text).map_err(|_| HttpError::Malformed)
    };
    let pod = get(&path);
    if !matches!(pod, Err(HttpError::Status(404))) {
        facts.put("k8s.pod.name", &name);
    }
    of_pod(&pod.map_err(|error| told(&path, &error))?, facts);
    // Accounts that may read pods often may not read nodes.
    let node = facts.get("k8s.node.name").map(encoded);
    if let Some(Ok(node)) = node.map(|node| get(&format!("/api/v1/nodes/{node}"))) {
        facts.put_json("k8s.node.uid", &node["metadata"]["uid"]);
        facts.put_all("k8s.node.label.", &node["metadata"]["labels"]);
    }
    Ok(())
}

/// What a pod's description says.
fn of_pod(pod: &Value, facts: &mut Facts) {
    let metadata = &pod["metadata"];
    facts.put_json("k8s.pod.uid", &metadata["uid"]);
    facts.put_json("k8s.node.name", &pod["spec"]["nodeName"]);
    facts.put_json("k8s.pod.ip", &pod["status"]["podIP"]);
    facts.put_json("k8s.pod.start_time", &pod["status"]["startTime"]);
    facts.put_all("k8s.pod.label.", &metadata["labels"]);
    facts.put_all("k8s.pod.annotation.", &metadata["annotations"]);
    for owner in metadata["ownerReferences"].as_array().into_iter().flatten() {
        if let Some((_, prefix)) = OWNERS.iter().find(|(kind, _)| owner["kind"] == *kind) {
            facts.put_json(&format!("{prefix}.name"), &owner["name"]);
            facts.put_json(&format!("{prefix}.uid"), &owner["uid"]);
        }
    }
    // A deployment calls its replica sets by its own name and a hash, which their pods carry.
    let hash = metadata["labels"]["pod-template-hash"].as_str();
    let deployment = facts.get("k8s.replicaset.name").zip(hash);
    let deployment = deployment.and_then(|(set, hash)| set.strip_suffix(hash)?.strip_suffix('-'));
    if let Some(deployment) = deployment.map(str::to_owned) {
        facts.put("k8s.deployment.name", &deployment);
    }
}

/// Why the API server tells nothing at a path.
fn told(path: &str, error: &HttpError) -> String {
    let hint = match error {
        HttpError::Status(401) => ": it refuses the service account's token",
        HttpError::Status(403) => ": the service account may not `get` pods in the namespace",
        HttpError::Status(404) => ": it knows no such pod",
        _ => "",
    };
    format!("the API server: {path}: {error}{hint}")
}

/// The header's value that authorises. It is read whenever it is needed, as it is another every hour.
fn token(places: &Places) -> Option<String> {
    let token = small_file(&places.account_file("OTTL_K8S_TOKEN_FILE", "token"))?;
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
