//! Resources of a request that are passed over: their messages become no nodes, but are counted.

use crate::path::Level;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct PassedOver {
    /// By resource container, in order: whether it is passed over.
    verdicts: Vec<bool>,
    /// Whether any is.
    is_any: bool,
    /// How many containers were met so far, and whether the last of them is passed over.
    met: usize,
    is_within: bool,
    /// Those that were passed over so far.
    containers: Vec<Container>,
}

/// What was passed over.
#[derive(Debug)]
struct Container {
    at: u32,
    /// How many messages of each level it has.
    counts: [u32; Level::COUNT],
}

impl PassedOver {
    /// Forgets all. Gives the memory of the verdicts, for others.
    pub(crate) fn clear(&mut self) -> Vec<bool> {
        let mut verdicts = std::mem::take(&mut self.verdicts);
        verdicts.clear();
        self.containers.clear();
        (self.is_any, self.met, self.is_within) = (false, 0, false);
        verdicts
    }

    /// A request comes, of which these resource containers are to be passed over.
    pub(crate) fn set(&mut self, verdicts: Vec<bool>) {
        self.is_any = verdicts.contains(&true);
        self.verdicts = verdicts;
    }

    /// A message of a level begins at `at`. Whether it is passed over.
    #[inline(always)]
    pub(super) fn passes(&mut self, level: Level, at: u32) -> bool {
        self.is_any && self.counts(level, at)
    }

    #[inline(never)]
    fn counts(&mut self, level: Level, at: u32) -> bool {
        if level == Level::ResourceContainer {
            self.is_within = self.verdicts.get(self.met) == Some(&true);
            self.met += 1;
            if self.is_within {
                let counts = [0; Level::COUNT];
                self.containers.push(Container { at, counts });
            }
        }
        if self.is_within
            && let Some(container) = self.containers.last_mut()
        {
            container.counts[level as usize] += 1;
        }
        self.is_within
    }

    /// Whether what comes now is passed over.
    #[inline(always)]
    pub(super) fn is_within(&self) -> bool {
        self.is_within
    }

    /// How many messages of a level were passed over before this place.
    pub(crate) fn count_before(&self, level: Level, at: u32) -> u64 {
        let before = self.containers.iter().filter(|container| container.at < at);
        before
            .map(|container| u64::from(container.counts[level as usize]))
            .sum()
    }
}
