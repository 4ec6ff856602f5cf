//! Which functions a statement can call: by name, processor and context.

use crate::report::nearest::nearest;
use ottl_vm::function::{Contexts, Function, Host, Kind};
use std::any::Any;

/// The functions that statements can call, and what the host gives to them.
///
/// ```
/// use ottl::compile::Registry;
/// use ottl_stdlib::{Table, Tables};
///
/// let hosts = Table::from_csv(b"host,owner\nweb-1,Ann\n")?;
/// let registry = Registry::new(ottl_stdlib::FUNCTIONS).with(Tables::from_iter([("hosts", hosts)]));
/// # Ok::<(), ottl_stdlib::TableError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Registry {
    functions: &'static [&'static Function],
    pub(super) host: Host,
}

/// Where functions are looked up.
#[derive(Clone, Copy, Debug)]
pub(super) struct FunctionScope {
    /// `transform` or `filter`; a transform processor's group conditions use the filter processor's functions.
    pub(super) processor: &'static str,
    /// The context's name.
    pub(super) context: &'static str,
    /// Whether functions of the extended dialect can be called.
    pub(super) extensions: bool,
}

impl Registry {
    /// A registry of these functions.
    pub fn new(functions: &'static [&'static Function]) -> Registry {
        Registry {
            functions,
            host: Host::NOTHING,
        }
    }

    /// The same, with a value for the functions that ask for one of its type: `Lookup` for
    /// [`Tables`](ottl_stdlib::Tables). It is shared by all programs compiled with this registry.
    #[must_use]
    pub fn with<T: Any + Send + Sync>(mut self, value: T) -> Registry {
        self.host.give(value);
        self
    }

    /// The functions, in the order given.
    pub fn functions(&self) -> &'static [&'static Function] {
        self.functions
    }

    /// The function of this name, if it can be called here.
    pub(super) fn find(&self, name: &str, scope: FunctionScope) -> Option<&'static Function> {
        self.functions
            .iter()
            .copied()
            .find(|function| function.name == name && is_callable(function, scope))
    }

    /// The most similar name of a function of the same kind that can be called here.
    pub(super) fn nearest(&self, name: &str, kind: Kind, scope: FunctionScope) -> Option<String> {
        let callable = self
            .functions
            .iter()
            .filter(|function| function.kind == kind && is_callable(function, scope));
        nearest(name, callable.map(|function| function.name)).map(str::to_owned)
    }

    /// The contexts of any processor in which a function of this name exists, with those of the extended
    /// dialect or without.
    pub(super) fn elsewhere(&self, name: &str, extensions: bool) -> Vec<&'static str> {
        let lists = self
            .functions
            .iter()
            .filter(|function| function.name == name && (extensions || !function.extension))
            .map(|function| function.contexts);
        lists
            .flat_map(|contexts| match contexts {
                Contexts::Everywhere | Contexts::Both => &["transform"][..],
                Contexts::Only(list) => list,
            })
            .copied()
            .collect()
    }
}

fn is_callable(function: &Function, scope: FunctionScope) -> bool {
    let registered = match function.contexts {
        Contexts::Everywhere => scope.processor == "transform" || function.kind == Kind::Converter,
        Contexts::Both => true,
        Contexts::Only(list) => list
            .iter()
            .any(|place| place.split_once('/') == Some((scope.processor, scope.context))),
    };
    registered && (scope.extensions || !function.extension)
}
