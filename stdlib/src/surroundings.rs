//! Where a program runs: what `k8s` and `ec2` give. The host finds it out ahead of running; functions only read it.

use crate::prelude::*;
use crate::tables::map;
use ottl_vm::wire::any;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Finds facts: names, which are those of OpenTelemetry's semantic conventions, with their values.
pub type Find = Box<dyn Fn() -> Vec<(String, String)> + Send + Sync>;

/// The facts of one kind, found out only if some program asks for them.
#[derive(Clone)]
pub struct Facts(Arc<Inner>);

struct Inner {
    find: Find,
    is_wanted: AtomicBool,
    /// The map of them as an `AnyValue`'s payload; none if there are none, or not yet.
    found: RwLock<Option<Arc<[u8]>>>,
}

impl Facts {
    /// Facts that `find` finds, which may take its time: it is never called while a request runs.
    pub fn new(find: Find) -> Facts {
        Facts(Arc::new(Inner {
            find,
            is_wanted: AtomicBool::new(false),
            found: RwLock::new(None),
        }))
    }

    /// Whether a program that asks for them has been compiled.
    pub fn is_wanted(&self) -> bool {
        self.0.is_wanted.load(Ordering::Relaxed)
    }

    fn fetch(&self) {
        if !self.is_wanted() {
            return;
        }
        let facts = (self.0.find)();
        let found = (!facts.is_empty()).then(|| Arc::from(map(&facts)));
        *self.0.found.write().unwrap_or_else(PoisonError::into_inner) = found;
    }

    /// Notes that a program asks for them.
    fn want(&self) {
        self.0.is_wanted.store(true, Ordering::Relaxed);
    }

    /// The map of them, or nil.
    fn value<'a>(&self, call: &Call<'_, '_, 'a>) -> Value<'a> {
        let found = self.0.found.read().unwrap_or_else(PoisonError::into_inner);
        match found.as_deref() {
            Some(found) => any::decode(call.bytes(found)),
            None => Value::Nil,
        }
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts")
            .field("is_wanted", &self.is_wanted())
            .finish_non_exhaustive()
    }
}

/// Where a program runs, for a host to give to the compiler. What it does not give is nil to programs.
///
/// A host compiles its programs, then calls [`fetch`](Surroundings::fetch), then runs them; it may fetch again at any
/// time, and programs see what is new with the next record.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// What `k8s` gives.
    pub k8s: Facts,
    /// What `ec2` gives.
    pub ec2: Facts,
}

impl Surroundings {
    /// Finds out what the programs compiled so far ask for; this may wait for networks. Without such programs it
    /// does nothing.
    pub fn fetch(&self) {
        self.k8s.fetch();
        self.ec2.fetch();
    }
}

/// Prepares a function that gives facts of the host.
pub(crate) fn prepared(
    literals: Literals<'_>,
    which: fn(&Surroundings) -> &Facts,
) -> Result<Prepared, String> {
    let facts = literals.host.get::<Surroundings>().map(which).cloned();
    facts.iter().for_each(Facts::want);
    Ok(Box::new(facts))
}

/// What such a function gives.
pub(crate) fn facts<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let facts: &Option<Facts> = call.prepared();
    Ok(facts.as_ref().map_or(Value::Nil, |facts| facts.value(call)))
}
