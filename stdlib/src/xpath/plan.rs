//! From an expression's tree to queries, by the reference's rules.

use super::functions::Function;
use super::navigate::Test;
use super::parse::{Operator, Tree};
use crate::limits::XPATH_QUERY_DEPTH_MAX;

/// A query.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    /// The node that the expression is evaluated on.
    Context,
    /// The document.
    Root,
    Axis(Axis, Test, Box<Plan>),
    Filter(Box<Plan>, Box<Plan>),
    Function(Function, Vec<Plan>),
    /// `position()` or `last()` among the siblings that the test takes.
    Position(Option<Test>),
    Last(Option<Test>),
    /// `last()` as the number of nodes of a query.
    Count(Box<Plan>),
    Reverse(Box<Plan>),
    Number(f64),
    Text(Vec<u8>),
    Group(Box<Plan>),
    Operator(Operator, Box<Plan>, Box<Plan>),
    /// The second query on each node of the first.
    Merge(Box<Plan>, Box<Plan>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Axis {
    Ancestor {
        or_self: bool,
    },
    Attribute,
    Child,
    Descendant {
        or_self: bool,
    },
    /// Descendants of what yields descendants itself.
    Nested {
        or_self: bool,
    },
    Following,
    FollowingSibling,
    Parent,
    Preceding,
    PrecedingSibling,
    This,
}

type Result<T> = std::result::Result<T, String>;

/// What a part of an expression says about positions.
#[derive(Clone, Copy, Default)]
struct Properties {
    has_position: bool,
    has_last: bool,
    /// Whether the filter is by position.
    by_position: bool,
}

/// What surrounds a part of an expression.
#[derive(Clone, Copy, Default)]
struct Flags {
    in_filter: bool,
    in_descendants: bool,
}

pub(super) fn plan(tree: &Tree) -> Result<Plan> {
    let mut builder = Builder {
        depth: 0,
        first: None,
    };
    Ok(builder.node(tree, Flags::default())?.0)
}

struct Builder {
    depth: usize,
    /// The nodes that `position()` and `last()` are about.
    first: Option<Plan>,
}

impl Plan {
    fn test(&self) -> Option<&Test> {
        match self {
            Plan::Axis(Axis::Nested { .. }, ..) => None,
            Plan::Axis(_, test, _) => Some(test),
            _ => None,
        }
    }

    /// Whether the value may be a number, which a filter takes for a position.
    fn can_be_number(&self) -> bool {
        match self {
            Plan::Function(..) | Plan::Position(_) | Plan::Last(_) | Plan::Count(_) => true,
            Plan::Reverse(_) | Plan::Number(_) => true,
            Plan::Group(input) => input.can_be_number(),
            Plan::Operator(operator, ..) => operator.is_numeric(),
            _ => false,
        }
    }

    fn can_merge(&self) -> bool {
        match self {
            Plan::Group(_) => false,
            Plan::Filter(input, _) => input.can_merge(),
            _ => true,
        }
    }
}

impl Operator {
    pub(super) fn is_numeric(self) -> bool {
        matches!(
            self,
            Operator::Add
                | Operator::Subtract
                | Operator::Multiply
                | Operator::Divide
                | Operator::Modulo
        )
    }
}

impl Builder {
    fn node(&mut self, tree: &Tree, flags: Flags) -> Result<(Plan, Properties)> {
        self.depth += 1;
        if self.depth > XPATH_QUERY_DEPTH_MAX {
            return Err("the xpath expressions is too complex".to_owned());
        }
        let none = Properties::default();
        let result = match tree {
            Tree::Root => (Plan::Root, none),
            Tree::Number(number) => (Plan::Number(*number), none),
            Tree::Text(text) => (Plan::Text(text.clone()), none),
            Tree::Variable(name) => {
                return Err(format!(
                    "undeclared variable in XPath expression: ${}",
                    String::from_utf8_lossy(name)
                ));
            }
            Tree::Axis { axis, test, input } => {
                let result = self.axis(axis, test, input.as_deref(), flags)?;
                self.first = Some(result.0.clone());
                result
            }
            Tree::Filter(input, condition) => {
                let result = self.filter(input, condition, flags)?;
                self.first = Some(result.0.clone());
                result
            }
            Tree::Group(input) => {
                let (input, properties) = self.node(input, Flags::default())?;
                let group = Plan::Group(Box::new(input));
                self.first = Some(group.clone());
                (group, properties)
            }
            Tree::Function(name, arguments) => self.function(name, arguments)?,
            Tree::Operator(operator, left, right) => {
                let (left, one) = self.node(left, Flags::default())?;
                let (right, other) = self.node(right, Flags::default())?;
                let properties = Properties {
                    has_position: one.has_position || other.has_position,
                    has_last: one.has_last || other.has_last,
                    by_position: one.by_position || other.by_position,
                };
                (
                    Plan::Operator(*operator, Box::new(left), Box::new(right)),
                    properties,
                )
            }
        };
        self.depth -= 1;
        Ok(result)
    }

    fn axis(
        &mut self,
        axis: &[u8],
        test: &Test,
        input: Option<&Tree>,
        flags: Flags,
    ) -> Result<(Plan, Properties)> {
        self.first = None;
        let in_descendants = Flags {
            in_filter: false,
            in_descendants: true,
        };
        let mut input_flags = Flags::default();
        if let (false, Some(tree)) = (flags.in_filter, input) {
            if let (b"child", Tree::Axis { axis, input, .. }) = (axis, tree)
                && axis == b"descendant-or-self"
            {
                let (input, properties) = match input {
                    Some(input) => self.node(input, in_descendants)?,
                    None => (Plan::Context, Properties::default()),
                };
                let axis = Axis::Descendant { or_self: false };
                return Ok((Plan::Axis(axis, test.clone(), Box::new(input)), properties));
            }
            if matches!(axis, b"descendant" | b"descendant-or-self") {
                input_flags = in_descendants;
            }
        }
        let (input, properties) = match input {
            Some(input) => self.node(input, input_flags)?,
            None => (Plan::Context, Properties::default()),
        };
        let descendant = |or_self| match flags.in_descendants {
            true => Axis::Nested { or_self },
            false => Axis::Descendant { or_self },
        };
        let axis = match axis {
            b"ancestor" => Axis::Ancestor { or_self: false },
            b"ancestor-or-self" => Axis::Ancestor { or_self: true },
            b"attribute" => Axis::Attribute,
            b"child" => Axis::Child,
            b"descendant" => descendant(false),
            b"descendant-or-self" => descendant(true),
            b"following" => Axis::Following,
            b"following-sibling" => Axis::FollowingSibling,
            b"parent" => Axis::Parent,
            b"preceding" => Axis::Preceding,
            b"preceding-sibling" => Axis::PrecedingSibling,
            b"self" => Axis::This,
            axis => {
                return Err(format!(
                    "unknown axe type: {}",
                    String::from_utf8_lossy(axis)
                ));
            }
        };
        Ok((Plan::Axis(axis, test.clone(), Box::new(input)), properties))
    }

    fn filter(
        &mut self,
        input_tree: &Tree,
        condition: &Tree,
        flags: Flags,
    ) -> Result<(Plan, Properties)> {
        let input_flags = Flags {
            in_filter: true,
            ..flags
        };
        let (input, mut properties) = self.node(input_tree, input_flags)?;
        let has_first = self.first.is_some();
        let (mut condition, about) = self.node(condition, flags)?;
        let has_position = condition.can_be_number() || about.has_position || about.has_last;
        if !matches!(input_tree, Tree::Filter(..)) {
            properties.by_position = false;
        }
        properties.by_position |= has_position;
        if has_position && about.has_last {
            condition = counted(condition);
        }
        let is_merged =
            !flags.in_filter && has_first && input.can_merge() && properties.by_position;
        let plan = match input {
            Plan::Axis(axis, test, parent) if is_merged && !matches!(*parent, Plan::Context) => {
                let here = Plan::Axis(axis, test, Box::new(Plan::Context));
                let child = Plan::Filter(Box::new(here), Box::new(condition));
                Plan::Merge(parent, Box::new(child))
            }
            input => Plan::Filter(Box::new(input), Box::new(condition)),
        };
        Ok((plan, properties))
    }

    fn function(&mut self, name: &[u8], arguments: &[Tree]) -> Result<(Plan, Properties)> {
        let mut properties = Properties::default();
        let first_test = |first: &Option<Plan>| first.as_ref().and_then(Plan::test).cloned();
        match name {
            b"position" => {
                properties.has_position = true;
                return Ok((Plan::Position(first_test(&self.first)), properties));
            }
            b"last" => {
                properties.has_last = true;
                let plan = match &self.first {
                    // A filter by this counts the nodes of the query.
                    Some(query @ (Plan::Filter(..) | Plan::Group(_))) => {
                        Plan::Function(Function::Last, vec![query.clone()])
                    }
                    first => Plan::Last(first_test(first)),
                };
                return Ok((plan, properties));
            }
            _ => {}
        }
        let (function, needed) = Function::named(name, arguments.len())?;
        let mut plans = Vec::new();
        for argument in arguments.iter().take(needed) {
            let (plan, about) = self.node(argument, Flags::default())?;
            properties = about;
            plans.push(plan);
        }
        if let (Function::Reverse, Some(input)) = (function, plans.first()) {
            return Ok((Plan::Reverse(Box::new(input.clone())), properties));
        }
        if function == Function::NormalizeSpace && plans.is_empty() {
            plans.push(Plan::Axis(Axis::This, Test::any(), Box::new(Plan::Context)));
        }
        function.check(&plans)?;
        Ok((Plan::Function(function, plans), properties))
    }
}

/// `last()` alone in a filter, over what is filtered or grouped, is the number of its nodes.
fn counted(condition: Plan) -> Plan {
    match condition {
        Plan::Function(Function::Last, mut query) if query.len() == 1 => {
            Plan::Count(Box::new(query.remove(0)))
        }
        condition => condition,
    }
}
