//! `Program`: what the compiler makes of a configuration, and all that the executor needs.
//!
//! A program is immutable (but for what stateful calls remember, each behind a lock) and `Send + Sync`; hosts
//! share it between workers and swap it atomically. It is a list of passes, run one after the other over the whole
//! request; a pass is one group of statements.

use crate::compare::Comparator;
use crate::exec::Plan;
use crate::function::{
    ChangeText, Extent, Function, Literal, Prepared, Purity, RunStrings, TellText,
};
use crate::instruction::Instruction;
use crate::path::{Access, Context, FieldNumbers, Level};
use crate::wire::Signal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a failed statement does to the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ErrorMode {
    /// The failure is reported; the next statement runs.
    Ignore,
    /// The next statement runs.
    Silent,
    /// The request is refused with the first failure.
    #[default]
    Propagate,
}

/// A compiled configuration for one signal.
#[derive(Debug)]
pub struct Program {
    /// Which one it is.
    pub id: ProgramId,
    /// The signal of the requests that it takes.
    pub signal: Signal,
    /// The groups of statements in order.
    pub passes: Vec<Pass>,
    /// Of a filter: when what is left empty goes, in order; a transformation has none.
    pub sweeps: Vec<Sweeping>,
    /// Whether each log record gets a resource and scope of its own while the passes run (`flatten_data`).
    pub flattens_logs: bool,
    /// What the passes look for in a message of each level.
    pub touched: TouchedLevels,
}

/// Tells programs apart, so that a worker does not take what it keeps of one for another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramId(u64);

impl ProgramId {
    /// One that no other program of the process has.
    pub fn unique() -> ProgramId {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        ProgramId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Program {
    /// Whether the result of a request can depend on those before it, so that requests have to run in order on one
    /// worker: some share a cache, or a call remembers what it has seen.
    pub fn is_ordered(&self) -> bool {
        self.passes.iter().any(|pass| {
            let mut calls = pass.calls.iter();
            pass.shared_cache || calls.any(|call| call.function.purity == Purity::Stateful)
        })
    }
}

/// What passes look for in messages, by `Level as usize`.
#[derive(Debug, Default)]
pub struct TouchedLevels {
    levels: [Touched; Level::COUNT],
    /// What follows for the executor; made when a program first runs.
    plan: OnceLock<Plan>,
}

impl TouchedLevels {
    /// Of all levels.
    pub fn new(levels: [Touched; Level::COUNT]) -> TouchedLevels {
        TouchedLevels {
            levels,
            plan: OnceLock::new(),
        }
    }

    /// Level by level.
    pub fn levels(&self) -> &[Touched; Level::COUNT] {
        &self.levels
    }
}

impl Program {
    pub(crate) fn plan(&self) -> &Plan {
        self.touched.plan.get_or_init(|| Plan::of(self))
    }

    /// Whether a request goes through it as it is.
    pub fn is_idle(&self) -> bool {
        self.passes.is_empty() && !self.is_filter() && !self.flattens_logs
    }

    /// Whether it is a filter, which gives nothing back for a request that it left empty.
    pub fn is_filter(&self) -> bool {
        !self.sweeps.is_empty()
    }
}

/// The end of a group of a filter's conditions: what it left empty goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sweeping {
    /// How many passes come before.
    pub after: usize,
    /// What goes.
    pub what: Sweep,
}

/// Which empty messages go; each removes what those before it remove, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sweep {
    /// Resources without scopes, as a filter with conditions on resources alone does.
    Resources,
    /// Scopes without records.
    Scopes,
    /// Metrics without data points, those of no type excepted, as a filter with conditions on data points does.
    Metrics,
}

/// One group of statements, run over all records of its context.
pub struct Pass {
    /// The context.
    pub context: Context,
    /// What to do about failed statements.
    pub error_mode: ErrorMode,
    /// The same for the group's conditions.
    pub condition_error_mode: ErrorMode,
    /// How many records run together: 1 where the order of effects between records can be seen.
    pub lanes: usize,
    /// Whether all records of a request share one cache.
    pub shared_cache: bool,
    /// Whether the metrics that statements make of a scope are to be visited before the next scope's, because what
    /// is done to one can be seen by another's.
    pub is_by_scope: bool,
    /// Whether `set` writes nil.
    pub allow_nil: bool,
    /// The instructions that run over records.
    pub code: Vec<Instruction>,
    /// Parts that need no record, run once per resource or scope ahead of `code`.
    pub hoisted: Vec<Section>,
    /// How many results the hoisted sections have in all.
    pub hoisted_count: usize,
    /// Results for resources. If all of them are false, the pass does nothing to the resource's records; none if that cannot
    /// be told, or if the pass changes resources.
    pub guards: Vec<u16>,
    /// Constants, named by operands.
    pub constants: Vec<Literal>,
    /// Paths, named by operands.
    pub paths: Vec<Path>,
    /// Calls, named by operands.
    pub calls: Vec<CallSite>,
    /// Lambda expressions, named by arguments of calls; those within another stand before it.
    pub lambdas: Vec<Lambda>,
    /// Lists of value operands.
    pub operands: Vec<Vec<u16>>,
    /// Comparisons with constants, named by operands.
    pub tests: Vec<Test>,
    /// The statements and conditions, for reports.
    pub statements: Vec<StatementInfo>,
    /// How many value registers `code` and the sections use.
    pub registers: usize,
    /// How many mask registers they use.
    pub masks: usize,
}

