//! Fusing: a comparison with a constant, or a test of a text, that needs no register.
//!
//! A path is tested where it stands, unless its value is in a register already or is read so often that loading it once
//! is less work. The time between two fields is always: neither its operands nor the difference are worth a register.

use super::super::fold;
use super::super::resolved::{Argument, Call, Comparator, Expr, Key, Operator, Path};
use super::code::{Mask, Source};
use super::pools::Full;
use super::{At, Lowering};
use ottl_vm::function::{Literal, Shortcut};
use ottl_vm::path::Access;
use ottl_vm::path::form::Form;
use ottl_vm::program::{Test, Tested};

/// Reads of a path that still follow when it is tested where it stands: with more, one load pays.
const READS_TO_COME_MAX: usize = 2;

impl Lowering<'_> {
    /// The number of the test that a comparison is, if it is one.
    pub(super) fn fused(
        &mut self,
        at: At,
        operator: Comparator,
        [left, right]: [&Expr; 2],
        mask: Mask,
    ) -> Result<Option<u16>, Full> {
        let comparator = fold::comparator(operator);
        let (left, comparator, right) = match (fold::value(left), fold::value(right)) {
            (None, Some(right)) => (left, comparator, right),
            (Some(left), None) if is_scalar(&left) => (right, comparator.mirrored(), left),
            _ => return Ok(None),
        };
        let tested = match left {
            Expr::Path(path) => self.tested(at, path, mask)?,
            Expr::Math(Operator::Subtract, end, start) => match (&**end, &**start, &right) {
                (Expr::Path(end), Expr::Path(start), Literal::Duration(_)) => {
                    self.between(at, end, start, mask)?
                }
                _ => None,
            },
            _ => None,
        };
        let Some(left) = tested else { return Ok(None) };
        let right = self.pools.constant(&right)?;
        let test = Test {
            left,
            comparator,
            right,
        };
        self.pools.test(test).map(Some)
    }

    /// The number of the call that tests the text at a path where it stands, if a converter's result is that.
    pub(super) fn fused_call(
        &mut self,
        at: At,
        value: &Expr,
        mask: Mask,
    ) -> Result<Option<u16>, Full> {
        let Some((call, path)) = self.text_test(value) else {
            return Ok(None);
        };
        let is_hoisted = at == At::Records && self.section(self.stable().rate(value)).is_some();
        if is_hoisted || self.tested(at, path, mask)?.is_none() {
            return Ok(None);
        }
        let mut call = call.clone();
        call.arguments[0] = Argument::Path(path.clone());
        // All other arguments are known.
        let (number, _) = self.call_site(at, &call, mask)?;
        Ok(Some(number))
    }

    /// The call and the path whose text it tells something of, if a value is that alone.
    fn text_test<'e>(&self, value: &'e Expr) -> Option<(&'e Call, &'e Path)> {
        let Expr::Call(call) = value else { return None };
        let (Some(Shortcut::TellsText(teller)), [Argument::Expr(Expr::Path(path)), known @ ..]) =
            (call.function.shortcut, call.arguments.as_slice())
        else {
            return None;
        };
        let prepared = self.prepared.get(call.prepared?)?.as_ref()?;
        let is_test = teller(prepared).is_some() && holds_texts(path) && known.iter().all(is_known);
        is_test.then_some((call, path))
    }

    /// A path that is tested where it stands.
    fn tested(&mut self, at: At, path: &Path, mask: Mask) -> Result<Option<Tested>, Full> {
        if !is_in_place(path) {
            return Ok(None);
        }
        let (number, _) = self.path(at, path, mask)?;
        let is_loaded = self.code(at).loaded(Source::Path(number), mask).is_some();
        if self.pools.paths[usize::from(number)].slot.is_none()
            || is_loaded
            || self.reads_to_come(path) > READS_TO_COME_MAX
        {
            return Ok(None);
        }
        self.used(path);
        Ok(Some(Tested::Path(number)))
    }

    /// The time between what two fields of a message say.
    fn between(
        &mut self,
        at: At,
        end: &Path,
        start: &Path,
        mask: Mask,
    ) -> Result<Option<Tested>, Full> {
        if !is_time(end) || !is_time(start) || end.spec.level != start.spec.level {
            return Ok(None);
        }
        let ((end_number, _), (start_number, _)) =
            (self.path(at, end, mask)?, self.path(at, start, mask)?);
        self.used(end);
        self.used(start);
        Ok(Some(Tested::Between {
            end: end_number,
            start: start_number,
        }))
    }
}

fn holds_texts(path: &Path) -> bool {
    match path.spec.access {
        Access::Attributes { .. } => true,
        Access::Field { form, .. } => matches!(form, Form::String | Form::Any),
        _ => false,
    }
}

fn is_known(argument: &Argument) -> bool {
    match argument {
        Argument::Absent | Argument::Literal(_) => true,
        Argument::Expr(value) => fold::value(value).is_some(),
        _ => false,
    }
}

/// Whether a constant compares the same from either side.
fn is_scalar(literal: &Literal) -> bool {
    !matches!(literal, Literal::List(_) | Literal::Map(_))
}

/// Whether a path is one field or attribute that can have a slot.
fn is_in_place(path: &Path) -> bool {
    match (path.spec.access, path.keys.as_slice()) {
        (Access::Attributes { .. }, [Key::String(_)]) => true,
        (Access::Field { field, .. } | Access::Nested { field, .. }, []) => !field.contains(&0),
        _ => false,
    }
}

fn is_time(path: &Path) -> bool {
    let is_time = |access| {
        matches!(
            access,
            Access::Field {
                form: Form::Time,
                ..
            }
        )
    };
    is_in_place(path) && is_time(path.spec.access)
}
