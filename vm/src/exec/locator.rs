//! What a program looks for in the messages of a level, in the form that a walk over one wants it.

use crate::compare::same_text;
use crate::path::{FieldNumbers, Level};
use crate::program::Touched;
use crate::wire::cursor::WireType;
use crate::wire::index::level_of;
use crate::wire::schema::{FieldKind, Label, MessageKind};

/// What a walk does at a field: nothing, fill slot n - 1, or look at an attribute's key.
pub(super) type Action = u8;
pub(super) const SKIP: Action = 0;
pub(super) const ATTRIBUTE: Action = u8::MAX;

/// What a walk that steps over what nobody looks for does at the first byte of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It stops: the field is looked for, or its tag is of another form than usual.
    Stop,
    Varint,
    Fixed64,
    Bytes,
    Fixed32,
}

impl Step {
    fn over(tag: u8, actions: &[Action; NUMBERS]) -> Step {
        match actions[usize::from(tag >> 3)] {
            SKIP => Step::usual(tag),
            _ => Step::Stop,
        }
    }

    /// Over a field that may be looked for.
    #[inline(always)]
    pub(super) fn usual(tag: u8) -> Step {
        match (tag, WireType::of(u64::from(tag))) {
            (8..0x80, Some(WireType::Varint)) => Step::Varint,
            (8..0x80, Some(WireType::Fixed64)) => Step::Fixed64,
            (8..0x80, Some(WireType::Bytes)) => Step::Bytes,
            (8..0x80, Some(WireType::Fixed32)) => Step::Fixed32,
            _ => Step::Stop,
        }
    }

    /// Where its payload begins, from the tag on.
    #[inline(always)]
    pub(super) fn start(self) -> u32 {
        1 + u32::from(self == Step::Bytes)
    }

    /// How many bytes the field takes whose tag is followed by this byte; `None` if that is not to be told so.
    #[inline(always)]
    pub(super) fn length(self, next: u8) -> Option<u32> {
        Some(match self {
            Step::Fixed64 => 9,
            Step::Fixed32 => 5,
            Step::Varint if next < 0x80 => 2,
            Step::Bytes if next < 0x80 => 2 + u32::from(next),
            _ => return None,
        })
    }
}

/// What to do at each first byte of a field.
pub(super) type Steps = [Step; 256];

/// Field numbers that get a place in the table; none that is touched is larger.
pub(super) const NUMBERS: usize = 32;

/// Rows that a message has room for beside those it has when it is located.
const ROWS_SPARE_MAX: usize = 4;

/// What to look for in the messages of a level, in the form that a walk wants it.
#[derive(Clone, Debug)]
pub(crate) struct Locator {
    pub(super) actions: [[Action; NUMBERS]; 4],
    /// By variant.
    steps: Vec<Steps>,
    /// Of each slot that is for a field, the wire type with which it needs no further check.
    pub(super) plain: [Vec<u8>; 4],
    pub(super) attributes: Option<FieldNumbers>,
    /// The tag of an attribute, which takes a byte; 0, which is no tag, where there is none.
    pub(super) attribute_tags: [u8; 4],
    /// Whether all attributes get rows.
    pub(super) all_attributes: bool,
    /// The keys with their slots, by [`Locator::bucket`].
    keys: Vec<(Box<[u8]>, u16)>,
    /// Where a bucket's keys begin, and at the end how many keys there are.
    buckets: [u16; BUCKETS as usize + 1],
    /// Bit n: bucket n has keys.
    filled: u64,
    pub(super) slots: u16,
}

/// No wire type.
pub(super) const NO_WIRE_TYPE: u8 = u8::MAX;

/// The wire type of a field that says by itself that it is valid and canonical, if it is not cut short.
fn plain_wire_type(level: usize, variant: usize, number: u32) -> u8 {
    let is_meant = |(l, v): (Level, u8)| l as usize == level && usize::from(v) == variant;
    let kinds = MessageKind::ALL.iter();
    let mut fields = kinds
        .filter(|kind| level_of(**kind).is_some_and(is_meant))
        .map(|kind| kind.field_by_number(number));
    // Some variants are several messages.
    let (Some(Some(field)), None) = (fields.next(), fields.next()) else {
        return NO_WIRE_TYPE;
    };
    match field.kind {
        FieldKind::Message(_) | FieldKind::TraceId | FieldKind::SpanId | FieldKind::ProfileId => {
            NO_WIRE_TYPE
        }
        _ if field.label == Label::Packed => NO_WIRE_TYPE,
        kind => kind.wire_type() as u8,
    }
}

