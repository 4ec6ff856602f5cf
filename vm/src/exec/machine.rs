//! The machine: a pass's state while it runs over a request.

use super::dictionary::Dictionary;
use super::failures::Failures;
use super::lambda::Lambdas;
use super::lane_nodes::LaneNodes;
use super::locate::{Row, Slot};
use super::locator::Locator;
use super::mask::{BLOCK, Mask};
use super::passes::NO_PASS;
use super::walk::Doubt;
use crate::error::Error;
use crate::function::Literal;
use crate::instruction::CONSTANT;
use crate::limits::{
    METRIC_ROUNDS_MAX, METRICS_MADE_BYTES_MAX, METRICS_MADE_MAX, METRICS_READ_AGAIN_BYTES_MAX,
    REQUEST_MEMORY_BYTES_MAX,
};
use crate::path::Level;
use crate::program::{ErrorMode, Pass, Program};
use crate::text::time::Time;
use crate::value::{Element, Entry, Pdata, TypedList, Value};
use crate::wire::any;
use crate::wire::error::WireError;
use crate::wire::passed_over::PassedOver;
use crate::wire::tree::{NodeId, Tree};
use bumpalo::Bump;
use std::any::Any;

/// What calls keep between records, by call; see `Call::scratch`.
pub(crate) type Scratch = Vec<Option<Box<dyn Any + Send>>>;

/// The metrics that a request's statements have made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Made {
    /// How many metrics wait to be visited.
    pub(crate) waiting: usize,
    /// How often statements visited metrics that they had made before, of the scopes up to `scopes`.
    rounds: usize,
    scopes: usize,
    /// How many bytes were read again to visit metrics.
    read_again: usize,
    count: usize,
    bytes: usize,
}

impl Made {
    /// Counts bytes that a statement makes of fewer.
    pub(crate) fn grow<'a>(&mut self, bytes: usize) -> Result<(), Error<'a>> {
        if bytes > self.room() {
            return Err(Error::new("the statements make too much of the request"));
        }
        self.bytes += bytes;
        Ok(())
    }

    /// How many bytes statements may make yet.
    pub(crate) fn room(&self) -> usize {
        METRICS_MADE_BYTES_MAX - self.bytes
    }

    /// Begins a pass.
    pub(crate) fn start(&mut self) {
        (self.rounds, self.scopes) = (0, 0);
    }

    /// Counts a visit of metrics that were made for the first so many scopes of a request of so many bytes.
    pub(crate) fn next_round(&mut self, scopes: usize, bytes: usize) {
        self.rounds = if self.scopes == scopes {
            self.rounds + 1
        } else {
            1
        };
        self.scopes = scopes;
        self.read_again = self.read_again.saturating_add(bytes);
    }

    /// Counts a metric of this many bytes.
    pub(crate) fn count<'a>(&mut self, bytes: usize) -> Result<(), Error<'a>> {
        if self.rounds >= METRIC_ROUNDS_MAX
            || self.count >= METRICS_MADE_MAX
            || self.read_again > METRICS_READ_AGAIN_BYTES_MAX
            || bytes > self.room()
        {
            return Err(Error::new(
                "the statement would go on to make metrics from those that it made; say with `where` from which",
            ));
        }
        self.waiting += 1;
        self.count += 1;
        self.bytes += bytes;
        Ok(())
    }
}

/// Where an operand's values are among the registers.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    at: usize,
    /// All bits, or none if all lanes have the same value.
    lanes: usize,
}

