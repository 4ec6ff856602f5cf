//! What a program looks for in the messages of a level, in the form that a walk over one wants it.

use crate::compare::same_text;
use crate::path::{FieldNumbers, Level};
use crate::program::Touched;
use crate::wire::cursor::WireType;
use crate::wire::index::level_of;
use crate::wire::schema::{FieldKind, Label, MessageKind};
use crate::wire::short::attribute_head;
use crate::wire::validate::is_plain_value;

/// What a walk does at a field: nothing, fill slot n - 1, or look at an attribute's key.
pub(super) type Action = u8;
pub(super) const SKIP: Action = 0;
pub(super) const ATTRIBUTE: Action = u8::MAX;

/// What a walk does at the first byte of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It looks closer: this is an attribute, a field that needs a check, or a tag of another form than usual.
    Careful,
    /// Steps over a field that nobody looks for.
    Varint,
    Fixed64,
    Bytes,
    Fixed32,
    /// Notes where a field stands that says by itself that it is valid and canonical.
    FoundVarint,
    FoundFixed64,
    FoundBytes,
    FoundFixed32,
    /// The same, if it is empty.
    FoundEmpty,
}

impl Step {
    fn at(tag: u8, actions: &[Action; NUMBERS], plain: &[Plain]) -> Step {
        let (8..0x80, Some(wire_type)) = (tag, WireType::of(u64::from(tag))) else {
            return Step::Careful;
        };
        let action = actions[usize::from(tag >> 3)];
        if action == SKIP {
            return match wire_type {
                WireType::Varint => Step::Varint,
                WireType::Fixed64 => Step::Fixed64,
                WireType::Bytes => Step::Bytes,
                WireType::Fixed32 => Step::Fixed32,
                WireType::StartGroup | WireType::EndGroup => Step::Careful,
            };
        }
        match plain.get(usize::from(action) - 1) {
            Some(Plain::OfType(meant)) if *meant == wire_type => match wire_type {
                WireType::Varint => Step::FoundVarint,
                WireType::Fixed64 => Step::FoundFixed64,
                WireType::Bytes => Step::FoundBytes,
                WireType::Fixed32 => Step::FoundFixed32,
                WireType::StartGroup | WireType::EndGroup => Step::Careful,
            },
            Some(Plain::Empty) if wire_type == WireType::Bytes => Step::FoundEmpty,
            _ => Step::Careful,
        }
    }
}

/// Field numbers that get a place in the table; none that is touched is larger.
pub(super) const NUMBERS: usize = 32;

/// Rows that a message has room for beside those it has when it is located.
const ROWS_SPARE_MAX: usize = 4;

/// Which attributes of a message are looked for; a number, so that it can be a parameter of functions.
pub(super) type Wanted = u8;
pub(super) const NONE_WANTED: Wanted = 0;
/// Those with some keys.
pub(super) const SOME_WANTED: Wanted = 1;
pub(super) const ALL_WANTED: Wanted = 2;

/// What to look for in the messages of a level, in the form that a walk wants it.
#[derive(Clone, Debug)]
pub(crate) struct Locator {
    /// By variant.
    variants: Vec<Variant>,
    pub(super) attributes: Option<FieldNumbers>,
    /// Whether all attributes get rows.
    pub(super) all_attributes: bool,
    /// The keys with their slots, by [`Locator::bucket`].
    keys: Vec<(Box<[u8]>, u16)>,
    /// Where a bucket's keys begin, and at the end how many keys there are.
    buckets: [u16; BUCKETS as usize + 1],
    /// Bit n: bucket n has keys.
    filled: u64,
    /// Bit n: attributes with keys of bucket n are to be looked at. Keys without a name always are.
    pub(super) keys_wanted: u64,
    pub(super) slots: u16,
    /// How many keys there are, if nothing else is ever looked for in a message; else -1.
    pub(super) sufficient_keys: i32,
}

/// What to do at the fields of one of a level's messages.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    pub(super) actions: [Action; NUMBERS],
    pub(super) steps: [Step; 256],
    /// Of each slot that is for a field, when it needs no further check.
    plain: Vec<Plain>,
    /// How attributes begin: those that begin with their key, and those that begin with their value.
    pub(super) attribute_heads: [u32; 2],
    /// Which attributes are looked for.
    pub(super) wanted: Wanted,
}

