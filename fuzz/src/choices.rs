//! Bytes read as choices. When they run out every choice is the first, so generators come to an end.

/// The choices that are left.
pub struct Choices<'a>(pub &'a [u8]);

impl<'a> Choices<'a> {
    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `bound`, which is at least 1.
    pub fn below(&mut self, bound: usize) -> usize {
        let byte = usize::from(self.byte());
        let wide = if bound > 256 {
            byte << 8 | usize::from(self.byte())
        } else {
            byte
        };
        wide % bound
    }

    /// True about once in `chances`; never when the bytes have run out.
    pub fn once_in(&mut self, chances: usize) -> bool {
        self.below(chances) == chances - 1
    }

    /// One of `from`.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Up to `count` bytes as they are.
    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }
}
