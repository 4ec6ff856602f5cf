//! What a program looks for in the messages of a level, in the form that a walk over one wants it.

use crate::compare::same_text;
use crate::path::{FieldNumbers, Level};
use crate::program::{Rows, Touched};
use crate::wire::cursor::WireType;
use crate::wire::index::kind_at;
use crate::wire::schema::{Field, FieldKind, Label, MessageKind};
use crate::wire::short::attribute_head;
use crate::wire::validate::{is_plain_attribute, is_plain_chunk, is_plain_value};

/// What a walk does at a field: nothing, fill slot n - 1, or look at an attribute's key.
pub(super) type Action = u8;
pub(super) const SKIP: Action = 0;
pub(super) const ATTRIBUTE: Action = u8::MAX;

/// What a walk does at the first byte of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It looks closer: this is a field that needs a check, or a tag of another form than usual.
    Careful,
    /// It looks at an attribute.
    Attribute,
    /// Steps over a field that nobody looks for.
    Varint,
    Fixed64,
    Bytes,
    Fixed32,
    /// Steps over a profile's samples.
    Samples,
    /// Steps over a field that nobody looks for, if its length is 0 or this.
    Empty,
    Id8,
    Id16,
    /// Notes where a field stands that says by itself that it is valid and canonical.
    FoundVarint,
    FoundFixed64,
    FoundBytes,
    FoundFixed32,
    /// The same, if it is empty.
    FoundEmpty,
}

impl Step {
    /// With `full`, fields that nobody looks for are to be valid, too.
    fn at(tag: u8, actions: &[Action; NUMBERS], plain: &[Plain; NUMBERS], full: bool) -> Step {
        let (8..0x80, Some(wire_type)) = (tag, WireType::of(u64::from(tag))) else {
            return Step::Careful;
        };
        let (action, plain) = (actions[usize::from(tag >> 3)], plain[usize::from(tag >> 3)]);
        match (action, plain) {
            (SKIP, _) if !full => Step::over(wire_type),
            (SKIP, Plain::OfType(meant)) if meant == wire_type => Step::over(wire_type),
            (ATTRIBUTE, _) | (SKIP, Plain::Attribute) if wire_type == WireType::Bytes => {
                Step::Attribute
            }
            (ATTRIBUTE, _) => Step::Careful,
            (SKIP, plain) if wire_type == WireType::Bytes => match plain {
                Plain::Empty => Step::Empty,
                Plain::Id(8) => Step::Id8,
                Plain::Id(16) => Step::Id16,
                Plain::Samples => Step::Samples,
                _ => Step::Careful,
            },
            (SKIP, _) => Step::Careful,
            (_, Plain::OfType(meant)) if meant == wire_type => match wire_type {
                WireType::Varint => Step::FoundVarint,
                WireType::Fixed64 => Step::FoundFixed64,
                WireType::Bytes => Step::FoundBytes,
                WireType::Fixed32 => Step::FoundFixed32,
                WireType::StartGroup | WireType::EndGroup => Step::Careful,
            },
            (_, Plain::Empty) if wire_type == WireType::Bytes => Step::FoundEmpty,
            _ => Step::Careful,
        }
    }

