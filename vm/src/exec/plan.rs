//! What a program wants of a request that is read for it, worked out once.

use super::locator::Locator;
use crate::function::{Contexts, Function};
use crate::path::special::Special;
use crate::path::{Access, FieldNumbers, Level, every};
use crate::program::{Pass, Program, Rows, Sweep, Touched};
use crate::wire::Signal;
use crate::wire::index::{Levels, inside};

/// See the module.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The levels whose messages become nodes.
    pub(super) levels: Levels,
    /// Those of them whose messages are located while the request is read.
    pub(super) located: Levels,
    /// What to look for in the messages of each level, by `Level as usize`.
    pub(super) locators: [Locator; Level::COUNT],
    /// The same, with rows of attributes at once wherever a statement can ask for them.
    pub(super) row_locators: [Locator; Level::COUNT],
    pub(super) looks: Looks,
    /// See [`Program::is_separable`].
    pub(super) is_separable: bool,
    /// Whether resources can be passed over: see [`guard`](super::guard).
    pub(super) is_guarded: bool,
}

impl Plan {
    pub(crate) fn of(program: &Program) -> Plan {
        let mut levels = Levels::default();
        AROUND.iter().for_each(|level| levels.insert(*level));
        if program.signal == Signal::Profiles {
            levels.insert(Level::Dictionary);
        }
        for pass in &program.passes {
            levels_of(pass, &mut levels);
        }
        for sweeping in &program.sweeps {
            levels_of_sweep(sweeping.what, program.signal, &mut levels);
        }
        let touched = program.touched.levels();
        let looks = Looks::of(program);
        let further = looks.whole.with(looks.more);
        let locators_by = |new: fn(usize, &Touched, bool) -> Locator| {
            Level::ALL.map(|level| {
                let looks_further = further.contains(level);
                new(level as usize, &touched[level as usize], looks_further)
            })
        };
        let locators = locators_by(Locator::new);
        let row_locators = locators_by(Locator::with_rows_at_once);
        let is_separable = program.find_separable();
        Plan {
            levels,
            located: located_levels(&locators, levels),
            looks,
            is_separable,
            is_guarded: is_separable && program.is_guarded(),
            locators,
            row_locators,
        }
    }

    /// The levels whose messages are to be looked through under `touched`. Of those that are located, all that was
    /// found is fine, unless there are attributes whose keys cannot be read.
    pub(super) fn levels_to_check(&self, has_unnamed: bool) -> Levels {
        let found = match has_unnamed {
            true => Levels::default(),
            false => self.located.without(self.looks.more),
        };
        self.looks.whole.with(self.looks.any.without(found))
    }
}

/// The levels of what is around all records.
const AROUND: [Level; 4] = [
    Level::ResourceContainer,
    Level::Resource,
    Level::ScopeContainer,
    Level::Scope,
];

/// The levels beside [`AROUND`] whose messages a pass needs as nodes.
fn levels_of(pass: &Pass, levels: &mut Levels) {
    let mut level = pass.context.level();
    loop {
        levels.insert(level);
        level = match level {
            Level::Exemplar => Level::DataPoint,
            Level::DataPoint => Level::MetricData,
            Level::MetricData => Level::Metric,
            Level::SpanEvent => Level::Span,
            _ => break,
        };
    }
    for path in &pass.paths {
        if let Access::Special(special) = path.access {
            special.also.iter().for_each(|level| levels.insert(*level));
        }
    }
}

/// The levels beside [`AROUND`] whose messages a sweep counts.
fn levels_of_sweep(sweep: Sweep, signal: Signal, levels: &mut Levels) {
    if sweep >= Sweep::Scopes {
        match signal {
            Signal::Traces => levels.insert(Level::Span),
            Signal::Logs => levels.insert(Level::Log),
            Signal::Metrics => levels.insert(Level::Metric),
            Signal::Profiles => levels.insert(Level::Profile),
        }
    }
    if sweep >= Sweep::Metrics {
        levels.insert(Level::MetricData);
        levels.insert(Level::DataPoint);
    }
}

