//! What a host can find out about where it runs, for the functions `k8s` and `ec2`: by the environment, files and
//! metadata services. Nothing of this happens while a request runs, nor unless a program asks for it.
//!
//! ```
//! use ottl::compile::Registry;
//! use ottl::host::{Places, surroundings};
//!
//! let surroundings = surroundings(Places::default(), |warning| eprintln!("{warning}"));
//! let registry = Registry::new(ottl_stdlib::FUNCTIONS).with(surroundings.clone());
//! // Programs are compiled with the registry; then, before they run and whenever it may be out of date:
//! surroundings.fetch();
//! ```

mod ec2;
mod http;
mod k8s;
mod limits;
#[cfg(test)]
mod tests;

use limits::FILE_BYTES_MAX;
use ottl_stdlib::Surroundings;
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Gives a variable by its name.
pub type Variables = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Where facts are looked for.
#[derive(Clone)]
pub struct Places {
    /// The environment's variables, by name.
    pub variables: Variables,
    /// The folder in which the downward API writes `labels` and `annotations`.
    pub pod_info: PathBuf,
    /// The folder with the `token`, the `ca.crt` and the `namespace` of the pod's service account.
    pub service_account: PathBuf,
}

impl Default for Places {
    /// The environment of the process, and the usual folders.
    fn default() -> Places {
        Places {
            variables: Arc::new(|name| std::env::var(name).ok()),
            pod_info: PathBuf::from("/etc/podinfo"),
            service_account: PathBuf::from("/var/run/secrets/kubernetes.io/serviceaccount"),
        }
    }
}

impl Places {
    /// A variable that is not empty.
    fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    /// A file of the service account, or the one that a variable names in its place.
    fn account_file(&self, variable: &str, name: &str) -> PathBuf {
        self.variable(variable)
            .map_or_else(|| self.service_account.join(name), PathBuf::from)
    }
}

/// What `k8s` and `ec2` give, to be found in these places. `warn` is told in a sentence where nothing was found, or less
/// than was looked for, once for each time.
pub fn surroundings(
    places: Places,
    warn: impl Fn(&str) + Clone + Send + Sync + 'static,
) -> Surroundings {
    let facts = |function: &'static str, find: fn(&Places, &mut Facts) -> Result<(), String>| {
        let (places, warn) = (places.clone(), warn.clone());
        ottl_stdlib::Facts::new(Box::new(move || {
            let mut facts = Facts::default();
            if let Err(reason) = find(&places, &mut facts) {
                let what = match facts.is_empty() {
                    true => "nil",
                    false => "a part",
                };
                warn(&format!("{function}() gives {what}: {reason}"));
            }
            facts.0
        }))
    };
    Surroundings {
        k8s: facts("k8s", k8s::find),
        ec2: facts("ec2", ec2::find),
    }
}

/// Facts in the order found. What is known already stays.
#[derive(Debug, Default)]
struct Facts(Vec<(String, String)>);

impl Facts {
    fn put(&mut self, name: &str, value: &str) {
        if !value.is_empty() && self.get(name).is_none() {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Puts a string of a description, if it is there.
    fn put_json(&mut self, name: &str, value: &Value) {
        self.put(name, value.as_str().unwrap_or_default());
    }

    /// Puts all strings of an object of a description.
    fn put_all(&mut self, prefix: &str, object: &Value) {
        for (key, value) in object.as_object().into_iter().flatten() {
            self.put_json(&format!("{prefix}{key}"), value);
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The text of a file that is not too large.
fn small_file(path: &Path) -> Option<String> {
    let mut text = String::new();
    let file = File::open(path).ok()?;
    file.take(FILE_BYTES_MAX).read_to_string(&mut text).ok()?;
    Some(text)
}
