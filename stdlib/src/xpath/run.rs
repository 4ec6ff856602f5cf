//! Running queries.

use super::functions;
use super::navigate::{Place, Test};
use super::parse::Operator;
use super::plan::{Axis, Plan};
use crate::limits::XPATH_STEPS_MAX;
use crate::xml::{Document, Kind};
use ottl_vm::text::number::parse_float;
use std::collections::{HashMap, HashSet};

pub(super) type Result<T> = std::result::Result<T, String>;

/// What an expression evaluates to.
#[derive(Debug)]
pub(super) enum Value {
    Bool(bool),
    Number(f64),
    Text(Vec<u8>),
    /// The nodes that the query selects from now on.
    Nodes,
}

/// What a run works on.
pub(super) struct Context<'d, 'a> {
    pub(super) document: &'d Document<'a>,
    steps: u64,
}

impl Context<'_, '_> {
    fn step(&mut self) -> Result<()> {
        self.steps += 1;
        if self.steps > XPATH_STEPS_MAX {
            return Err("the xpath query takes too many steps".to_owned());
        }
        Ok(())
    }
}

pub(super) fn select(plan: &Plan, document: &Document<'_>) -> Result<Vec<Place>> {
    let mut context = Context { document, steps: 0 };
    let mut here = Place::of(0);
    let mut query = Query::new(plan);
    let mut places = Vec::new();
    while let Some(place) = query.select(&mut here, &mut context)? {
        here = place;
        places.push(place);
    }
    Ok(places)
}

/// A query that is being run.
pub(super) struct Query<'p> {
    plan: &'p Plan,
    /// The queries that it is made of.
    pub(super) inner: Vec<Query<'p>>,
    walk: Option<Walk>,
    /// Descendants of a node that the walk has come to.
    below: Option<Walk>,
    /// Whether its only node was yielded.
    is_done: bool,
    /// Position of the last node among those of the same input.
    position: usize,
    seen: HashSet<Place>,
    /// Positions by depth.
    positions: HashMap<usize, usize>,
    /// Nodes found ahead, the next one last.
    found: Option<Vec<Place>>,
}

/// A way through nodes.
#[derive(Clone, Copy)]
struct Walk {
    at: Place,
    /// How far below the node where it began.
    level: usize,
    is_begun: bool,
    count: usize,
}

impl Walk {
    fn new(at: Place) -> Walk {
        Walk {
            at,
            level: 0,
            is_begun: false,
            count: 0,
        }
    }

    /// The next descendant that the test takes, perhaps the node itself first.
    fn descend(
        &mut self,
        test: &Test,
        or_self: bool,
        context: &mut Context<'_, '_>,
    ) -> Result<Option<Place>> {
        let document = context.document;
        if !self.is_begun {
            self.is_begun = true;
            if or_self && test.takes(self.at, document) {
                self.count += 1;
                return Ok(Some(self.at));
            }
        }
        loop {
            context.step()?;
            if self.at.go_child(document) {
                self.level += 1;
            } else {
                loop {
                    if self.level == 0 {
                        return Ok(None);
                    }
                    if self.at.go_next(document) {
                        break;
                    }
                    self.at.go_parent(document);
                    self.level -= 1;
                }
            }
            if test.takes(self.at, document) {
                self.count += 1;
                return Ok(Some(self.at));
            }
        }
    }
}

