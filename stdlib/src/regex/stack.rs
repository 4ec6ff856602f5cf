//! The parser's stack: finished expressions, open groups and pending alternatives.
//!
//! Expressions are translated to [`Hir`] as soon as they are complete, bottom-up, so nothing here
//! recurses however deep a pattern nests. Each expression carries the measures that the
//! reference's bounds are stated in: height of its tree, instructions of its program, copies made
//! by nested repetition.

use regex_syntax::hir::{Capture, Class, ClassUnicode, Hir, Repetition};

use super::error::ErrorKind;
use super::unicode;
use crate::limits;

/// What `(?flags)` switches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flags {
    /// `i`: case is ignored.
    pub(super) fold_case: bool,
    /// Not `m`: `^` and `$` match at the ends of the text only.
    pub(super) one_line: bool,
    /// `s`: `.` matches a newline.
    pub(super) dot_newline: bool,
    /// `U`: repetitions prefer few, and `?` makes them prefer many.
    pub(super) swap_greed: bool,
}

/// A repetition operator.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operator {
    /// `*`
    Star,
    /// `+`
    Plus,
    /// `?`
    Optional,
    /// `{min,max}`; no `max` means no end.
    Count { min: u32, max: Option<u32> },
}

impl Operator {
    fn bounds(self) -> (u32, Option<u32>) {
        match self {
            Self::Star => (0, None),
            Self::Plus => (1, None),
            Self::Optional => (0, Some(1)),
            Self::Count { min, max } => (min, max),
        }
    }

    /// Instructions of the repetition, given those of what is repeated.
    fn instructions(self, repeated: u64) -> u64 {
        match self {
            Self::Star | Self::Count { min: 0, max: None } => repeated.saturating_add(2),
            Self::Plus | Self::Optional => repeated.saturating_add(1),
            Self::Count { min, max: None } => {
                u64::from(min).saturating_mul(repeated).saturating_add(1)
            }
            Self::Count {
                min,
                max: Some(max),
            } => u64::from(max)
                .saturating_mul(repeated)
                .saturating_add(u64::from(max.saturating_sub(min))),
        }
    }

    /// Copies of the innermost repeated thing, given those within what is repeated.
    fn copies(self, repeated: u64) -> u64 {
        match self {
            Self::Count { max: Some(0), .. } => 1,
            Self::Count { min, max } => {
                u64::from(max.unwrap_or(min).max(1)).saturating_mul(repeated)
            }
            _ => repeated,
        }
    }

    /// Whether the bound on copies is checked at this repetition.
    fn is_counted(self) -> bool {
        matches!(self, Self::Count { min, max } if min >= 2 || max.is_some_and(|max| max >= 2))
    }
}

/// A finished expression.
struct Expr {
    node: Node,
    /// Height of the syntax tree, in nodes.
    height: u32,
    /// Size of the program, in instructions.
    size: u64,
    /// Largest product of nested repeat counts.
    copies: u64,
}

enum Node {
    Empty,
    /// Code points and whether case is ignored. Surrogates match nothing. (The reference, by an
    /// accident of its prefix search, lets `^\x{D800}a` match U+FFFD; `\x{D800}a` it does not.)
    Literal(Vec<u32>, bool),
    Class(ClassUnicode),
    Concat(Vec<Hir>),
    Alternate(Vec<Hir>),
    /// Anything that no later step looks into.
    Other(Hir),
}

enum Item {
    /// An open group: its number if it captures, and the flags to return to at its end.
    Group(Option<u32>, Flags),
    /// A vertical bar; the alternatives before it lie below.
    Bar,
    Expr(Expr),
}

/// The finished pattern.
pub(super) struct Parsed {
    pub(super) hir: Hir,
    /// Height of the syntax tree, in nodes.
    pub(super) height: u32,
}

/// See the module.
#[derive(Default)]
pub(super) struct Stack {
    items: Vec<Item>,
    /// Ends of class ranges seen so far.
    class_runes: usize,
}

impl Stack {
    pub(super) fn open_group(&mut self, capture: Option<u32>, flags: Flags) {
        self.merge_literals();
        self.items.push(Item::Group(capture, flags));
    }

    pub(super) fn literal(&mut self, c: u32, flags: Flags) -> Result<(), ErrorKind> {
        self.push(Expr::leaf(Node::Literal(vec![c], flags.fold_case)))
    }

    pub(super) fn class(&mut self, class: ClassUnicode) -> Result<(), ErrorKind> {
        self.class_runes = self.class_runes.saturating_add(2 * class.ranges().len());
        let node = match class.ranges() {
            [one] if one.start() == one.end() => Node::Literal(vec![u32::from(one.start())], false),
            _ => Node::Class(class),
        };
        self.push(Expr::leaf(node))
    }

