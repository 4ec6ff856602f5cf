//! Finding facts, with services of the test's own that speak as the real ones do.

use super::*;
use std::collections::HashMap;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;

/// Answers requests: what is asked (`GET /path`), and the lines of the headers; `None` is 404.
type Answer = fn(&str, &[String]) -> Option<String>;

/// A service on this machine that answers a request a connection until the test ends.
fn serve(answer: Answer, is_chunked: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that gives up is its own business.
            let _ = respond(stream, answer, is_chunked);
        }
    });
    format!("http://{address}")
}

fn respond(mut stream: TcpStream, answer: Answer, is_chunked: bool) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines().map(str::to_owned);
    let asked = lines.next().unwrap_or_default();
    let asked = asked.trim_end_matches(" HTTP/1.1");
    match answer(asked, &lines.collect::<Vec<_>>()) {
        Some(body) if is_chunked => write!(
            stream,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
            body.len()
        ),
        Some(body) => write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
        None => write!(
            stream,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        ),
    }
}

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

fn sorted(facts: Result<Facts, String>) -> Vec<String> {
    let facts = facts.expect("facts").0;
    let mut lines: Vec<_> = facts
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    lines.sort();
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
        sorted(k8s::find(&places("downward", &variables, &files))),
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

fn api_server(asked: &str, headers: &[String]) -> Option<String> {
    if !headers.contains(&"Authorization: Bearer t0ken".to_owned()) {
        return None;
    }
    let pod = r#"{"metadata": {"uid": "u1", "labels": {"app": "web"}, "annotations": {"note": "x"},
        "ownerReferences": [{"kind": "ReplicaSet", "name": "web-abc"}, {"kind": "Other", "name": "o"}]},
        "spec": {"nodeName": "n1"}, "status": {"podIP": "10.0.0.7"}}"#;
    let node = r#"{"metadata": {"uid": "u2", "labels": {"zone": "a"}}}"#;
    match asked {
        "GET /api/v1/namespaces/shop/pods/web-1" => Some(pod.to_owned()),
        "GET /api/v1/nodes/n1" => Some(node.to_owned()),
        _ => None,
    }
}

#[test]
fn the_api_server_tells_of_the_pod_and_its_node() {
    for is_chunked in [false, true] {
        let endpoint = serve(api_server, is_chunked);
        let variables = [
            ("K8S_POD_NAME", "web-1"),
            ("K8S_POD_UID", "known"),
            ("OTTL_K8S_ENDPOINT", &endpoint),
        ];
        let files = [("namespace", "shop"), ("token", "t0ken\n")];
        let places = places(&format!("api-{is_chunked}"), &variables, &files);
        assert_eq!(
            sorted(k8s::find(&places)),
            [
                "k8s.namespace.name=shop",
                "k8s.node.label.zone=a",
                "k8s.node.name=n1",
                "k8s.node.uid=u2",
                "k8s.pod.annotation.note=x",
                "k8s.pod.ip=10.0.0.7",
                "k8s.pod.label.app=web",
                "k8s.pod.name=web-1",
                "k8s.pod.uid=known",
                "k8s.replicaset.name=web-abc",
            ]
        );
        // The token is read each time.
        std::fs::write(places.service_account.join("token"), "other").expect("a file");
        assert_eq!(sorted(k8s::find(&places)).len(), 3);
    }
}

fn instance(asked: &str, headers: &[String]) -> Option<String> {
    if asked == "PUT /latest/api/token" {
        let ttl = headers
            .iter()
            .any(|line| line.starts_with("X-aws-ec2-metadata-token-ttl-seconds: "));
        return ttl.then(|| "s3cret==".to_owned());
    }
    if !headers.contains(&"X-aws-ec2-metadata-token: s3cret==".to_owned()) {
        return None;
    }
    let body = match asked {
        "GET /latest/dynamic/instance-identity/document" => {
            r#"{"accountId": "123", "region": "eu-north-1", "availabilityZone": "eu-north-1a",
                "instanceId": "i-1", "instanceType": "t3.micro", "imageId": "ami-1", "kernelId": null}"#
        }
        "GET /latest/meta-data/hostname" => "ip-10-0-0-7.internal",
        "GET /latest/meta-data/tags/instance" => "Name\ncost center",
        "GET /latest/meta-data/tags/instance/Name" => "web 1",
        "GET /latest/meta-data/tags/instance/cost%20center" => "7",
        _ => return None,
    };
    Some(body.to_owned())
}

#[test]
fn the_metadata_service_tells_of_the_instance() {
    let endpoint = serve(instance, false);
    let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint.as_str())];
    assert_eq!(
        sorted(ec2::find(&places("ec2", &variables, &[]))),
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
