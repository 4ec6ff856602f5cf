//! Finding facts, with services of the test's own that speak as the real ones do.

mod http;
mod server;

use super::*;
use server::{Asked, Authority, Reply, serve};
use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Mutex;

/// Finds facts.
type Find = fn(&Places, &mut Facts) -> Result<(), String>;

/// Places with these variables and, in a new folder, these files.
fn places(name: &str, variables: &[(&str, &str)], files: &[(&str, &str)]) -> Places {
    let folder = std::env::temp_dir().join(format!("ottl-host-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for (file, text) in files {
        std::fs::write(folder.join(file), text).expect("a file");
    }
    let variables: HashMap<String, String> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Places {
        variables: Arc::new(move |name| variables.get(name).cloned()),
        pod_info: folder.clone(),
        service_account: folder,
    }
}

/// What is found, in lines; and why it is not all.
fn found(find: Find, places: &Places) -> (Vec<String>, Option<String>) {
    let mut facts = Facts::default();
    let reason = find(places, &mut facts).err();
    let lines = facts.0.iter();
    let mut lines: Vec<_> = lines
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    lines.sort();
    (lines, reason)
}

/// What is found, where nothing is amiss.
fn all(find: Find, places: &Places) -> Vec<String> {
    let (lines, reason) = found(find, places);
    assert_eq!(reason, None);
    lines
}

#[test]
fn the_downward_api_tells_of_the_pod() {
    let variables = [
        ("K8S_POD_NAME", "web-1"),
        ("POD_NAMESPACE", "shop"),
        ("K8S_NODE_NAME", ""),
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "service.name=a,k8s.node.name=n%201, k8s.pod.name=other",
        ),
    ];
    let files = [
        ("labels", "app=\"web\"\ntier=\"a \\\"b\\\"\"\n"),
        ("annotations", "note=\"one\\ntwo\"\n"),
        ("namespace", "of-the-account"),
    ];
    assert_eq!(
        all(k8s::find, &places("downward", &variables, &files)),
        [
            "k8s.namespace.name=shop",
            "k8s.node.name=n 1",
            "k8s.pod.annotation.note=one\ntwo",
            "k8s.pod.label.app=web",
            "k8s.pod.label.tier=a \"b\"",
            "k8s.pod.name=web-1",
        ]
    );
}

fn api_server(asked: &Asked) -> Reply {
    match asked.header("Authorization") {
        Some("Bearer t0ken") => {}
        Some("Bearer stranger") => return Reply::Status(403),
        _ => return Reply::Status(401),
    }
    let pod = r#"{"metadata": {"uid": "u1", "labels": {"app": "web", "pod-template-hash": "abc"},
        "annotations": {"note": "x"}, "ownerReferences": [
        {"kind": "ReplicaSet", "name": "web-abc", "uid": "u3"}, {"kind": "Other", "name": "o"}]},
        "spec": {"nodeName": "n1"}, "status": {"podIP": "10.0.0.7", "startTime": "2026-01-02T03:04:05Z"}}"#;
    let node = r#"{"metadata": {"uid": "u2", "labels": {"zone": "a"}}}"#;
    match asked.what.as_str() {
        "GET /api/v1/namespaces/shop/pods/web-1" => Reply::Ok(pod.to_owned()),
        "GET /api/v1/nodes/n1" => Reply::Chunked(node.to_owned()),
        "GET /api/v1/namespaces/shop/pods/odd" => Reply::Ok("[".to_owned()),
        "GET /api/v1/namespaces/shop/pods/failed" => Reply::Status(500),
        _ => Reply::Status(404),
    }
}

/// What the server tells of the pod `web-1`.
const WEB: &[&str] = &[
    "k8s.deployment.name=web",
    "k8s.namespace.name=shop",
    "k8s.node.label.zone=a",
    "k8s.node.name=n1",
    "k8s.node.uid=u2",
    "k8s.pod.annotation.note=x",
    "k8s.pod.ip=10.0.0.7",
    "k8s.pod.label.app=web",
    "k8s.pod.label.pod-template-hash=abc",
    "k8s.pod.name=web-1",
    "k8s.pod.start_time=2026-01-02T03:04:05Z",
    "k8s.pod.uid=u1",
    "k8s.replicaset.name=web-abc",
    "k8s.replicaset.uid=u3",
];

