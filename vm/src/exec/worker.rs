//! A worker: the memory that running requests needs, kept from one to the next.

use super::dictionary::Dictionary;
use super::eager::Walked;
use super::failures::{Failure, Failures};
use super::lane_nodes::LaneNodes;
use super::locate::{Row, Slot};
use super::machine::{Machine, Scratch};
use super::mask::Mask;
use super::parts::parts_of;
use super::passes::Progress;
use super::walk::{Doubt, Found, Read, Walk};
use crate::limits::{MEMORY_KEPT_BYTES_MAX, PART_BYTES_MIN};
use crate::path::{Context, Level};
use crate::program::{Pass, Program, ProgramId};
use crate::text::time::Time;
use crate::value::Value;
use crate::wire::Signal;
use crate::wire::encode::{copy, encode};
use crate::wire::error::WireError;
use crate::wire::flatten::{flatten, group};
use crate::wire::index::{Validation, index};
use crate::wire::normalize::normalize;
use crate::wire::passed_over::PassedOver;
use crate::wire::tree::{Edit, NONE, Node, NodeId, Tree, message_fields};
use crate::wire::validate::{Canonical, validate};
use bumpalo::Bump;
use std::fmt;
use std::num::NonZero;

/// What running a request did.
#[derive(Debug, Default)]
pub struct Outcome<'w> {
    /// Whether a filter removed everything, so that there is no output.
    pub dropped_all: bool,
    /// How many statements failed under `ignore`.
    pub failure_count: u64,
    /// The first of them in the reference's order, at most
    /// [`FAILURES_KEPT_MAX`](crate::limits::FAILURES_KEPT_MAX).
    pub failures: &'w [Failure],
    /// How many records each pass went over.
    pub visited: &'w [u64],
}

/// Why a request was refused. There is no output then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// The request is not what the reference accepts.
    Wire(WireError),
    /// A statement failed under `propagate`.
    Statement(Failure),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Wire(error) => error.fmt(f),
            RunError::Statement(failure) => write!(f, "{}", failure.error),
        }
    }
}

impl std::error::Error for RunError {}

/// Runs a program over requests, one at a time. Give each thread its own.
///
/// Shared caches (`shared_cache: true`) and what functions keep between records belong to the worker, until it runs
/// another program.
pub struct Worker {
    arena: Bump,
    memory: Memory<'static>,
    failures: Failures,
    /// The program that ran last, of which the next three are.
    program: Option<ProgramId>,
    scratch: Scratch,
    /// The shared caches that were left, by context: the bytes of their fields.
    caches: Vec<(Context, Vec<u8>)>,
    /// Whether so many of its statements asked for rows that these are made at once.
    makes_rows_at_once: bool,
    canonical: Vec<u8>,
    /// A request with each log record on its own, as it comes and as it goes.
    flat: Vec<u8>,
    flat_edited: Vec<u8>,
    /// The time that every request sees, if it is fixed.
    fixed_time: Option<Time>,
    /// How large the parts are in which requests are run: bytes, or more.
    part_bytes_min: usize,
}

/// The buffers that a request borrows into; empty between requests, so their lifetime can change.
#[derive(Default)]
struct Memory<'a> {
    nodes: Vec<Node>,
    containers: Vec<NodeId>,
    masks: Vec<Mask>,
    lane_nodes: LaneNodes,
    hoisted_at: Vec<(Level, usize)>,
    passed_over: PassedOver,
    doubts: Vec<Doubt>,
    edits: Vec<Edit<'a>>,
    slots: Vec<Slot<'a>>,
    rows: Vec<Row<'a>>,
    registers: Vec<Value<'a>>,
    hoisted: Vec<Value<'a>>,
    dictionary: Option<Dictionary<'a>>,
}

