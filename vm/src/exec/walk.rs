//! A walk over one message after the other that finds what their locator looks for.

mod usual;

use super::locate::{Row, Slot};
use super::locator::{
    ALL_WANTED, ATTRIBUTE, Action, Locator, NONE_WANTED, NUMBERS, SKIP, SOME_WANTED,
    SOME_WANTED_ALL_MEASURED, Variant, Wanted, bucket_of,
};
use crate::program::Rows;
use crate::wire::any;
use crate::wire::cursor::{Cursor, WireType, short_field};
use crate::wire::error::WireError;
use crate::wire::prefetch::ahead;
use crate::wire::short::is_other_order;
use crate::wire::tree::{NONE, Node, NodeId, Place, read_whole};
use crate::wire::usual::message_at;
use crate::wire::validate::{Canonical, is_plain_value, validate_message};

/// A field to check: `at..end` of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doubt {
    pub(crate) id: NodeId,
    pub(crate) at: u32,
    pub(crate) end: u32,
}

/// What was found in messages, one after the other.
pub(super) struct Found<'m, 'a> {
    /// What is looked for in the message at hand.
    locator: &'m Locator,
    slots: &'m mut Vec<Slot<'a>>,
    rows: &'m mut Vec<Row<'a>>,
    /// Where the message's slots and rows begin.
    first_slot: usize,
    first_row: usize,
    /// How many attributes the message has, and how long their values are, where that is measured.
    count: u32,
    value_bytes_max: usize,
    /// Where they stand, and where the last begins; nowhere at first.
    run: Run,
    /// How many attributes are to be found yet until nothing more is to be found; less than zero if there is more than that.
    missing: i32,
}

impl<'m, 'a> Found<'m, 'a> {
    pub(super) fn new(
        locator: &'m Locator,
        slots: &'m mut Vec<Slot<'a>>,
        rows: &'m mut Vec<Row<'a>>,
    ) -> Found<'m, 'a> {
        Found {
            locator,
            first_slot: slots.len(),
            first_row: rows.len(),
            missing: -1,
            count: 0,
            value_bytes_max: 0,
            run: Run::NOWHERE,
            slots,
            rows,
        }
    }

    /// A message begins.
    #[inline(always)]
    pub(super) fn begin(&mut self, locator: &'m Locator, node: &mut Node) {
        self.locator = locator;
        let first_slot = self.slots.len();
        self.slots
            .resize(first_slot + usize::from(locator.slots), Slot::ABSENT);
        self.begin_at(first_slot, node);
    }

    /// A message begins whose slots are there.
    #[inline(always)]
    fn begin_at(&mut self, first_slot: usize, node: &mut Node) {
        (self.first_slot, self.first_row) = (first_slot, self.rows.len());
        self.missing = self.locator.sufficient_keys;
        (self.count, self.value_bytes_max, self.run) = (0, 0, Run::NOWHERE);
        node.slots = first_slot as u32;
    }

    /// The attributes of a message that was located before come anew.
    pub(super) fn begin_again(&mut self, node: &mut Node) {
        self.begin_at(node.slots as usize, node);
        for slot in self.locator.key_slots() {
            *self.slot(usize::from(slot)) = Slot::ABSENT;
        }
    }

