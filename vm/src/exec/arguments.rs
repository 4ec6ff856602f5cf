//! Arguments of calls as the types that bodies take.

use super::call::{Call, Result};
use crate::error::Error;
use crate::function::RunStrings;
use crate::text::{hex, json, number, time::Time};
use crate::value::{Entry, Value};

impl<'p: 'a, 'a> Call<'_, 'p, 'a> {
    /// What `take` makes of the argument's value; an error if that is nothing.
    #[inline(always)]
    fn take<T>(
        &mut self,
        parameter: usize,
        expected: &str,
        take: impl FnOnce(&Value<'a>) -> Option<T>,
    ) -> Result<'a, T> {
        let value = match self.standing(parameter) {
            Some(value) => value,
            None => &self.other_value(parameter)?,
        };
        match take(value) {
            Some(taken) => Ok(taken),
            None => Err(self.expected(expected, value)),
        }
    }

    #[cold]
    pub(super) fn expected(&self, expected: &str, found: &Value<'a>) -> Error<'a> {
        let found = match found {
            Value::Error(error) => return *error,
            Value::Nil => "nil",
            found => found.type_name(),
        };
        self.error(format_args!("expected {expected} but got {found}"))
    }

    /// A string; nothing else.
    #[inline]
    pub fn string(&mut self, parameter: usize) -> Result<'a, &'a [u8]> {
        self.take(parameter, "string", |value| match value {
            Value::String(text) => Some(*text),
            _ => None,
        })
    }

    /// Runs a body over several records' strings on this record's alone.
    ///
    /// # Errors
    /// The argument is no string.
    pub fn run_strings(&mut self, run: RunStrings) -> Result<'a, Value<'a>> {
        let string = self.string(0)?;
        let mut result = Value::Nil;
        run(&[string], std::slice::from_mut(&mut result), self.arena());
        Ok(result)
    }

    /// An int; nothing else.
    #[inline]
    pub fn int(&mut self, parameter: usize) -> Result<'a, i64> {
        self.take(parameter, "int64", |value| match value {
            Value::Int(v) => Some(*v),
            _ => None,
        })
    }