impl Memory<'_> {
    /// The same buffers, emptied, for borrows of another lifetime. Collecting in place reuses them.
    fn recycle<'b>(self) -> Memory<'b> {
        fn empty<A, B>(mut buffer: Vec<A>) -> Vec<B> {
            buffer.clear();
            buffer
                .into_iter()
                .map(|_| -> B { unreachable!("the buffer is empty") })
                .collect()
        }
        let Memory {
            mut nodes,
            mut containers,
            mut masks,
            lane_nodes,
            mut hoisted_at,
            passed_over,
            mut doubts,
            ..
        } = self;
        nodes.clear();
        containers.clear();
        // Each lane's nodes are set when a block is filled, so those of before can stay.
        masks.clear();
        hoisted_at.clear();
        doubts.clear();
        Memory {
            nodes,
            containers,
            masks,
            lane_nodes,
            hoisted_at,
            passed_over,
            doubts,
            edits: empty(self.edits),
            slots: empty(self.slots),
            rows: empty(self.rows),
            registers: empty(self.registers),
            hoisted: empty(self.hoisted),
            dictionary: self.dictionary.map(|dictionary| dictionary.recycle(empty)),
        }
    }
}

/// How running a request can end early.
enum Stop {
    Refused(RunError),
    /// The request must be put into canonical form first.
    Irregular,
}

impl Default for Worker {
    fn default() -> Worker {
        Worker::new()
    }
}

impl Worker {
    /// A worker with nothing kept yet.
    pub fn new() -> Worker {
        Worker {
            arena: Bump::new(),
            memory: Memory::default(),
            failures: Failures::default(),
            program: None,
            scratch: Vec::new(),
            caches: Vec::new(),
            makes_rows_at_once: false,
            canonical: Vec::new(),
            flat: Vec::new(),
            flat_edited: Vec::new(),
            fixed_time: None,
            part_bytes_min: PART_BYTES_MIN,
        }
    }

    /// Stops the worker's clock, so that tests are repeatable.
    #[must_use]
    pub fn with_time(mut self, now: Time) -> Worker {
        self.fixed_time = Some(now);
        self
    }

    /// Runs requests in parts of so many bytes or more, where that [cannot be seen](Program::is_separable), in the place of
    /// [`PART_BYTES_MIN`].
    #[must_use]
    pub fn with_parts_of(mut self, bytes: NonZero<usize>) -> Worker {
        self.part_bytes_min = bytes.get();
        self
    }

    /// The statements of the last request that failed under `ignore`, the first
    /// [`FAILURES_KEPT_MAX`](crate::limits::FAILURES_KEPT_MAX) of them, whether or not it was refused.
    pub fn failures(&self) -> &[Failure] {
        &self.failures.kept
    }

    /// Runs a program over a request and appends the resulting request to `out`.
    ///
    /// # Errors
    /// A request that the reference's decoder refuses, as far as `validation` looks, or a statement that
    /// failed under `propagate`; `out` is as it was.
    pub fn run(
        &mut self,
        program: &Program,
        validation: Validation,
        input: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Outcome<'_>, RunError> {
        let is_large = input.len() / 2 >= self.part_bytes_min;
        if is_large
            && !program.passes.is_empty()
            && program.is_separable()
            && let Some(any_left) = self.run_parts(program, validation, input, out)
        {
            return Ok(self.outcome(any_left));
        }
        let any_left = if program.flattens_logs {
            self.run_flat(program, input, out)
        } else {
            self.run_whole(program, validation, input, out)
        }?;
        Ok(self.outcome(any_left))
    }