/// A pass's state while it runs.
pub(crate) struct Machine<'p: 'a, 'a> {
    pub(crate) arena: &'a Bump,
    pub(crate) tree: Tree<'a>,
    pub(crate) pass: &'p Pass,
    /// Whether the program is a filter, which goes on after a failure under `propagate`.
    pub(crate) is_filter: bool,
    /// What to look for in the messages of each level, by `Level as usize`.
    pub(crate) locators: &'p [Locator; Level::COUNT],
    /// The same, with rows for all attributes wherever a statement can ask for them.
    pub(crate) row_locators: &'p [Locator; Level::COUNT],
    /// How often rows were made when a statement asked for them.
    pub(crate) rows_made: usize,
    pub(crate) slots: Vec<Slot<'a>>,
    pub(crate) rows: Vec<Row<'a>>,
    /// What of that is to be checked, if the request was not.
    pub(crate) doubts: Vec<Doubt>,
    /// Whether attributes that only rows show could be malformed, which is to be asked when a statement asks for rows.
    pub(crate) doubts_rows: bool,
    /// How many lanes a block can have: no more than there are messages, so that a small request does not pay for
    /// registers of lanes that it never has.
    pub(crate) stride: usize,
    /// Register r of lane l is at `r * stride + l`; after all registers come the pass's constants.
    pub(crate) registers: Vec<Value<'a>>,
    pub(crate) first_constant: usize,
    pub(crate) masks: Vec<Mask>,
    /// The lanes' messages.
    pub(crate) lane_nodes: LaneNodes,
    /// Lanes that take part in the statements to come.
    pub(crate) live: Mask,
    /// Lanes whose statement has not failed.
    pub(crate) ok: Mask,
    /// Lanes that matched a condition of a list.
    pub(crate) matched: Mask,
    /// The statement that runs.
    pub(crate) statement: u16,
    /// What the lambdas that run have met and done.
    pub(crate) lambdas: Lambdas<'a>,
    /// The number of lane 0's record among the pass's records.
    pub(crate) first_record: u64,
    /// Results of hoisted sections; those of result r begin at `hoisted_at[r]`, one a container.
    pub(crate) hoisted: Vec<Value<'a>>,
    pub(crate) hoisted_at: Vec<(Level, usize)>,
    /// The dictionary of a request of profiles, and memory for those to come.
    pub(crate) dictionary: Option<Dictionary<'a>>,
    pub(crate) failures: &'p mut Failures,
    pub(crate) scratch: &'p mut Scratch,
    /// The time that functions see, if it is not the clock's.
    pub(crate) fixed_time: Option<Time>,
    pub(crate) made: Made,
    /// The resources whose records are none of `tree`'s.
    pub(crate) passed_over: PassedOver,
    /// Whether there are messages that are held.
    pub(crate) has_held: bool,
    /// Whether metrics are hidden from the pass.
    pub(crate) has_hidden: bool,
    /// Something malformed that only looking at it showed; ends the request.
    pub(crate) wire_error: Option<WireError>,
}

impl<'p, 'a> Machine<'p, 'a> {
    /// A machine for a request, without memory of its own yet.
    pub(crate) fn new(
        arena: &'a Bump,
        tree: Tree<'a>,
        program: &'p Program,
        failures: &'p mut Failures,
        scratch: &'p mut Scratch,
    ) -> Machine<'p, 'a> {
        Machine {
            arena,
            tree,
            pass: program.passes.first().unwrap_or(&NO_PASS),
            is_filter: program.is_filter(),
            locators: &program.plan().locators,
            row_locators: &program.plan().row_locators,
            rows_made: 0,
            slots: Vec::new(),
            rows: Vec::new(),
            doubts: Vec::new(),
            doubts_rows: false,
            stride: 0,
            registers: Vec::new(),
            first_constant: 0,
            masks: Vec::new(),
            lane_nodes: LaneNodes::default(),
            live: Mask::NONE,
            ok: Mask::NONE,
            matched: Mask::NONE,
            statement: 0,
            lambdas: Lambdas::default(),
            first_record: 0,
            hoisted: Vec::new(),
            hoisted_at: Vec::new(),
            dictionary: None,
            failures,
            scratch,
            fixed_time: None,
            made: Made::default(),
            passed_over: PassedOver::default(),
            has_held: false,
            has_hidden: false,
            wire_error: None,
        }
    }

    /// Whether the request has taken as much memory as it may.
    #[inline]
    pub(crate) fn is_memory_spent(&self) -> bool {
        self.arena.allocated_bytes() > REQUEST_MEMORY_BYTES_MAX
    }

    /// The lane's message of a level; [`NONE`] if its record has none.
    #[inline]
    pub(crate) fn node_of(&self, level: Level, lane: usize) -> NodeId {
        self.lane_nodes.at(level, lane, &self.tree.nodes)
    }