    /// Pushes an assertion.
    pub(super) fn look(&mut self, look: regex_syntax::hir::Look) -> Result<(), ErrorKind> {
        self.push(Expr::leaf(Node::Other(Hir::look(look))))
    }

    /// Repeats the expression on top.
    pub(super) fn repeat(&mut self, operator: Operator, greedy: bool) -> Result<(), ErrorKind> {
        let sub = match self.items.pop() {
            Some(Item::Expr(sub)) => sub,
            _ => return Err(ErrorKind::MissingRepeatArgument),
        };
        let (min, max) = operator.bounds();
        let expr = Expr {
            height: sub.height + 1,
            size: operator.instructions(sub.size).max(1),
            copies: operator.copies(sub.copies),
            node: Node::Other(Hir::repetition(Repetition {
                min,
                max,
                greedy,
                sub: Box::new(sub.node.into_hir()),
            })),
        };
        self.check(&expr)?;
        if operator.is_counted() && expr.copies > u64::from(limits::REGEX_REPEAT_MAX) {
            return Err(ErrorKind::InvalidRepeatSize);
        }
        self.items.push(Item::Expr(expr));
        Ok(())
    }

    /// Handles `|`: what follows is another alternative.
    pub(super) fn bar(&mut self) -> Result<(), ErrorKind> {
        self.concat()?;
        if !self.swap_bar() {
            self.items.push(Item::Bar);
        }
        Ok(())
    }

    /// Handles `)`: returns the flags that hold after the group.
    pub(super) fn close_group(&mut self) -> Result<Flags, ErrorKind> {
        self.alternate()?;
        let (Some(Item::Expr(body)), Some(Item::Group(capture, flags))) =
            (self.items.pop(), self.items.pop())
        else {
            return Err(ErrorKind::UnexpectedParen);
        };
        let expr = match capture {
            None => body,
            Some(index) => Expr {
                height: body.height + 1,
                size: body.size + 2,
                copies: body.copies,
                node: Node::Other(Hir::capture(Capture {
                    index,
                    name: None,
                    sub: Box::new(body.node.into_hir()),
                })),
            },
        };
        self.push(expr)?;
        Ok(flags)
    }

    /// Handles the end of the pattern.
    pub(super) fn finish(mut self) -> Result<Parsed, ErrorKind> {
        self.alternate()?;
        match (self.items.pop(), self.items.is_empty()) {
            (Some(Item::Expr(expr)), true) => Ok(Parsed {
                height: expr.height,
                hir: expr.node.into_hir(),
            }),
            _ => Err(ErrorKind::MissingParen),
        }
    }

    fn push(&mut self, expr: Expr) -> Result<(), ErrorKind> {
        self.merge_literals();
        self.check(&expr)?;
        self.items.push(Item::Expr(expr));
        Ok(())
    }

    fn check(&self, expr: &Expr) -> Result<(), ErrorKind> {
        if self.class_runes > limits::REGEX_CLASS_RUNES_MAX
            || expr.size > limits::REGEX_INSTRUCTIONS_MAX
        {
            return Err(ErrorKind::TooLarge);
        }
        if expr.height > limits::REGEX_HEIGHT_MAX {
            return Err(ErrorKind::NestingDepth);
        }
        Ok(())
    }

    /// Joins the two literals on top. Called before anything else is pushed: the topmost literal
    /// stays apart until then, as a repetition concerns it alone.
    fn merge_literals(&mut self) {
        let [.., Item::Expr(below), Item::Expr(top)] = self.items.as_mut_slice() else {
            return;
        };
        let (Node::Literal(text, fold), Node::Literal(more, more_fold)) =
            (&mut below.node, &top.node)
        else {
            return;
        };
        if fold == more_fold {
            text.extend_from_slice(more);
            below.size = text.len() as u64;
            self.items.pop();
        }
    }

    /// Takes the expressions above the topmost group or bar.
    fn take_exprs(&mut self) -> Vec<Expr> {
        let is_expr = |item: &Item| matches!(item, Item::Expr(_));
        let start = self
            .items
            .iter()
            .rposition(|item| !is_expr(item))
            .map_or(0, |index| index + 1);
        let exprs = self.items.drain(start..);
        exprs
            .filter_map(|item| {
                if let Item::Expr(expr) = item {
                    Some(expr)
                } else {
                    None
                }
            })
            .collect()
    }

    fn concat(&mut self) -> Result<(), ErrorKind> {
        self.merge_literals();
        let mut exprs = self.take_exprs();
        let expr = match exprs.len() {
            0 => Expr::leaf(Node::Empty),
            1 => exprs.remove(0),
            _ => Expr::concat(exprs),
        };
        self.push(expr)
    }