    fn over(wire_type: WireType) -> Step {
        match wire_type {
            WireType::Varint => Step::Varint,
            WireType::Fixed64 => Step::Fixed64,
            WireType::Bytes => Step::Bytes,
            WireType::Fixed32 => Step::Fixed32,
            WireType::StartGroup | WireType::EndGroup => Step::Careful,
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
/// The same, and how many there are of all, and how long they are.
pub(super) const SOME_WANTED_ALL_MEASURED: Wanted = 2;
pub(super) const ALL_WANTED: Wanted = 3;

/// What to look for in the messages of a level, in the form that a walk wants it.
#[derive(Clone, Debug)]
pub(crate) struct Locator {
    /// By variant.
    variants: Vec<Variant>,
    pub(super) attributes: Option<FieldNumbers>,
    /// Whether, and when, all attributes get rows.
    pub(super) rows: Rows,
    /// Whether rows that are made at once are so before a statement asks for them: until one does, nobody looks at them.
    pub(super) rows_are_ahead: bool,
    /// Whether a statement looks into the map of all attributes, and does not only copy it.
    pub(super) looks_into_map: bool,
    /// The slot for where attributes stand as a whole, if a walk measures them, as it does where they get no rows.
    pub(super) run: Option<u16>,
    /// The keys, by [`bucket`].
    keys: Vec<SlotKey>,
    /// Where a bucket's keys begin; those of empty buckets say anything.
    buckets: [u16; BUCKETS as usize],
    /// Bit n: bucket n has keys.
    filled: u64,
    /// Bit n: attributes with keys of bucket n are to be looked at. Keys without a name always are.
    pub(super) keys_wanted: u64,
    pub(super) slots: u16,
    /// How many keys there are, if nothing else is ever looked for in a message; else -1.
    pub(super) sufficient_keys: i32,
}

/// A key that has a slot.
#[derive(Clone, Debug)]
struct SlotKey {
    key: Box<[u8]>,
    slot: u16,
    /// Whether the key behind it is of the same bucket.
    has_next: bool,
}

/// What to do at the fields of one of a level's messages.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    /// Which message it is; `None` if it can be one of several.
    pub(super) kind: Option<MessageKind>,
    pub(super) actions: [Action; NUMBERS],
    /// By first byte: where what is looked for is checked, and where all of the message is.
    steps: [[Step; 256]; 2],
    /// By number, when a field needs no further check.
    pub(super) plain: [Plain; NUMBERS],
    /// By number, the bit that fields share of which a canonical message has one.
    pub(super) once: [u32; NUMBERS],
    /// How attributes begin: those that begin with their key, and those that begin with their value.
    pub(super) attribute_heads: [u32; 2],
    /// Which attributes are looked for.
    wanted: Wanted,
}

impl Variant {
    fn new(level: usize, variant: usize, touched: &Touched) -> Variant {
        let mut actions = [SKIP; NUMBERS];
        for (field, slot) in &touched.fields {
            actions[field[variant] as usize] = *slot as Action + 1;
        }
        let wanted = touched.attributes.map_or(0, |field| field[variant]);
        actions[wanted as usize] = ATTRIBUTE;
        // Number 0 stands for "no such field in this variant".
        actions[0] = SKIP;
        let kind = kind_at(level, variant);
        let fields = kind.map_or(&[][..], |kind| kind.message().fields);
        let mut plain = [Plain::Never; NUMBERS];
        let mut once = [0; NUMBERS];
        let mut attributes = wanted;
        for field in fields.iter().filter(|field| field.number < NUMBERS as u32) {
            let number = field.number as usize;
            plain[number] = Plain::of(field);
            once[number] = match field.label {
                Label::One | Label::Optional | Label::Packed => 1 << number,
                // All fields of a oneof share the bit of number 0, which no field has.
                Label::Oneof => 1,
                Label::Many | Label::Hidden => 0,
            };
            if plain[number] == Plain::Attribute {
                attributes = field.number;
            }
        }
        let tag = match attributes {
            1..16 => (attributes << 3) as u8 | WireType::Bytes as u8,
            _ => 0,
        };
        Variant {
            kind,
            steps: [false, true]
                .map(|full| std::array::from_fn(|tag| Step::at(tag as u8, &actions, &plain, full))),
            actions,
            plain,
            once,
            attribute_heads: [attribute_head::<false>(tag), attribute_head::<true>(tag)],
            wanted: match touched.rows {
                _ if wanted == 0 => NONE_WANTED,
                Rows::AtOnce => ALL_WANTED,
                _ if touched.run.is_some() => SOME_WANTED_ALL_MEASURED,
                _ => SOME_WANTED,
            },
        }
    }

    #[inline(always)]
    pub(super) fn steps<const FULL: bool>(&self) -> &[Step; 256] {
        &self.steps[usize::from(FULL)]
    }

    /// Which attributes are looked at: with `FULL`, all are, to check them.
    #[inline(always)]
    pub(super) fn wanted<const FULL: bool>(&self) -> Wanted {
        match self.wanted {
            NONE_WANTED if FULL => SOME_WANTED,
            wanted => wanted,
        }
    }
}

/// When a field, if it is not cut short, says by itself that it is valid and canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Never,
    /// When it has this wire type.
    OfType(WireType),
    /// When it is empty; for this and what follows, with the wire type of bytes.
    Empty,
    /// When it is empty or has so many bytes.
    Id(u8),
    /// When it is varints of the usual form.
    Varints,
    /// When it is a sample of the usual form, which is not asked here.
    Samples,
    /// When it is a value of the usual form.
    Value,
    /// When it is an attribute of the usual form.
    Attribute,
}

impl Plain {
    fn of(field: &Field) -> Plain {
        match field.kind {
            _ if field.label == Label::Hidden => Plain::Never,
            FieldKind::Message(MessageKind::AnyValue) => Plain::Value,
            FieldKind::Message(MessageKind::KeyValue) => Plain::Attribute,
            FieldKind::Message(MessageKind::Sample) => Plain::Samples,
            FieldKind::Message(_) => Plain::Empty,
            kind if field.label == Label::Packed => match kind.wire_type() {
                WireType::Varint => Plain::Varints,
                _ => Plain::Empty,
            },
            FieldKind::TraceId | FieldKind::ProfileId => Plain::Id(16),
            FieldKind::SpanId => Plain::Id(8),
            kind => Plain::OfType(kind.wire_type()),
        }
    }