/// Keys are told apart by their length first.
pub(super) const BUCKETS: u32 = u64::BITS;

impl Locator {
    /// For the messages of a level, by `Level as usize`.
    pub(crate) fn new(level: usize, touched: &Touched) -> Locator {
        let mut actions = [[SKIP; NUMBERS]; 4];
        let mut set = |field: &FieldNumbers, action: Action| {
            for (variant, number) in actions.iter_mut().zip(field) {
                variant[*number as usize] = action;
            }
        };
        let mut plain: [Vec<u8>; 4] =
            std::array::from_fn(|_| vec![NO_WIRE_TYPE; usize::from(touched.slots)]);
        for (field, slot) in &touched.fields {
            set(field, *slot as Action + 1);
            for (variant, number) in field.iter().enumerate() {
                plain[variant][usize::from(*slot)] = plain_wire_type(level, variant, *number);
            }
        }
        if let Some(field) = &touched.attributes {
            set(field, ATTRIBUTE);
        }
        // Number 0 stands for "no such field in this variant".
        for variant in &mut actions {
            variant[0] = SKIP;
        }
        let mut keys: Vec<(Box<[u8]>, u16)> = touched
            .keys
            .iter()
            .map(|(key, slot)| (key.as_slice().into(), *slot))
            .collect();
        keys.sort_by_key(|(key, _)| Locator::bucket(key));
        let mut buckets = [0; BUCKETS as usize + 1];
        for (bucket, start) in buckets.iter_mut().enumerate() {
            *start = keys.partition_point(|(key, _)| Locator::bucket(key) < bucket) as u16;
        }
        // Of the other levels, all variants are the same message.
        let variants = match level == Level::DataPoint as usize {
            true => actions.len(),
            false => 1,
        };
        Locator {
            actions,
            steps: actions[..variants]
                .iter()
                .map(|actions| std::array::from_fn(|tag| Step::over(tag as u8, actions)))
                .collect(),
            plain,
            attributes: touched.attributes,
            attribute_tags: touched
                .attributes
                .unwrap_or_default()
                .map(|number| match number {
                    1..16 => (number << 3) as u8 | WireType::Bytes as u8,
                    _ => 0,
                }),
            all_attributes: touched.all_attributes,
            filled: keys
                .iter()
                .fold(0, |bits, (key, _)| bits | 1 << Locator::bucket(key)),
            keys,
            buckets,
            slots: touched.slots,
        }
    }

    #[inline]
    pub(super) fn action(&self, variant: u8, number: u32) -> Action {
        self.actions[usize::from(variant)]
            .get(number as usize)
            .copied()
            .unwrap_or(SKIP)
    }

    #[inline(always)]
    pub(super) fn steps(&self, variant: u8) -> &Steps {
        &self.steps[usize::from(variant)]
    }

    #[inline]
    pub(super) fn bucket(key: &[u8]) -> usize {
        key.len() % BUCKETS as usize
    }

    /// The slot of an attribute, if it has one.
    #[inline]
    pub(crate) fn slot_of_key(&self, key: &[u8]) -> Option<u16> {
        let bucket = Locator::bucket(key);
        if self.filled >> bucket & 1 == 0 {
            return None;
        }
        let (start, end) = (self.buckets[bucket], self.buckets[bucket + 1]);
        self.keys
            .get(usize::from(start)..usize::from(end))?
            .iter()
            .find(|(candidate, _)| same_text(candidate, key))
            .map(|(_, slot)| *slot)
    }

    /// Bit n: attributes with keys of bucket n are to be looked at. Keys without a name always are.
    pub(super) fn keys_wanted(&self) -> u64 {
        match self.all_attributes {
            true => u64::MAX,
            false => self.filled | 1 << Locator::bucket(b""),
        }
    }

    /// The slots of keys.
    pub(super) fn key_slots(&self) -> impl Iterator<Item = u16> {
        self.keys.iter().map(|(_, slot)| *slot)
    }

    /// The keys that have slots.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.keys.iter().map(|(key, _)| &**key)
    }

    /// Whether there is anything to look for.
    pub(super) fn wants_anything(&self) -> bool {
        self.slots > 0 || self.all_attributes
    }

    pub(super) fn rows_spare(&self) -> usize {
        self.keys.len().min(ROWS_SPARE_MAX)
    }
}