    /// Runs a program that is [separable](Program::is_separable) over a part of a request, which
    /// [`parts`](super::parts()) has made. `None`, and `out` as it was, if that shows that the request must be run as
    /// a whole: to be refused, or to be put into canonical form.
    pub fn run_part(
        &mut self,
        program: &Program,
        validation: Validation,
        part: &[u8],
        out: &mut Vec<u8>,
    ) -> Option<Outcome<'_>> {
        let any_left = self.run_parts(program, validation, part, out)?;
        Some(self.outcome(any_left))
    }

    /// The same in smaller parts, one after the other. Whether anything is left.
    fn run_parts(
        &mut self,
        program: &Program,
        validation: Validation,
        input: &[u8],
        out: &mut Vec<u8>,
    ) -> Option<bool> {
        let before = out.len();
        let mut is_any_left = false;
        self.failures.clear();
        for part in parts_of(input, self.part_bytes_min) {
            let part_at = out.len();
            let ran = part.map(|part| self.attempt(program, validation, part, out));
            match ran {
                // Where a filter drops all of a part, what failed in it still refuses a request that has others.
                Some(Ok(is_left)) if self.failures.fatal.is_none() => {
                    is_any_left |= is_left;
                    if !is_left {
                        out.truncate(part_at);
                    }
                }
                _ => {
                    out.truncate(before);
                    return None;
                }
            }
        }
        Some(is_any_left)
    }

    fn outcome(&self, any_left: bool) -> Outcome<'_> {
        Outcome {
            dropped_all: !any_left,
            failure_count: self.failures.count,
            failures: &self.failures.kept,
            visited: &self.failures.visited,
        }
    }

    /// Runs a program over a request whose log records each stand on their own, and puts them together again.
    fn run_flat(
        &mut self,
        program: &Program,
        input: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<bool, RunError> {
        self.failures.clear();
        let mut flat = std::mem::take(&mut self.flat);
        let mut edited = std::mem::take(&mut self.flat_edited);
        flat.clear();
        edited.clear();
        let result = flatten(input, &mut flat)
            .map_err(RunError::Wire)
            .and_then(|()| self.run_whole(program, Validation::Touched, &flat, &mut edited))
            .inspect(|_| group(&edited, out));
        self.flat = flat;
        self.flat_edited = edited;
        result
    }

    /// Whether anything is left of the request.
    fn run_whole(
        &mut self,
        program: &Program,
        validation: Validation,
        input: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<bool, RunError> {
        let before = out.len();
        self.failures.clear();
        let kept = match self.attempt(program, validation, input, out) {
            Err(Stop::Irregular) => {
                let mut canonical = std::mem::take(&mut self.canonical);
                canonical.clear();
                self.failures.clear();
                let result = match normalize(program.signal, input, &mut canonical) {
                    Ok(()) => self.attempt(program, Validation::Touched, &canonical, out),
                    Err(error) => Err(Stop::Refused(RunError::Wire(error))),
                };
                self.canonical = canonical;
                result
            }
            result => result,
        };
        match kept {
            Ok(any_left) => {
                if !any_left {
                    out.truncate(before);
                }
                Ok(any_left)
            }
            Err(Stop::Refused(error)) => {
                out.truncate(before);
                Err(error)
            }
            Err(Stop::Irregular) => unreachable!("canonical requests are regular"),
        }
    }

    /// Whether anything is left of the request.
    fn attempt(
        &mut self,
        program: &Program,
        validation: Validation,
        input: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<bool, Stop> {
        self.arena.reset();
        if self.arena.allocated_bytes() > MEMORY_KEPT_BYTES_MAX {
            self.arena = Bump::new();
        }
        if self.program.replace(program.id) != Some(program.id) {
            self.scratch.clear();
            self.caches.clear();
            self.makes_rows_at_once = false;
        }
        let memory = std::mem::take(&mut self.memory).recycle();
        let (result, memory) = run_request(self, program, validation, input, out, memory);
        self.memory = memory.recycle();
        self.failures.settle();
        self.failures.end_part();
        result
    }
}

fn run_request<'a>(
    worker: &'a mut Worker,
    program: &'a Program,
    validation: Validation,
    input: &'a [u8],
    out: &mut Vec<u8>,
    memory: Memory<'a>,
) -> (Result<bool, Stop>, Memory<'static>) {
    // References in profiles may become others even so.
    let does_nothing = program.passes.is_empty() && program.signal != Signal::Profiles;
    if does_nothing && !program.is_filter() {
        let tree = Tree {
            input,
            ..Tree::default()
        };
        return (pass_on(tree, program, validation, out), Memory::default());
    }
    let tree = Tree {
        input,
        nodes: memory.nodes,
        containers: memory.containers,
        edits: memory.edits,
        is_irregular: false,
        is_restructured: false,
    };
    let mut machine = Machine {
        slots: memory.slots,
        rows: memory.rows,
        doubts: memory.doubts,
        registers: memory.registers,
        masks: memory.masks,
        lane_nodes: memory.lane_nodes,
        hoisted: memory.hoisted,
        hoisted_at: memory.hoisted_at,
        passed_over: memory.passed_over,
        dictionary: memory.dictionary,
        fixed_time: worker.fixed_time,
        ..Machine::new(
            &worker.arena,
            tree,
            program,
            &mut worker.failures,
            &mut worker.scratch,
        )
    };
    if worker.makes_rows_at_once {
        machine.locators = machine.row_locators;
    }
    let result = run_passes(&mut machine, program, validation, &mut worker.caches)
        .inspect(|_| encode(&mut machine.tree, out));
    // To make a message's rows in a walk of its own costs about three times what it saves not to make them.
    worker.makes_rows_at_once |= machine.rows_made > machine.tree.nodes.len() / 4;
    let memory = Memory {
        nodes: machine.tree.nodes,
        containers: machine.tree.containers,
        masks: machine.masks,
        lane_nodes: machine.lane_nodes,
        hoisted_at: machine.hoisted_at,
        passed_over: machine.passed_over,
        edits: machine.tree.edits,
        slots: machine.slots,
        rows: machine.rows,
        doubts: machine.doubts,
        registers: machine.registers,
        hoisted: machine.hoisted,
        dictionary: machine.dictionary,
    };
    (result, memory.recycle())
}

/// A request that no statement looks at goes on as it came.
fn pass_on(
    tree: Tree<'_>,
    program: &Program,
    validation: Validation,
    out: &mut Vec<u8>,
) -> Result<bool, Stop> {
    if validation == Validation::Full {
        validate(program.signal, tree.input, &mut ()).map_err(refused)?;
    }
    copy(out, tree.input);
    Ok(true)
}

fn refused(error: WireError) -> Stop {
    Stop::Refused(RunError::Wire(error))
}

fn run_passes<'p: 'a, 'a>(
    machine: &mut Machine<'p, 'a>,
    program: &'p Program,
    validation: Validation,
    caches: &mut Vec<(Context, Vec<u8>)>,
) -> Result<bool, Stop> {
    let read = read(machine, program, validation).map_err(refused)?;
    if read.canonical == Canonical::No {
        return Err(Stop::Irregular);
    }
    // Attributes of profiles' resources and scopes have no names but references, and are checked with those.
    let has_unnamed = read.has_unnamed && program.signal != Signal::Profiles;
    if validation == Validation::Touched
        && machine
            .check_touched(program, has_unnamed)
            .map_err(refused)?
            == Canonical::No
    {
        return Err(Stop::Irregular);
    }
    let resolved = machine.resolve_references(program, validation);
    if resolved.map_err(refused)? == Canonical::No {
        return Err(Stop::Irregular);
    }
    let mut shared = SharedCaches::default();
    let mut sweeps = program.sweeps.iter().peekable();
    'passes: for (number, pass) in program.passes.iter().enumerate() {
        machine.failures.pass = number;
        machine.failures.visiting.push(0);
        machine.made.start();
        while let Some(sweeping) = sweeps.next_if(|sweeping| sweeping.after <= number) {
            machine.sweep(sweeping.what);
        }
        loop {
            let cache = if pass.shared_cache {
                shared.open(machine, pass, caches)
            } else {
                NONE
            };
            let progress = machine.run_pass(pass, cache);
            let level = pass.context.level().listed();
            let passed_over = machine.passed_over.count_before(level, u32::MAX);
            machine.failures.visiting[number] += machine.first_record + passed_over;
            let visited = match progress {
                Progress::Done => NONE,
                Progress::MadeMetrics(scope) => scope,
                Progress::Stopped => {
                    if let Some(error) = machine.wire_error {
                        return Err(refused(error));
                    }
                    if machine.tree.is_irregular {
                        return Err(Stop::Irregular);
                    }
                    break 'passes;
                }
            };
            let is_last = number + 1 == program.passes.len();
            let has_made = std::mem::take(&mut machine.made.waiting) > 0;
            if !machine.tree.is_restructured || (is_last && !has_made) {
                break;
            }
            let before = machine.metric_counts(visited);
            shared.close(machine, caches);
            restructure(machine, program)?;
            if !has_made {
                break;
            }
            machine
                .made
                .next_round(before.len(), machine.tree.input.len());
            machine.hide_metrics(&before);
        }
        machine.show_metrics();
    }
    sweeps.for_each(|sweeping| machine.sweep(sweeping.what));
    // Where a filter leaves nothing, nobody cares what failed.
    if program.is_filter() && !machine.is_any_left() {
        return Ok(false);
    }
    if let Some(failure) = machine.failures.fatal.take() {
        return Err(Stop::Refused(RunError::Statement(failure)));
    }
    shared.close(machine, caches);
    if program.signal == Signal::Profiles {
        machine.refer();
    }
    Ok(true)
}

