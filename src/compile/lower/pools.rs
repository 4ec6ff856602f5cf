//! What a pass's instructions name: constants, paths with their slots, calls, operand lists, statements.
//!
//! Entries are shared: equal constants are one, and so are equal paths with constant keys.

use super::super::effects::Region;
use super::super::resolved;
use ottl_vm::function::Literal;
use ottl_vm::instruction::CONSTANT;
use ottl_vm::path::{Access, FieldNumbers, Level, every};
use ottl_vm::program::{CallSite, Key, Lambda, Path, Rows, StatementInfo, Test, Touched};
use std::collections::HashMap;

/// The most slots of fields that a level's messages can have; attributes may have more.
const FIELD_SLOTS_MAX: u16 = 200;

/// The tables of a pass.
#[derive(Default)]
pub(super) struct Pools {
    pub(super) constants: Vec<Literal>,
    pub(super) paths: Vec<Path>,
    pub(super) calls: Vec<CallSite>,
    pub(super) lambdas: Vec<Lambda>,
    pub(super) operands: Vec<Vec<u16>>,
    pub(super) tests: Vec<Test>,
    pub(super) statements: Vec<StatementInfo>,
    pub(super) touched: [Touched; Level::COUNT],
    constant_numbers: HashMap<Constant, u16>,
    /// The resolved paths with constant keys, by number.
    shared_paths: Vec<(resolved::Path, u16)>,
    /// What each path reads or writes.
    regions: Vec<Region>,
    /// Whether records share a cache.
    shares_cache: bool,
}

/// What tells constants apart.
#[derive(PartialEq, Eq, Hash)]
enum Constant {
    /// A string's bytes, since most are strings.
    String(Vec<u8>),
    /// Any other's text.
    Text(String),
}

/// A table is full.
#[derive(Debug)]
pub(super) struct Full;

/// Whether a path is all attributes of a message, or one of them whose key is computed.
pub(super) fn needs_rows(path: &resolved::Path) -> bool {
    matches!(path.spec.access, Access::Attributes { .. })
        && path.spec.level != Level::Cache
        && !matches!(path.keys.first(), Some(resolved::Key::String(_)))
}

/// The slot of a field.
fn field_slot(touched: &mut Touched, field: FieldNumbers) -> Option<u16> {
    if let Some((_, slot)) = touched.fields.iter().find(|(other, _)| *other == field) {
        return Some(*slot);
    }
    let slot = touched.slots;
    if slot >= FIELD_SLOTS_MAX {
        return None;
    }
    touched.slots += 1;
    touched.fields.push((field, slot));
    Some(slot)
}

/// The slot of attributes with a key.
pub(super) fn key_slot(touched: &mut Touched, key: &[u8]) -> Option<u16> {
    if let Some((_, slot)) = touched.keys.iter().find(|(other, _)| other == key) {
        return Some(*slot);
    }
    let slot = touched.slots;
    touched.slots = slot.checked_add(1)?;
    touched.keys.push((key.to_vec(), slot));
    Some(slot)
}

/// The number of the next entry of a table.
fn number(length: usize) -> Result<u16, Full> {
    u16::try_from(length)
        .ok()
        .filter(|number| number & CONSTANT == 0)
        .ok_or(Full)
}

impl Pools {
    /// Empty ones for a group.
    pub(super) fn of(group: &resolved::Group) -> Pools {
        Pools {
            shares_cache: group.shared_cache,
            ..Pools::default()
        }
    }

    /// The operand that names a constant.
    pub(super) fn constant(&mut self, literal: &Literal) -> Result<u16, Full> {
        let constant = match literal {
            Literal::String(bytes) => Constant::String(bytes.clone()),
            other => Constant::Text(format!("{other:?}")),
        };
        if let Some(number) = self.constant_numbers.get(&constant) {
            return Ok(number | CONSTANT);
        }
        let number = number(self.constants.len())?;
        self.constants.push(literal.clone());
        self.constant_numbers.insert(constant, number);
        Ok(number | CONSTANT)
    }