impl Variant {
    fn new(level: usize, variant: usize, touched: &Touched) -> Variant {
        let mut actions = [SKIP; NUMBERS];
        let mut plain = vec![Plain::Never; usize::from(touched.slots)];
        for (field, slot) in &touched.fields {
            let number = field[variant];
            actions[number as usize] = *slot as Action + 1;
            plain[usize::from(*slot)] = Plain::of(level, variant, number);
        }
        let attributes = touched.attributes.map_or(0, |field| field[variant]);
        actions[attributes as usize] = ATTRIBUTE;
        // Number 0 stands for "no such field in this variant".
        actions[0] = SKIP;
        let tag = match attributes {
            1..16 => (attributes << 3) as u8 | WireType::Bytes as u8,
            _ => 0,
        };
        let attribute_heads = [attribute_head::<false>(tag), attribute_head::<true>(tag)];
        Variant {
            steps: std::array::from_fn(|tag| Step::at(tag as u8, &actions, &plain)),
            actions,
            plain,
            wanted: match attribute_heads {
                [u32::MAX, _] => NONE_WANTED,
                _ if touched.all_attributes => ALL_WANTED,
                _ => SOME_WANTED,
            },
            attribute_heads,
        }
    }

    #[inline]
    pub(super) fn action(&self, number: u32) -> Action {
        self.actions.get(number as usize).copied().unwrap_or(SKIP)
    }

    /// Whether the field of an action needs no further check.
    pub(super) fn is_plain(
        &self,
        action: Action,
        wire_type: Option<WireType>,
        payload: &[u8],
    ) -> bool {
        self.plain[usize::from(action) - 1].allows(wire_type, payload)
    }
}

/// When a field, if it is not cut short, says by itself that it is valid and canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Never,
    /// When it has this wire type.
    OfType(WireType),
    /// When it is empty and has the wire type of bytes.
    Empty,
    /// When it is a value of the usual form.
    Value,
}

impl Plain {
    fn of(level: usize, variant: usize, number: u32) -> Plain {
        let is_meant = |(l, v): (Level, u8)| l as usize == level && usize::from(v) == variant;
        let kinds = MessageKind::ALL.iter();
        let mut fields = kinds
            .filter(|kind| level_of(**kind).is_some_and(is_meant))
            .map(|kind| kind.field_by_number(number));
        // Some variants are several messages.
        let (Some(Some(field)), None) = (fields.next(), fields.next()) else {
            return Plain::Never;
        };
        match field.kind {
            FieldKind::Message(MessageKind::AnyValue) => Plain::Value,
            FieldKind::Message(_)
            | FieldKind::TraceId
            | FieldKind::SpanId
            | FieldKind::ProfileId => Plain::Empty,
            _ if field.label == Label::Packed => Plain::Empty,
            kind => Plain::OfType(kind.wire_type()),
        }
    }

    fn allows(self, wire_type: Option<WireType>, payload: &[u8]) -> bool {
        match self {
            Plain::Never => false,
            Plain::OfType(meant) => wire_type == Some(meant),
            Plain::Empty => wire_type == Some(WireType::Bytes) && payload.is_empty(),
            Plain::Value => wire_type == Some(WireType::Bytes) && is_plain_value(payload),
        }
    }
}

/// Keys are told apart by their length first.
pub(super) const BUCKETS: u32 = u64::BITS;

impl Locator {
    /// For the messages of a level, by `Level as usize`. With `looks_further`, the program looks at more of them than it
    /// says there.
    pub(crate) fn new(level: usize, touched: &Touched, looks_further: bool) -> Locator {
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
        let filled = keys
            .iter()
            .fold(0, |bits, (key, _)| bits | 1 << Locator::bucket(key));
        // Of the other levels, all variants are the same message.
        let variants = match level == Level::DataPoint as usize {
            true => FieldNumbers::default().len(),
            false => 1,
        };
        Locator {
            variants: (0..variants)
                .map(|variant| Variant::new(level, variant, touched))
                .collect(),
            attributes: touched.attributes,
            all_attributes: touched.all_attributes,
            filled,
            keys_wanted: match touched.all_attributes {
                true => u64::MAX,
                false => filled | 1 << Locator::bucket(b""),
            },
            sufficient_keys: match touched.fields.is_empty()
                && !touched.all_attributes
                && !looks_further
            {
                true if !keys.is_empty() => keys.len() as i32,
                _ => -1,
            },
            keys,
            buckets,
            slots: touched.slots,
        }
    }

    #[inline(always)]
    pub(super) fn variant(&self, variant: u8) -> &Variant {
        &self.variants[usize::from(variant)]
    }

    #[inline]
    pub(super) fn bucket(key: &[u8]) -> usize {
        key.len() % BUCKETS as usize
    }

    /// The slot of an attribute, if it has one.
    #[inline(always)]
    pub(crate) fn slot_of_key(&self, key: &[u8]) -> Option<u16> {
        let bucket = Locator::bucket(key);
        if self.filled >> bucket & 1 == 0 {
            return None;
        }
        self.slot_in_bucket(bucket, key)
    }

    #[inline(never)]
    fn slot_in_bucket(&self, bucket: usize, key: &[u8]) -> Option<u16> {
        let (start, end) = (self.buckets[bucket], self.buckets[bucket + 1]);
        self.keys
            .get(usize::from(start)..usize::from(end))?
            .iter()
            .find(|(candidate, _)| same_text(candidate, key))
            .map(|(_, slot)| *slot)
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