/// The variables that every pod has, for a server at a URL.
fn of_a_pod<'a>(url: &'a str, pod: &'a str) -> Vec<(&'a str, &'a str)> {
    let (host, port) = url
        .trim_start_matches("https://")
        .rsplit_once(':')
        .expect("a port");
    vec![
        ("KUBERNETES_SERVICE_HOST", host),
        ("KUBERNETES_SERVICE_PORT", port),
        ("HOSTNAME", pod),
    ]
}

#[test]
fn a_pod_asks_the_api_server_without_being_told_to() {
    let authority = Authority::new();
    let url = serve(Some(authority.certify("127.0.0.1")), api_server);
    let pem = authority.pem();
    let files = [
        ("namespace", "shop"),
        ("token", "t0ken\n"),
        ("ca.crt", &pem),
    ];
    assert_eq!(
        all(k8s::find, &places("pod", &of_a_pod(&url, "web-1"), &files)),
        WEB
    );
    // What the pod says of itself counts for more.
    let mut variables = of_a_pod(&url, "host");
    variables.extend([("POD_NAME", "web-1"), ("K8S_POD_UID", "known")]);
    let said = all(k8s::find, &places("pod-says", &variables, &files));
    assert_eq!(said.len(), WEB.len());
    assert!(said.contains(&"k8s.pod.uid=known".to_owned()), "{said:?}");
    // Without a token it is not meant to ask, and so it is where told not to.
    let named = ["k8s.namespace.name=shop", "k8s.pod.name=web-1"];
    let without = places("pod-without", &of_a_pod(&url, "web-1"), &files[..1]);
    assert_eq!(all(k8s::find, &without), named);
    let mut variables = of_a_pod(&url, "web-1");
    variables.push(("OTTL_K8S_ENDPOINT", "none"));
    assert_eq!(
        all(k8s::find, &places("pod-not", &variables, &files)),
        named
    );
}

#[test]
fn what_the_api_server_does_not_tell_has_a_reason() {
    let (authority, other) = (Authority::new(), Authority::new());
    let url = serve(Some(authority.certify("127.0.0.1")), api_server);
    let (pem, wrong) = (authority.pem(), other.pem());
    for (pod, token, ca, expected, is_named) in [
        (
            "web-1",
            "expired",
            &pem,
            "pods/web-1: status 401: it refuses",
            true,
        ),
        (
            "web-1",
            "stranger",
            &pem,
            "pods/web-1: status 403: the service account",
            true,
        ),
        (
            "web-2",
            "t0ken",
            &pem,
            "pods/web-2: status 404: it knows no such pod",
            false,
        ),
        ("failed", "t0ken", &pem, "pods/failed: status 500", true),
        (
            "odd",
            "t0ken",
            &pem,
            "pods/odd: a response of another form",
            true,
        ),
        ("web-1", "t0ken", &wrong, "invalid peer certificate", true),
    ] {
        let files = [("namespace", "shop"), ("token", token), ("ca.crt", ca)];
        let places = places("reasons", &of_a_pod(&url, pod), &files);
        let (lines, reason) = found(k8s::find, &places);
        let reason = reason.expect("a reason");
        assert!(reason.starts_with("the API server: /api/v1/"), "{reason}");
        assert!(reason.contains(expected), "{expected}: {reason}");
        let mut named = vec!["k8s.namespace.name=shop".to_owned()];
        named.extend(is_named.then(|| format!("k8s.pod.name={pod}")));
        assert_eq!(lines, named, "{expected}");
    }
    let lone = places(
        "lone",
        &of_a_pod(&url, ""),
        &[("token", "t0ken"), ("ca.crt", &pem)],
    );
    let nothing = "the pod's name and namespace are not known".to_owned();
    assert_eq!(found(k8s::find, &lone), (Vec::new(), Some(nothing)));
}

