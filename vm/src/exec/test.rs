//! Tests: what slots hold, compared with constants.
//!
//! A condition on a field or attribute needs neither its value nor the constant in a register. The loops here look at
//! payloads where the slots say that they stand, one loop by form and type of constant, so that each lane takes a few
//! instructions. Payloads of another kind than such a loop expects are decoded and compared one by one; what no slot
//! shows is left to the general way, which reads the path. A converter that tells something of a text is asked about the
//! texts in slots likewise.

use super::access::inner_field;
use super::call::runner;
use super::lane_nodes::Column;
use super::locate::Slot;
use super::machine::Machine;
use super::mask::Mask;
use super::run::no_truth;
use crate::compare::{Comparator, compare, same_text};
use crate::error::Error;
use crate::function::TellText;
use crate::instruction::Instruction;
use crate::math::{Operator, calculate};
use crate::path::form::{Form, nanoseconds_between};
use crate::path::{Access, Level};
use crate::program::{Argument, CallSite, Path, ShortcutCall, Test, Tested};
use crate::value::Value;
use crate::wire::any;
use crate::wire::tree::{NONE, Node};
use bumpalo::Bump;

/// Lanes for which a test holds, and lanes of which the slots do not tell.
struct Told {
    holding: Mask,
    untold: Mask,
}

impl Told {
    /// Of lanes of which the slots tell nothing.
    fn nothing(lanes: Mask) -> Told {
        Told {
            holding: Mask::NONE,
            untold: lanes,
        }
    }
}

