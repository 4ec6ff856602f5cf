//! `Log`: the natural logarithm.

use crate::prelude::*;
use ottl_vm::text::float;

function! {
    /// The natural logarithm of `target`, which is converted as [`Double`](#double) does. Nil, and numbers
    /// that are not above 0, are an error.
    ///
    /// ```ottl
    /// Log(1)  # 0.0
    /// Log(10.0)  # 2.302585092994046
    /// Log(0)  # error: expected number greater than zero but got 0
    /// ```
    pub(crate) static FUNCTION = converter Log(target: FloatLikeGetter) pure, run log;
}

fn log<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let Some(target) = call.float_like(0)? else {
        return Err(Error::new("invalid input: <nil>"));
    };
    if target <= 0.0 {
        let mut text = Vec::new();
        float::append_display_float(&mut text, target);
        return Err(call.error(format_args!(
            "invalid input: expected number greater than zero but got {}",
            text.escape_ascii()
        )));
    }
    Ok(Value::Double(ln(target)))
}

/// `math.Log` as Go has it for amd64: FreeBSD's method, its operations in the same order, so that the
/// result is the same to the last bit. For `x` above 0 and NaN. A subnormal number is read as Go reads it
/// there: without its lost exponent.
fn ln(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const L1: f64 = 6.666_666_666_666_735e-1;
    const L2: f64 = 3.999_999_999_940_942e-1;
    const L3: f64 = 2.857_142_874_366_239e-1;
    const L4: f64 = 2.222_219_843_214_978_4e-1;
    const L5: f64 = 1.818_357_216_161_805e-1;
    const L6: f64 = 1.531_383_769_920_937_3e-1;
    const L7: f64 = 1.479_819_860_511_658_6e-1;
    if x.is_nan() || x.is_infinite() {
        return x;
    }
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52 & 0x7ff) as i32 - 0x3fe) as f64;
    let mut fraction = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0.5f64.to_bits());
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        exponent -= 1.0;
        fraction *= 2.0;
    }
    let f = fraction - 1.0;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let t1 = s2 * (L1 + s4 * (L3 + s4 * (L5 + s4 * L7)));
    let t2 = s4 * (L2 + s4 * (L4 + s4 * L6));
    let half_square = 0.5 * f * f;
    exponent * LN2_HIGH - ((half_square - (s * (half_square + (t1 + t2)) + exponent * LN2_LOW)) - f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_go() {
        for (x, expected) in [
            (0x4000_0000_0000_0000, 0x3fe6_2e42_fefa_39ef),
            (0x4024_0000_0000_0000, 0x4002_6bb1_bbb5_5516),
            (0x3fb9_9999_9999_999a, 0xc002_6bb1_bbb5_5515),
            (0x7fe1_ccf3_85eb_c8a0, 0x4086_2991_d5d6_2a5e),
            (0x40c8_1cd6_c8b4_3958, 0x4022_d795_5979_1e31),
            (0x0000_0000_0000_0001, 0xc086_28b7_6e3a_7b61),
            (0x0000_1268_8b70_e62b, 0xc086_28ae_3f3c_2ff6),
            (0x3fe6_a09e_667f_3bcd, 0xbfd6_2e42_fefa_39ee),
            (0x3fe6_a09e_667f_3bcc, 0xbfd6_2e42_fefa_39f1),
            (0x3ff0_0000_0000_0001, 0x3caf_ffff_ffff_ffff),
            (0x3fef_ffff_ffff_ffff, 0xbca0_0000_0000_0000),
            (0x4d65_8221_07fc_fd52, 0x4062_aa51_e08f_0007),
            (0x7862_9a0f_5f3f_164f, 0x4083_9080_268b_15e9),
            (0x5510_4dc7_6695_721d, 0x406d_49ae_8e12_bfbd),
            (0x3807_04bb_7b4d_7c03, 0xc055_ea9f_774b_d6b6),
            (0x365a_8581_49c6_e2d1, 0xc05a_8f50_ab4a_b929),
            (0x57e9_d186_0d1d_68d8, 0x4070_9f43_0e14_deb8),
            (0x0866_cb39_7916_001e, 0xc083_3ed4_df5e_23e8),
            (0x1408_d2ac_22c4_d294, 0xc07e_6d7e_1c0c_387f),
            (0x0c69_7f48_3929_07a0, 0xc081_db0b_2655_1bb3),
            (0x2684_47a4_189d_eb99, 0xc071_9dfb_5856_bd1e),
            (0x41f2_7cc6_f387_5d04, 0x4036_5341_0823_a455),
            (0x6825_5aaf_95e9_4627, 0x407b_dfb7_7eeb_24f1),
            (0x1b6c_ffa2_ba51_7936, 0xc079_4e57_d431_7720),
            (0x30b9_5ff1_83c4_71d4, 0xc065_1555_f9b8_23ab),
        ] {
            assert_eq!(ln(f64::from_bits(x)).to_bits(), expected, "{x:#x}");
        }
    }
}
