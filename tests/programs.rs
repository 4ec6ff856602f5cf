//! Programs of configurations that tests write.

use crate::configuration::compiled;
use ottl::compile::{Dialect, Gates};
use ottl::config::{ProcessorKind, Signal};
use ottl_vm::program::Program;
use serde_json::Value;

/// A transformation of logs.
pub(crate) fn of_logs(config: &Value) -> Program {
    let (kind, gates) = (ProcessorKind::Transform, Gates::default());
    compiled(kind, config, Signal::Logs, Dialect::Upstream, &gates)
}
