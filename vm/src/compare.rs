//! Comparison: the rules for every pair of types.
//!
//! Numbers compare across int and double; strings and bytes byte by byte; maps and lists only for equality;
//! any other mixed pair is unequal and not ordered. An empty `[]byte` counts as nil, as it does in the
//! reference, where reading one gives a nil slice.

use crate::error::Error;
use crate::value::{Element, Value};
use std::cmp::Ordering;

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl Comparator {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Comparator::Equal => "==",
            Comparator::NotEqual => "!=",
            Comparator::Less => "<",
            Comparator::LessEqual => "<=",
            Comparator::Greater => ">",
            Comparator::GreaterEqual => ">=",
        }
    }

    /// The one that says the same of the operands the other way round.
    #[must_use]
    pub fn mirrored(self) -> Comparator {
        match self {
            Comparator::Less => Comparator::Greater,
            Comparator::LessEqual => Comparator::GreaterEqual,
            Comparator::Greater => Comparator::Less,
            Comparator::GreaterEqual => Comparator::LessEqual,
            same => same,
        }
    }

    /// Without branches: which ordering a record gives is not to be foreseen.
    #[inline]
    pub(crate) fn holds(self, ordering: Option<Ordering>) -> bool {
        let bit = ordering.map_or(3, |ordering| ordering as i8 + 1);
        self.holding() >> bit & 1 != 0
    }

    /// Bit 0 is less, 1 equal, 2 greater, 3 not ordered.
    const fn holding(self) -> u8 {
        match self {
            Comparator::Equal => 0b0010,
            Comparator::NotEqual => 0b1101,
            Comparator::Less => 0b0001,
            Comparator::LessEqual => 0b0011,
            Comparator::Greater => 0b0100,
            Comparator::GreaterEqual => 0b0110,
        }
    }

    #[inline]
    pub(crate) fn of_equality(self, equal: bool) -> bool {
        match self {
            Comparator::Equal => equal,
            Comparator::NotEqual => !equal,
            _ => false,
        }
    }
}

/// Whether two short texts, such as keys, are the same; without a call for those of the usual lengths. For two that are
/// empty the call would be the dearest: it looks at no byte of theirs, but some processors take a fault for it if there
/// is no memory where they stand, as is the case for a literal.
#[inline(always)]
pub fn same_text(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match a.len() {
        0 => true,
        1..4 => {
            let ends = |text: &[u8]| (text.first().copied(), text.last().copied());
            ends(a) == ends(b) && a.get(1) == b.get(1)
        }
        4..8 => a.first_chunk::<4>() == b.first_chunk() && a.last_chunk::<4>() == b.last_chunk(),
        8..=16 => a.first_chunk::<8>() == b.first_chunk() && a.last_chunk::<8>() == b.last_chunk(),
        17..=32 => {
            a.first_chunk::<16>() == b.first_chunk() && a.last_chunk::<16>() == b.last_chunk()
        }
        _ => a == b,
    }
}

/// Whether `left op right` holds.
///
/// # Errors
/// For operands that are errors, and for pairs that the reference cannot compare and panics on.
#[inline]
pub fn compare<'a>(op: Comparator, left: &Value<'a>, right: &Value<'a>) -> Result<bool, Error<'a>> {
    Ok(match (left, right) {
        (Value::String(l), Value::String(r)) if op == Comparator::Equal => same_text(l, r),
        (Value::Int(l), Value::Int(r)) | (Value::Duration(l), Value::Duration(r)) => {
            op.holds(Some(l.cmp(r)))
        }
        _ => return compare_any(op, left, right),
    })
}

#[inline(never)]
fn compare_any<'a>(op: Comparator, left: &Value<'a>, right: &Value<'a>) -> Result<bool, Error<'a>> {
    Ok(match (left, right) {
        (Value::Error(error), _) | (_, Value::Error(error)) => return Err(*error),
        (Value::Double(l), Value::Double(r)) => op.holds(l.partial_cmp(r)),
        (Value::Int(l), Value::Double(r)) => op.holds((*l as f64).partial_cmp(r)),
        (Value::Double(l), Value::Int(r)) => op.holds(l.partial_cmp(&(*r as f64))),
        (Value::String(l), Value::String(r)) if op == Comparator::NotEqual => !same_text(l, r),
        (Value::String(l), Value::String(r)) => op.holds(Some(l.cmp(r))),
        (Value::Bool(l), Value::Bool(r)) => op.holds(Some(l.cmp(r))),
        (Value::Time(l), Value::Time(r)) => op.holds(Some(
            (l.unix(), l.nanosecond()).cmp(&(r.unix(), r.nanosecond())),
        )),
        _ => return compare_other(op, left, right),
    })
}

fn compare_other<'a>(
    op: Comparator,
    left: &Value<'a>,
    right: &Value<'a>,
) -> Result<bool, Error<'a>> {
    let (left_nil, right_nil) = (counts_as_nil(left), counts_as_nil(right));
    if left_nil || right_nil {
        let both = left_nil && right_nil;
        return Ok(if both {
            op.holds(Some(Ordering::Equal))
        } else {
            op == Comparator::NotEqual
        });
    }
    Ok(match (left, right) {
        (Value::Bytes(l), Value::Bytes(r)) => op.holds(Some(l.cmp(r))),
        (Value::TypedList(l), Value::TypedList(r))
            if l.element == r.element
                && l.element != Element::Any
                && matches!(op, Comparator::Equal | Comparator::NotEqual) =>
        {
            return Err(Error::new("runtime error: comparing uncomparable type"));
        }
        (Value::TypedList(l), _) if l.element != Element::Any => op == Comparator::NotEqual,
        (_, Value::TypedList(r)) if r.element != Element::Any => op == Comparator::NotEqual,
        _ if left.items().is_some() && right.items().is_some() => {
            op.of_equality(equal(left, right))
        }
        _ if left.entries().is_some() && right.entries().is_some() => {
            op.of_equality(equal(left, right))
        }
        (Value::Byte(l), Value::Byte(r)) => op.of_equality(l == r),
        (Value::TraceId(l), Value::TraceId(r)) => op.of_equality(l == r),
        (Value::SpanId(l), Value::SpanId(r)) => op.of_equality(l == r),
        (Value::ProfileId(l), Value::ProfileId(r)) => op.of_equality(l == r),
        (Value::Pdata(l), Value::Pdata(r)) => {
            op.of_equality(l.type_name == r.type_name && l.origin == r.origin)
        }
        _ => op == Comparator::NotEqual,
    })
}

