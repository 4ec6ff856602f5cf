//! Resolved → Program: picks instructions, registers, masks and slots.
//!
//! Operands are evaluated into registers before what uses them, under the mask of the lanes that need them;
//! an operand that fails is an error in its register, which counts only once somebody uses it. So laziness
//! costs nothing in meaning: evaluation order shows nowhere but in `and` and `or`, which masks express.

mod code;
mod expr;
mod fuse;
mod hoist;
mod lambda;
mod pools;
mod shortcut;
mod test;

use super::effects::{Rate, Region, own_levels, statements};
use super::plan::{Plan, plan};
use super::resolved::{
    Action, Argument, Condition, Expr, Group, GroupAction, Key, Path, Resolved, Statement, Test,
};
use super::walk::Role;
use code::{Code, Mask, Source};
use hoist::Hoisted;
use ottl_vm::function::Prepared;
use ottl_vm::function::Shortcut::{KeepsKeys, Within, WithoutKey};
use ottl_vm::instruction::Op;
use ottl_vm::path::{Access, Level};
use ottl_vm::program::{Pass, Rows, Section, Touched, TouchedLevels};
use pools::{Full, Pools, needs_rows};

/// Lowers the groups of a configuration; the text of the statement or condition that does not fit, if one
/// does not.
pub(super) fn lower(
    resolved: Resolved,
    allow_nil: bool,
) -> Result<(Vec<Pass>, TouchedLevels), String> {
    let mut prepared = resolved.prepared;
    let mut call_count = 0;
    // Passes share their slots, so that what one has found the next need not look for.
    let mut touched = with_rows_at_once(&resolved.groups);
    note_looks_into_maps(&resolved.groups, &mut touched);
    let mut passes = Vec::with_capacity(resolved.groups.len());
    for group in &resolved.groups {
        let mut lowering = Lowering::new(group, &mut prepared, call_count);
        lowering.pools.touched = touched;
        lowering.group(group)?;
        call_count = lowering.call_count;
        touched = std::mem::take(&mut lowering.pools.touched);
        passes.push(lowering.finish(group, allow_nil));
    }
    Ok((passes, TouchedLevels::new(touched)))
}

/// Where instructions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Over records.
    Records,
    /// Over resources.
    Resources,
    /// Over scopes.
    Scopes,
}

/// A pass under construction.
struct Lowering<'g> {
    plan: Plan,
    pools: Pools,
    records: Code,
    resources: Code,
    scopes: Code,
    hoisted: Hoisted,
    /// See [`Pass::guards`]; `None` if something is done whatever the resource.
    guards: Option<Vec<u16>>,
    /// How often each path is still to be read.
    uses: Vec<(&'g Path, usize)>,
    prepared: &'g mut Vec<Option<Prepared>>,
    call_count: usize,
    /// The registers of the parameters of the lambdas around what is at hand, outermost first.
    locals: Vec<Vec<Option<u16>>>,
    /// The statement at hand.
    statement: u16,
}