/// A part of a pass that runs once per resource or scope.
#[derive(Debug)]
pub struct Section {
    /// `ResourceContainer` or `ScopeContainer`: what a lane is. Only those with records take part.
    pub level: Level,
    /// The instructions.
    pub code: Vec<Instruction>,
    /// Results: (number of the hoisted value, value register).
    pub results: Vec<(u16, u16)>,
}

/// A statement or condition, for reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementInfo {
    /// The text as written.
    pub text: String,
    /// Whether it is a condition of a group or filter rather than a statement.
    pub is_condition: bool,
}

/// A resolved path.
#[derive(Clone, Debug)]
pub struct Path {
    /// The text as written.
    pub text: String,
    /// The message that holds it.
    pub level: Level,
    /// How it is reached.
    pub access: Access,
    /// The slot of the message's located fields that stands for the path's first step, if it has one.
    pub slot: Option<u16>,
    /// The keys, those that a slot stands for included.
    pub keys: Vec<Key>,
}

/// A comparison with a constant that is one instruction: neither side is loaded into a register, which is most of the
/// work of most conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Test {
    /// What is compared.
    pub left: Tested,
    /// How.
    pub comparator: Comparator,
    /// The operand that names the constant.
    pub right: u16,
}

/// What a [`Test`] compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tested {
    /// The value of a path: an index into the pass's paths.
    Path(u16),
    /// What lies between the times at two paths.
    Between {
        /// The path that is read first, from which is subtracted.
        end: u16,
        /// The other.
        start: u16,
    },
}

/// A key of a path or of an indexed converter.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// A string literal.
    String(Vec<u8>),
    /// An int literal.
    Int(i64),
    /// The value of a register or constant.
    Value(u16),
}

/// Whether, and when, each of a message's attributes gets a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rows {
    /// Never.
    #[default]
    Never,
    /// When a statement asks for them, which not all records may come to.
    WhenAsked,
    /// When the message is found.
    AtOnce,
}

/// What a program looks for in the messages of a level: slot by slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// The singular fields, each with its slot.
    pub fields: Vec<(FieldNumbers, u16)>,
    /// The attributes' field number, if any attribute is looked for.
    pub attributes: Option<FieldNumbers>,
    /// Whether all attributes are looked for, and not only those with slots.
    pub rows: Rows,
    /// Whether a statement looks into the map of all attributes, and does not only copy it.
    pub looks_into_map: bool,
    /// The slot for where attributes stand as a whole, if a call has a [shortcut](ShortcutCall) over them: they are counted then, too.
    pub run: Option<u16>,
    /// Constant keys of attributes, each with its slot.
    pub keys: Vec<(Vec<u8>, u16)>,
    /// How many slots there are.
    pub slots: u16,
}

impl Touched {
    /// The same, with rows at once if they are ever asked for.
    pub(crate) fn with_rows_at_once(&self) -> Touched {
        let rows = match self.rows {
            Rows::WhenAsked => Rows::AtOnce,
            rows => rows,
        };
        Touched {
            rows,
            ..self.clone()
        }
    }
}

/// A lambda expression: code that a function runs on the lane of its call, with values of its own choosing.
#[derive(Debug)]
pub struct Lambda {
    /// The register of each parameter's value; `None` for `_`.
    pub parameters: Vec<Option<u16>>,
    /// The mask register that holds the lane.
    pub mask: u8,
    /// The instructions. They begin no statement: what fails in them is an error of the call.
    pub code: Vec<Instruction>,
    /// The register or constant that holds the result when the code has run.
    pub result: u16,
}

/// A call of a function.
pub struct CallSite {
    /// What is called.
    pub function: &'static Function,
    /// The arguments by parameter.
    pub arguments: Vec<Argument>,
    /// What the function prepared from the literals.
    pub prepared: Option<Prepared>,
    /// The number by which workers keep scratch memory for the call; a call that is remembered has the next
    /// one, too.
    pub scratch: usize,
    /// The operand by whose value the results are remembered.
    pub remembered_by: Option<u16>,
    /// What spares running it, if anything does.
    pub shortcut: Option<ShortcutCall>,
}

/// [`Shortcut`](crate::function::Shortcut) of one call, whose first argument is a path, or of those that take strings a value.
#[derive(Clone, Debug)]
pub enum ShortcutCall {
    /// It does nothing where there are no more or longer attributes.
    Within(Extent),
    /// It does nothing where the attribute with this slot is absent.
    WithoutSlot(u16),
    /// It removes all attributes but those with these slots.
    KeepsSlots(Vec<u16>),
    /// What the call prepared changes texts, if this gives what does.
    ChangesText(fn(&Prepared) -> Option<&dyn ChangeText>),
    /// What the call prepared tells of texts whether it yields true, if this gives what does.
    TellsText(fn(&Prepared) -> Option<&dyn TellText>),
    /// It takes the strings of several records.
    TakesStrings(RunStrings),
}

/// An argument of a call.
#[derive(Debug)]
pub enum Argument {
    /// Left out.
    Absent,
    /// The value of a register or constant.
    Value(u16),
    /// A path, to be written or read and written, or whose text is tested where it stands: an index into the pass's paths.
    Path(u16),
    /// A list literal for a parameter that takes a list of expressions.
    List(Vec<Argument>),
    /// A literal for a parameter that takes only those.
    Literal(Literal),
    /// A converter's name.
    Function(&'static Function),
    /// A lambda expression: an index into the pass's lambdas.
    Lambda(u16),
}

impl std::fmt::Debug for CallSite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallSite")
            .field("function", &self.function)
            .field("arguments", &self.arguments)
            .finish()
    }
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pass")
            .field("context", &self.context)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}