/// Writes the request as it has become and reads it again, so that all its messages are nodes.
fn restructure<'p: 'a, 'a>(
    machine: &mut Machine<'p, 'a>,
    program: &'p Program,
) -> Result<(), Stop> {
    let mut request = Vec::new();
    machine.show_metrics();
    encode(&mut machine.tree, &mut request);
    let tree = &mut machine.tree;
    tree.input = machine.arena.alloc_slice_copy(&request);
    tree.clear();
    tree.edits.clear();
    tree.is_restructured = false;
    // What is written is as canonical as what was read.
    read(machine, program, Validation::Touched)
        .map(drop)
        .map_err(refused)
}

/// Reads the tree's input: makes its nodes and locates what is touched.
fn read<'p: 'a, 'a>(
    machine: &mut Machine<'p, 'a>,
    program: &'p Program,
    validation: Validation,
) -> Result<Read, WireError> {
    machine.find_passed_over(program, validation);
    machine.slots.clear();
    machine.rows.clear();
    machine.doubts.clear();
    let (plan, signal, input) = (program.plan(), program.signal, machine.tree.input);
    let found = Found::new(&machine.locators[0], &mut machine.slots, &mut machine.rows);
    let (locators, levels, tree) = (machine.locators, plan.located, &mut machine.tree);
    let passed_over = &mut machine.passed_over;
    if validation == Validation::Full {
        let walk = Walk::<true>::new(input, found, None);
        let mut walked = Walked {
            locators,
            levels,
            walk,
        };
        let canonical = index(tree, signal, plan.levels, passed_over, &mut walked);
        return walked.walk.read(canonical);
    }
    let walk = Walk::<false>::new(input, found, Some(&mut machine.doubts));
    let mut walked = Walked {
        locators,
        levels,
        walk,
    };
    let canonical = index(tree, signal, plan.levels, passed_over, &mut walked);
    let read = walked.walk.read(canonical)?;
    machine.doubts_rows = read.doubts_rows;
    Ok(read)
}

