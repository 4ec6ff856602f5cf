//! Where a reader is in a text, and the small things that it meets there.

/// A place in a text.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub(super) text: &'a [u8],
    /// How much of it is read, never more than all.
    pub(super) at: usize,
}

impl<'a> Here<'a> {
    /// The next byte, or 0 at the end.
    #[inline(always)]
    pub(super) fn peek(self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    /// What is yet to be read.
    #[inline(always)]
    pub(super) fn rest(self) -> &'a [u8] {
        &self.text[self.at..]
    }

    /// Goes on behind this byte, if it comes next after space.
    #[inline(always)]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.text.get(self.at) == Some(&byte) || self.peek_after_space() == byte;
        self.at += usize::from(is_next);
        is_next
    }

    #[inline(always)]
    pub(super) fn peek_after_space(&mut self) -> u8 {
        loop {
            match self.peek() {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                byte => return byte,
            }
        }
    }

    /// Goes on behind digits, less than eight and with a comma or the end of an object or array behind them: as a number.
    #[inline(always)]
    pub(super) fn eat_digits(&mut self) -> Option<u32> {
        let digits = Digits::of(self.rest().first_chunk()?)?;
        matches!(digits.next, b',' | b'}' | b']').then(|| {
            self.at += digits.count;
            digits.number
        })
    }
}

/// The digits that eight bytes begin with, at least one and not all.
struct Digits {
    count: usize,
    number: u32,
    /// The byte behind them.
    next: u8,
}

impl Digits {
    #[inline(always)]
    fn of(bytes: &[u8; 8]) -> Option<Digits> {
        const HIGH: u64 = 0x8080_8080_8080_8080;
        let word = u64::from_le_bytes(*bytes);
        let values = word ^ 0x3030_3030_3030_3030;
        // The top bit of each byte that is no digit: below it none is carried from one byte to the next.
        let others = (((values & !HIGH) + 0x7676_7676_7676_7676) | values) & HIGH;
        let bits = others.trailing_zeros() & !7;
        if bits == 0 || bits == u64::BITS {
            return None;
        }
        // Zeros in front of the digits, then two, four and eight of them at once.
        let digits = values << (u64::BITS - bits);
        let pairs = digits.wrapping_mul(10) + (digits >> 8);
        let fours = (pairs & 0x00ff_00ff_00ff_00ff).wrapping_mul(1 + (100 << 16)) >> 16;
        let all = (fours & 0x0000_ffff_0000_ffff).wrapping_mul(1 + (10_000 << 32)) >> 32;
        Some(Digits {
            count: bits as usize / 8,
            number: all as u32,
            next: (word >> bits) as u8,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_number_if_they_are_few_and_what_follows_ends_a_value() {
        let eaten = |text: &str| {
            let mut here = Here {
                text: text.as_bytes(),
                at: 1,
            };
            (here.eat_digits(), here.at)
        };
        for number in [0, 1, 9, 10, 99, 100, 12_345, 987_654, 1_000_000, 9_999_999] {
            for end in [",", "}", "]"] {
                let text = format!(" {number}{end}       ");
                let after = text.trim_end().len() - 1;
                assert_eq!(eaten(&text), (Some(number), after), "{text}");
            }
        }
        assert_eq!(eaten(" 007,     "), (Some(7), 4));
        for text in [
            " 12345678,",
            " 1,",
            " 1.5,      ",
            " 1e5,      ",
            " 1 ,       ",
            " -1,       ",
            " ,         ",
            " 1:        ",
            " 1/,       ",
            " 1\u{b0},       ",
            " 1é,       ",
        ] {
            assert_eq!(eaten(text), (None, 1), "{text}");
        }
    }
}
