//! Functions of numbers whose results are those of Go to the last bit, with the processor's fused
//! multiplications where Go uses them.

/// `math.Log` as Go has it for amd64: FreeBSD's method, its operations in the same order, so that the
/// result is the same to the last bit. For `x` above 0 and NaN. A subnormal number is read as Go reads it
/// there: without its lost exponent.
pub(crate) fn ln(x: f64) -> f64 {
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

/// `math.Exp` as Go has it for amd64 with FMA: Shibata's method, its operations in the same order.
pub(crate) fn exp(x: f64) -> f64 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("fma") && is_x86_feature_detected!("sse4.1") {
        #[expect(unsafe_code, reason = "it needs more than every processor has")]
        // SAFETY: the processor has what the function says that it uses.
        return unsafe { exp_fused(x) };
    }
    exp_by_calls(x)
}

/// With the processor's instructions in the place of calls of a library: these were a third of the time of a conversion of
/// histograms.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "fma,sse4.1")]
fn exp_fused(x: f64) -> f64 {
    exp_by_calls(x)
}

#[inline(always)]
fn exp_by_calls(x: f64) -> f64 {
    const OVERFLOW: f64 = 709.782712893384;
    const LN2_HIGH: f64 = 0.693147180559663;
    const LN2_LOW: f64 = 2.8235290563031577e-13;
    /// Far below the exponent of any number.
    const EXPONENT_MIN: f64 = -2000.0;
    /// 1/8!, 1/7! and so on to 1/1!.
    const TAYLOR: [f64; 8] = [
        2.48015873015873e-5,
        1.984126984126984e-4,
        1.388888888888889e-3,
        8.333333333333333e-3,
        4.1666666666666664e-2,
        1.6666666666666666e-1,
        0.5,
        1.0,
    ];
    if x.is_nan() || x > OVERFLOW {
        return if x.is_nan() { x } else { f64::INFINITY };
    }
    let exponent = (std::f64::consts::LOG2_E * x).round_ties_even();
    if exponent < EXPONENT_MIN {
        return 0.0;
    }
    // Also where the result would be just below: Go looks at the exponent alone.
    if exponent >= 1024.0 {
        return f64::INFINITY;
    }
    let mut r = (-exponent).mul_add(LN2_HIGH, x);
    r = (-exponent).mul_add(LN2_LOW, r);
    r *= 0.0625;
    let [first, rest @ ..] = TAYLOR;
    r *= rest
        .into_iter()
        .fold(first, |sum, coefficient| sum.mul_add(r, coefficient));
    // exp(r) - 1 of a sixteenth, squared back four times.
    for _ in 0..3 {
        r *= r + 2.0;
    }
    ldexp((r + 2.0).mul_add(r, 1.0), exponent as i64)
}

/// `math.Log2` as Go has it: exact for powers of two.
pub(crate) fn log2(x: f64) -> f64 {
    let (fraction, exponent) = frexp(x);
    if fraction == 0.5 {
        return f64::from(exponent - 1);
    }
    let ln = if fraction > 0.0 {
        ln(fraction)
    } else {
        fraction.ln()
    };
    ln * std::f64::consts::LOG2_E + f64::from(exponent)
}

/// `math.Exp2` as Go has it: FreeBSD's method, its operations in the same order.
pub(crate) fn exp2(x: f64) -> f64 {
    const OVERFLOW: f64 = 1.0239999999999999e3;
    const UNDERFLOW: f64 = -1.074e3;
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const P1: f64 = 1.6666666666666666e-1;
    const P2: f64 = -2.7777777777015593e-3;
    const P3: f64 = 6.613756321437934e-5;
    const P4: f64 = -1.6533902205465252e-6;
    const P5: f64 = 4.1381367970572385e-8;
    if x.is_nan() || x > OVERFLOW {
        return if x.is_nan() { x } else { f64::INFINITY };
    }
    if x < UNDERFLOW {
        return 0.0;
    }
    let exponent = (x + 0.5f64.copysign(x)).trunc();
    let t = x - exponent;
    let high = t * LN2_HIGH;
    let low = -t * LN2_LOW;
    let r = high - low;
    let t = r * r;
    let c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
    let y = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
    ldexp(y, exponent as i64)
}

/// A fraction from 0.5 to 1 and the exponent of two that make `x`; 0, infinities and NaN as they are.
fn frexp(x: f64) -> (f64, i32) {
    /// Makes any subnormal number normal.
    const SCALE: f64 = (1u64 << 52) as f64;
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, scaled) = if x.is_normal() {
        (x, 0)
    } else {
        (x * SCALE, -52)
    };
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 0x3fe;
    let fraction = f64::from_bits(bits & !(0x7ff << 52) | 0x3fe << 52);
    (fraction, exponent + scaled)
}