    /// The value of a value operand.
    #[inline]
    pub(crate) fn operand(&self, operand: u16, lane: usize) -> Value<'a> {
        *self.value(self.column(operand), lane)
    }

    /// Where the values of a value operand are, to be found out once for all lanes.
    #[inline]
    pub(crate) fn column(&self, operand: u16) -> Column {
        if operand & CONSTANT != 0 {
            Column {
                at: self.first_constant + usize::from(operand & !CONSTANT),
                lanes: 0,
            }
        } else {
            Column {
                at: usize::from(operand) * self.stride,
                lanes: usize::MAX,
            }
        }
    }

    /// A lane's value of a column.
    #[inline(always)]
    pub(crate) fn value(&self, column: Column, lane: usize) -> &Value<'a> {
        &self.registers[column.at + (lane & column.lanes)]
    }

    #[inline]
    pub(crate) fn set_register(&mut self, register: u16, lane: usize, value: Value<'a>) {
        self.registers[usize::from(register) * self.stride + lane] = value;
    }

    /// Takes out what was kept between records at `index`; nothing yet is `T`'s default.
    pub(crate) fn take_kept<T: Any + Send + Default>(&mut self, index: usize) -> Box<T> {
        if self.scratch.len() <= index {
            self.scratch.resize_with(index + 1, || None);
        }
        let kept = self.scratch[index].take();
        kept.and_then(|kept| kept.downcast().ok())
            .unwrap_or_default()
    }

    /// Keeps it again.
    pub(crate) fn keep<T: Any + Send>(&mut self, index: usize, kept: Box<T>) {
        self.scratch[index] = Some(kept);
    }

    /// The lanes that an instruction under this mask register runs for.
    #[inline]
    pub(crate) fn mask(&self, register: u8) -> Mask {
        self.masks[usize::from(register)].and(self.ok)
    }

    /// Fails the lane's statement, or the lambda that runs on it.
    #[cold]
    pub(crate) fn fail(&mut self, lane: usize, error: Error<'a>) {
        self.ok.remove(lane);
        if self.lambdas.catch(error) {
            return;
        }
        self.failures.push(
            self.pass,
            self.statement,
            self.record_number(lane),
            error.text(),
        );
        if self.is_filter && self.pass.condition_error_mode == ErrorMode::Propagate {
            self.hold(lane);
        }
    }

    /// The number of the lane's record among the request's.
    fn record_number(&self, lane: usize) -> u64 {
        let level = self.pass.context.level().listed();
        let at = self.tree.node(self.node_of(level, lane)).tag_at;
        self.first_record + lane as u64 + self.passed_over.count_before(level, at)
    }

    /// Leaves the lane's record, and what it holds, alone for the rest of a filter's group.
    fn hold(&mut self, lane: usize) {
        self.live.remove(lane);
        let id = self.drop_target(self.pass.context.level(), lane);
        if let Some(node) = self.tree.nodes.get_mut(id as usize) {
            node.is_held = true;
            self.has_held = true;
        }
    }

    /// Gets ready for a pass.
    pub(crate) fn enter(&mut self, pass: &'p Pass) {
        self.pass = pass;
        self.stride = BLOCK.min(self.tree.nodes.len());
        self.first_constant = pass.registers * self.stride;
        self.registers.resize(self.first_constant, Value::Nil);
        for literal in &pass.constants {
            let value = constant(literal, self.arena);
            self.registers.push(value);
        }
        self.masks.resize(pass.masks, Mask::NONE);
        self.hoisted.clear();
        self.hoisted_at.clear();
        self.hoisted_at
            .resize(pass.hoisted_count, (Level::ResourceContainer, 0));
    }
}

/// A lambda as a value: nothing takes it.
static LAMBDA: Pdata<'static> = Pdata {
    type_name: "*ottl.LambdaExpression",
    origin: 0,
    wire: &[],
};

/// A literal inside a map, whose lists are of the kind that the wire has.
fn part<'a>(literal: &Literal, arena: &'a Bump) -> Value<'a> {
    match literal {
        Literal::List(items) => {
            Value::List(arena.alloc_slice_fill_iter(items.iter().map(|item| part(item, arena))))
        }
        literal => constant(literal, arena),
    }
}

/// A literal as a value.
pub fn constant<'a>(literal: &Literal, arena: &'a Bump) -> Value<'a> {
    match literal {
        Literal::Nil | Literal::Function(_) => Value::Nil,
        Literal::Lambda => Value::Pdata(&LAMBDA),
        Literal::String(text) => Value::String(arena.alloc_slice_copy(text)),
        Literal::Bytes(bytes) => Value::Bytes(arena.alloc_slice_copy(bytes)),
        Literal::Int(v) => Value::Int(*v),
        Literal::Double(v) => Value::Double(*v),
        Literal::Bool(v) => Value::Bool(*v),
        Literal::Duration(v) => Value::Duration(*v),
        Literal::List(items) => {
            let items = arena.alloc_slice_fill_iter(items.iter().map(|item| constant(item, arena)));
            Value::TypedList(arena.alloc(TypedList {
                element: Element::Any,
                items,
            }))
        }
        Literal::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| Entry {
                key,
                value: part(value, arena),
            });
            Value::WireMap(any::wire_map(entries, 0, arena))
        }
    }
}
