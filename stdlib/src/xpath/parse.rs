//! From the items of an expression to its tree.

use super::navigate::{Test, What};
use super::scan::{Item, Scanner};
use crate::limits::{XPATH_DEPTH_MAX, XPATH_TERMS_MAX};

#[derive(Clone, Debug)]
pub(super) enum Tree {
    Root,
    Axis {
        axis: Vec<u8>,
        test: Test,
        input: Option<Box<Tree>>,
    },
    Filter(Box<Tree>, Box<Tree>),
    Function(Vec<u8>, Vec<Tree>),
    Operator(Operator, Box<Tree>, Box<Tree>),
    Variable(Vec<u8>),
    Number(f64),
    Text(Vec<u8>),
    Group(Box<Tree>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Union,
}

/// Operators, from those that bind least to those that bind most.
const LEVELS: usize = 6;

type Result<T> = std::result::Result<T, String>;

pub(super) fn parse(text: &[u8]) -> Result<Tree> {
    let mut parser = Parser {
        scanner: Scanner::new(text)?,
        depth: 0,
        terms: 0,
    };
    parser.expression()
}

struct Parser<'t> {
    scanner: Scanner<'t>,
    depth: usize,
    terms: usize,
}

impl Parser<'_> {
    fn is(&self, item: Item) -> bool {
        self.scanner.item == item
    }

    fn skip(&mut self, item: Item) -> Result<()> {
        if !self.is(item) {
            return Err("the expression has an invalid token".to_owned());
        }
        self.scanner.next()
    }

    fn count(&mut self) -> Result<()> {
        self.terms += 1;
        if self.terms > XPATH_TERMS_MAX {
            return Err("the xpath expressions is too complex".to_owned());
        }
        Ok(())
    }

    fn expression(&mut self) -> Result<Tree> {
        self.depth += 1;
        if self.depth > XPATH_DEPTH_MAX {
            return Err("the xpath query is too complex".to_owned());
        }
        let tree = self.operation(0)?;
        self.depth -= 1;
        Ok(tree)
    }

    /// The operator at this place, if it is of this level.
    fn operator(&self, level: usize) -> Option<Operator> {
        let is_word = |word: &[u8]| {
            self.is(Item::Name) && self.scanner.prefix.is_empty() && self.scanner.name == word
        };
        let operator = match (level, self.scanner.item) {
            (0, _) if is_word(b"or") => Operator::Or,
            (1, _) if is_word(b"and") => Operator::And,
            (2, Item::Equal) => Operator::Equal,
            (2, Item::NotEqual) => Operator::NotEqual,
            (3, Item::Less) => Operator::Less,
            (3, Item::LessOrEqual) => Operator::LessOrEqual,
            (3, Item::Greater) => Operator::Greater,
            (3, Item::GreaterOrEqual) => Operator::GreaterOrEqual,
            (4, Item::Plus) => Operator::Add,
            (4, Item::Minus) => Operator::Subtract,
            (5, Item::Star) => Operator::Multiply,
            (5, _) if is_word(b"div") => Operator::Divide,
            (5, _) if is_word(b"mod") => Operator::Modulo,
            _ => return None,
        };
        Some(operator)
    }

    fn operation(&mut self, level: usize) -> Result<Tree> {
        if level == LEVELS {
            return self.unary();
        }
        let mut left = self.operation(level + 1)?;
        while let Some(operator) = self.operator(level) {
            self.count()?;
            self.scanner.next()?;
            let right = self.operation(level + 1)?;
            left = Tree::Operator(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Tree> {
        let mut is_negative = false;
        while self.is(Item::Minus) {
            self.scanner.next()?;
            is_negative = !is_negative;
        }
        let mut tree = self.path()?;
        while self.is(Item::Bar) {
            self.count()?;
            self.scanner.next()?;
            let right = self.path()?;
            tree = Tree::Operator(Operator::Union, Box::new(tree), Box::new(right));
        }
        if is_negative {
            let minus = Box::new(Tree::Number(-1.0));
            tree = Tree::Operator(Operator::Multiply, Box::new(tree), minus);
        }
        Ok(tree)
    }

    fn is_node_type(&self) -> bool {
        let is_type = matches!(
            &self.scanner.name[..],
            b"node" | b"text" | b"processing-instruction" | b"comment"
        );
        is_type && self.scanner.prefix.is_empty()
    }

    fn path(&mut self) -> Result<Tree> {
        let is_primary = match self.scanner.item {
            Item::Text | Item::Number | Item::Dollar | Item::LeftParenthesis => true,
            Item::Name => self.scanner.is_call && !self.is_node_type(),
            _ => false,
        };
        if !is_primary {
            return self.location();
        }
        let mut tree = self.primary()?;
        if self.is(Item::LeftBracket) {
            tree = self.filter(tree)?;
        }
        match self.scanner.item {
            Item::Slash => {
                self.scanner.next()?;
                self.steps(Some(tree))
            }
            Item::SlashSlash => {
                self.scanner.next()?;
                self.steps(Some(descendants(Some(tree))))
            }
            _ => Ok(tree),
        }
    }

    fn filter(&mut self, tree: Tree) -> Result<Tree> {
        self.count()?;
        self.skip(Item::LeftBracket)?;
        let condition = self.expression()?;
        self.skip(Item::RightBracket)?;
        Ok(Tree::Filter(Box::new(tree), Box::new(condition)))
    }

    fn location(&mut self) -> Result<Tree> {
        match self.scanner.item {
            Item::Slash => {
                self.scanner.next()?;
                match self.scanner.item {
                    Item::Dot | Item::DotDot | Item::At | Item::Axis | Item::Star | Item::Name => {
                        self.steps(Some(Tree::Root))
                    }
                    _ => Ok(Tree::Root),
                }
            }
            Item::SlashSlash => {
                self.scanner.next()?;
                self.steps(Some(descendants(Some(Tree::Root))))
            }
            _ => self.steps(None),
        }
    }

    fn steps(&mut self, input: Option<Tree>) -> Result<Tree> {
        let mut tree = self.step(input)?;
        loop {
            match self.scanner.item {
                Item::SlashSlash => {
                    self.scanner.next()?;
                    tree = self.step(Some(descendants(Some(tree))))?;
                }
                Item::Slash => {
                    self.scanner.next()?;
                    tree = self.step(Some(tree))?;
                }
                _ => return Ok(tree),
            }
        }
    }

    fn step(&mut self, input: Option<Tree>) -> Result<Tree> {
        self.count()?;
        let mut tree = match self.scanner.item {
            Item::Dot => {
                self.scanner.next()?;
                any(b"self", input)
            }
            Item::DotDot => {
                self.scanner.next()?;
                any(b"parent", input)
            }
            Item::LeftParenthesis => return self.sequence(input),
            item => {
                let axis = match item {
                    Item::At => b"attribute".to_vec(),
                    Item::Axis => self.scanner.name.clone(),
                    _ => b"child".to_vec(),
                };
                if matches!(item, Item::At | Item::Axis) {
                    self.scanner.next()?;
                }
                self.node_test(axis, input)?
            }
        };
        while self.is(Item::LeftBracket) {
            tree = self.filter(tree)?;
        }
        Ok(tree)
    }

    /// Steps between parentheses, each from what stands before them.
    fn sequence(&mut self, input: Option<Tree>) -> Result<Tree> {
        self.skip(Item::LeftParenthesis)?;
        let mut tree = self.step(input.clone())?;
        while self.is(Item::Comma) {
            self.count()?;
            self.scanner.next()?;
            let right = self.step(input.clone())?;
            tree = Tree::Operator(Operator::Union, Box::new(tree), Box::new(right));
        }
        self.skip(Item::RightParenthesis)?;
        Ok(tree)
    }

    fn node_test(&mut self, axis: Vec<u8>, input: Option<Tree>) -> Result<Tree> {
        let mut test = Test {
            what: match &axis[..] {
                b"attribute" => What::Attribute,
                _ => What::Element,
            },
            name: Vec::new(),
            prefix: Vec::new(),
        };
        match self.scanner.item {
            Item::Star => self.scanner.next()?,
            Item::Name if self.scanner.is_call && self.is_node_type() => {
                let kind = self.scanner.name.clone();
                self.scanner.next()?;
                self.skip(Item::LeftParenthesis)?;
                if kind == b"processing-instruction" && !self.is(Item::RightParenthesis) {
                    if !self.is(Item::Text) {
                        return Err("the expression has an invalid token".to_owned());
                    }
                    test.name = self.scanner.text.clone();
                    self.scanner.next()?;
                }
                self.skip(Item::RightParenthesis)?;
                match &kind[..] {
                    b"comment" => test.what = What::Comment,
                    b"text" => test.what = What::Text,
                    b"node" => test.what = What::Any,
                    _ => {}
                }
            }
            Item::Name => {
                test.prefix = self.scanner.prefix.clone();
                test.name = self.scanner.name.clone();
                self.scanner.next()?;
                // By then the name may be another one.
                if self.scanner.name == b"*" {
                    test.name.clear();
                }
            }
            _ => return Err("expression must evaluate to a node-set".to_owned()),
        }
        let input = input.map(Box::new);
        Ok(Tree::Axis { axis, test, input })
    }

    fn primary(&mut self) -> Result<Tree> {
        self.count()?;
        match self.scanner.item {
            Item::Text => {
                let text = std::mem::take(&mut self.scanner.text);
                self.scanner.next()?;
                Ok(Tree::Text(text))
            }
            Item::Number => {
                let number = self.scanner.number;
                self.scanner.next()?;
                Ok(Tree::Number(number))
            }
            Item::Dollar => {
                self.scanner.next()?;
                if !self.is(Item::Name) {
                    return Err("the expression has an invalid token".to_owned());
                }
                let name = self.scanner.name.clone();
                self.scanner.next()?;
                Ok(Tree::Variable(name))
            }
            Item::LeftParenthesis => {
                self.scanner.next()?;
                let tree = match self.expression()? {
                    constant @ (Tree::Number(_) | Tree::Text(_)) => constant,
                    tree => Tree::Group(Box::new(tree)),
                };
                self.skip(Item::RightParenthesis)?;
                Ok(tree)
            }
            _ => self.function(),
        }
    }

    fn function(&mut self) -> Result<Tree> {
        let name = self.scanner.name.clone();
        let mut arguments = Vec::new();
        self.skip(Item::Name)?;
        self.skip(Item::LeftParenthesis)?;
        if !self.is(Item::RightParenthesis) {
            loop {
                arguments.push(self.expression()?);
                if self.is(Item::RightParenthesis) {
                    break;
                }
                self.skip(Item::Comma)?;
            }
        }
        self.skip(Item::RightParenthesis)?;
        Ok(Tree::Function(name, arguments))
    }
}

fn any(axis: &[u8], input: Option<Tree>) -> Tree {
    Tree::Axis {
        axis: axis.to_vec(),
        test: Test::any(),
        input: input.map(Box::new),
    }
}

fn descendants(input: Option<Tree>) -> Tree {
    any(b"descendant-or-self", input)
}