/// The caches that records and requests share, while a request runs.
#[derive(Default)]
struct SharedCaches(Vec<(Context, NodeId)>);

impl SharedCaches {
    /// The cache of the pass's context, filled with what earlier requests left.
    fn open(
        &mut self,
        machine: &mut Machine<'_, '_>,
        pass: &Pass,
        kept: &[(Context, Vec<u8>)],
    ) -> NodeId {
        if let Some((_, id)) = self.0.iter().find(|(context, _)| *context == pass.context) {
            return *id;
        }
        let id = machine.tree.add_virtual(Level::Cache, NONE);
        if let Some((_, fields)) = kept.iter().find(|(context, _)| *context == pass.context) {
            let fields = machine.arena.alloc_slice_copy(fields);
            for field in message_fields(fields) {
                machine.tree.append(id, field.whole);
            }
        }
        self.0.push((pass.context, id));
        id
    }

    fn close(&mut self, machine: &Machine<'_, '_>, kept: &mut Vec<(Context, Vec<u8>)>) {
        for (context, id) in self.0.drain(..) {
            let index = kept
                .iter()
                .position(|(c, _)| *c == context)
                .unwrap_or_else(|| {
                    kept.push((context, Vec::new()));
                    kept.len() - 1
                });
            let fields = &mut kept[index].1;
            fields.clear();
            for field in machine.tree.fields(id) {
                fields.extend_from_slice(field.whole);
            }
        }
    }
}