/// The levels of `nodes` whose messages are located: those that hold no nodes.
fn located_levels(locators: &[Locator; Level::COUNT], nodes: Levels) -> Levels {
    let mut levels = Levels::default();
    for level in LEAVES {
        let holds_nodes = inside(level).is_some_and(|inner| nodes.contains(inner));
        if nodes.contains(level) && !holds_nodes && locators[level as usize].wants_anything() {
            levels.insert(level);
        }
    }
    levels
}

/// The levels whose messages may have no nodes inside them.
const LEAVES: [Level; 9] = [
    Level::Resource,
    Level::Scope,
    Level::Span,
    Level::SpanEvent,
    Level::Log,
    Level::Metric,
    Level::DataPoint,
    Level::Exemplar,
    Level::Profile,
];

/// What a program looks at in the messages of each level.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// Levels whose messages are looked at as a whole.
    pub(super) whole: Levels,
    /// Levels of which there are more fields to check than those that are located.
    pub(super) more: Levels,
    /// Levels of which there is anything to check.
    any: Levels,
    /// Bit n: field n, by level and variant. No field that is looked at has a larger number.
    pub(super) fields: [[u32; 4]; Level::COUNT],
    /// The same, of attributes of which only some keys are looked at.
    pub(super) keyed: [[u32; 4]; Level::COUNT],
}

impl Looks {
    /// Levels of whose messages anything is looked at.
    pub(super) fn levels(&self) -> Levels {
        self.whole.with(self.any)
    }

    /// Adds the fields that a path looks at, but for those that have slots.
    fn add_fields(&mut self, level: Level, special: &Special) {
        let slotted: Vec<u32> = special.fields_once(level).collect();
        for (of, numbers) in special.fields {
            for number in *numbers {
                if *of != level || !slotted.contains(number) {
                    self.more.insert(*of);
                    set(&mut self.fields[*of as usize], &every(*number));
                }
            }
        }
    }

    fn of(program: &Program) -> Looks {
        let mut looks = Looks::default();
        let touched = |level: Level| &program.touched.levels()[level as usize];
        for (level, touched) in program.touched.levels().iter().enumerate() {
            for (field, _) in &touched.fields {
                set(&mut looks.fields[level], field);
            }
            if let Some(field) = &touched.attributes {
                let is_keyed = touched.rows != Rows::AtOnce;
                let masks = if is_keyed {
                    &mut looks.keyed
                } else {
                    &mut looks.fields
                };
                set(&mut masks[level], field);
            }
        }
        for pass in &program.passes {
            for path in pass.paths.iter().filter(|path| path.slot.is_none()) {
                match path.access {
                    Access::Special(special) if !special.fields.is_empty() => {
                        looks.add_fields(path.level, special);
                    }
                    Access::Special(special) => {
                        looks.whole.insert(path.level);
                        special
                            .also
                            .iter()
                            .for_each(|level| looks.whole.insert(*level));
                    }
                    // Rows are of all attributes; those that are made when asked for are checked then.
                    Access::Attributes { field }
                        if touched(path.level).rows != Rows::Never
                            && touched(path.level).attributes == Some(field) => {}
                    Access::Field { field, .. }
                    | Access::Nested { field, .. }
                    | Access::Attributes { field } => {
                        looks.more.insert(path.level);
                        set(&mut looks.fields[path.level as usize], &field);
                    }
                }
            }
            // Functions of single contexts look at the record itself, unless they say what they look at.
            let looks_around = |function: &Function| {
                matches!(function.contexts, Contexts::Only(_)) && function.uses.is_empty()
            };
            if pass.calls.iter().any(|call| looks_around(call.function)) {
                looks.whole = Levels::ALL;
            }
        }
        for level in Level::ALL {
            let masks = [looks.fields, looks.keyed].map(|masks| masks[level as usize]);
            if masks.as_flattened().iter().any(|mask| *mask != 0) {
                looks.any.insert(level);
            }
        }
        looks
    }
}

fn set(masks: &mut [u32; 4], field: &FieldNumbers) {
    for (mask, number) in masks.iter_mut().zip(field) {
        // Number 0 stands for no field.
        *mask |= 1u32.checked_shl(*number).unwrap_or(0) & !1;
    }
}