/// The payload of a field, if it is there, as it is looked at by one lane.
type Payload<'a> = Option<&'a [u8]>;

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Makes the instruction's mask of the lanes for which its test holds.
    pub(super) fn test(&mut self, i: &Instruction) {
        let test = &self.pass.tests[usize::from(i.a)];
        let Told { holding, untold } = self.told_by_slots(test, self.mask(i.mask));
        self.masks[usize::from(i.dst)] = match untold == Mask::NONE {
            true => holding,
            false => holding.or(self.found_out(test, untold)),
        };
    }

    /// The general way: those of the lanes for which a test holds. An error fails the lane's statement.
    #[inline(never)]
    fn found_out(&mut self, test: &'p Test, lanes: Mask) -> Mask {
        lanes.filter(|lane| {
            self.holds(test, lane).unwrap_or_else(|error| {
                self.fail(lane, error);
                false
            })
        })
    }

    fn holds(&mut self, test: &'p Test, lane: usize) -> Result<bool, Error<'a>> {
        let mut read = |path: u16| self.read_path(&self.pass.paths[usize::from(path)], lane);
        let left = match test.left {
            Tested::Path(path) => read(path)?,
            Tested::Between { end, start } => {
                let (end, start) = (read(end)?, read(start)?);
                calculate(Operator::Subtract, end, start, self.arena)?
            }
        };
        compare(test.comparator, &left, &self.operand(test.right, lane))
    }

    fn told_by_slots(&self, test: &Test, mask: Mask) -> Told {
        let path = |index: u16| &self.pass.paths[usize::from(index)];
        let right = self.operand(test.right, 0);
        let told = match test.left {
            Tested::Path(index) => self.told_by_slot(path(index), test.comparator, right, mask),
            Tested::Between { end, start } => {
                self.told_by_times([path(end), path(start)], test.comparator, right, mask)
            }
        };
        told.unwrap_or(Told::nothing(mask))
    }

    /// Of the value of a path; `None` if no slot says what that is.
    #[inline(never)]
    fn told_by_slot(
        &self,
        path: &Path,
        comparator: Comparator,
        right: Value<'a>,
        mask: Mask,
    ) -> Option<Told> {
        let looked_at = match (path.access, path.keys.len()) {
            (Access::Attributes { .. }, 1) => LookedAt::Field(Form::Any),
            // A field that is in some variants only is for the general way.
            (Access::Field { field, form }, 0) if !field.contains(&0) => LookedAt::Field(form),
            (Access::Nested { field, inner, form }, 0) if !field.contains(&0) => {
                LookedAt::Inner(inner, form)
            }
            _ => return None,
        };
        let slot = [path.slot?];
        let mut room = [NONE; _];
        let slots = self.slots_of(path.level, mask, &mut room);
        let closer = Comparison {
            looked_at,
            comparator,
            right,
            arena: self.arena,
        };
        let is_equal = comparator == Comparator::Equal;
        let is_equality = is_equal || comparator == Comparator::NotEqual;
        Some(match (looked_at, right) {
            (LookedAt::Field(Form::Any), Value::String(right)) if is_equality => {
                slots.told(mask, slot, |[payload]| {
                    match payload.and_then(any::short_text) {
                        Some(left) => same_text(left, right) == is_equal,
                        None => closer.holds(payload),
                    }
                })
            }
            (LookedAt::Field(Form::Any), Value::Nil) if is_equality => {
                slots.told(mask, slot, |[payload]| match payload {
                    None => is_equal,
                    Some(payload) if any::is_one_value(payload) => !is_equal,
                    payload => closer.holds(payload),
                })
            }
            (LookedAt::Field(Form::Any), Value::Int(right)) => {
                slots.told(mask, slot, |[payload]| {
                    let double = || payload.and_then(any::one_double);
                    if let Some(left) = payload.and_then(any::short_int) {
                        comparator.holds(Some(left.cmp(&right)))
                    } else if let Some(left) = double() {
                        comparator.holds(left.partial_cmp(&(right as f64)))
                    } else {
                        closer.holds(payload)
                    }
                })
            }
            (LookedAt::Field(Form::String), Value::String(right)) if is_equality => {
                slots.told(mask, slot, |[payload]| {
                    same_text(payload.unwrap_or_default(), right) == is_equal
                })
            }
            // Kinds, severities and counts.
            (LookedAt::Field(Form::Int | Form::Int32 | Form::Uint32), Value::Int(right)) => slots
                .told(mask, slot, |[payload]| match payload {
                    Some([left @ 0..0x80]) => comparator.holds(Some(i64::from(*left).cmp(&right))),
                    payload => closer.holds(payload),
                }),
            _ => slots.told(mask, slot, |[payload]| closer.holds(payload)),
        })
    }

    /// Of what lies between two times; `None` if no slots say them.
    #[inline(never)]
    fn told_by_times(
        &self,
        [end, start]: [&Path; 2],
        comparator: Comparator,
        right: Value<'a>,
        mask: Mask,
    ) -> Option<Told> {
        let Value::Duration(duration) = right else {
            return None;
        };
        let (end_slot, start_slot) = (time_slot(end)?, time_slot(start)?);
        if end.level != start.level {
            return None;
        }
        let mut room = [NONE; _];
        let slots = self.slots_of(end.level, mask, &mut room);
        Some(slots.told(mask, [end_slot, start_slot], |[end, start]| {
            comparator.holds(Some(nanoseconds_between(end, start).cmp(&duration)))
        }))
    }

    /// Makes the instruction's mask of the lanes for which its call, of a text at a path, yields true.
    pub(super) fn test_text(&mut self, i: &Instruction) {
        let (site, mask) = (&self.pass.calls[usize::from(i.a)], self.mask(i.mask));
        let told = self
            .told_by_texts(site, mask)
            .unwrap_or(Told::nothing(mask));
        self.masks[usize::from(i.dst)] = match told.untold == Mask::NONE {
            true => told.holding,
            false => told.holding.or(self.found_true(site, told.untold)),
        };
    }

    /// The general way: those of the lanes for which a call yields true. An error fails the lane's statement.
    #[inline(never)]
    fn found_true(&mut self, site: &'p CallSite, lanes: Mask) -> Mask {
        let run = runner(site);
        lanes.filter(|lane| match self.call(site, run, lane) {
            Ok(Value::Bool(holds)) => holds,
            other => {
                let error = other.map_or_else(|error| error, |value| no_truth(value, self.arena));
                self.fail(lane, error);
                false
            }
        })
    }

    /// Of the texts that a call tells something of; `None` if it does not, or no slot says what they are.
    fn told_by_texts(&self, site: &CallSite, mask: Mask) -> Option<Told> {
        let (Some(ShortcutCall::TellsText(teller)), Some(prepared), Some(Argument::Path(path))) =
            (&site.shortcut, &site.prepared, site.arguments.first())
        else {
            return None;
        };
        let path = &self.pass.paths[usize::from(*path)];
        let form = match (path.access, path.keys.len()) {
            (Access::Attributes { .. }, 1) => Form::Any,
            (Access::Field { field, form }, 0) if !field.contains(&0) => form,
            _ => return None,
        };
        match form {
            Form::Any | Form::String if !self.is_memory_spent() => {
                Some(self.told_by_text(teller(prepared)?, path, path.slot?, form, mask))
            }
            _ => None,
        }
    }

    /// The same of the texts in a slot with a form.
    #[inline(never)]
    fn told_by_text(
        &self,
        test: &dyn TellText,
        path: &Path,
        slot: u16,
        form: Form,
        mask: Mask,
    ) -> Told {
        let mut room = [NONE; _];
        let slots = self.slots_of(path.level, mask, &mut room);
        let tell = |payload: Payload<'a>| match (form, payload) {
            (Form::Any, None) => Some(false),
            (Form::Any, Some(payload)) => match any::decode(payload) {
                Value::String(text) => test.tell(text),
                _ => None,
            },
            _ => test.tell(payload.unwrap_or_default()),
        };
        let mut untold = Mask::NONE;
        let holding = mask.filter(|lane| {
            let payload = slots.payloads(lane, [slot]);
            payload
                .and_then(|[payload]| tell(payload))
                .unwrap_or_else(|| {
                    untold.insert(lane);
                    false
                })
        });
        Told { holding, untold }
    }

    /// Where the slots of the lanes' messages of a level are.
    fn slots_of<'m>(&'m self, level: Level, mask: Mask, room: &'m mut Column) -> LaneSlots<'m, 'a> {
        LaneSlots {
            ids: self.lane_nodes.of(level, mask, &self.tree.nodes, room),
            nodes: &self.tree.nodes,
            slots: &self.slots,
        }
    }
}