impl<'g> Lowering<'g> {
    fn new(
        group: &'g Group,
        prepared: &'g mut Vec<Option<Prepared>>,
        call_count: usize,
    ) -> Lowering<'g> {
        Lowering {
            plan: plan(group),
            pools: Pools::of(group),
            records: Code::default(),
            resources: Code::default(),
            scopes: Code::default(),
            hoisted: Hoisted::default(),
            guards: Some(Vec::new()),
            uses: uses(group),
            prepared,
            call_count,
            locals: Vec::new(),
            statement: 0,
        }
    }

    fn code(&mut self, at: At) -> &mut Code {
        match at {
            At::Records => &mut self.records,
            At::Resources => &mut self.resources,
            At::Scopes => &mut self.scopes,
        }
    }

    fn group(&mut self, group: &Group) -> Result<(), String> {
        for (index, condition) in group.conditions.iter().enumerate() {
            self.condition(condition, index == 0)
                .map_err(|Full| condition.text.clone())?;
        }
        match &group.action {
            GroupAction::Run(_) if group.conditions.is_empty() => {}
            GroupAction::Run(_) => self.records.push(Op::KeepMatched, 0, 0, 0, 0),
            GroupAction::Drop => self.records.push(Op::DropMatched, 0, 0, 0, 0),
        }
        for (index, statement) in statements(&group.action).iter().enumerate() {
            let at = match self.plan.rates[index] {
                Rate::Once | Rate::Record => At::Records,
                Rate::Resource => At::Resources,
                Rate::Scope => At::Scopes,
            };
            self.statement(statement, at)
                .map_err(|Full| statement.text.clone())?;
            if at != At::Records {
                self.guards = None;
            } else if group.conditions.is_empty() {
                self.note_guard(&statement.condition);
            }
        }
        Ok(())
    }

    fn condition(&mut self, condition: &Condition, is_first: bool) -> Result<(), Full> {
        self.statement = self.pools.statement(&condition.text, true)?;
        let all = self
            .records
            .begin(Op::BeginCondition, self.statement, is_first)?;
        let matched = self.chosen(At::Records, &condition.test, all)?;
        self.note_guard(&condition.test);
        self.records.push(Op::Match, matched.register, 0, 0, 0);
        self.free(At::Records, all, matched);
        Ok(())
    }

    fn statement(&mut self, statement: &Statement, at: At) -> Result<(), Full> {
        self.statement = self.pools.statement(&statement.text, false)?;
        let number = self.statement;
        let code = self.code(at);
        if let Some(open) = code.open.take() {
            code.free_mask(open.register);
        }
        let all = code.begin(Op::Begin, number, true)?;
        let chosen = self.chosen(at, &statement.condition, all)?;
        let jump = match statement.condition {
            Test::Literal(true) => None,
            _ => Some(self.code(at).skip_if_none(chosen)),
        };
        self.action(&statement.action, at, chosen)?;
        if let Some(jump) = jump {
            self.code(at).land(jump)?;
        }
        self.free(at, all, chosen);
        Ok(())
    }

    /// Something is done only if this test is true.
    fn note_guard(&mut self, test: &Test) {
        let guard = self.hoisted.guard(test);
        match (&mut self.guards, guard) {
            (Some(guards), Some(guard)) if !guards.contains(&guard) => guards.push(guard),
            (Some(_), Some(_)) => {}
            (guards, _) => *guards = None,
        }
    }

    /// The part of a mask for which a test is true: the mask itself if the test is literally true.
    fn chosen(&mut self, at: At, test: &Test, mask: Mask) -> Result<Mask, Full> {
        if *test == Test::Literal(true) {
            return Ok(mask);
        }
        let register = self.code(at).mask_register()?;
        self.test(at, test, mask, register)
    }

    fn free(&mut self, at: At, all: Mask, chosen: Mask) {
        self.code(at).free_mask(all.register);
        if chosen.register != all.register {
            self.code(at).free_mask(chosen.register);
        }
    }

    fn action(&mut self, action: &Action, at: At, mask: Mask) -> Result<(), Full> {
        match action {
            Action::Set {
                target,
                value: Expr::Path(source),
            } if is_within(target, source) => {
                let (source, source_keys) = self.path(at, source, mask)?;
                let (target, target_keys) = self.path(at, target, mask)?;
                let code = self.code(at);
                code.push(Op::CopyInto, mask.register, 0, target, source);
                source_keys
                    .into_iter()
                    .chain(target_keys)
                    .for_each(|key| code.release(key));
            }
            Action::Set { target, value } => {
                let value = self.expr(at, value, mask)?;
                let (path, keys) = self.path(at, target, mask)?;
                let code = self.code(at);
                code.push(Op::Store, mask.register, 0, path, value.code);
                code.release(value);
                keys.into_iter().for_each(|key| code.release(key));
            }
            Action::Edit(call) => {
                let (number, operands) = self.call_site(at, call, mask)?;
                let code = self.code(at);
                code.push(Op::Edit, mask.register, 0, number, 0);
                operands
                    .into_iter()
                    .for_each(|operand| code.release(operand));
            }
        }
        self.code(at).may_fail();
        self.forget_what_is_written(action, at);
        Ok(())
    }

    /// Values that were loaded from what an action writes are no longer good.
    fn forget_what_is_written(&mut self, action: &Action, at: At) {
        let mut written = Vec::new();
        let mut takes_records = false;
        action.visit(&mut |path, role| {
            if role == Role::Target {
                written.push(Region::of(path));
                // What is around the record may hold all records, and take this one away.
                takes_records |= matches!(path.spec.access, Access::Special(_))
                    && !own_levels(self.plan.context).contains(&path.spec.level);
            }
        });
        let Lowering {
            pools,
            records,
            resources,
            scopes,
            ..
        } = self;
        let code = match at {
            At::Records => records,
            At::Resources => resources,
            At::Scopes => scopes,
        };
        code.forget(|source| match source {
            Source::Hoisted(_) => true,
            Source::Path(path) => {
                let region = pools.region(path);
                !takes_records
                    && !written.is_empty()
                    && !written.iter().any(|write| write.overlaps(region))
            }
        });
    }

    fn finish(self, group: &Group, allow_nil: bool) -> Pass {
        // What other passes do to a resource, this one could look at.
        let are_guards_right =
            self.plan.stable.resource && matches!(group.action, GroupAction::Run(_));
        let guards = self.guards.filter(|_| are_guards_right).unwrap_or_default();
        let mut hoisted = Vec::new();
        let registers = [&self.records, &self.resources, &self.scopes].map(|code| code.registers);
        let masks = [&self.records, &self.resources, &self.scopes].map(|code| code.masks);
        let sections = [
            (Level::ResourceContainer, self.resources, At::Resources),
            (Level::ScopeContainer, self.scopes, At::Scopes),
        ];
        for (level, code, at) in sections {
            if !code.instructions.is_empty() {
                hoisted.push(Section {
                    level,
                    code: code.instructions,
                    results: self.hoisted.results(at),
                });
            }
        }
        Pass {
            context: group.context,
            error_mode: group.error_mode,
            condition_error_mode: group.error_mode,
            lanes: self.plan.lanes,
            shared_cache: group.shared_cache,
            is_by_scope: self.plan.is_by_scope,
            allow_nil,
            code: self.records.instructions,
            hoisted,
            hoisted_count: self.hoisted.count(),
            guards,
            constants: self.pools.constants,
            paths: self.pools.paths,
            calls: self.pools.calls,
            lambdas: self.pools.lambdas,
            operands: self.pools.operands,
            tests: self.pools.tests,
            statements: self.pools.statements,
            registers: registers.into_iter().max().unwrap_or_default().into(),
            masks: masks.into_iter().max().unwrap_or_default().into(),
        }
    }
}

