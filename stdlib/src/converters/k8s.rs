//! `k8s`: the pod that the program runs in.

use crate::prelude::*;
use crate::surroundings::{Facts, Surroundings};

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
    /// - the API server, if `OTTL_K8S_ENDPOINT` names one and the pod's name and namespace are known: the pod's and
    ///   the node's labels and identifiers, the pod's annotations and what owns it. The service account's token is
    ///   read anew each time. Only `http://` is spoken, as to a `kubectl proxy` beside it: with `https://` this
    ///   source is left out.
    ///
    /// A key that is not in the map is an error, as for every converter; so is any key of nil.
    ///
    /// ```ottl
    /// k8s()["k8s.pod.name"]  # "web-1"
    /// k8s()["k8s.pod.label.app"]  # error: key not found in map
    /// ```
    pub(crate) static FUNCTION = converter k8s() pure, prepare prepare, run k8s, extension;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let facts = literals
        .host
        .get::<Surroundings>()
        .map(|surroundings| surroundings.k8s.clone());
    facts.iter().for_each(Facts::want);
    Ok(Box::new(facts))
}

fn k8s<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let facts: &Option<Facts> = call.prepared();
    Ok(facts.as_ref().map_or(Value::Nil, |facts| facts.value(call)))
}