#[test]
fn variables_say_where_the_api_server_and_its_files_are() {
    let authority = Authority::new();
    let pem = authority.pem();
    let files = [
        ("namespace", "shop"),
        ("my-token", "t0ken"),
        ("my-ca", &pem),
    ];
    let folder = places("named", &[], &files).service_account;
    let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (token, ca) = (file("my-token"), file("my-ca"));
    for certificate in [None, Some(authority.certify("127.0.0.1"))] {
        let url = serve(certificate, api_server);
        let variables = [
            ("K8S_POD_NAME", "web-1"),
            ("OTTL_K8S_ENDPOINT", &url),
            ("OTTL_K8S_TOKEN_FILE", &token),
            ("OTTL_K8S_CA_FILE", &ca),
        ];
        let places = places("named", &variables, &files);
        assert_eq!(all(k8s::find, &places), WEB);
        // The token is read each time.
        std::fs::write(&token, "other").expect("a file");
        let (lines, reason) = found(k8s::find, &places);
        assert_eq!(lines.len(), 2);
        assert!(reason.is_some_and(|reason| reason.contains("401")));
        std::fs::write(&token, "t0ken").expect("a file");
    }
}

fn instance(asked: &Asked) -> Reply {
    if asked.what == "PUT /latest/api/token" {
        return match asked.header("X-aws-ec2-metadata-token-ttl-seconds") {
            Some(_) => Reply::Ok("s3cret==".to_owned()),
            None => Reply::Status(400),
        };
    }
    if asked.header("X-aws-ec2-metadata-token") != Some("s3cret==") {
        return Reply::Status(401);
    }
    let body = match asked.what.as_str() {
        "GET /latest/dynamic/instance-identity/document" => {
            r#"{"accountId": "123", "region": "eu-north-1", "availabilityZone": "eu-north-1a",
                "instanceId": "i-1", "instanceType": "t3.micro", "imageId": "ami-1", "kernelId": null}"#
        }
        "GET /latest/meta-data/hostname" => "ip-10-0-0-7.internal",
        "GET /latest/meta-data/tags/instance" => "Name\ncost center",
        "GET /latest/meta-data/tags/instance/Name" => "web 1",
        "GET /latest/meta-data/tags/instance/cost%20center" => "7",
        _ => return Reply::Status(404),
    };
    Reply::Ok(body.to_owned())
}

#[test]
fn the_metadata_service_tells_of_the_instance() {
    let endpoint = serve(None, instance);
    let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint.as_str())];
    assert_eq!(
        all(ec2::find, &places("ec2", &variables, &[])),
        [
            "cloud.account.id=123",
            "cloud.availability_zone=eu-north-1a",
            "cloud.platform=aws_ec2",
            "cloud.provider=aws",
            "cloud.region=eu-north-1",
            "ec2.tag.Name=web 1",
            "ec2.tag.cost center=7",
            "host.id=i-1",
            "host.image.id=ami-1",
            "host.name=ip-10-0-0-7.internal",
            "host.type=t3.micro",
        ]
    );
}

#[test]
fn what_is_absent_is_told_once_and_only_if_asked_for() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    };
    let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", closed.as_str())];
    let told = Arc::new(Mutex::new(Vec::new()));
    let warn = {
        let told = Arc::clone(&told);
        move |text: &str| told.lock().expect("no panic").push(text.to_owned())
    };
    let surroundings = surroundings(places("absent", &variables, &[]), warn);
    surroundings.fetch();
    assert!(told.lock().expect("no panic").is_empty());
    let registry = crate::compile::Registry::new(ottl_stdlib::FUNCTIONS).with(surroundings.clone());
    let group = crate::config::Group {
        statements: ["set(log.body, ec2())", "set(log.body, k8s())"]
            .map(|text| crate::config::Text {
                text: text.to_owned(),
                ..Default::default()
            })
            .into(),
        ..Default::default()
    };
    let options = crate::compile::Options {
        signal: crate::config::Signal::Logs,
        dialect: crate::compile::Dialect::Extended,
        gates: &Default::default(),
        registry: &registry,
    };
    crate::compile::compile_group(group, &options).expect("it compiles");
    surroundings.fetch();
    let told = told.lock().expect("no panic");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("k8s() gives nil: the downward API"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("ec2() gives nil: the instance metadata service: "),
        "{told:?}"
    );
}