impl<'p> Query<'p> {
    pub(super) fn new(plan: &'p Plan) -> Query<'p> {
        let inner = match plan {
            Plan::Axis(_, _, input)
            | Plan::Reverse(input)
            | Plan::Group(input)
            | Plan::Count(input) => vec![Query::new(input)],
            Plan::Filter(one, other) | Plan::Operator(_, one, other) | Plan::Merge(one, other) => {
                vec![Query::new(one), Query::new(other)]
            }
            _ => Vec::new(),
        };
        Query {
            plan,
            inner,
            walk: None,
            below: None,
            is_done: false,
            position: 0,
            seen: HashSet::new(),
            positions: HashMap::new(),
            found: None,
        }
    }

    /// The next node.
    pub(super) fn select(
        &mut self,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<Option<Place>> {
        context.step()?;
        match self.plan {
            Plan::Context | Plan::Root => {
                if std::mem::replace(&mut self.is_done, true) {
                    return Ok(None);
                }
                let is_root = matches!(self.plan, Plan::Root);
                let root = Place {
                    node: 0,
                    attribute: here.attribute,
                };
                Ok(Some(if is_root { root } else { *here }))
            }
            Plan::Axis(axis, test, _) => self.step(*axis, test, here, context),
            Plan::Filter(..) => self.filter(here, context),
            Plan::Group(_) => {
                let place = self.inner[0].select(here, context)?;
                self.position += usize::from(place.is_some());
                Ok(place)
            }
            Plan::Merge(..) => self.merge(here, context),
            Plan::Reverse(_) | Plan::Operator(..) => {
                if self.found.is_none() {
                    self.found = Some(self.gather(here, context)?);
                }
                Ok(self.found.as_mut().and_then(Vec::pop))
            }
            _ => Ok(None),
        }
    }

    fn all(
        &mut self,
        number: usize,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<Vec<Place>> {
        let mut places = Vec::new();
        while let Some(place) = self.inner[number].select(here, context)? {
            places.push(place);
        }
        Ok(places)
    }

    /// The nodes of a query that finds all at once, the first one last.
    fn gather(&mut self, here: &mut Place, context: &mut Context<'_, '_>) -> Result<Vec<Place>> {
        let operator = match self.plan {
            Plan::Operator(operator, ..) => *operator,
            _ => return self.all(0, here, context),
        };
        if !matches!(operator, Operator::Union | Operator::Or | Operator::And) {
            return Ok(Vec::new());
        }
        let start = *here;
        let mut places = self.all(0, here, context)?;
        *here = start;
        let right = self.all(1, here, context)?;
        match operator {
            // Only the last node of the one or the other.
            Operator::And => {
                places = right
                    .last()
                    .or(places.last())
                    .copied()
                    .into_iter()
                    .collect()
            }
            _ => places.extend(right),
        }
        if operator == Operator::Union {
            let mut seen = HashSet::new();
            places.retain(|place| seen.insert(identity(*place, context.document)));
        }
        places.reverse();
        Ok(places)
    }

    fn step(
        &mut self,
        axis: Axis,
        test: &Test,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<Option<Place>> {
        if let Axis::Nested { or_self } = axis {
            return self.nested(test, or_self, here, context);
        }
        loop {
            context.step()?;
            let mut walk = match self.walk {
                Some(walk) => walk,
                None => {
                    let Some(place) = self.inner[0].select(here, context)? else {
                        return Ok(None);
                    };
                    self.position = 0;
                    Walk::new(place)
                }
            };
            let found = self.along(axis, test, &mut walk, here, context)?;
            // Parents and the node itself are one step for each input.
            let goes_on = found.is_some() && !matches!(axis, Axis::Parent | Axis::This);
            self.walk = goes_on.then_some(walk);
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// The next node along an axis from one input.
    fn along(
        &mut self,
        axis: Axis,
        test: &Test,
        walk: &mut Walk,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<Option<Place>> {
        let document = context.document;
        loop {
            context.step()?;
            let is_first = !walk.is_begun;
            let moved = match axis {
                Axis::Descendant { or_self } => {
                    let found = walk.descend(test, or_self, context)?;
                    self.position = walk.count;
                    return Ok(found);
                }
                Axis::Following | Axis::Preceding => {
                    return self.outside(axis, test, walk, here, context);
                }
                Axis::Ancestor { or_self: true } | Axis::This if is_first => true,
                Axis::This => false,
                Axis::Ancestor { .. } => walk.at.go_parent(document),
                Axis::Parent => is_first && walk.at.go_parent(document),
                Axis::Attribute => walk.at.go_next_attribute(document),
                Axis::Child if is_first => walk.at.go_child(document),
                Axis::Child | Axis::FollowingSibling => walk.at.go_next(document),
                Axis::PrecedingSibling => walk.at.go_previous(document),
                Axis::Nested { .. } => false,
            };
            walk.is_begun = true;
            if !moved {
                return Ok(None);
            }
            if !test.takes(walk.at, document) {
                continue;
            }
            let is_ancestor = matches!(axis, Axis::Ancestor { .. });
            if is_ancestor && !self.seen.insert(identity(walk.at, document)) {
                continue;
            }
            self.position += 1;
            return Ok(Some(walk.at));
        }
    }

    /// What follows or precedes a node and is neither below nor above it.
    fn outside(
        &mut self,
        axis: Axis,
        test: &Test,
        walk: &mut Walk,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<Option<Place>> {
        let document = context.document;
        let is_following = axis == Axis::Following;
        loop {
            context.step()?;
            let mut below = match self.below.take() {
                Some(below) => below,
                None => {
                    loop {
                        let moved = match is_following {
                            true => walk.at.go_next(document),
                            false => walk.at.go_previous(document),
                        };
                        if moved {
                            break;
                        }
                        if !walk.at.go_parent(document) {
                            return Ok(None);
                        }
                        if !is_following {
                            self.position = 0;
                        }
                    }
                    *here = walk.at;
                    Walk::new(walk.at)
                }
            };
            if let Some(place) = below.descend(test, true, context)? {
                self.position = match is_following {
                    true => below.count,
                    false => self.position + 1,
                };
                self.below = Some(below);
                return Ok(Some(place));
            }
        }
    }

    /// Descendants of descendants. An input that is taken itself is not gone into, and one without children
    /// is looked at.
    fn nested(
        &mut self,
        test: &Test,
        or_self: bool,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<Option<Place>> {
        let document = context.document;
        loop {
            context.step()?;
            let mut walk = match self.walk.take() {
                None => {
                    let Some(place) = self.inner[0].select(here, context)? else {
                        return Ok(None);
                    };
                    self.position = 0;
                    if or_self && test.takes(place, document) {
                        self.position = 1;
                        return Ok(Some(place));
                    }
                    let mut walk = Walk::new(place);
                    walk.level += usize::from(walk.at.go_child(document));
                    walk
                }
                Some(mut walk) => {
                    while walk.level > 0 && !walk.at.go_next(document) {
                        walk.level -= 1;
                        if walk.level > 0 {
                            walk.at.go_parent(document);
                        }
                    }
                    if walk.level == 0 {
                        continue;
                    }
                    walk
                }
            };
            loop {
                context.step()?;
                if test.takes(walk.at, document) {
                    self.position += 1;
                    self.walk = (walk.level > 0).then_some(walk);
                    return Ok(Some(walk.at));
                }
                if !walk.at.go_child(document) {
                    break;
                }
                walk.level += 1;
            }
            self.walk = (walk.level > 0).then_some(walk);
        }
    }

    fn filter(&mut self, here: &mut Place, context: &mut Context<'_, '_>) -> Result<Option<Place>> {
        while let Some(place) = self.inner[0].select(here, context)? {
            *here = place;
            let is_wanted = match self.inner[1].evaluate(here, context)? {
                Value::Bool(value) => value,
                Value::Text(text) => !text.is_empty(),
                Value::Number(number) => number.trunc() == self.inner[0].position() as f64,
                Value::Nodes => self.inner[1].select(here, context)?.is_some(),
            };
            if is_wanted {
                let depth = self.inner[0].depth();
                let position = self.positions.entry(depth).or_default();
                *position += 1;
                self.position = *position;
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    fn merge(&mut self, here: &mut Place, context: &mut Context<'_, '_>) -> Result<Option<Place>> {
        loop {
            if let Some(place) = self.found.as_mut().and_then(Vec::pop) {
                return Ok(Some(place));
            }
            let Some(place) = self.inner[0].select(here, context)? else {
                return Ok(None);
            };
            self.inner[1].evaluate(here, context)?;
            *here = place;
            let mut found = self.all(1, here, context)?;
            found.reverse();
            self.found = Some(found);
        }
    }

    /// The position of the node that was selected last.
    fn position(&self) -> usize {
        match self.plan {
            Plan::Axis(Axis::Attribute | Axis::Parent | Axis::This, ..) => 1,
            Plan::Axis(..) | Plan::Filter(..) | Plan::Group(_) => self.position,
            _ => 1,
        }
    }

    fn depth(&self) -> usize {
        match (self.plan, &self.walk) {
            (Plan::Axis(Axis::Descendant { .. }, ..), Some(walk)) => walk.level,
            _ => 0,
        }
    }

    /// Begins anew and says what the expression is on this node.
    pub(super) fn evaluate(
        &mut self,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<Value> {
        context.step()?;
        match self.plan {
            Plan::Number(number) => Ok(Value::Number(*number)),
            Plan::Text(text) => Ok(Value::Text(text.clone())),
            Plan::Function(function, arguments) => {
                functions::call(*function, arguments, here, context)
            }
            Plan::Position(test) => Ok(Value::Number(functions::position(test, *here, context)?)),
            Plan::Last(test) => Ok(Value::Number(functions::last(test, *here, context)?)),
            Plan::Count(_) => {
                if self.found.is_none() {
                    self.found = Some(self.all(0, here, context)?);
                }
                Ok(Value::Number(self.found.as_ref().map_or(0, Vec::len) as f64))
            }
            Plan::Operator(operator, ..) if *operator != Operator::Union => {
                self.operate(*operator, here, context)
            }
            Plan::Group(_) => self.inner[0].evaluate(here, context),
            _ => {
                self.reset(here, context)?;
                Ok(Value::Nodes)
            }
        }
    }

    /// Begins anew. Some axes go on where they were.
    fn reset(&mut self, here: &mut Place, context: &mut Context<'_, '_>) -> Result<()> {
        self.is_done = false;
        self.found = None;
        self.positions.clear();
        self.seen.clear();
        let goes_on = matches!(
            self.plan,
            Plan::Axis(
                Axis::Following
                    | Axis::FollowingSibling
                    | Axis::Preceding
                    | Axis::PrecedingSibling
                    | Axis::Nested { .. },
                ..
            )
        );
        if !goes_on {
            self.walk = None;
        }
        let count = match self.plan {
            Plan::Operator(..) => 2,
            _ => 1,
        };
        for query in self.inner.iter_mut().take(count) {
            query.evaluate(here, context)?;
        }
        Ok(())
    }

    fn operate(
        &mut self,
        operator: Operator,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<Value> {
        let start = *here;
        if operator.is_numeric() {
            let left = self.inner[0].number(here, context)?;
            *here = start;
            let right = self.inner[1].number(here, context)?;
            *here = start;
            return Ok(Value::Number(match operator {
                Operator::Add => left + right,
                Operator::Subtract => left - right,
                Operator::Multiply => left * right,
                Operator::Divide => left / right,
                _ => left % right,
            }));
        }
        if matches!(operator, Operator::Or | Operator::And) {
            let left = self.inner[0].bool(here, context)?;
            if left == (operator == Operator::Or) {
                return Ok(Value::Bool(left));
            }
            *here = start;
            return self.inner[1].bool(here, context).map(Value::Bool);
        }
        let left = self.inner[0].evaluate(here, context)?;
        let right = self.inner[1].evaluate(here, context)?;
        self.compare(operator, left, right, here, context)
            .map(Value::Bool)
    }

    pub(super) fn number(
        &mut self,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<f64> {
        Ok(match self.evaluate(here, context)? {
            Value::Bool(value) => f64::from(u8::from(value)),
            Value::Number(number) => number,
            Value::Text(text) => to_number(&text),
            Value::Nodes => self
                .select(here, context)?
                .map_or(f64::NAN, |place| to_number(place.value(context.document))),
        })
    }

    pub(super) fn bool(&mut self, here: &mut Place, context: &mut Context<'_, '_>) -> Result<bool> {
        Ok(match self.evaluate(here, context)? {
            Value::Bool(value) => value,
            // NaN is not zero, either.
            Value::Number(number) => number != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::Nodes => self.select(here, context)?.is_some(),
        })
    }

    /// The text of the value; none if it is nodes of which there are none.
    pub(super) fn text(
        &mut self,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<Option<Vec<u8>>> {
        Ok(match self.evaluate(here, context)? {
            Value::Bool(value) => Some(value.to_string().into_bytes()),
            Value::Number(number) => Some(format_number(number).into_bytes()),
            Value::Text(text) => Some(text),
            Value::Nodes => self
                .select(here, context)?
                .map(|place| place.value(context.document).to_vec()),
        })
    }
}

/// What tells a node from others where nodes are told apart. The document and declarations are the same.
fn identity(place: Place, document: &Document<'_>) -> Place {
    match document.node(place.node).kind {
        Kind::Document | Kind::Declaration => Place::of(0),
        _ => place,
    }
}

pub(super) fn to_number(text: &[u8]) -> f64 {
    parse_float(crate::strings::trim_space(text)).unwrap_or(f64::NAN)
}

fn format_number(number: f64) -> String {
    match number {
        n if n.is_nan() => "NaN".to_owned(),
        n if n.is_infinite() => if n > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
        0.0 => "0".to_owned(),
        n => n.to_string(),
    }
}