    #[inline(always)]
    fn slot(&mut self, slot: usize) -> &mut Slot<'a> {
        &mut self.slots[self.first_slot + slot]
    }

    /// Notes where a field stands that has a slot. Whether it stood somewhere else before.
    #[inline(always)]
    pub(super) fn field(&mut self, slot: usize, payload: &'a [u8], place: Place) -> bool {
        let slot = self.slot(slot);
        let is_again = slot.payload.is_some();
        *slot = Slot::of(place, payload);
        is_again
    }

    /// There are so many more attributes, and their values are no longer than this.
    #[inline(always)]
    fn measure(&mut self, count: u32, value_bytes_max: usize) {
        self.count += count;
        self.value_bytes_max = self.value_bytes_max.max(value_bytes_max);
    }

    /// Some of them stand here, one after the other.
    #[inline(always)]
    fn extend_run(&mut self, at: u32, last: u32, end: u32) {
        let run = &mut self.run;
        run.is_scattered |= run.at != NONE && run.end != at;
        run.at = run.at.min(at);
        (run.last, run.end) = (last, end);
    }

    /// Notes an attribute: its row, if `all` have one, and its slot. Whether it has a slot.
    #[inline(always)]
    pub(super) fn attribute(&mut self, row: Row<'a>, all: bool) -> bool {
        let mut number = NONE;
        if all {
            number = (self.rows.len() - self.first_row) as u32;
            self.rows.push(row);
        }
        self.keyed(row, number, bucket_of(row.key))
    }

    /// Notes an attribute that has a slot by its key, which is of this bucket, and its row if it has one. Whether it has a
    /// slot.
    #[inline(always)]
    fn keyed(&mut self, row: Row<'a>, number: u32, bucket: u32) -> bool {
        let Some(slot) = self.locator.slot_in_bucket(row.key, bucket) else {
            return false;
        };
        let slot = self.slot(usize::from(slot));
        // Of entries with the same key the first counts.
        if slot.payload.is_none() {
            *slot = Slot::of_row(number, &row);
            self.missing -= 1;
        } else {
            self.run.is_scattered = true;
        }
        true
    }

    /// Tells the node what rows it has, or will have.
    #[inline(always)]
    pub(super) fn finish(&mut self, node: &mut Node) {
        if self.locator.rows != Rows::AtOnce {
            return self.finish_measured(node);
        }
        let spare = self.locator.rows_spare();
        node.rows = self.first_row as u32;
        node.rows_len = (self.rows.len() - self.first_row) as u32;
        node.rows_room = node.rows_len + spare as u32;
        node.value_bytes_max = u16::MAX;
        self.rows.resize(self.rows.len() + spare, Row::EMPTY);
    }

    /// Tells the node what attributes it has, of which it gets no rows so far.
    #[inline(always)]
    fn finish_measured(&mut self, node: &mut Node) {
        (node.rows, node.rows_len, node.rows_room) = (NONE, self.count, 0);
        node.value_bytes_max = u16::MAX;
        if let Some(run) = self.locator.run {
            node.value_bytes_max = u16::try_from(self.value_bytes_max).unwrap_or(u16::MAX);
            *self.slot(usize::from(run)) = self.run.slot();
        }
    }
}

/// Where a message's attributes stand.
#[derive(Clone, Copy)]
struct Run {
    at: u32,
    /// Where the last begins.
    last: u32,
    end: u32,
    /// Whether others stand between them, or a key that is looked for is there twice.
    is_scattered: bool,
}

impl Run {
    const NOWHERE: Run = Run {
        at: NONE,
        last: NONE,
        end: NONE,
        is_scattered: false,
    };

    /// What a slot says of it.
    #[inline(always)]
    fn slot(self) -> Slot<'static> {
        match self.is_scattered || self.at == NONE {
            true => Slot::ABSENT,
            false => Slot::of_run(input_place(self.at, self.end), self.last),
        }
    }
}

/// A walk over messages; with `FULL` it checks all that it meets, else it remembers what of it to check.
pub(super) struct Walk<'m, 'a, const FULL: bool> {
    pub(super) input: &'a [u8],
    pub(super) found: Found<'m, 'a>,
    /// The message at hand, and what to do at its fields.
    id: NodeId,
    variant: &'m Variant,
    /// Whether attributes are expected to begin with their key, as those before did.
    is_key_first: bool,
    /// The bits of the message's fields so far that canonical messages have once.
    seen: u32,
    /// Whether something was met that is not canonical.
    pub(super) is_irregular: bool,
    /// Whether an attribute has no key, or none that can be read.
    pub(super) has_unnamed: bool,
    /// Whether an attribute with no more than a row that is made ahead could be malformed.
    pub(super) doubts_rows: bool,
    /// The fields that were found and could be malformed; `None` where all is checked already.
    doubts: Option<&'m mut Vec<Doubt>>,
    /// What was wrong with a message.
    pub(super) error: Option<WireError>,
}

/// A method of a walk for what is wanted of the message at hand and the order that its attributes are expected to have.
macro_rules! of_its_kind {
    ($walk:ident . $method:ident ( $($argument:expr),* )) => {
        match ($walk.variant.wanted::<FULL>(), !$walk.is_key_first) {
            (NONE_WANTED, _) => $walk.$method::<NONE_WANTED, true>($($argument),*),
            (SOME_WANTED, true) => $walk.$method::<SOME_WANTED, true>($($argument),*),
            (SOME_WANTED, false) => $walk.$method::<SOME_WANTED, false>($($argument),*),
            (SOME_WANTED_ALL_MEASURED, true) => {
                $walk.$method::<SOME_WANTED_ALL_MEASURED, true>($($argument),*)
            }
            (SOME_WANTED_ALL_MEASURED, false) => {
                $walk.$method::<SOME_WANTED_ALL_MEASURED, false>($($argument),*)
            }
            (_, true) => $walk.$method::<ALL_WANTED, true>($($argument),*),
            (_, false) => $walk.$method::<ALL_WANTED, false>($($argument),*),
        }
    };
}