    /// Ends the current alternative and joins all of them.
    fn alternate(&mut self) -> Result<(), ErrorKind> {
        self.concat()?;
        if self.swap_bar() {
            self.items.pop();
        }
        let mut exprs = self.take_exprs();
        let expr = if exprs.len() == 1 {
            exprs.remove(0)
        } else {
            Expr::alternate(exprs)
        };
        self.push(expr)
    }

    /// Moves the alternative on top below the bar beneath it, or into the alternative before if
    /// both match single characters. False if there is no bar.
    fn swap_bar(&mut self) -> bool {
        let count = self.items.len();
        if count < 2 || !matches!(self.items[count - 2], Item::Bar) {
            return false;
        }
        if let [.., Item::Expr(first), Item::Bar, Item::Expr(second)] = self.items.as_mut_slice()
            && let (Some(mut class), Some(more)) =
                (first.node.single_chars(), second.node.single_chars())
        {
            class.union(&more);
            *first = Expr::leaf(Node::Class(class));
            self.items.pop();
            return true;
        }
        self.items.swap(count - 2, count - 1);
        true
    }
}

impl Expr {
    fn leaf(node: Node) -> Self {
        Self {
            node,
            height: 1,
            size: 1,
            copies: 1,
        }
    }

    /// Concatenations among the parts dissolve in the result.
    fn concat(exprs: Vec<Expr>) -> Self {
        let mut parts = Vec::with_capacity(exprs.len());
        let mut whole = Measures::default();
        for expr in exprs {
            let dissolves = matches!(expr.node, Node::Concat(_));
            whole.add(&expr, dissolves, 0);
            match expr.node {
                Node::Concat(inner) => parts.extend(inner),
                node => parts.push(node.into_hir()),
            }
        }
        whole.expr(Node::Concat(parts), 0)
    }

    /// Alternations among the alternatives dissolve in the result.
    fn alternate(exprs: Vec<Expr>) -> Self {
        let mut parts = Vec::with_capacity(exprs.len());
        let mut whole = Measures::default();
        for expr in exprs {
            let branches = if let Node::Alternate(inner) = &expr.node {
                inner.len() as u64 - 1
            } else {
                0
            };
            whole.add(&expr, matches!(expr.node, Node::Alternate(_)), branches);
            match expr.node {
                Node::Alternate(inner) => parts.extend(inner),
                node => parts.push(node.into_hir()),
            }
        }
        let branches = (parts.len() as u64).saturating_sub(1);
        whole.expr(Node::Alternate(parts), branches)
    }
}

/// Measures of an expression made of others.
#[derive(Default)]
struct Measures {
    inner_height: u32,
    size: u64,
    copies: u64,
}

impl Measures {
    /// `branches`: instructions of the part that belong to it as an alternation.
    fn add(&mut self, part: &Expr, dissolves: bool, branches: u64) {
        self.inner_height = self.inner_height.max(part.height - u32::from(dissolves));
        self.size = self.size.saturating_add(part.size - branches);
        self.copies = self.copies.max(part.copies);
    }

    fn expr(self, node: Node, branches: u64) -> Expr {
        let size = self.size.saturating_add(branches).max(1);
        Expr {
            node,
            height: self.inner_height + 1,
            size,
            copies: self.copies.max(1),
        }
    }
}

impl Node {
    fn into_hir(self) -> Hir {
        match self {
            Node::Empty => Hir::empty(),
            Node::Literal(text, fold) => literal_hir(&text, fold),
            Node::Class(class) => Hir::class(Class::Unicode(class)),
            Node::Concat(parts) => Hir::concat(parts),
            Node::Alternate(parts) => Hir::alternation(parts),
            Node::Other(hir) => hir,
        }
    }

    /// The characters this matches, if it always matches exactly one.
    fn single_chars(&self) -> Option<ClassUnicode> {
        match self {
            Node::Literal(text, fold) => match text.as_slice() {
                &[c] => Some(char_class(c, *fold)),
                _ => None,
            },
            Node::Class(class) => Some(class.clone()),
            _ => None,
        }
    }
}

fn char_class(c: u32, fold: bool) -> ClassUnicode {
    match (char::from_u32(c), fold) {
        (None, _) => unicode::class(&[]),
        (Some(c), false) => unicode::class(&[(c, c)]),
        (Some(c), true) => unicode::fold_char(c),
    }
}

fn literal_hir(text: &[u32], fold: bool) -> Hir {
    let single = |&c: &u32| Hir::class(Class::Unicode(char_class(c, fold)));
    if fold || text.iter().any(|&c| char::from_u32(c).is_none()) {
        return Hir::concat(text.iter().map(single).collect());
    }
    let text: String = text.iter().filter_map(|&c| char::from_u32(c)).collect();
    Hir::literal(text.into_bytes())
}
