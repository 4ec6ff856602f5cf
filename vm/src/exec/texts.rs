//! Calls of editors that change one text of each record, on the texts of several lanes at once.
//!
//! A text is changed where it will stand: behind room for what its field begins with.

use super::machine::Machine;
use super::mask::Mask;
use crate::function::{ChangeText, Changed};
use crate::path::form::Form;
use crate::path::{Access, FieldNumbers, Level, every};
use crate::program::{Key, Path};
use crate::value::Value;
use crate::wire::any::{KEY_TAG, STRING_TAG, VALUE_TAG, short_text};
use crate::wire::tree::NodeId;
use smallvec::{SmallVec, smallvec};

/// A field of the records that holds a text and has a slot: an attribute, if it has a key.
struct Target<'p> {
    path: &'p Path,
    slot: u16,
    key: Option<&'p [u8]>,
    form: Form,
    head: Head,
}

impl<'p> Target<'p> {
    /// What a path of records of a level means, if it is such a field.
    fn of(path: &'p Path, level: Level) -> Option<Target<'p>> {
        let (field, key, form) = match (&path.access, path.keys.as_slice()) {
            (Access::Attributes { field }, [Key::String(key)]) => {
                (field, Some(key.as_slice()), Form::Any)
            }
            (Access::Field { field, form }, []) if matches!(form, Form::String | Form::Any) => {
                (field, None, *form)
            }
            _ => return None,
        };
        // What is around records is that of several lanes.
        if path.level != level {
            return None;
        }
        Some(Target {
            path,
            slot: path.slot?,
            key,
            form,
            head: Head::of(field, key, form)?,
        })
    }

    /// The text in a field with this payload, if it is one and not long. A string that is absent is empty.
    #[inline(always)]
    fn text<'a>(&self, payload: Option<&'a [u8]>) -> Option<&'a [u8]> {
        match self.form {
            Form::Any => short_text(payload?),
            _ => Some(payload.unwrap_or_default()),
        }
    }
}

/// What a field that holds a text begins with, up to the text, with tags and lengths of a byte each. The lengths are to
/// be filled in.
struct Head {
    bytes: SmallVec<[u8; 64]>,
    /// Where the lengths stand: each counts all that is behind it.
    lengths_at: [usize; 3],
    /// Where the payload begins: of an attribute that of its value.
    payload_at: usize,
}

impl Head {
    /// Of the field with this number, if that is the same in all variants of the message.
    fn of(field: &FieldNumbers, key: Option<&[u8]>, form: Form) -> Option<Head> {
        let number = field[0];
        if *field != every(number) || !(1..16).contains(&number) {
            return None;
        }
        let mut bytes: SmallVec<[u8; 64]> = smallvec![(number as u8) << 3 | 2, 0];
        let mut lengths_at = [1; 3];
        if let Some(key) = key {
            bytes.extend([KEY_TAG, u8::try_from(key.len()).ok()?]);
            bytes.extend_from_slice(key);
            bytes.extend([VALUE_TAG, 0]);
            lengths_at[1] = bytes.len() - 1;
        }
        let payload_at = bytes.len();
        if form == Form::Any {
            bytes.extend([STRING_TAG, 0]);
            lengths_at[2] = bytes.len() - 1;
        }
        Some(Head {
            bytes,
            lengths_at,
            payload_at,
        })
    }

    /// Fills in the lengths of a field that begins with the head. False, with the field of no use, if they take more
    /// than a byte.
    #[inline(always)]
    fn complete(&self, field: &mut [u8]) -> bool {
        // What is within is shorter, the key's length included.
        let is_short = field.len() - 2 < 0x80;
        for at in self.lengths_at {
            field[at] = (field.len() - at - 1) as u8;
        }
        is_short
    }
}

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Changes the lanes' texts at a path. For which lanes that is still to be done.
    pub(super) fn change_texts(
        &mut self,
        lanes: Mask,
        path: &'p Path,
        change: &dyn ChangeText,
    ) -> Mask {
        match Target::of(path, self.pass.context.level()) {
            Some(target) => self.change_target(change, &target, lanes),
            None => lanes,
        }
    }

    /// The same in a field.
    #[inline(never)]
    fn change_target(&mut self, change: &dyn ChangeText, target: &Target<'p>, lanes: Mask) -> Mask {
        lanes.filter(|lane| {
            let id = self.node_of(target.path.level, lane);
            let payload = self.slot(id, target.slot).payload;
            let Some(text) = target.text(payload) else {
                // An attribute that is not there stays so.
                return payload.is_some();
            };
            match change.change(text, &target.head.bytes, self.arena) {
                Changed::Untold => true,
                Changed::Not => false,
                Changed::To(field) => {
                    self.put_text_field(target, lane, id, field);
                    false
                }
            }
        })
    }

    /// Puts a text behind its head in the place of a lane's field.
    #[inline(always)]
    fn put_text_field(
        &mut self,
        target: &Target<'p>,
        lane: usize,
        id: NodeId,
        field: &'a mut [u8],
    ) {
        let head = &target.head;
        let is_complete = head.complete(field);
        let field = &*field;
        // A string that becomes empty goes.
        if !is_complete || field.len() == head.bytes.len() {
            return self.write_text(target.path, lane, &field[head.bytes.len()..]);
        }
        let payload = &field[head.payload_at..];
        match target.key {
            Some(key) => self.put_attribute(id, target.slot, key, field, payload),
            None => self.put_field(id, target.slot, field, payload),
        }
    }

    #[cold]
    #[inline(never)]
    fn write_text(&mut self, path: &'p Path, lane: usize, text: &'a [u8]) {
        if let Err(error) = self.write_path(path, lane, Value::String(text)) {
            self.fail(lane, error);
        }
    }
}
