//! The paths of every context are the reference's, which `tests/reference paths` wrote down.

use ottl_vm::path::{Context, PathSpec, table};
use std::collections::BTreeSet;
use std::path::Path;

const CONTEXTS: [Context; 9] = [
    Context::Resource,
    Context::Scope,
    Context::Span,
    Context::SpanEvent,
    Context::Metric,
    Context::DataPoint,
    Context::Exemplar,
    Context::Log,
    Context::Profile,
];

fn lines(context: &str, paths: &[PathSpec]) -> Vec<String> {
    let line = |spec: &PathSpec| format!("{context} {}", spec.name);
    paths.iter().map(line).collect()
}

#[test]
fn every_context_has_the_references_paths_and_no_others() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/paths.txt");
    let recorded = std::fs::read_to_string(recorded).expect("recorded paths");
    let theirs: BTreeSet<String> = recorded.lines().map(str::to_owned).collect();
    let mut ours: BTreeSet<String> = CONTEXTS
        .iter()
        .flat_map(|context| {
            let mut own = lines(context.name(), table::of(*context));
            own.extend(lines(context.name(), &[table::CACHE]));
            own
        })
        .collect();
    ours.extend(lines("otelcol", table::COLLECTOR));
    let missing: Vec<_> = theirs.difference(&ours).collect();
    let added: Vec<_> = ours.difference(&theirs).collect();
    assert!(
        missing.is_empty() && added.is_empty(),
        "missing {missing:?}, not in the reference {added:?}"
    );
}