/// What is touched where nothing is but attributes that every record's statements look at as a whole, or by keys that
/// they make: these get rows at once, so that shortcuts gain nothing.
fn with_rows_at_once(groups: &[Group]) -> [Touched; Level::COUNT] {
    let mut touched: [Touched; Level::COUNT] = Default::default();
    let mut look = |path: &Path| {
        if needs_rows(path) {
            touched[path.spec.level as usize].rows = Rows::AtOnce;
        }
    };
    for group in groups {
        for condition in &group.conditions {
            condition.test.visit(&mut |path, _| look(path));
        }
        for statement in statements(&group.action) {
            statement.condition.visit(&mut |path, _| look(path));
            if statement.condition != Test::Literal(true) {
                continue;
            }
            let has_shortcut = matches!(&statement.action, Action::Edit(call)
                if matches!(call.function.shortcut, Some(Within(_) | WithoutKey(_) | KeepsKeys(_))));
            statement.action.visit(&mut |path, role| {
                if role == Role::Read || !has_shortcut {
                    look(path);
                }
            });
        }
    }
    touched
}

/// Notes where a statement looks into the map of all attributes: what sets a path to it, or gives it to an editor, only
/// copies it.
fn note_looks_into_maps(groups: &[Group], touched: &mut [Touched; Level::COUNT]) {
    let mut look = |path: &Path, role| {
        let is_map = path.keys.is_empty() && matches!(path.spec.access, Access::Attributes { .. });
        if is_map && role == Role::Read {
            touched[path.spec.level as usize].looks_into_map = true;
        }
    };
    for group in groups {
        for condition in &group.conditions {
            condition.test.visit(&mut look);
        }
        for statement in statements(&group.action) {
            statement.condition.visit(&mut look);
            match &statement.action {
                Action::Set {
                    value: Expr::Path(_),
                    ..
                } => {}
                Action::Set { value, .. } => value.visit(&mut look),
                Action::Edit(call) => {
                    let is_copied =
                        |argument: &&Argument| matches!(argument, Argument::Expr(Expr::Path(_)));
                    let arguments = call.arguments.iter();
                    arguments
                        .filter(|argument| !is_copied(argument))
                        .for_each(|argument| argument.visit(&mut look));
                }
            }
        }
    }
}

/// How often a group's statements read each path with constant keys.
fn uses(group: &Group) -> Vec<(&Path, usize)> {
    let mut uses: Vec<(&Path, usize)> = Vec::new();
    let mut count = |path, role| {
        if role == Role::Read {
            match uses.iter_mut().find(|(other, _)| *other == path) {
                Some((_, count)) => *count += 1,
                None => uses.push((path, 1)),
            }
        }
    };
    for condition in &group.conditions {
        condition.test.visit(&mut count);
    }
    for statement in statements(&group.action) {
        statement.visit(&mut count);
    }
    uses
}

/// Whether a path is a part of what another path is.
fn is_within(part: &Path, whole: &Path) -> bool {
    // What a special path reads is a copy.
    !matches!(part.spec.access, Access::Special(_))
        && std::ptr::eq(part.spec, whole.spec)
        && part.keys.len() > whole.keys.len()
        && part.keys.starts_with(&whole.keys)
        && !whole
            .keys
            .iter()
            .any(|key| matches!(key, Key::Expression(_)))
}
