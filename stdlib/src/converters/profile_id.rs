//! `ProfileID`: the id of a profile.

use crate::ids::{self, Id};
use crate::prelude::*;

function! {
    /// The profile id that `target` is: its 16 bytes as such, or as 32 hexadecimal digits in a string.
    /// Bytes of numbers count, too. Anything else is an error, for a literal when the program is compiled.
    ///
    /// ```ottl
    /// String(ProfileID("0123456789ABCDEF0123456789ABCDEF"))  # "[1,35,69,103,137,171,205,239,1,35,69,103,137,171,205,239]"
    /// ProfileID(Concat(["0", "1"], ""))  # error: ProfileID: could not decode ID: invalid length: expected 16 or 32 bytes, got 2
    /// ```
    pub(crate) static FUNCTION = converter ProfileID(target: ByteSliceLikeGetter) pure, prepare prepare, run profile_id;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Id::<16>::prepare("ProfileID", literals)?))
}

fn profile_id<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    ids::evaluate(call).map(Value::ProfileId)
}
