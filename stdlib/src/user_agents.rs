//! What program and what system a user agent names, by the rules of uap-core: the first rule that
//! gives a name wins.
//!
//! There are hundreds of rules, and few can match a text at all: a rule is tried only if one of its
//! literals is in the text, which one search tells for all of them. A rule is compiled when it is first
//! tried, once a process.

use crate::limits;
use crate::regex::{Cache, Captures, Regex, Template};
use aho_corasick::AhoCorasick;
use std::sync::{LazyLock, OnceLock};

/// A rule as the build script wrote it.
struct Source {
    pattern: &'static str,
    /// Texts of which one is in all that the pattern matches; none if there are no such.
    literals: &'static [&'static str],
    /// The templates of the name and of the version's parts.
    name: &'static str,
    version: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/user_agents.rs"));

/// The rules for programs.
pub(crate) static PROGRAMS: LazyLock<Rules> = LazyLock::new(|| Rules::new(AGENTS));

/// The rules for operating systems.
pub(crate) static OPERATING_SYSTEMS: LazyLock<Rules> = LazyLock::new(|| Rules::new(SYSTEMS));

/// Rules in their order.
pub(crate) struct Rules {
    rules: Box<[Rule]>,
    literals: AhoCorasick,
    /// The rule of each literal.
    owners: Box<[usize]>,
}

struct Rule {
    source: &'static Source,
    compiled: OnceLock<Compiled>,
}

struct Compiled {
    regex: Regex,
    name: Template,
    version: Box<[Template]>,
}

/// What was found: `Other` without a version if no rule matches.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Product {
    pub(crate) name: Vec<u8>,
    /// Its parts that are not empty, with dots.
    pub(crate) version: Vec<u8>,
}

/// What searching writes to, one a worker and set of rules.
#[derive(Default)]
pub(crate) struct Memory {
    /// Whether each rule may match.
    candidates: Vec<bool>,
    captures: Captures,
    /// The memory of the rules that were tried, in a ring.
    caches: Vec<(usize, Cache)>,
    oldest: usize,
}

impl Rules {
    fn new(sources: &'static [Source]) -> Rules {
        let literals = || {
            let numbered = sources.iter().enumerate();
            numbered.flat_map(|(rule, source)| source.literals.iter().map(move |text| (rule, text)))
        };
        let rule = |source| Rule {
            source,
            compiled: OnceLock::new(),
        };
        Rules {
            rules: sources.iter().map(rule).collect(),
            literals: AhoCorasick::new(literals().map(|(_, text)| text))
                .expect("an automaton of some hundred literals"),
            owners: literals().map(|(rule, _)| rule).collect(),
        }
    }

    /// What `text` names.
    pub(crate) fn identify(&self, memory: &mut Memory, text: &[u8]) -> Product {
        let mut product = Product::default();
        self.choose(&mut memory.candidates, text);
        for (number, rule) in self.rules.iter().enumerate() {
            if memory.candidates[number] && self.apply(number, rule, memory, text, &mut product) {
                return product;
            }
        }
        product.name.extend_from_slice(b"Other");
        product
    }

    fn choose(&self, candidates: &mut Vec<bool>, text: &[u8]) {
        candidates.clear();
        candidates.extend(
            self.rules
                .iter()
                .map(|rule| rule.source.literals.is_empty()),
        );
        for found in self.literals.find_overlapping_iter(text) {
            candidates[self.owners[found.pattern().as_usize()]] = true;
        }
    }

    /// Whether the rule gives a name. If it matches but gives none, its version stays until another
    /// rule matches.
    fn apply(
        &self,
        number: usize,
        rule: &Rule,
        memory: &mut Memory,
        text: &[u8],
        product: &mut Product,
    ) -> bool {
        let Compiled {
            regex,
            name,
            version,
        } = rule.compiled();
        let place = memory.place(number);
        let Memory {
            captures, caches, ..
        } = memory;
        if !regex.captures(&mut caches[place].1, text, captures) {
            return false;
        }
        name.expand(regex, text, captures, &mut product.name);
        product.version.clear();
        for (position, part) in version.iter().enumerate() {
            let before = product.version.len();
            if position > 0 {
                product.version.push(b'.');
            }
            let start = product.version.len();
            part.expand(regex, text, captures, &mut product.version);
            if product.version.len() == start {
                product.version.truncate(before);
            }
        }
        !product.name.is_empty()
    }
}

impl Rule {
    fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| Compiled {
            regex: Regex::new(self.source.pattern).expect("a rule that the tests compile"),
            name: Template::new(self.source.name),
            version: self.source.version.iter().map(Template::new).collect(),
        })
    }
}

impl Memory {
    /// Where the memory of a rule is.
    fn place(&mut self, rule: usize) -> usize {
        if let Some(place) = self.caches.iter().position(|(owner, _)| *owner == rule) {
            return place;
        }
        let entry = (rule, Cache::new());
        if self.caches.len() < limits::USER_AGENT_CACHES_MAX {
            self.caches.push(entry);
            return self.caches.len() - 1;
        }
        let place = self.oldest;
        self.caches[place] = entry;
        self.oldest = (place + 1) % self.caches.len();
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_compiles() {
        for rules in [&PROGRAMS, &OPERATING_SYSTEMS] {
            assert!(rules.rules.len() > 100);
            for rule in &rules.rules {
                assert_eq!(
                    rule.compiled().regex.pattern(),
                    rule.source.pattern.as_bytes()
                );
            }
        }
    }

    #[test]
    fn literals_leave_few_rules() {
        let text = b"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0";
        for rules in [&PROGRAMS, &OPERATING_SYSTEMS] {
            let mut candidates = Vec::new();
            rules.choose(&mut candidates, text);
            let count = candidates.iter().filter(|candidate| **candidate).count();
            assert!(count < 60, "{count} of {}", candidates.len());
        }
    }

    #[test]
    fn caches_are_bounded() {
        let mut memory = Memory::default();
        for rule in 0..3 * limits::USER_AGENT_CACHES_MAX {
            let place = memory.place(rule);
            assert_eq!(memory.caches[place].0, rule);
        }
        assert_eq!(memory.caches.len(), limits::USER_AGENT_CACHES_MAX);
    }
}