    /// A double; nothing else.
    #[inline]
    pub fn float(&mut self, parameter: usize) -> Result<'a, f64> {
        self.take(parameter, "float64", |value| match value {
            Value::Double(v) => Some(*v),
            _ => None,
        })
    }

    /// A bool; nothing else.
    #[inline]
    pub fn bool(&mut self, parameter: usize) -> Result<'a, bool> {
        self.take(parameter, "bool", |value| match value {
            Value::Bool(v) => Some(*v),
            _ => None,
        })
    }

    /// A map; nothing else.
    pub fn map(&mut self, parameter: usize) -> Result<'a, Value<'a>> {
        self.take(parameter, "pcommon.Map", |value| match value {
            Value::WireMap(wire) | Value::RawMap(wire) => Some(Value::WireMap(wire)),
            Value::Map(entries) => Some(Value::Map(entries)),
            _ => None,
        })
    }

    /// The entries of a map; nothing else.
    pub fn entries(&mut self, parameter: usize) -> Result<'a, &'a [Entry<'a>]> {
        let arena = self.arena();
        self.take(parameter, "pcommon.Map", |value| value.entry_slice(arena))
    }

    /// A list of any kind; nothing else.
    pub fn list(&mut self, parameter: usize) -> Result<'a, Value<'a>> {
        self.take(parameter, "pcommon.Slice", |value| match value {
            Value::WireList(wire) => Some(Value::WireList(wire)),
            Value::List(items) => Some(Value::List(items)),
            Value::TypedList(list) => Some(Value::TypedList(list)),
            _ => None,
        })
    }

    /// An instant; nothing else.
    #[inline]
    pub fn time(&mut self, parameter: usize) -> Result<'a, Time> {
        self.take(parameter, "time", |value| match value {
            Value::Time(time) => Some(*time),
            _ => None,
        })
    }

    /// A duration in nanoseconds; nothing else.
    #[inline]
    pub fn duration(&mut self, parameter: usize) -> Result<'a, i64> {
        self.take(parameter, "duration", |value| match value {
            Value::Duration(nanos) => Some(*nanos),
            _ => None,
        })
    }

    /// Anything with a text form; nil is `None`.
    #[inline(always)]
    pub fn string_like(&mut self, parameter: usize) -> Result<'a, Option<&'a [u8]>> {
        if let Some(Value::String(text)) = self.standing(parameter) {
            return Ok(Some(text));
        }
        let value = self.value(parameter)?;
        self.text_form(value)
    }

    /// A value's text form, as parameters that take anything with one see it.
    pub fn text_form(&self, value: Value<'a>) -> Result<'a, Option<&'a [u8]>> {
        Ok(match value {
            Value::Nil => None,
            Value::String(text) => Some(text),
            Value::Bytes(bytes) => Some(hex::encode(self.arena(), bytes)),
            Value::Int(number) => Some(self.bytes(itoa::Buffer::new().format(number).as_bytes())),
            Value::Bool(is_true) => Some(if is_true { b"true" } else { b"false" }),
            other => {
                /// Bytes that most such texts need no more of.
                const USUAL_BYTES: usize = 1024;
                let mut out = Vec::with_capacity(USUAL_BYTES);
                json::append_value(&mut out, &other).map_err(|_| {
                    self.error(format_args!("unsupported type: {}", other.type_name()))
                })?;
                Some(self.bytes(&out))
            }
        })
    }

    /// Anything that converts to an int; nil is `None`.
    pub fn int_like(&mut self, parameter: usize) -> Result<'a, Option<i64>> {
        let value = match self.standing(parameter) {
            Some(value) => value,
            None => &self.other_value(parameter)?,
        };
        Ok(Some(match value {
            Value::Nil => return Ok(None),
            Value::Int(v) => *v,
            Value::Double(v) => double_to_int(*v),
            Value::Bool(v) => i64::from(*v),
            Value::String(text) => {
                number::parse_int(text, 10).map_err(|e| self.error(format_args!("{e}")))?
            }
            other => return Err(self.unsupported(other)),
        }))
    }

    /// Anything that converts to a double; nil is `None`.
    pub fn float_like(&mut self, parameter: usize) -> Result<'a, Option<f64>> {
        let value = match self.standing(parameter) {
            Some(value) => value,
            None => &self.other_value(parameter)?,
        };
        Ok(Some(match value {
            Value::Nil => return Ok(None),
            Value::Int(v) => *v as f64,
            Value::Double(v) => *v,
            Value::Bool(v) => f64::from(u8::from(*v)),
            Value::String(text) => {
                number::parse_float(text).map_err(|e| self.error(format_args!("{e}")))?
            }
            other => return Err(self.unsupported(other)),
        }))
    }

    /// Anything that converts to a bool; nil is `None`.
    pub fn bool_like(&mut self, parameter: usize) -> Result<'a, Option<bool>> {
        let value = match self.standing(parameter) {
            Some(value) => value,
            None => &self.other_value(parameter)?,
        };
        Ok(Some(match value {
            Value::Nil => return Ok(None),
            Value::Int(v) => *v != 0,
            Value::Double(v) => *v != 0.0,
            Value::Bool(v) => *v,
            Value::String(text) => {
                number::parse_bool(text).map_err(|e| self.error(format_args!("{e}")))?
            }
            other => return Err(self.unsupported(other)),
        }))
    }

    /// Anything that converts to bytes, numbers big-endian; nil is `None`.
    pub fn bytes_like(&mut self, parameter: usize) -> Result<'a, Option<&'a [u8]>> {
        let value = match self.standing(parameter) {
            Some(value) => value,
            None => &self.other_value(parameter)?,
        };
        Ok(Some(match value {
            Value::Nil => return Ok(None),
            Value::String(bytes) | Value::Bytes(bytes) => bytes,
            Value::Int(v) => self.bytes(&v.to_be_bytes()),
            Value::Double(v) => self.bytes(&v.to_bits().to_be_bytes()),
            Value::Bool(v) => self.bytes(&[u8::from(*v)]),
            other => return Err(self.unsupported(other)),
        }))
    }

    #[cold]
    fn unsupported(&self, value: &Value<'a>) -> Error<'a> {
        if let Value::Error(error) = value {
            return *error;
        }
        self.error(format_args!("unsupported type: {}", value.type_name()))
    }
}

/// A double without its fraction, as amd64 converts: what does not fit is the smallest int.
pub fn double_to_int(v: f64) -> i64 {
    let fits = v >= i64::MIN as f64 && v < i64::MAX as f64;
    if fits { v as i64 } else { i64::MIN }
}