/// The slot of a path that is a field with a time.
fn time_slot(path: &Path) -> Option<u16> {
    match path.access {
        Access::Field {
            field,
            form: Form::Time,
        } if path.keys.is_empty() && !field.contains(&0) => path.slot,
        _ => None,
    }
}

/// Lanes' messages of a level, and all slots.
pub(super) struct LaneSlots<'m, 'a> {
    pub(super) ids: &'m Column,
    pub(super) nodes: &'m [Node],
    pub(super) slots: &'m [Slot<'a>],
}

impl<'a> LaneSlots<'_, 'a> {
    /// The lanes for which `holds` says so of the payloads in some of their slots.
    #[inline(always)]
    fn told<const N: usize>(
        &self,
        mask: Mask,
        slots: [u16; N],
        holds: impl Fn([Payload<'a>; N]) -> bool,
    ) -> Told {
        let mut untold = Mask::NONE;
        let holding = mask.filter(|lane| match self.payloads(lane, slots) {
            Some(payloads) => holds(payloads),
            None => {
                untold.insert(lane);
                false
            }
        });
        Told { holding, untold }
    }

    /// What a lane's slots hold; `None` if its message is not there, or is not located.
    #[inline(always)]
    pub(super) fn payloads<const N: usize>(
        &self,
        lane: usize,
        slots: [u16; N],
    ) -> Option<[Payload<'a>; N]> {
        // Where the slots of a message that is not located would begin lies beyond all slots.
        let base = self.nodes.get(self.ids[lane] as usize)?.slots as usize;
        let mut payloads = [None; N];
        for (payload, slot) in payloads.iter_mut().zip(slots) {
            *payload = self.slots.get(base + usize::from(slot))?.payload;
        }
        Some(payloads)
    }
}

/// What a slot shows of a path.
#[derive(Clone, Copy)]
enum LookedAt {
    /// A field of this form.
    Field(Form),
    /// The message that holds the field with this number and form.
    Inner(u32, Form),
}

/// A comparison of what a slot shows with a constant.
struct Comparison<'a> {
    looked_at: LookedAt,
    comparator: Comparator,
    right: Value<'a>,
    arena: &'a Bump,
}