/// Slots for messages to come, made at once.
const SLOTS_AHEAD: [Slot<'static>; 32] = [Slot::ABSENT; 32];

impl<'m, 'a, const FULL: bool> Walk<'m, 'a, FULL> {
    pub(super) fn new(
        input: &'a [u8],
        found: Found<'m, 'a>,
        doubts: Option<&'m mut Vec<Doubt>>,
    ) -> Self {
        Walk {
            input,
            variant: found.locator.variant(0),
            found,
            id: NONE,
            is_key_first: false,
            seen: 0,
            is_irregular: false,
            has_unnamed: false,
            doubts_rows: false,
            doubts,
            error: None,
        }
    }

    /// Over a message as it came in.
    pub(super) fn message(&mut self, locator: &'m Locator, id: NodeId, node: &mut Node) {
        (self.id, self.variant) = (id, locator.variant(node.variant));
        self.found.begin(locator, node);
        self.seen = 0;
        self.rest(node.start, node.end);
        self.found.finish(node);
    }

    /// Over a message to which something has been done: its edits in order, and the whole fields that they put in their
    /// places.
    pub(super) fn edited(
        &mut self,
        locator: &'m Locator,
        id: NodeId,
        node: &mut Node,
        edits: impl Iterator<Item = (Place, &'a [u8])>,
    ) {
        (self.id, self.variant) = (id, locator.variant(node.variant));
        self.found.begin(locator, node);
        let mut at = node.start;
        for (place, whole) in edits {
            self.rest(at, place.at);
            at = place.end;
            if let Some(field) = read_whole(whole) {
                let tag = whole.first().filter(|tag| **tag < 0x80);
                let wire_type = tag.and_then(|tag| WireType::of(u64::from(*tag)));
                self.field(field.number, wire_type, field.payload, place);
            }
        }
        self.rest(at, node.end);
        self.found.finish(node);
    }

    /// Over messages that follow each other from `at` on and are like `like`, up to one with a length of more than two
    /// bytes; they become nodes. Where the field after them begins. `bytes` is the request up to the end of what they are in.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub(super) fn messages(
        &mut self,
        locator: &'m Locator,
        nodes: &mut Vec<Node>,
        like: Node,
        bytes: &'a [u8],
        mut at: usize,
    ) -> Result<usize, WireError> {
        let Some(&tag @ ..0x80) = bytes.get(at) else {
            return Ok(at);
        };
        self.variant = locator.variant(like.variant);
        self.found.locator = locator;
        let mut first_slot = self.found.slots.len();
        loop {
            let is_key_first = self.is_key_first;
            let places = (tag, at, first_slot);
            (at, first_slot) = of_its_kind!(self.alike(nodes, like, bytes, places));
            if is_key_first == self.is_key_first {
                self.found.slots.truncate(first_slot);
                return self.error.take().map_or(Ok(at), Err);
            }
        }
    }

    /// The same, up to and with the first message whose attributes turn out to have the other order than expected. Where
    /// the next one begins, and where its slots do.
    #[inline(never)]
    fn alike<const WANTED: Wanted, const VALUE_FIRST: bool>(
        &mut self,
        nodes: &mut Vec<Node>,
        like: Node,
        bytes: &'a [u8],
        (tag, mut at, mut first_slot): (u8, usize, usize),
    ) -> (usize, usize) {
        let slots = usize::from(self.found.locator.slots);
        while let Some((start, end)) = message_at(bytes, at, tag) {
            // Walks that go over everything are foreseen by the processor; the last did not.
            if !FULL && WANTED == SOME_WANTED && self.found.missing == 0 {
                ahead(self.input, at, end);
            }
            while self.found.slots.len() < first_slot + slots {
                self.found.slots.extend_from_slice(&SLOTS_AHEAD);
            }
            self.id = nodes.len() as NodeId;
            nodes.push(like);
            let Some(node) = nodes.last_mut() else {
                break;
            };
            (node.tag_at, node.start, node.end) = (at as u32, start as u32, end as u32);
            self.found.begin_at(first_slot, node);
            self.seen = 0;
            let next = self.fields::<WANTED, VALUE_FIRST>(start as u32, end as u32);
            self.rest(next, end as u32);
            match WANTED {
                ALL_WANTED => self.found.finish(node),
                SOME_WANTED_ALL_MEASURED => self.found.finish_measured(node),
                _ => {}
            }
            (at, first_slot) = (end, first_slot + slots);
            if WANTED != NONE_WANTED && self.is_key_first == VALUE_FIRST {
                break;
            }
        }
        (at, first_slot)
    }

    /// Goes over a message's fields from `at` on, whichever order its attributes have.
    #[inline(always)]
    fn rest(&mut self, at: u32, end: u32) {
        if at < end {
            self.fields_of_both_orders(at, end);
        }
    }

    #[inline(never)]
    fn fields_of_both_orders(&mut self, mut at: u32, end: u32) {
        let end = end.min(self.input.len() as u32);
        while at < end {
            at = of_its_kind!(self.fields(at, end));
        }
    }

    /// From `at` on to the end, or to where attributes turn out to have the other order than expected.
    #[inline(always)]
    fn fields<const WANTED: Wanted, const VALUE_FIRST: bool>(
        &mut self,
        mut at: u32,
        end: u32,
    ) -> u32 {
        loop {
            at = self.usual::<WANTED, VALUE_FIRST>(at, end);
            if at >= end {
                return at;
            }
            let [tag, ..] = self.head::<VALUE_FIRST>().to_le_bytes();
            let input = self.input;
            if WANTED != NONE_WANTED && is_other_order::<VALUE_FIRST>(&input[at as usize..], tag) {
                self.is_key_first = VALUE_FIRST;
                return at;
            }
            at = self.careful_field(at, end);
            if !FULL && WANTED == SOME_WANTED && self.found.missing == 0 {
                return end;
            }
        }
    }

    /// How attributes begin.
    #[inline(always)]
    fn head<const VALUE_FIRST: bool>(&self) -> u32 {
        self.variant.attribute_heads[usize::from(VALUE_FIRST)]
    }

    /// A field occurs, which a canonical message may have once.
    #[inline(always)]
    fn meet(&mut self, number: u32) {
        let once = self.variant.once[number as usize % NUMBERS];
        self.is_irregular |= self.seen & once != 0;
        self.seen |= once;
    }

    /// The field at `at` of a message; where the next one begins, or the message ends if it is malformed.
    #[inline(never)]
    fn careful_field(&mut self, at: u32, end: u32) -> u32 {
        let message = &self.input[..end as usize];
        let Some((tag, start, next)) = short_field(message, at as usize) else {
            return self.long_field(message, at);
        };
        let (number, wire_type) = (u32::from(tag >> 3), WireType::of(u64::from(tag)));
        self.field(
            number,
            wire_type,
            &message[start..next],
            input_place(at, next as u32),
        );
        next as u32
    }

    /// The same of any form.
    #[inline(never)]
    fn long_field(&mut self, message: &'a [u8], at: u32) -> u32 {
        // What a group is depends on what comes after it. It is not canonical, so that what else there is does not matter.
        if FULL
            && message
                .get(at as usize)
                .is_some_and(|tag| matches!(tag & 7, 3 | 4))
        {
            self.check(at, message.len() as u32);
            return message.len() as u32;
        }
        let mut cursor = Cursor::over(message, at as usize, message.len());
        match cursor.field() {
            Ok(Some((_, number, payload))) => {
                let next = cursor.position() as u32;
                self.field(number, None, payload, input_place(at, next));
                return next;
            }
            Ok(None) => {}
            Err(error) => {
                // Checking says more.
                if FULL {
                    self.check(at, message.len() as u32);
                }
                let kind = self.variant.kind;
                self.error
                    .get_or_insert(kind.map_or(error, |kind| error.within(kind)));
            }
        }
        message.len() as u32
    }

    /// A field. Its wire type is that of a field of the usual form.
    fn field(&mut self, number: u32, wire_type: Option<WireType>, payload: &'a [u8], place: Place) {
        // Fields beyond the table are never looked for.
        let known = number as usize % NUMBERS;
        let is_known = known == number as usize;
        let action = if is_known {
            self.variant.actions[known]
        } else {
            SKIP
        };
        if !FULL && action == SKIP {
            return;
        }
        let plain = self.variant.plain[known];
        let is_plain = || is_known && plain.allows(wire_type, payload);
        if FULL && is_known {
            self.meet(number);
        }
        if FULL && !is_plain() {
            self.check(place.at, place.end);
        }
        match action {
            SKIP => {}
            ATTRIBUTE => {
                let is_bytes = wire_type == Some(WireType::Bytes);
                match any::key_and_value(payload).filter(|_| is_bytes) {
                    Some((key, value)) => self.attribute(Row { place, key, value }),
                    None => self.odd_attribute(payload, place),
                }
            }
            action => {
                if !FULL && !is_plain() {
                    self.doubt(place);
                }
                self.note(action, payload, place);
            }
        }
    }

    /// Checks fields of the message.
    #[inline(never)]
    fn check(&mut self, at: u32, end: u32) {
        let Some(kind) = self.variant.kind else {
            return;
        };
        match validate_message(kind, self.input, at, end) {
            Ok(Canonical::Yes) => {}
            Ok(Canonical::No) => self.is_irregular = true,
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
    }

    /// Notes where a field stands that has a slot.
    #[inline(always)]
    fn note(&mut self, action: Action, payload: &'a [u8], place: Place) {
        self.is_irregular |= self.found.field(usize::from(action) - 1, payload, place);
    }

    /// An attribute that is one key and one value. With `FULL`, it is checked already.
    #[inline(always)]
    fn attribute(&mut self, row: Row<'a>) {
        let Row { place, value, .. } = row;
        self.found.measure(1, value.len());
        self.found.extend_run(place.at, place.at, place.end);
        // Those of a run have a tag and a length of the usual form.
        self.found.run.is_scattered |= place.edit != NONE;
        self.note_attribute(row, || is_plain_value(value));
    }

    /// The same of any form.
    #[inline(never)]
    fn odd_attribute(&mut self, payload: &'a [u8], place: Place) {
        self.found.measure(1, usize::MAX);
        self.found.extend_run(place.at, place.at, place.end);
        self.found.run.is_scattered = true;
        let (key, value) = any::key_value(payload);
        self.note_attribute(Row { place, key, value }, || false);
    }

    #[inline(always)]
    fn note_attribute(&mut self, row: Row<'a>, is_plain: impl FnOnce() -> bool) {
        self.has_unnamed |= row.key.is_empty();
        let all = self.found.locator.rows == Rows::AtOnce;
        let has_slot = self.found.attribute(row, all);
        if !FULL && (has_slot || all) && !is_plain() {
            self.doubt_attribute(has_slot, row.place);
        }
    }

    /// An attribute with a row, or with a slot, too, could be malformed.
    #[inline(always)]
    fn doubt_attribute(&mut self, has_slot: bool, place: Place) {
        match has_slot || !self.found.locator.rows_are_ahead {
            true => self.doubt(place),
            false => self.doubts_rows = true,
        }
    }

    #[inline(never)]
    fn doubt(&mut self, place: Place) {
        if let Some(doubts) = &mut self.doubts {
            let (id, at, end) = (self.id, place.at, place.end);
            doubts.push(Doubt { id, at, end });
        }
    }
}

/// What reading a request showed.
pub(super) struct Read {
    /// Whether it is canonical as far as it was checked.
    pub(super) canonical: Canonical,
    /// Whether there are attributes among what was found that have no key, or none that can be read.
    pub(super) has_unnamed: bool,
    /// Whether attributes with no more than a row that was made ahead could be malformed.
    pub(super) doubts_rows: bool,
}

impl<const FULL: bool> Walk<'_, '_, FULL> {
    /// What the walks showed, and what was met around the messages that they went over.
    ///
    /// # Errors
    /// What is wrong with the request, the first of it.
    pub(super) fn read(self, around: Result<Canonical, WireError>) -> Result<Read, WireError> {
        // What comes after an error is not read.
        let around = self.error.map_or(around, Err)?;
        Ok(Read {
            canonical: match self.is_irregular {
                true => Canonical::No,
                false => around,
            },
            has_unnamed: self.has_unnamed,
            doubts_rows: self.doubts_rows,
        })
    }
}

/// A place that no edit has changed.
#[inline(always)]
pub(super) fn input_place(at: u32, end: u32) -> Place {
    Place {
        at,
        end,
        edit: NONE,
    }
}
