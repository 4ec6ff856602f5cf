//! Shortcuts: what spares running a call record by record, by what its function tells.

use super::super::resolved::{Argument, Call, Expr};
use super::pools::{Pools, key_slot};
use ottl_vm::function::{Literal, Prepared, Shortcut};
use ottl_vm::limits::KEPT_KEYS_MAX;
use ottl_vm::path::{Access, Level};
use ottl_vm::program::{Rows, ShortcutCall, Touched};

impl Pools {
    /// What spares running a call, if anything does.
    pub(super) fn shortcut(
        &mut self,
        call: &Call,
        prepared: Option<&Prepared>,
    ) -> Option<ShortcutCall> {
        match call.function.shortcut? {
            Shortcut::Within(extent) => {
                let extent = extent(prepared?);
                self.over_attributes(call, |_| Some(ShortcutCall::Within(extent)))
            }
            Shortcut::WithoutKey(parameter) => {
                let key = literal_string(call.arguments.get(parameter)?)?;
                self.over_attributes(call, |touched| {
                    key_slot(touched, key).map(ShortcutCall::WithoutSlot)
                })
            }
            Shortcut::KeepsKeys(parameter) => {
                let Argument::List(items) = call.arguments.get(parameter)? else {
                    return None;
                };
                let keys: Vec<&[u8]> = items.iter().map(literal_string).collect::<Option<_>>()?;
                if keys.len() > KEPT_KEYS_MAX {
                    return None;
                }
                self.over_attributes(call, |touched| {
                    let slots = keys.iter().map(|key| key_slot(touched, key));
                    let mut slots: Vec<u16> = slots.collect::<Option<_>>()?;
                    slots.sort_unstable();
                    slots.dedup();
                    Some(ShortcutCall::KeepsSlots(slots))
                })
            }
            Shortcut::ChangesText(changer) => Some(ShortcutCall::ChangesText(changer)),
            Shortcut::TellsText(teller) => Some(ShortcutCall::TellsText(teller)),
            Shortcut::TakesStrings(run) => Some(ShortcutCall::TakesStrings(run)),
        }
    }

    /// A shortcut over the attributes that are a call's target, if what is touched of them is not each.
    fn over_attributes(
        &mut self,
        call: &Call,
        shortcut: impl FnOnce(&mut Touched) -> Option<ShortcutCall>,
    ) -> Option<ShortcutCall> {
        let Argument::Path(target) = call.arguments.first()? else {
            return None;
        };
        let Access::Attributes { field } = target.spec.access else {
            return None;
        };
        let touched = &mut self.touched[target.spec.level as usize];
        let is_other = target.spec.level == Level::Cache
            || touched.attributes.is_some_and(|other| other != field);
        if is_other || !target.keys.is_empty() || touched.rows == Rows::AtOnce {
            return None;
        }
        let shortcut = shortcut(touched)?;
        if touched.run.is_none() {
            touched.run = Some(touched.slots);
            touched.slots = touched.slots.checked_add(1)?;
        }
        touched.attributes = Some(field);
        Some(shortcut)
    }
}

/// The string that an argument is, if it is a literal.
fn literal_string(argument: &Argument) -> Option<&[u8]> {
    match argument {
        Argument::Expr(Expr::Literal(Literal::String(text))) => Some(text),
        _ => None,
    }
}
