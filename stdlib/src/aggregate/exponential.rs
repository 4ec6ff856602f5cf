//! Exponential histograms of the same scale as one.

use super::{Bytes, START, Totals};
use crate::message::{fixed64, last, put_nonzero, put_others, put_varint, sint32, varints};
use crate::prelude::*;
use ottl_vm::path::form::{length_delimited, varint_field};
use ottl_vm::wire::message_fields;
use std::collections::VecDeque;

const ZERO_COUNT: u32 = 7;
const POSITIVE: u32 = 8;
const NEGATIVE: u32 = 9;
const EXEMPLARS: u32 = 11;
const FIELDS: [u32; 2] = [12, 13];

/// The points as one.
pub(super) fn merged<'a>(
    call: &mut Call<'_, '_, 'a>,
    points: &[&'a [u8]],
) -> Result<Bytes<'a>, Error<'a>> {
    let mut out = Bytes::new_in(call.arena());
    let Some((first, others)) = points.split_first() else {
        return Ok(out);
    };
    let mut totals = Totals::of(first, FIELDS);
    let zero_count = |point| fixed64(point, ZERO_COUNT).unwrap_or_default();
    let mut zeros = zero_count(first);
    let mut sides = [NEGATIVE, POSITIVE].map(|side| (side, Buckets::of(first, side)));
    let own = [START, 4, 5, ZERO_COUNT, POSITIVE, NEGATIVE, 12, 13];
    put_others(&mut out, first, &own);
    for other in others {
        let added = Totals::of(other, FIELDS);
        if added.count == 0 {
            continue;
        }
        totals.add(&added);
        zeros = zeros.wrapping_add(zero_count(other));
        for (side, buckets) in &mut sides {
            buckets.add(call, &Buckets::of(other, *side))?;
        }
        for field in message_fields(other).filter(|field| field.number == EXEMPLARS) {
            out.extend_from_slice(field.whole);
        }
    }
    totals.put(&mut out);
    put_nonzero(&mut out, ZERO_COUNT, zeros);
    for (side, buckets) in sides {
        buckets.put(call, side, &mut out);
    }
    Ok(out)
}

/// The buckets of one side.
struct Buckets {
    /// Whether the first point has them at all.
    is_present: bool,
    offset: i32,
    counts: VecDeque<u64>,
}

impl Buckets {
    const OFFSET: u32 = 1;
    const COUNTS: u32 = 2;

    fn of(point: &[u8], side: u32) -> Buckets {
        let message = last(point, side);
        let payload = message.unwrap_or_default();
        Buckets {
            is_present: message.is_some(),
            offset: sint32(payload, Self::OFFSET),
            counts: varints(payload, Self::COUNTS).collect(),
        }
    }

    /// Adds other buckets as the reference does. Those that begin lower are put before the own without
    /// their zeros, wherever they belong, and where the beginnings differ zeros at the beginning are
    /// dropped without moving the offset.
    fn add<'a>(&mut self, call: &mut Call<'_, '_, 'a>, other: &Buckets) -> Result<(), Error<'a>> {
        if other.offset < self.offset {
            let counts = other.counts.iter().rev().filter(|count| **count > 0);
            counts.for_each(|count| self.counts.push_front(*count));
        } else {
            let shift = i64::from(other.offset.wrapping_sub(self.offset));
            for (index, count) in (shift..).zip(&other.counts) {
                let is_kept = *count > 0 || shift == 0;
                if let (true, Ok(index)) = (is_kept, usize::try_from(index)) {
                    self.add_at(call, index, *count)?;
                }
            }
        }
        if other.offset != self.offset && !other.counts.is_empty() {
            self.offset = self.offset.min(other.offset);
            while self.counts.front() == Some(&0) {
                self.counts.pop_front();
            }
        }
        Ok(())
    }

    fn add_at<'a>(
        &mut self,
        call: &mut Call<'_, '_, 'a>,
        index: usize,
        count: u64,
    ) -> Result<(), Error<'a>> {
        if index >= self.counts.len() {
            let added = index - self.counts.len();
            call.record().grow(added.saturating_mul(size_of::<u64>()))?;
            self.counts.resize(index + 1, 0);
        }
        if let Some(own) = self.counts.get_mut(index) {
            *own = own.wrapping_add(count);
        }
        Ok(())
    }

    fn put<'a>(&self, call: &Call<'_, '_, 'a>, side: u32, out: &mut Bytes<'a>) {
        if !self.is_present && self.offset == 0 && self.counts.is_empty() {
            return;
        }
        let arena = call.arena();
        let mut message = Bytes::new_in(arena);
        let zigzag = (self.offset << 1 ^ self.offset >> 31) as u32;
        message.extend_from_slice(varint_field(Self::OFFSET, u64::from(zigzag), arena));
        if !self.counts.is_empty() {
            let mut packed = Bytes::new_in(arena);
            self.counts
                .iter()
                .for_each(|count| put_varint(&mut packed, *count));
            message.extend_from_slice(length_delimited(Self::COUNTS, &packed, arena));
        }
        out.extend_from_slice(length_delimited(side, &message, arena));
    }
}
