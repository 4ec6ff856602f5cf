//! From text to the items of an expression.

use crate::utf8;
use crate::xml::names::{is_first, is_name_character};
use ottl_vm::text::number::parse_float;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Item {
    Comma,
    Slash,
    SlashSlash,
    At,
    Dot,
    DotDot,
    LeftParenthesis,
    RightParenthesis,
    LeftBracket,
    RightBracket,
    Star,
    Plus,
    Minus,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Bang,
    Dollar,
    Bar,
    Name,
    Text,
    Number,
    Axis,
    End,
}

/// The item that was read last, and where the next begins.
pub(super) struct Scanner<'t> {
    rest: &'t [u8],
    pub(super) item: Item,
    /// The last name; stays until the next one.
    pub(super) name: Vec<u8>,
    pub(super) prefix: Vec<u8>,
    /// Whether a parenthesis follows the last name.
    pub(super) is_call: bool,
    pub(super) text: Vec<u8>,
    pub(super) number: f64,
}

fn is_part(c: char) -> bool {
    !matches!(c, ':' | '/') && is_name_character(c)
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric() && !is_first(c))
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8]) -> Result<Scanner<'t>, String> {
        let mut scanner = Scanner {
            rest: text,
            item: Item::End,
            name: Vec::new(),
            prefix: Vec::new(),
            is_call: false,
            text: Vec::new(),
            number: 0.0,
        };
        scanner.next()?;
        Ok(scanner)
    }

    /// The next character; NUL at the end.
    fn peek(&self) -> char {
        match self.rest {
            [] => '\0',
            rest => utf8::first(rest).0,
        }
    }

    fn bump(&mut self) {
        let length = match self.rest {
            [] => 0,
            rest => utf8::first(rest).1,
        };
        self.rest = &self.rest[length..];
    }

    fn skip_space(&mut self) {
        while !self.rest.is_empty() && self.peek().is_whitespace() {
            self.bump();
        }
    }

    fn follows(&mut self, c: char, then: Item, otherwise: Item) -> Item {
        if self.peek() == c {
            self.bump();
            return then;
        }
        otherwise
    }

    pub(super) fn next(&mut self) -> Result<(), String> {
        self.skip_space();
        let c = self.peek();
        if c != '\0' && !is_digit(c) && !is_part(c) || c == '.' || c == '-' {
            let start = self.rest;
            self.bump();
            self.item = match c {
                ',' => Item::Comma,
                '@' => Item::At,
                '(' => Item::LeftParenthesis,
                ')' => Item::RightParenthesis,
                '|' => Item::Bar,
                '*' => Item::Star,
                '[' => Item::LeftBracket,
                ']' => Item::RightBracket,
                '+' => Item::Plus,
                '-' => Item::Minus,
                '=' => Item::Equal,
                '$' => Item::Dollar,
                '<' => self.follows('=', Item::LessOrEqual, Item::Less),
                '>' => self.follows('=', Item::GreaterOrEqual, Item::Greater),
                '!' => self.follows('=', Item::NotEqual, Item::Bang),
                '/' => self.follows('/', Item::SlashSlash, Item::Slash),
                '.' if is_digit(self.peek()) => {
                    self.rest = start;
                    return self.scan_number();
                }
                '.' => self.follows('.', Item::DotDot, Item::Dot),
                '"' | '\'' => return self.scan_text(c),
                _ => return Err("the expression has an invalid token".to_owned()),
            };
            return Ok(());
        }
        match c {
            '\0' => self.item = Item::End,
            c if is_digit(c) => return self.scan_number(),
            _ => return self.scan_names(),
        }
        Ok(())
    }

    fn scan_text(&mut self, quote: char) -> Result<(), String> {
        let end = self.rest.iter().position(|c| char::from(*c) == quote);
        let end = end.ok_or("a string is not closed")?;
        self.item = Item::Text;
        self.text = self.rest[..end].to_vec();
        self.rest = &self.rest[end + 1..];
        Ok(())
    }

    fn scan_number(&mut self) -> Result<(), String> {
        let start = self.rest;
        while is_digit(self.peek()) {
            self.bump();
        }
        if self.peek() == '.' {
            self.bump();
            while is_digit(self.peek()) {
                self.bump();
            }
        }
        let text = &start[..start.len() - self.rest.len()];
        self.item = Item::Number;
        self.number = parse_float(text).map_err(|error| format!("{error}"))?;
        Ok(())
    }

    /// A name. What follows it counts as one byte, of which the reference takes more where it has more.
    fn scan_name(&mut self) -> Vec<u8> {
        let start = self.rest;
        while !self.rest.is_empty() && is_part(self.peek()) {
            self.bump();
        }
        let length = start.len() - self.rest.len();
        let more = match self.rest {
            [] => 0,
            rest => utf8::first(rest).1 - 1,
        };
        start[..length + more].to_vec()
    }

    fn scan_names(&mut self) -> Result<(), String> {
        let invalid = || Err("the expression has an invalid qualified name".to_owned());
        self.item = Item::Name;
        self.name = self.scan_name();
        self.prefix.clear();
        let is_joined = self.peek() == ':';
        self.skip_space();
        if self.peek() == ':' {
            self.bump();
            match self.peek() {
                ':' => {
                    self.bump();
                    self.item = Item::Axis;
                }
                '*' if is_joined => {
                    self.bump();
                    self.prefix = std::mem::replace(&mut self.name, b"*".to_vec());
                }
                c if is_joined && is_part(c) => {
                    self.prefix = std::mem::take(&mut self.name);
                    self.name = self.scan_name();
                }
                _ => return invalid(),
            }
        }
        self.skip_space();
        self.is_call = self.peek() == '(';
        Ok(())
    }
}