/// Whether a value is nil to a comparison.
#[inline]
pub(crate) fn counts_as_nil(value: &Value<'_>) -> bool {
    matches!(value, Value::Nil | Value::Bytes([]))
}

/// Deep equality of elements: same types, lists in order, maps by key.
pub fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(l), Value::Bool(r)) => l == r,
        (Value::Int(l), Value::Int(r)) => l == r,
        (Value::Byte(l), Value::Byte(r)) => l == r,
        (Value::Double(l), Value::Double(r)) => l == r,
        (Value::String(l), Value::String(r)) | (Value::Bytes(l), Value::Bytes(r)) => {
            same_text(l, r)
        }
        (Value::Time(l), Value::Time(r)) => l == r,
        (Value::Duration(l), Value::Duration(r)) => l == r,
        _ => match (left.items(), right.items()) {
            (Some(l), Some(r)) => l
                .map(Some)
                .chain([None])
                .zip(r.map(Some).chain([None]))
                .all(both_equal),
            _ => maps_equal(left, right),
        },
    }
}

fn both_equal((left, right): (Option<Value<'_>>, Option<Value<'_>>)) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => equal(&left, &right),
        (left, right) => left.is_none() && right.is_none(),
    }
}

fn maps_equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    let (Some(mut entries), Some(others)) = (left.entries(), right.entries()) else {
        return false;
    };
    entries.clone().count() == others.count()
        && entries.all(|entry| {
            right
                .get(entry.key)
                .is_some_and(|other| equal(&entry.value, &other))
        })
}

/// A key's class, one bit of 64: keys of different classes differ.
#[inline]
pub(crate) fn key_class(key: &[u8]) -> u64 {
    let first = key.first().copied().unwrap_or(0);
    let last = key.last().copied().unwrap_or(0);
    1 << ((usize::from(first) * 7 + usize::from(last) * 3 + key.len()) % 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::TypedList;
    use Comparator::*;

    fn holds(op: Comparator, left: Value<'_>, right: Value<'_>) -> bool {
        compare(op, &left, &right).expect("comparable")
    }

    #[test]
    fn operators_hold_for_their_orderings() {
        for (left, right) in [(1, 2), (2, 2), (3, 2)] {
            let compared = |op| holds(op, Value::Int(left), Value::Int(right));
            let expected = [
                left == right,
                left < right,
                left <= right,
                left > right,
                left >= right,
            ];
            let ops = [Equal, Less, LessEqual, Greater, GreaterEqual];
            assert_eq!(ops.map(compared), expected, "{left} {right}");
            assert_eq!(compared(NotEqual), left != right);
        }
        let not_ordered = |op| holds(op, Value::Double(f64::NAN), Value::Double(1.0));
        assert!(not_ordered(NotEqual));
        assert!(
            ![Equal, Less, LessEqual, Greater, GreaterEqual]
                .into_iter()
                .any(not_ordered)
        );
    }

    #[test]
    fn numbers_compare_across_types_and_nil_only_with_nil() {
        assert!(holds(Equal, Value::Int(1), Value::Double(1.0)));
        assert!(holds(Less, Value::Double(0.5), Value::Int(1)));
        assert!(!holds(LessEqual, Value::Double(f64::NAN), Value::Int(1)));
        assert!(holds(LessEqual, Value::Nil, Value::Bytes(b"")));
        assert!(!holds(Less, Value::Nil, Value::Int(1)));
        assert!(holds(NotEqual, Value::Int(1), Value::String(b"1")));
    }

    #[test]
    fn texts_are_the_same_if_their_bytes_are() {
        for length in 0..40 {
            let text: Vec<u8> = (0..length).collect();
            assert!(same_text(&text, &text.clone()));
            assert!(!same_text(&text, &[&text[..], b"x"].concat()));
            for at in 0..text.len() {
                let mut other = text.clone();
                other[at] ^= 0x80;
                assert!(!same_text(&text, &other), "{length} {at}");
            }
        }
    }

    #[test]
    fn lists_compare_element_by_element_with_types() {
        let ints = [Value::Int(1), Value::Int(2)];
        let doubles = [Value::Double(1.0), Value::Double(2.0)];
        assert!(holds(Equal, Value::List(&ints), Value::List(&ints)));
        assert!(!holds(Equal, Value::List(&ints), Value::List(&ints[..1])));
        assert!(!holds(Equal, Value::List(&ints[..1]), Value::List(&ints)));
        assert!(holds(NotEqual, Value::List(&ints), Value::List(&doubles)));
        assert!(!holds(Less, Value::List(&ints), Value::List(&ints)));
        let texts = TypedList {
            element: Element::String,
            items: &[],
        };
        assert!(holds(NotEqual, Value::TypedList(&texts), Value::List(&[])));
        assert!(compare(Equal, &Value::TypedList(&texts), &Value::TypedList(&texts)).is_err());
    }
}