impl<'a> Comparison<'a> {
    /// Whether it holds of a payload of any kind. Out of line, so that loops that look at payloads of the usual kind
    /// first stay small.
    #[inline(never)]
    fn holds(&self, payload: Payload<'a>) -> bool {
        let left = match self.looked_at {
            LookedAt::Field(form) => form.decode(payload, self.arena),
            LookedAt::Inner(inner, form) => {
                let payload = payload.and_then(|outer| inner_field(outer, inner));
                form.decode(payload, self.arena)
            }
        };
        // What a record holds can be compared with any constant.
        compare(self.comparator, &left, &self.right) == Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::ahead::program_of;
    use crate::exec::failures::Failures;
    use crate::exec::mask::BLOCK;
    use crate::exec::passes::idle_pass;
    use crate::function::Literal;
    use crate::instruction::CONSTANT;
    use crate::path::every;
    use crate::program::{Key, Pass};
    use crate::wire::tree::{Place, Tree};
    use bumpalo::Bump;

    const COMPARATORS: [Comparator; 6] = [
        Comparator::Equal,
        Comparator::NotEqual,
        Comparator::Less,
        Comparator::LessEqual,
        Comparator::Greater,
        Comparator::GreaterEqual,
    ];

    const FORMS: [Form; 22] = [
        Form::String,
        Form::Bool,
        Form::Int,
        Form::Int32,
        Form::Uint32,
        Form::Sint32,
        Form::Fixed32,
        Form::Fixed32Checked,
        Form::Fixed64,
        Form::Time,
        Form::Double,
        Form::OptionalDouble,
        Form::TraceId,
        Form::SpanId,
        Form::TraceIdHex,
        Form::SpanIdHex,
        Form::Bytes,
        Form::Nanoseconds,
        Form::ProfileId,
        Form::ProfileIdHex,
        Form::Any,
        Form::Any,
    ];

    /// Payloads of fields of all forms, the usual ones and others: with fields that are repeated, unknown, cut short or of
    /// a wrong wire type.
    fn payloads() -> Vec<Vec<u8>> {
        let text = vec![b'a'; 200];
        let mut payloads: Vec<Vec<u8>> = vec![vec![], b"a".into(), b"/healthz".into(), text];
        payloads.extend((1..=17).map(|length| vec![0x80; length]));
        payloads.extend((1..=17).map(|length| vec![0x01; length]));
        let values: [&[u8]; 28] = [
            b"\x0a\x00",
            b"\x0a\x01a",
            b"\x0a\x08/healthz",
            b"\x0a\x08/healthy",
            b"\x0a\x88\x00/healthz",
            b"\x0a\x08/healthz\x18\x01",
            b"\x18\x01\x0a\x08/healthz",
            b"\x0a\x09/healthz",
            b"\x0a\x07/healthz",
            b"\x0d/hea",
            b"\x10\x00",
            b"\x10\x01",
            b"\x10\x81\x00",
            b"\x18\x00",
            b"\x18\x01",
            b"\x18\xf4\x03",
            b"\x18\xf3\x03",
            b"\x18\xf4\x83\x00",
            b"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\x19\x01\x00\x00\x00\x00\x00\x00\x00",
            b"\x21\x00\x00\x00\x00\x00\x00\xe0\x3f",
            b"\x21\x00\x00\x00\x00\x00\x00\xf8\x7f",
            b"\x2a\x05\x0a\x03\x0a\x01a",
            b"\x32\x09\x0a\x07\x0a\x01k\x12\x02\x18\x01",
            b"\x3a\x00",
            b"\x3a\x01a",
            b"\x40\x01",
        ];
        payloads.extend(values.map(Vec::from));
        let fixed = [
            0i64,
            1,
            -1,
            3_000_000_000,
            3_000_000_001,
            i64::MAX,
            i64::MIN,
        ];
        payloads.extend(fixed.map(|nanos| nanos.to_le_bytes().to_vec()));
        payloads
    }

    fn constants() -> Vec<Literal> {
        let items = vec![Literal::String(b"a".into())];
        let mut constants = vec![
            Literal::Nil,
            Literal::Bool(false),
            Literal::Bool(true),
            Literal::Double(0.5),
            Literal::Double(1.0),
            Literal::Double(f64::NAN),
            Literal::Bytes(b"".into()),
            Literal::Bytes(b"a".into()),
            Literal::List(items.clone()),
            Literal::List(Vec::new()),
            Literal::Map(vec![(b"k".into(), Literal::Int(1))]),
            Literal::Map(Vec::new()),
        ];
        constants.extend([b"".as_slice(), b"a", b"/healthz"].map(|s| Literal::String(s.into())));
        constants.extend([0, 1, -1, 500, i64::MIN].map(Literal::Int));
        constants.extend([0, 1, 3_000_000_000, i64::MAX, i64::MIN].map(Literal::Duration));
        constants
    }

    fn path(access: Access, slot: u16) -> Path {
        let keys = match access {
            Access::Attributes { .. } => vec![Key::String(b"k".into())],
            _ => Vec::new(),
        };
        Path {
            text: String::new(),
            level: Level::Span,
            access,
            slot: Some(slot),
            keys,
        }
    }

    /// Runs each test over lanes of which each has a pair of payloads in its slots. It gives what the general way gives,
    /// and leaves nothing to it but the lanes `untold`.
    fn check(paths: Vec<Path>, tests: Vec<Test>, lanes: &[[Payload<'_>; 2]], untold: Mask) {
        let program = program_of(Pass {
            constants: constants(),
            paths,
            tests,
            ..idle_pass()
        });
        let (arena, mut failures, mut scratch) = (Bump::new(), Failures::default(), Vec::new());
        let mut machine = Machine::new(
            &arena,
            Tree::default(),
            &program,
            &mut failures,
            &mut scratch,
        );
        let level = Level::Span;
        machine.lane_nodes.begin(level);
        for (lane, payloads) in lanes.iter().enumerate() {
            let mut node = Node::new(level, 0, 0, 0, 0, NONE);
            if !untold.contains(lane) {
                node.slots = machine.slots.len() as u32;
            }
            machine.tree.nodes.push(node);
            let place = Place {
                at: 0,
                end: 0,
                edit: NONE,
            };
            machine.slots.extend(
                payloads.map(|payload| {
                    payload.map_or(Slot::ABSENT, |payload| Slot::of(place, payload))
                }),
            );
        }
        machine.enter(&program.passes[0]);
        assert!(machine.lane_nodes.fill(&machine.tree, &mut 0, BLOCK));
        let all = Mask::first(lanes.len());
        for test in &program.passes[0].tests {
            let told = machine.told_by_slots(test, all);
            assert_eq!(told.untold, untold, "{test:?}");
            for lane in all.without(untold).lanes() {
                let expected = machine.holds(test, lane).expect("comparable");
                let payloads = lanes[lane];
                assert_eq!(
                    told.holding.contains(lane),
                    expected,
                    "{test:?} {payloads:?}"
                );
            }
        }
    }

    #[test]
    fn slots_tell_what_paths_tell() {
        let field = every(5);
        let mut accesses = vec![Access::Attributes { field }];
        for form in FORMS {
            accesses.push(Access::Field { field, form });
            let inner = 3;
            accesses.push(Access::Nested { field, inner, form });
        }
        let paths: Vec<_> = accesses.iter().map(|access| path(*access, 1)).collect();
        let mut tests = Vec::new();
        for right in 0..constants().len() as u16 {
            for left in 0..paths.len() as u16 {
                tests.extend(COMPARATORS.map(|comparator| Test {
                    left: Tested::Path(left),
                    comparator,
                    right: right | CONSTANT,
                }));
            }
        }
        let payloads = payloads();
        let mut lanes = vec![[None, None], [Some(b"\x0a\x01a".as_slice()), None]];
        lanes.extend(
            payloads
                .iter()
                .map(|payload| [None, Some(payload.as_slice())]),
        );
        assert!(lanes.len() <= BLOCK);
        check(paths, tests, &lanes, Mask::NONE);
    }

    #[test]
    fn slots_tell_the_time_between_fields() {
        let field = every(5);
        let form = Form::Time;
        let paths = [0, 1].map(|slot| path(Access::Field { field, form }, slot));
        let mut tests = Vec::new();
        for (right, constant) in constants().iter().enumerate() {
            if let Literal::Duration(_) = constant {
                tests.extend(COMPARATORS.map(|comparator| Test {
                    left: Tested::Between { end: 0, start: 1 },
                    comparator,
                    right: right as u16 | CONSTANT,
                }));
            }
        }
        let payloads = payloads();
        let of = |payload: Option<usize>| payload.map(|at| payloads[at].as_slice());
        let all = || std::iter::once(None).chain((0..payloads.len()).map(Some));
        for end in all() {
            let lanes: Vec<_> = all().map(|start| [of(end), of(start)]).collect();
            check(paths.clone().into(), tests.clone(), &lanes, Mask::only(3));
        }
    }

    #[test]
    fn what_no_slot_shows_is_found_out_in_the_general_way() {
        let field = every(5);
        let form = Form::Int;
        let mut elsewhere = path(Access::Attributes { field }, 0);
        elsewhere.slot = None;
        let mut deep = path(Access::Attributes { field }, 0);
        deep.keys.push(Key::Int(1));
        let some_variants = path(
            Access::Field {
                field: [1, 0, 1, 1],
                form,
            },
            0,
        );
        let paths = vec![elsewhere, deep, some_variants];
        let test = |left| Test {
            left,
            comparator: Comparator::Equal,
            right: CONSTANT,
        };
        let mut tests: Vec<_> = (0..3).map(|left| test(Tested::Path(left))).collect();
        tests.push(test(Tested::Between { end: 2, start: 2 }));
        check(paths, tests, &[[None, None]; 3], Mask::first(3));
    }
}