    pub(super) fn allows(self, wire_type: Option<WireType>, payload: &[u8]) -> bool {
        match self {
            Plain::Never => false,
            Plain::OfType(meant) => wire_type == Some(meant),
            _ if wire_type != Some(WireType::Bytes) => false,
            Plain::Empty | Plain::Samples => payload.is_empty(),
            Plain::Varints => is_plain_chunk::<0>(payload),
            Plain::Id(length) => payload.is_empty() || payload.len() == usize::from(length),
            Plain::Value => is_plain_value(payload),
            Plain::Attribute => is_plain_attribute(payload),
        }
    }
}

/// Keys are told apart by their length and their last byte first.
pub(super) const BUCKETS: u32 = u64::BITS;

/// The bucket of a key of this length that ends in this byte: 0 if it is empty.
#[inline(always)]
pub(super) fn bucket(length: u32, last: u8) -> u32 {
    (length + u32::from(last)) % BUCKETS
}

/// The bucket of a key.
#[inline(always)]
pub(super) fn bucket_of(key: &[u8]) -> u32 {
    bucket(key.len() as u32, key.last().copied().unwrap_or_default())
}

impl Locator {
    /// For the messages of a level, by `Level as usize`. With `looks_further`, the program looks at more of them than it
    /// says there.
    pub(crate) fn new(level: usize, touched: &Touched, looks_further: bool) -> Locator {
        let mut keys: Vec<SlotKey> = touched
            .keys
            .iter()
            .map(|(key, slot)| SlotKey {
                key: key.as_slice().into(),
                slot: *slot,
                has_next: false,
            })
            .collect();
        keys.sort_by_key(|known| bucket_of(&known.key));
        let (mut buckets, mut filled) = ([0; BUCKETS as usize], 0);
        for at in (0..keys.len()).rev() {
            let bucket = bucket_of(&keys[at].key);
            keys[at].has_next = filled >> bucket & 1 != 0;
            buckets[bucket as usize] = at as u16;
            filled |= 1 << bucket;
        }
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
            rows: touched.rows,
            rows_are_ahead: false,
            looks_into_map: touched.looks_into_map,
            run: touched.run.filter(|_| touched.rows != Rows::AtOnce),
            filled,
            keys_wanted: filled | 1 << bucket_of(b""),
            sufficient_keys: match touched.fields.is_empty()
                && touched.rows == Rows::Never
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

    /// The same with rows of attributes at once wherever a statement can ask for them.
    pub(super) fn with_rows_at_once(
        level: usize,
        touched: &Touched,
        looks_further: bool,
    ) -> Locator {
        Locator {
            rows_are_ahead: touched.rows == Rows::WhenAsked,
            ..Locator::new(level, &touched.with_rows_at_once(), looks_further)
        }
    }

    #[inline(always)]
    pub(super) fn variant(&self, variant: u8) -> &Variant {
        &self.variants[usize::from(variant)]
    }

    /// Whether a field with this tag that may stand more than once needs no check.
    #[inline]
    pub(super) fn is_plain(&self, variant: u8, tag: u8, payload: &[u8]) -> bool {
        let (variant, number) = (self.variant(variant), usize::from(tag >> 3) % NUMBERS);
        variant.once[number] == 0
            && variant.plain[number].allows(WireType::of(u64::from(tag)), payload)
    }

    /// The slot of the field with this number, if it has one.
    #[inline]
    pub(super) fn slot_of_field(&self, variant: u8, number: u32) -> Option<u16> {
        match *self.variant(variant).actions.get(number as usize)? {
            SKIP | ATTRIBUTE => None,
            action => Some(u16::from(action) - 1),
        }
    }

    /// The slot of an attribute, if it has one.
    #[inline(always)]
    pub(crate) fn slot_of_key(&self, key: &[u8]) -> Option<u16> {
        self.slot_in_bucket(key, bucket_of(key))
    }

    /// The same of one with a key of this bucket.
    #[inline(always)]
    pub(super) fn slot_in_bucket(&self, key: &[u8], bucket: u32) -> Option<u16> {
        if self.filled >> (bucket % BUCKETS) & 1 == 0 {
            return None;
        }
        let first = self.buckets[(bucket % BUCKETS) as usize];
        let known = self.keys.get(usize::from(first))?;
        if same_text(&known.key, key) {
            return Some(known.slot);
        }
        match known.has_next {
            true => self.slot_behind(first, key),
            false => None,
        }
    }

    /// The slot of a key, if it is one of those of a bucket behind this one. Out of line, as most buckets have one key.
    #[inline(never)]
    fn slot_behind(&self, first: u16, key: &[u8]) -> Option<u16> {
        let mut at = usize::from(first);
        while self.keys.get(at)?.has_next {
            at += 1;
            let known = self.keys.get(at)?;
            if same_text(&known.key, key) {
                return Some(known.slot);
            }
        }
        None
    }

    /// The slots of keys.
    pub(super) fn key_slots(&self) -> impl Iterator<Item = u16> {
        self.keys.iter().map(|known| known.slot)
    }

    /// The keys that have slots.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.keys.iter().map(|known| &*known.key)
    }

    /// Whether there is anything to look for.
    pub(super) fn wants_anything(&self) -> bool {
        self.slots > 0 || self.rows != Rows::Never
    }

    pub(super) fn rows_spare(&self) -> usize {
        self.keys.len().min(ROWS_SPARE_MAX)
    }
}