/// `x` times two to the `exponent`, rounded once.
pub(crate) fn ldexp(x: f64, exponent: i64) -> f64 {
    /// 2^1023 and 2^-969: the steps after which a number that is not 0 yet has all its bits.
    const UP: f64 = f64::from_bits(0x7fe << 52);
    const DOWN: f64 = f64::from_bits((1023 - 969) << 52);
    let (mut x, mut exponent) = (x, exponent.clamp(-5000, 5000));
    while exponent > 1023 {
        (x, exponent) = (x * UP, exponent - 1023);
    }
    while exponent < -1022 {
        (x, exponent) = (x * DOWN, exponent + 969);
    }
    x * f64::from_bits(((exponent + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_agrees_with_go() {
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

    #[test]
    fn exp_agrees_with_go() {
        for (x, expected) in [
            (0x0000_0000_0000_0000, 0x3ff0_0000_0000_0000),
            (0x3ff0_0000_0000_0000, 0x4005_bf0a_8b14_5769),
            (0xbff0_0000_0000_0000, 0x3fd7_8b56_362c_ef38),
            (0x3fe0_0000_0000_0000, 0x3ffa_6129_8e1e_069c),
            (0x4024_0000_0000_0000, 0x40d5_829d_cf95_0560),
            (0xc024_0000_0000_0000, 0x3f07_cd79_b564_7c9b),
            (0x4059_1000_0000_0000, 0x48f8_c39b_9134_bac4),
            (0x4086_2d99_9999_999a, 0x7ff0_0000_0000_0000),
            (0x4086_2cdf_3b64_5a1d, 0x7ff0_0000_0000_0000),
            (0xc086_2400_0000_0000, 0x000e_6cf6_d088_97ac),
            (0xc087_2000_0000_0000, 0x0000_0000_0000_0055),
            (0xc087_4999_9999_999a, 0x0000_0000_0000_0000),
            (0xfe37_e43c_8800_759c, 0x0000_0000_0000_0000),
            (0x3f1a_36e2_eb1c_432d, 0x3ff0_0068_dce3_484e),
            (0x3bc7_9ca1_0c92_4223, 0x3ff0_0000_0000_0000),
            (0x3ea9_2a73_7110_e454, 0x3ff0_0000_c953_a07b),
            (0x4040_a666_6666_6666, 0x42f0_7840_1f5a_3ec8),
            (0x7ff0_0000_0000_0000, 0x7ff0_0000_0000_0000),
            (0xfff0_0000_0000_0000, 0x0000_0000_0000_0000),
        ] {
            for exp in [exp, exp_by_calls] {
                assert_eq!(exp(f64::from_bits(x)).to_bits(), expected, "{x:#x}");
            }
        }
    }

    #[test]
    fn log2_agrees_with_go() {
        for (x, expected) in [
            (0x3ff0_0000_0000_0000, 0x0000_0000_0000_0000),
            (0x4000_0000_0000_0000, 0x3ff0_0000_0000_0000),
            (0x3fc0_0000_0000_0000, 0xc008_0000_0000_0000),
            (0x4008_0000_0000_0000, 0x3ff9_5c01_a39f_bd69),
            (0x4024_0000_0000_0000, 0x400a_934f_0979_a371),
            (0x7e37_e43c_8800_759c, 0x408f_24a0_9f1a_8b89),
            (0x0000_1268_8b70_e62b, 0xc090_1730_dabc_a5f6),
            (0x3fe6_6666_6666_6666, 0xbfe0_7762_2896_7d13),
            (0x3ff6_a09e_667f_3bcd, 0x3fe0_0000_0000_0001),
            (0x408f_fc00_0000_0000, 0x4023_ffa3_a51c_9e51),
            (0x7ff0_0000_0000_0000, 0x7ff0_0000_0000_0000),
        ] {
            assert_eq!(log2(f64::from_bits(x)).to_bits(), expected, "{x:#x}");
        }
    }

    #[test]
    fn exp2_agrees_with_go() {
        for (x, expected) in [
            (0x0000_0000_0000_0000, 0x3ff0_0000_0000_0000),
            (0x3ff0_0000_0000_0000, 0x4000_0000_0000_0000),
            (0xbff0_0000_0000_0000, 0x3fe0_0000_0000_0000),
            (0x3fe0_0000_0000_0000, 0x3ff6_a09e_667f_3bcc),
            (0xbfe0_0000_0000_0000, 0x3fe6_a09e_667f_3bcc),
            (0x400a_6666_6666_6666, 0x4023_b2c4_7bff_8328),
            (0xc00a_6666_6666_6666, 0x3fb9_fdf8_bcce_533e),
            (0x408f_ff33_3333_3333, 0x7fed_db68_0117_aa8e),
            (0x4090_0000_0000_0000, 0x7ff0_0000_0000_0000),
            (0xc090_9133_3333_3333, 0x0000_0000_0000_33fc),
            (0xc090_cc00_0000_0000, 0x0000_0000_0000_0000),
            (0x3e11_2e0b_e826_d695, 0x3ff0_0000_002f_a1f9),
            (0x4050_accc_cccc_cccd, 0x4419_fdf8_bcce_534c),
            (0x7ff0_0000_0000_0000, 0x7ff0_0000_0000_0000),
            (0xfff0_0000_0000_0000, 0x0000_0000_0000_0000),
        ] {
            assert_eq!(exp2(f64::from_bits(x)).to_bits(), expected, "{x:#x}");
        }
    }
}
