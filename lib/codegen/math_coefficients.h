// Polynomial coefficients and split constants of the elementary functions.
// Made by tools/dev/fit_math.py: change the script, not this file.
#pragma once

#include <array>
#include <cstdint>

namespace nngc::codegen {

/// (e^r - 1 - r) / r^2 on |r| <= ln2/2, weighed relative to expm1. Error 2^-28.7.
inline constexpr std::array<double, 6> k_exp_f32 = {
    0x1.000000p-1, 0x1.555554p-3, 0x1.5554b0p-5, 0x1.11118ap-7, 0x1.6d7294p-10, 0x1.a032d6p-13,
};

/// (e^r - 1 - r) / r^2 on |r| <= ln2/2, weighed relative to expm1. Error 2^-60.3.
inline constexpr std::array<double, 11> k_exp_f64 = {
    0x1.0000000000000p-1,  0x1.5555555555559p-3,  0x1.5555555555558p-5,  0x1.111111110f72cp-7,
    0x1.6c16c16c17791p-10, 0x1.a01a01aff52f0p-13, 0x1.a01a0197e01fcp-16, 0x1.71ddf7503ff80p-19,
    0x1.27e5089be9177p-22, 0x1.af61d4a4f04f9p-26, 0x1.1f20172effbe0p-29,
};

/// (e^-r - 1 + r) / r^2 on |r| <= ln2/32. Error 2^-29.2.
inline constexpr std::array<double, 2> k_exp_less_f32 = {
    0x1.000220p-1,
    -0x1.55559cp-3,
};

/// (e^-r - 1 + r) / r^2 on |r| <= ln2/16. Error 2^-58.3.
inline constexpr std::array<double, 6> k_exp_less_f64 = {
    0x1.000000000010cp-1,  -0x1.555555555511fp-3, 0x1.555555480315dp-5,
    -0x1.111111262ba87p-7, 0x1.6c1cc0266a875p-10, -0x1.a01624090716dp-13,
};

/// The same, weighed relative to e^-r - 1. Error 2^-61.4.
inline constexpr std::array<double, 7> k_expm1_less_f64 = {
    0x1.0000000000000p-1,  -0x1.55555555555d0p-3,  0x1.5555555555617p-5,  -0x1.1111110b0d8efp-7,
    0x1.6c16c15e25d06p-10, -0x1.a01f5f001ba4bp-13, 0x1.a02228ab44782p-16,
};

/// (log1p(f) - f + f^2/2) / f^3 for 1+f in [sqrt 1/2, sqrt 2]. Error 2^-29.1.
inline constexpr std::array<double, 9> k_log_f32 = {
    0x1.555548p-2,  -0x1.000070p-2, 0x1.99a540p-3,  -0x1.552f14p-3, 0x1.230364p-3,
    -0x1.010466p-3, 0x1.eff476p-4,  -0x1.bf2e1ep-4, 0x1.b5ad62p-5,
};

/// (2 atanh(s) / s - 2) / z in z = s^2, |s| <= 3 - sqrt 8. Error 2^-59.5.
inline constexpr std::array<double, 7> k_log_f64 = {
    0x1.5555555555592p-1, 0x1.999999997ff37p-2, 0x1.24924941df2f1p-2, 0x1.c71c5216121b3p-3,
    0x1.74663c9ae2a1ap-3, 0x1.39a1ef9cc0c02p-3, 0x1.2f03874f6232ep-3,
};

/// (sin r - r) / r^3 in z = r^2, |r| <= pi/4. Error 2^-27.9.
inline constexpr std::array<double, 3> k_sin_f32 = {
    -0x1.555546p-3,
    0x1.110776p-7,
    -0x1.9952fap-13,
};

/// (sin r - r) / r^3 in z = r^2, |r| <= pi/4. Error 2^-57.9.
inline constexpr std::array<double, 6> k_sin_f64 = {
    -0x1.5555555555548p-3, 0x1.111111110f731p-7,   -0x1.a01a019be955fp-13,
    0x1.71de355564eedp-19, -0x1.ae5e4bb7bd4e5p-26, 0x1.5d8b661044bf5p-33,
};

/// (cos r - 1 + z/2) / z^2 in z = r^2, |r| <= pi/4. Error 2^-33.0.
inline constexpr std::array<double, 3> k_cos_f32 = {
    0x1.55554ap-5,
    -0x1.6c0c28p-10,
    0x1.99e80cp-16,
};

/// (cos r - 1 + z/2) / z^2 in z = r^2, |r| <= pi/4. Error 2^-63.9.
inline constexpr std::array<double, 6> k_cos_f64 = {
    0x1.555555555554bp-5,   -0x1.6c16c16c1500dp-10, 0x1.a01a019c8dd17p-16,
    -0x1.27e4f7f04fb58p-22, 0x1.1ee9dacb50305p-29,  -0x1.8fa5ec7c0d714p-37,
};

/// (atan t - t) / t^3 in z = t^2, |t| <= tan(pi/8). Error 2^-30.4.
inline constexpr std::array<double, 5> k_atan_f32 = {
    -0x1.55554ap-2, 0x1.9991e2p-3, -0x1.23b9a0p-3, 0x1.b22416p-4, -0x1.f2e3b8p-5,
};

/// (atan t - t) / t^3 in z = t^2, |t| <= tan(pi/8). Error 2^-59.4.
inline constexpr std::array<double, 11> k_atan_f64 = {
    -0x1.555555555553dp-2, 0x1.999999999585fp-3, -0x1.24924922aceb2p-3, 0x1.c71c70e5d5be8p-4,
    -0x1.745cf8d503915p-4, 0x1.3b11188d8a076p-4, -0x1.10ebb19bd1323p-4, 0x1.df0ee6e1b8e3cp-5,
    -0x1.9cd0ee4c1fd58p-5, 0x1.37d0f951e2320p-5, -0x1.255ffdfa4669fp-6,
};

/// log2((1+s)/(1-s)) / s in z = s^2, |s| <= 3 - sqrt 8. Error 2^-45.1.
inline constexpr std::array<double, 6> k_pow_log2_f32 = {
    0x1.71547652b8251p+1, 0x1.ec709dc53c932p-1, 0x1.2776c2930347fp-1,
    0x1.a61a2efd9fa6fp-2, 0x1.47954d39e7747p-2, 0x1.21b1736d085a1p-2,
};

/// (2^r - 1) / r on |r| <= 1/2. Error 2^-34.3.
inline constexpr std::array<double, 7> k_pow_exp2_f32 = {
    0x1.62e42ff0e3f09p-1,  0x1.ebfbe078461e0p-3,  0x1.c6b08abc52068p-5,  0x1.3b29f2d9b4aa1p-7,
    0x1.5d8a88b8221d4p-10, 0x1.445d2e3e434d2p-13, 0x1.fde4c2f30b466p-17,
};

/// (2 atanh(s)/s - 2 - 2z/3 - 2z^2/5) / z^3 in z = s^2. Error 2^-80.2.
inline constexpr std::array<double, 8> k_pow_log_f64 = {
    0x1.2492492492489p-2, 0x1.c71c71c71f242p-3, 0x1.745d17434953ep-3, 0x1.3b13b281029dep-3,
    0x1.1110b009646d2p-3, 0x1.e2052750f3cecp-4, 0x1.ab52405894c3ap-4, 0x1.c0616117df264p-4,
};

/// two_thirds as an unevaluated sum of two doubles.
inline constexpr double k_two_thirds_hi = 0x1.5555555555555p-1;

/// two_thirds, low part.
inline constexpr double k_two_thirds_lo = 0x1.5555555555555p-55;

/// two_fifths as an unevaluated sum of two doubles.
inline constexpr double k_two_fifths_hi = 0x1.999999999999ap-2;

/// two_fifths, low part.
inline constexpr double k_two_fifths_lo = -0x1.999999999999ap-56;

/// ln 2, short enough for an exact product.
inline constexpr double k_ln2_hi_f32 = 0x1.62e400p-1;

/// ln 2, the rest.
inline constexpr double k_ln2_lo_f32 = 0x1.7f7d1cp-20;

/// ln 2, short enough for an exact product.
inline constexpr double k_ln2_hi_f64 = 0x1.62e42fefa4000p-1;

/// ln 2, the rest.
inline constexpr double k_ln2_lo_f64 = -0x1.8432a1b0e2634p-43;

/// 1 / ln 2.
inline constexpr double k_log2_e = 0x1.71547652b82fep+0;

/// pi_2, nearest.
inline constexpr double k_pi_2_hi_f32 = 0x1.921fb6p+0;

/// pi_2, low part.
inline constexpr double k_pi_2_lo_f32 = -0x1.777a5cp-25;

/// pi_4, nearest.
inline constexpr double k_pi_4_hi_f32 = 0x1.921fb6p-1;

/// pi_4, low part.
inline constexpr double k_pi_4_lo_f32 = -0x1.777a5cp-26;

/// pi_2, nearest.
inline constexpr double k_pi_2_hi_f64 = 0x1.921fb54442d18p+0;

/// pi_2, low part.
inline constexpr double k_pi_2_lo_f64 = 0x1.1a62633145c07p-54;

/// pi_4, nearest.
inline constexpr double k_pi_4_hi_f64 = 0x1.921fb54442d18p-1;

/// pi_4, low part.
inline constexpr double k_pi_4_lo_f64 = 0x1.1a62633145c07p-55;

/// 2 / pi.
inline constexpr double k_two_over_pi = 0x1.45f306dc9c883p-1;

/// Bits of the multiples of pi/2 that are subtracted by the parts below.
inline constexpr int k_moderate_bits_f32 = 11;
inline constexpr int k_moderate_bits_f64 = 20;

/// pi/2 in parts, the product of the second one with n < 2^11 exact; that one is positive.
inline constexpr std::array<double, 3> k_pi_2_moderate_f32 = {
    0x1.921fb4p+0,
    0x1.444000p-24,
    0x1.68c234p-39,
};

/// pi/2 in parts, the product of the second one with n < 2^20 exact; that one is positive.
inline constexpr std::array<double, 3> k_pi_2_moderate_f64 = {
    0x1.921fb54442d18p+0,
    0x1.1a62633100000p-54,
    0x1.1701b839a2520p-88,
};

/// pi/2 in three full doubles, for targets with fma.
inline constexpr std::array<double, 3> k_pi_2_fused = {
    0x1.921fb54442d18p+0,
    0x1.1a62633145c07p-54,
    -0x1.f1976b7ed8fbcp-110,
};

/// pi/2 in parts of 32 bits whose product with n < 2^21 is exact, and a rest.
inline constexpr std::array<double, 4> k_pi_2_short = {
    0x1.921fb54400000p+0,
    0x1.0b4611a600000p-34,
    0x1.3198a2e000000p-69,
    0x1.b839a252049c1p-104,
};

/// 64 zero bits, then the first 1280 bits of 2/pi after the binary point.
inline constexpr std::array<std::uint64_t, 21> k_two_over_pi_bits = {
    0x0000000000000000U, 0xa2f9836e4e441529U, 0xfc2757d1f534ddc0U, 0xdb6295993c439041U,
    0xfe5163abdebbc561U, 0xb7246e3a424dd2e0U, 0x06492eea09d1921cU, 0xfe1deb1cb129a73eU,
    0xe88235f52ebb4484U, 0xe99c7026b45f7e41U, 0x3991d639835339f4U, 0x9c845f8bbdf9283bU,
    0x1ff897ffde05980fU, 0xef2f118b5a0a6d1fU, 0x6d367ecf27cb09b7U, 0x4f463f669e5fea2dU,
    0x7527bac7ebe5f17bU, 0x3d0739f78a5292eaU, 0x6bfb5fb11f8d5d08U, 0x56033046fc7b6babU,
    0xf0cfbc209af4361dU,
};

} // namespace nngc::codegen