    /// The number of a path whose keys, constants aside, are in these registers.
    pub(super) fn path(&mut self, path: &resolved::Path, keys: Vec<Key>) -> Result<u16, Full> {
        let is_shared = !path
            .keys
            .iter()
            .any(|key| matches!(key, resolved::Key::Expression(_)));
        if is_shared
            && let Some((_, number)) = self.shared_paths.iter().find(|(other, _)| other == path)
        {
            return Ok(*number);
        }
        let number = number(self.paths.len())?;
        let slot = self.slot(path);
        let spec = path.spec;
        self.paths.push(Path {
            text: path.text.clone(),
            level: spec.level,
            access: spec.access,
            slot,
            keys,
        });
        self.regions.push(Region::of(path));
        if is_shared {
            self.shared_paths.push((path.clone(), number));
        }
        Ok(number)
    }

    /// Whether a path's keys are constants, so that it means the same wherever its number stands.
    pub(super) fn is_shared(&self, path: u16) -> bool {
        self.shared_paths.iter().any(|(_, number)| *number == path)
    }

    /// What a path reads or writes.
    pub(super) fn region(&self, path: u16) -> &Region {
        &self.regions[usize::from(path)]
    }

    /// The slot for a path's first step: a field, or an attribute with a constant key.
    fn slot(&mut self, path: &resolved::Path) -> Option<u16> {
        // A cache of one record is looked into too seldom for what finding its entries ahead takes.
        if path.spec.level == Level::Cache && !self.shares_cache {
            return None;
        }
        let touched = &mut self.touched[path.spec.level as usize];
        match path.spec.access {
            Access::Field { field, .. } | Access::Nested { field, .. } => {
                field_slot(touched, field)
            }
            Access::Attributes { field } => {
                if touched.attributes.is_some_and(|other| other != field) {
                    return None;
                }
                touched.attributes = Some(field);
                match path.keys.first() {
                    Some(resolved::Key::String(key)) => key_slot(touched, key),
                    _ => None,
                }
            }
            // It finds what it looks at by the slots of fields.
            Access::Special(special) => {
                for number in special.fields_once(path.spec.level) {
                    field_slot(touched, every(number));
                }
                None
            }
        }
    }

    /// Notes that a statement may ask for rows, if the path needs them.
    pub(super) fn ask_for_rows(&mut self, path: &resolved::Path) {
        if needs_rows(path) {
            let rows = &mut self.touched[path.spec.level as usize].rows;
            *rows = Rows::WhenAsked.max(*rows);
        }
    }

    /// The number of a list of operands.
    pub(super) fn operands(&mut self, operands: Vec<u16>) -> Result<u16, Full> {
        if let Some(number) = self.operands.iter().position(|other| *other == operands) {
            return Ok(number as u16);
        }
        let number = number(self.operands.len())?;
        self.operands.push(operands);
        Ok(number)
    }

    /// The number of a test.
    pub(super) fn test(&mut self, test: Test) -> Result<u16, Full> {
        if let Some(number) = self.tests.iter().position(|other| *other == test) {
            return Ok(number as u16);
        }
        let number = number(self.tests.len())?;
        self.tests.push(test);
        Ok(number)
    }

    /// The number of a call.
    pub(super) fn call(&mut self, call: CallSite) -> Result<u16, Full> {
        let number = number(self.calls.len())?;
        self.calls.push(call);
        Ok(number)
    }

    /// The number of a lambda.
    pub(super) fn lambda(&mut self, lambda: Lambda) -> Result<u16, Full> {
        let number = number(self.lambdas.len())?;
        self.lambdas.push(lambda);
        Ok(number)
    }

    /// The number of a statement.
    pub(super) fn statement(&mut self, text: &str, is_condition: bool) -> Result<u16, Full> {
        let number = number(self.statements.len())?;
        self.statements.push(StatementInfo {
            text: text.to_owned(),
            is_condition,
        });
        Ok(number)
    }
}
