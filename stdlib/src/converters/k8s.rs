//! `k8s`: the pod that the program runs in.

use crate::prelude::*;
use crate::surroundings::{facts, prepared};

function! {
    /// What is known of the Kubernetes pod that the program runs in, and of its node, as a map by the names of the
    /// semantic conventions; nil if nothing is known. `merge_maps(resource.attributes, k8s(), "insert")` puts all of
    /// it on the resource.
    ///
    /// The host finds it out before the first request runs, if a program calls the function (`ottlc run`: once), so
    /// that no request waits. Its sources, of which the first that has a name counts:
    ///
    /// - the environment, as the downward API fills it: `K8S_POD_NAME`, `K8S_NAMESPACE_NAME`, `K8S_NODE_NAME`,
    ///   `K8S_POD_UID`, `K8S_POD_IP`, `K8S_CONTAINER_NAME` and `K8S_CLUSTER_NAME` (all but the last two also without
    ///   `K8S_`; the namespace also as `K8S_NAMESPACE` and `POD_NAMESPACE`), and the names in
    ///   `OTEL_RESOURCE_ATTRIBUTES` that begin with `k8s.`;
    /// - the downward API's files `/etc/podinfo/labels` and `/etc/podinfo/annotations`, as `k8s.pod.label.<key>` and
    ///   `k8s.pod.annotation.<key>`, and the service account's namespace;
    /// - the API server, which knows the pod's and the node's labels and identifiers, the pod's annotations, its start
    ///   and what owns it. A pod finds it as every client in a cluster does, by `KUBERNETES_SERVICE_HOST` and `_PORT`
    ///   and the service account's `token` and `ca.crt`; the account needs to be allowed to `get` pods, and nodes for
    ///   what is known of the node. Its own name is `HOSTNAME` if no variable says it. `OTTL_K8S_ENDPOINT` names
    ///   another server (`https://…`, or `http://…` as of a `kubectl proxy`) or, with `none`, none;
    ///   `OTTL_K8S_TOKEN_FILE` and `OTTL_K8S_CA_FILE` name other files.
    ///
    /// What the server does not tell within five seconds, or over TLS that its authority does not vouch for, is left
    /// out, and a warning says why.
    ///
    /// A key that is not in the map is an error, as for every converter; so is any key of nil.
    ///
    /// ```ottl
    /// k8s()["k8s.pod.name"]  # "web-1"
    /// k8s()["k8s.pod.label.app"]  # error: key not found in map
    /// ```
    pub(crate) static FUNCTION = converter k8s() pure, prepare prepare, run facts, extension;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    prepared(literals, |surroundings| &surroundings.k8s)
}
