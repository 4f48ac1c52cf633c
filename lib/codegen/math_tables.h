// Tables of the elementary functions.
// Made by tools/dev/fit_tables.py: change the script, not this file.
#pragma once

#include <array>
#include <cstdint>

namespace nngc::codegen {

/// erf around n/8. Rows: bases, values, coefficients. Error 0.243 of a last place.
inline constexpr std::array<std::array<double, 32>, 7> k_erf_f32 = {{
    {0x0.0p+0,      0x0.0p+0,      0x1.003180p-2, 0x1.800680p-2, 0x1.000040p-1, 0x1.400c40p-1,
     0x1.800640p-1, 0x1.bff380p-1, 0x1.001320p+0, 0x1.1fdd20p+0, 0x1.400320p+0, 0x1.600420p+0,
     0x1.8001c0p+0, 0x1.a00540p+0, 0x1.c00920p+0, 0x1.dffd80p+0, 0x1.ffff20p+0, 0x1.0ffd30p+1,
     0x1.1fffd0p+1, 0x1.2ff700p+1, 0x1.4006c0p+1, 0x1.4fff60p+1, 0x1.5ffd30p+1, 0x1.6fff20p+1,
     0x1.7ffaa0p+1, 0x1.900120p+1, 0x1.a00c60p+1, 0x1.b045b0p+1, 0x1.c0aaa0p+1, 0x1.cfd900p+1,
     0x1.df4140p+1, 0x1.ef0010p+1},
    {0x0.0p+0,      0x0.0p+0,      0x1.1b29c6p-2, 0x1.9dd732p-2, 0x1.0a7f2ep-1, 0x1.3f22c8p-1,
     0x1.6c209cp-1, 0x1.916bbap-1, 0x1.af865ap-1, 0x1.c6c49cp-1, 0x1.d887d8p-1, 0x1.e577f4p-1,
     0x1.eea5c0p-1, 0x1.f4f76cp-1, 0x1.f92dfep-1, 0x1.fbe5f4p-1, 0x1.fd9ad8p-1, 0x1.fea3fep-1,
     0x1.ff4046p-1, 0x1.ff993cp-1, 0x1.ffcab8p-1, 0x1.ffe514p-1, 0x1.fff2cep-1, 0x1.fff9bap-1,
     0x1.fffd1ap-1, 0x1.fffeb4p-1, 0x1.ffff70p-1, 0x1.ffffc4p-1, 0x1.ffffe8p-1, 0x1.fffff6p-1,
     0x1.fffffcp-1, 0x1.fffffep-1},
    {0x1.06eba8p-3,  0x1.06eb78p-3,  0x1.0f5686p+0,  0x1.f5ee6ap-1,  0x1.c1ef92p-1,  0x1.86ddb8p-1,
     0x1.49283cp-1,  0x1.0cb6dcp-1,  0x1.a8d270p-2,  0x1.464d8cp-2,  0x1.e45668p-3,  0x1.5cd620p-3,
     0x1.e71976p-4,  0x1.498750p-4,  0x1.b01f44p-5,  0x1.12d8c4p-5,  0x1.52a040p-6,  0x1.948814p-7,
     0x1.d41750p-8,  0x1.06e94ap-8,  0x1.1d37d8p-9,  0x1.2cf050p-10, 0x1.3385f4p-11, 0x1.305f86p-12,
     0x1.245286p-13, 0x1.0f8f32p-14, 0x1.e88320p-16, 0x1.a5cceap-17, 0x1.5d79fep-18, 0x1.2c0cb8p-19,
     0x1.ef3be8p-21, 0x1.003e58p-21},
    {0x1.c6375ap-23,  0x1.0bed7ap-16,  -0x1.0f8aeap-2,  -0x1.787910p-2,  -0x1.c1eff0p-2,
     -0x1.e8a7d0p-2,  -0x1.edc450p-2,  -0x1.d632e8p-2,  -0x1.a8f22ep-2,  -0x1.6eeac0p-2,
     -0x1.2eb8f0p-2,  -0x1.dfac1ep-3,  -0x1.6d54d6p-3,  -0x1.0bc178p-3,  -0x1.7a2306p-4,
     -0x1.01aa20p-4,  -0x1.529fa4p-5,  -0x1.adcb8ap-6,  -0x1.074c4cp-6,  -0x1.382a56p-7,
     -0x1.648a94p-8,  -0x1.8afb0ap-9,  -0x1.a6d4bap-10, -0x1.b58f92p-11, -0x1.b67bbep-12,
     -0x1.a89c8ep-13, -0x1.8df6b4p-14, -0x1.65fcaep-15, -0x1.369380p-16, -0x1.07acb2p-17,
     -0x1.a9f978p-19, 0x1.12977ep-16},
    {-0x1.812a94p-2, -0x1.816d4cp-2, -0x1.3c7940p-2, -0x1.e0ff14p-3, -0x1.2bf40ap-3, -0x1.c777fap-5,
     0x1.b74cf8p-6,  0x1.7c7f96p-4,  0x1.1b8bc4p-3,  0x1.4c8e06p-3,  0x1.571acap-3,  0x1.43718cp-3,
     0x1.1c25fap-3,  0x1.d652c2p-4,  0x1.712bc4p-4,  0x1.1443e2p-4,  0x1.8b0e56p-5,  0x1.0eb6f0p-5,
     0x1.63f1a4p-6,  0x1.c2657ep-7,  0x1.116244p-7,  0x1.40860ap-8,  0x1.69f510p-9,  0x1.89eefep-10,
     0x1.9e1424p-11, 0x1.a35bb0p-12, 0x1.9955bcp-13, 0x1.7b46e4p-14, 0x1.441cbap-15, 0x1.320fb8p-16,
     0x1.86360ep-18, -0x1.6ff286p-13},
    {0x1.292700p-12,  0x1.0b689ep-9,   0x1.03bff6p-3,   0x1.548f3ap-3,   0x1.76695cp-3,
     0x1.68f2e6p-3,   0x1.343d32p-3,   0x1.cc640ap-4,   0x1.1b0df0p-4,   0x1.cd92e0p-6,
     -0x1.8fb81ap-8,  -0x1.f1ebe8p-6,  -0x1.6c7770p-5,  -0x1.965764p-5,  -0x1.89c4b4p-5,
     -0x1.59ace4p-5,  -0x1.1a2ffap-5,  -0x1.b0951cp-6,  -0x1.396102p-6,  -0x1.b04e1cp-7,
     -0x1.1bce88p-7,  -0x1.635084p-8,  -0x1.ac2056p-9,  -0x1.eba930p-10, -0x1.1193ecp-10,
     -0x1.161fdep-11, -0x1.f330acp-13, -0x1.889684p-14, -0x1.6d1208p-18, -0x1.555ff0p-14,
     -0x1.49c7a4p-14, -0x1.26453ap-8},
    {0x1.c51382p-4,  0x1.b429bcp-4,  0x1.39e7fcp-4,  0x1.7734b6p-5,  0x1.d9b414p-8,  -0x1.d4082ap-6,
     -0x1.ac6574p-5, -0x1.1dbb08p-4, -0x1.1b549ep-4, -0x1.e3aec0p-5, -0x1.7dd13cp-5, -0x1.f9a80ep-6,
     -0x1.d63808p-7, -0x1.224846p-9, 0x1.baf6c8p-8,  0x1.76c84ep-7,  0x1.ad9642p-7,  0x1.9ab1bap-7,
     0x1.5c8870p-7,  0x1.11f248p-7,  0x1.905084p-8,  0x1.15132ap-8,  0x1.697636p-9,  0x1.c1af4ap-10,
     0x1.0a9534p-10, 0x1.30a044p-11, 0x1.7c5a2cp-12, 0x1.ad5758p-12, 0x1.6c558cp-11, 0x1.8c2828p-13,
     0x1.701200p-11, 0x1.ac30fap-5},
}};

/// erf around 4n/5. Rows: bases, values, coefficients. Error 0.097 of a last place.
inline constexpr std::array<std::array<double, 8>, 18> k_erf_f64 = {{
    {0x0.0p+0, 0x1.521851eb851ecp-1, 0x1.9943333333333p+0, 0x1.334e000000000p+1,
     0x1.999f99999999ap+1, 0x1.0008000000000p+2, 0x1.3345000000000p+2, 0x1.668599999999ap+2},
    {0x0.0p+0, 0x1.4c9bcb5bb404cp-1, 0x1.f3d4d48dd90ebp-1, 0x1.ffa622b1c095dp-1,
     0x1.ffff360e738ffp-1, 0x1.ffffff7c192bfp-1, 0x1.ffffffffe74d0p-1, 0x1.fffffffffffebp-1},
    {0x1.06eba8214db69p-3, 0x1.758d279d16e4fp-1, 0x1.66ccd38704773p-4, 0x1.d0383bfdb71eep-9,
     0x1.51a52854911cfp-15, 0x1.0fa11b2f18e95p-23, 0x1.e43786f8e24cfp-34, 0x1.dde5bb44d5755p-46},
    {-0x1.655ea184a5809p-48, -0x1.ed57db1273502p-2, -0x1.1ecdb6a851963p-3, -0x1.16a07089c4f58p-7,
     -0x1.0e21aeccbaeb7p-13, -0x1.0fa998375954cp-21, -0x1.22988a47f4d43p-31,
     -0x1.4ed9882b72658p-43},
    {-0x1.812746b035071p-2, -0x1.fd9d0a033c924p-6, 0x1.ebbe5185be732p-4, 0x1.97450aca329e1p-7,
     0x1.121699d50c944p-12, 0x1.5ef16639952acp-20, 0x1.c6f887dd74bf6p-30, 0x1.337848a0e2be0p-41},
    {-0x1.2044107f706a4p-35, 0x1.5ded8abf1e2f6p-3, -0x1.93bc873185757p-5, -0x1.8c03bd76822a7p-7,
     -0x1.898b5f20955b9p-12, -0x1.4858e677e30f6p-19, -0x1.04efc23c2eba0p-28,
     -0x1.9e6295490ff2fp-40},
    {0x1.ce2f21e776c93p-4, -0x1.2545f13f03d23p-5, -0x1.26f0f0a47e3bap-8, 0x1.021f6770b56fdp-7,
     0x1.a58a08c989328p-12, 0x1.d8c73f637857bp-19, 0x1.d2fceb5782fecp-28, 0x1.bb95947a0a7f0p-39},
    {-0x1.637a5a80ea1b4p-26, -0x1.34b3f19427b33p-5, 0x1.fd3d060703848p-7, -0x1.93dbc34874478p-9,
     -0x1.58b8ec9724762p-12, -0x1.0f71c1e13679ap-18, -0x1.52dff3651f9b8p-27,
     -0x1.98bf9ba41bb31p-38},
    {-0x1.b82bb86d1b444p-6, 0x1.0023a924070bep-6, -0x1.8afb4d7203bf2p-8, 0x1.f31dc1c79822ap-13,
     0x1.ada70f3750942p-13, 0x1.fbf429ec42691p-19, 0x1.9943e6a7f9997p-27, 0x1.1c3bcd0c895c3p-37},
    {-0x1.5f7c2d4c7e009p-19, 0x1.6810c53238e5cp-8, -0x1.e30f71abc6852p-11, 0x1.0f457cda23b8ap-11,
     -0x1.8801d222e1321p-14, -0x1.87aee02920020p-19, -0x1.a2caa9d22b47bp-27,
     -0x1.eda27419c26e9p-39},
    {0x1.57849ca0b99a9p-8, -0x1.f81ce34a58802p-9, 0x1.8903cc341807ap-10, -0x1.51faebfd94083p-12,
     0x1.bec204bf2ee72p-16, 0x1.f2df3e13fa9d5p-20, 0x1.6f0cee1e4f1eep-27, 0x1.6ca83ec893a71p-37},
    {-0x1.6c0628e97c7a8p-14, -0x1.eb9257e67e975p-12, -0x1.4ae39f32f4e70p-12, 0x1.0755b262c36c2p-14,
     -0x1.cbaecf30b920bp-22, -0x1.03ddc016b19c2p-20, -0x1.13e63cbfc4b1fp-27,
     -0x1.84003d1663a3ep-34},
    {-0x1.1de18bc1250c8p-11, 0x1.677aa71903fb2p-11, -0x1.42284b887106ap-13, 0x1.a9213c1a63390p-16,
     -0x1.13b5a6c777f05p-18, 0x1.ad90e1fedf1d7p-22, 0x1.6d19249cfc68dp-28, 0x1.fce315dda4900p-37},
    {-0x1.a0683edd0955ep-11, -0x1.2772b4cec8586p-18, 0x1.7431ba168bbabp-14, -0x1.49b53b31e4075p-16,
     0x1.2ee96548a12e4p-19, -0x1.02a4f100b3db7p-23, -0x1.d91f004a69448p-29, 0x1.1bc32746c8362p-31},
    {0x1.95d12a51392aap-10, -0x1.943abb348370dp-14, -0x1.6ae82fe8cc313p-24, 0x1.ece4fa9893d43p-19,
     -0x1.1d5a4f1885aa5p-21, 0x1.2d43a3cfd2039p-26, 0x1.9b4d3c64a611ep-30, -0x1.6649379816204p-36},
    {-0x1.bef8c9d83bfdbp-10, 0x1.466faa8a11ddbp-17, -0x1.871f625f5c40ap-17, 0x1.65dbd6e49a918p-20,
     -0x1.eda6fe4e43234p-25, 0x1.ef25d6e05c195p-28, 0x1.da39d94a75fc9p-31, -0x1.0104037e77012p-29},
    {0x1.3a77786ad10e5p-10, 0x1.84bf460a775dbp-17, 0x1.2a13289b7fb81p-19, -0x1.c0ca702b952bbp-21,
     0x1.80f0fe69484b8p-24, -0x1.7a545a51a6470p-28, 0x1.b2eed076f724bp-33, 0x1.9556cd2e42a16p-35},
    {-0x1.97de1b207c624p-12, -0x1.b439b9da44d4fp-19, 0x1.c3b0a5d7cba23p-21, 0x1.81a26a77d7837p-24,
     -0x1.9b735716d58b8p-26, -0x1.11bead09e441bp-34, -0x1.333d96128fe88p-29, 0x1.794d4be6c5298p-29},
}};

/// erf around 2n/5. Rows: bases, values, coefficients. Error 0.142 of a last place.
inline constexpr std::array<std::array<double, 16>, 15> k_erf_short_f64 = {{
    {0x0.0p+0, 0x0.0p+0, 0x1.99ee666666666p-1, 0x1.333f333333333p+0, 0x1.999b99999999ap+0,
     0x1.0021333333333p+1, 0x1.332699999999ap+1, 0x1.6669666666666p+1, 0x1.999f99999999ap+1,
     0x1.cce6ccccccccdp+1, 0x1.0002b33333333p+2, 0x1.1993666666666p+2, 0x1.3323e66666666p+2,
     0x1.4ccf4cccccccdp+2, 0x1.668599999999ap+2, 0x1.8199800000000p+2},
    {0x0.0p+0, 0x0.0p+0, 0x1.7c271619a01d7p-1, 0x1.d21b16af16ea6p-1, 0x1.f3e448c164adep-1,
     0x1.fd9d9e72ef626p-1, 0x1.ffa59363757dcp-1, 0x1.fff62c56d0684p-1, 0x1.ffff360e738ffp-1,
     0x1.fffff421339e2p-1, 0x1.ffffff7bbf13fp-1, 0x1.fffffffbc8a00p-1, 0x1.ffffffffe6ce9p-1,
     0x1.ffffffffff93dp-1, 0x1.fffffffffffebp-1, 0x1.0000000000000p+0},
    {0x1.06eba8214db69p-3, 0x1.06eba81dae7a4p-3, 0x1.3051422ab637bp-1, 0x1.11a3ec3fdf3d3p-2,
     0x1.65415d90320b8p-4, 0x1.513cef9a07204p-6, 0x1.d2e82a0dfd209p-9, 0x1.d18c0ad73e352p-12,
     0x1.51a52854911dep-15, 0x1.62439a05f32a6p-19, 0x1.10554ef2dcf0fp-23, 0x1.301dcf60922f3p-28,
     0x1.edb32b0582bdfp-34, 0x1.1e521eb9553cep-39, 0x1.dde6ee7209316p-46, 0x1.a9cef6cd69ebap-53},
    {-0x1.d11871ae2ad4ep-48, 0x1.101ff624f2af3p-28, -0x1.e74d37fbdb4c8p-2, -0x1.486b22621ee1bp-2,
     -0x1.1dcf49b4b8cc2p-3, -0x1.5168abe780510p-5, -0x1.18196884f54fdp-7, -0x1.45e4c1e8bc0d6p-10,
     -0x1.0e21aeccbc431p-13, -0x1.3ee86e740d743p-17, -0x1.10582e3d91f32p-21, -0x1.4e7fd35c57de8p-26,
     -0x1.28298f512cacfp-31, -0x1.743c6d95af11bp-37, -0x1.4f20a5a8d5b86p-43,
     -0x1.00c4d5002bddbp-46},
    {-0x1.812746b033400p-2, -0x1.81274b3cabcfcp-2, 0x1.c9cf122f2d37ep-5, 0x1.571f758af6049p-3,
     0x1.eaa76724e8b51p-4, 0x1.89e66a92526f6p-5, 0x1.992d9764711ffp-7, 0x1.1cc78d1e07f7bp-9,
     0x1.121699d50c589p-12, 0x1.70034b32aa170p-16, 0x1.5fcb2ed0baec5p-20, 0x1.dde2a256bee74p-25,
     0x1.cf7b698405299p-30, 0x1.3ca45191f468bp-35, 0x1.335ec57243726p-41, 0x1.b2aaa612c4a40p-49},
    {-0x1.37dd23193b54dp-34, 0x1.77c7b40eaff17p-21, 0x1.170cc2b796ffdp-3, 0x1.a14be84b3b232p-8,
     -0x1.93fb4b4395f87p-5, -0x1.19a146c08f1bfp-5, -0x1.8d91915208e45p-7, -0x1.5863841e190b2p-9,
     -0x1.898b5f1fd7ec2p-12, -0x1.30b57bbb37216p-15, -0x1.491ce13300848p-19, -0x1.f1c0f1d309864p-24,
     -0x1.09b1a0d9d6de8p-28, -0x1.8bef325984daap-34, -0x1.947ce5b1a12a8p-40, 0x1.b2f2d38c9aea2p-39},
    {0x1.ce2f22630e172p-4, 0x1.ce2a0788e9e4dp-4, -0x1.eed0b91d388e9p-5, -0x1.b4ca00e351bbfp-5,
     -0x1.1eb6a62cf58cfp-8, 0x1.acfe0fb0ec597p-7, 0x1.02d9eeeb09b43p-7, 0x1.2c4b4d213cae8p-9,
     0x1.a58a08c9b49ddp-12, 0x1.7facf59850802p-15, 0x1.d9d5480007ff6p-19, 0x1.9224e799f1d60p-23,
     0x1.db4609cf6aa45p-28, 0x1.8440e99cd8ef8p-33, 0x1.c0dfa5bfb8078p-39, 0x1.631952b0e57efp-39},
    {-0x1.2cdc2c5a36231p-24, 0x1.935c70004a55ep-16, -0x1.4b31005be1bdcp-6, 0x1.41aa3120c66d0p-6,
     0x1.fb5f42a048076p-7, 0x1.c87ed7c504577p-12, -0x1.941e45fee80afp-9, -0x1.78e4b67499e2bp-10,
     -0x1.58b8ecdd7d3b6p-12, -0x1.7b41a8ca32630p-15, -0x1.100511c64fdccp-18, -0x1.05b23cd0a79f7p-22,
     -0x1.58c520a553d76p-27, -0x1.3a6d55ca12056p-32, -0x1.44065ea74fddbp-37,
     -0x1.5e85d389c25b7p-32},
    {-0x1.b82824d329685p-6, -0x1.b9993edb9ec22p-6, 0x1.37637200c24cep-6, 0x1.86c58605403d1p-8,
     -0x1.8ba076a21b148p-8, -0x1.b93003adb6020p-9, 0x1.e8a4b7971fa62p-13, 0x1.3d0e03dcb3092p-11,
     0x1.ada70f1769243p-13, 0x1.2ad3ba9ad45a1p-15, 0x1.fcf7e846b5fe5p-19, 0x1.1916688a0529fp-22,
     0x1.a01bf99cac020p-27, 0x1.9e276866d5ae5p-32, 0x1.414f3ed39c55ap-38, -0x1.fa548671a5185p-32},
    {-0x1.9bb4417bdfc19p-17, 0x1.e728ea8c6e739p-13, 0x1.148818630bb62p-11, -0x1.88f64708e396cp-8,
     -0x1.d988604aa5d7cp-11, 0x1.a0f4c9816c0a1p-10, 0x1.111a355958a16p-11, -0x1.e35bd090c22dep-14,
     -0x1.8801a3742ad05p-14, -0x1.77789e3553eb8p-16, -0x1.886e4304bd44ap-19, -0x1.fa3a9766d29a6p-23,
     -0x1.a7391225b9cd4p-27, -0x1.2351d97469b42p-32, 0x1.3fb058e0bef3bp-33, 0x1.1471cd43140b4p-26},
    {0x1.5c4450e96a3d9p-8, 0x1.38433b00620cfp-8, -0x1.f0ae8d79c0c4ep-9, 0x1.cd2732440becap-12,
     0x1.87e53496faac4p-10, -0x1.bab5583efba48p-15, -0x1.52c507b5dc5e0p-12, -0x1.80dc0eb8721a8p-15,
     0x1.bec237673aca3p-16, 0x1.70756f9b3a291p-17, 0x1.f3b572f3d0f46p-20, 0x1.81970b6801d7dp-23,
     0x1.739deb57e01bfp-27, 0x1.e083111f33efap-32, 0x1.76e55f03d3f06p-33, 0x1.191a1fb0bf116p-25},
    {-0x1.cff8ca7597d66p-12, 0x1.5a96b53646725p-11, 0x1.0cdf55e2e3345p-11, 0x1.f785bdecc3599p-11,
     -0x1.4d2e3868a409fp-12, -0x1.1263e59a20911p-12, 0x1.05e3cfb8c7355p-14, 0x1.836a2659eafaep-15,
     -0x1.cf2fd2dec6984p-22, -0x1.0786710c4c19cp-18, -0x1.03698d8b25c22p-20, -0x1.f0be3c4be1deap-24,
     -0x1.445c40a503bbbp-27, -0x1.f6aed13191c14p-29, -0x1.ae9a7085a9628p-29,
     -0x1.a76c50542ba0ap-22},
    {0x1.181ee3534f6f9p-11, -0x1.8f57f8559af1dp-10, 0x1.1deb4a8be7c5dp-11, -0x1.270f0d3c28c35p-12,
     -0x1.3f3adfda133d9p-13, 0x1.b37500cb77a78p-14, 0x1.adf93b390b4d2p-16, -0x1.0c81e3cd6303bp-16,
     -0x1.13cb4905bee6fp-18, 0x1.a160f0be82453p-21, 0x1.ae78cb91e6456p-22, 0x1.103e24a25a788p-24,
     0x1.a1898e4a32ee5p-28, -0x1.dd19792174df9p-36, -0x1.ddcba5171dcbdp-29, -0x1.0ed13b152d217p-20},
    {-0x1.4a834d334478cp-9, 0x1.ccaf3177c8ab7p-12, -0x1.3418231485b01p-13, -0x1.74d1ef5861859p-14,
     0x1.6d92ed2b393d9p-14, 0x1.77184c0b2377ap-18, -0x1.47df1027de1acp-16, 0x1.952bc298ab06ep-22,
     0x1.31ad88c43d467p-19, 0x1.f14cd953f5f1fp-24, -0x1.35570d9373de5p-23, -0x1.1720a298c7dbcp-25,
     0x1.b494c643b14a0p-28, 0x1.b011d8cd6d530p-26, 0x1.9e7086c69eeabp-26, 0x1.f817e189518a1p-19},
    {0x1.17700422b62c2p-9, -0x1.01bb9838d9212p-15, -0x1.e40a2b81ef330p-15, 0x1.c8cb3fd3ed575p-15,
     0x1.be1517633bf66p-23, -0x1.0d74c94b0177ep-16, 0x1.db59af034c08cp-19, 0x1.15741fea28305p-19,
     -0x1.1423ac233e5d3p-21, -0x1.a6e6798b3bcb4p-23, 0x1.e06beda97a595p-27, 0x1.89b189315692cp-27,
     -0x1.21104ae5f5b84p-28, 0x1.68b5a2c4a2fbbp-29, 0x1.f3e7d5fca297ap-26, 0x1.7bfd246b267b6p-17},
}};

/// 1 / c for 2^18 neighbours each, from k_log_start_f32 on.
inline constexpr std::array<double, 32> k_log_reciprocals_f32 = {
    0x1.661cdep+0, 0x1.5e8a86p+0, 0x1.572d3ap+0, 0x1.50541cp+0, 0x1.492508p+0, 0x1.42943ap+0,
    0x1.3c9076p+0, 0x1.369e7cp+0, 0x1.30e644p+0, 0x1.2b4c84p+0, 0x1.25e37cp+0, 0x1.209890p+0,
    0x1.1b8d5ap+0, 0x1.16c0fcp+0, 0x1.121f5ap+0, 0x1.0d9e0ep+0, 0x1.093672p+0, 0x1.000000p+0,
    0x1.000000p+0, 0x1.000000p+0, 0x1.e5b6e2p-1, 0x1.d7d4cep-1, 0x1.ca474ep-1, 0x1.bdebb0p-1,
    0x1.b1af28p-1, 0x1.a70da6p-1, 0x1.9c190ap-1, 0x1.921a7ap-1, 0x1.88549ap-1, 0x1.7f1c50p-1,
    0x1.768f02p-1, 0x1.6e2220p-1,
};

/// log c, a multiple of 2^-17.
inline constexpr std::array<double, 32> k_log_centres_f32 = {
    -0x1.57ba00p-2, -0x1.41d800p-2, -0x1.2c1a00p-2, -0x1.177600p-2, -0x1.015a00p-2, -0x1.d97000p-3,
    -0x1.b2e400p-3, -0x1.8c1000p-3, -0x1.660000p-3, -0x1.400800p-3, -0x1.1aac00p-3, -0x1.eae800p-4,
    -0x1.a2b000p-4, -0x1.5cc800p-4, -0x1.182800p-4, -0x1.a89000p-5, -0x1.21a000p-5, 0x0.0p+0,
    0x0.0p+0,       0x0.0p+0,       0x1.afc000p-5,  0x1.4ea800p-4,  0x1.c60800p-4,  0x1.1b0000p-3,
    0x1.53fc00p-3,  0x1.86d000p-3,  0x1.bc8c00p-3,  0x1.eed400p-3,  0x1.109c00p-2,  0x1.28f600p-2,
    0x1.401400p-2,  0x1.576000p-2,
};
inline constexpr std::uint32_t k_log_start_f32 = 0x3f350000;

/// (-log(1 - q) - q) / q^2 for m near c, q = 1 - m / c. Error 2^-30.0.
inline constexpr std::array<double, 4> k_log_near_f32 = {
    0x1.fffff8p-2,
    0x1.555552p-2,
    0x1.0051bap-2,
    0x1.99c7f6p-3,
};

/// ln 2 2^-23, a multiple of 2^-40, and the rest.
inline constexpr double k_log_step_hi_f32 = 0x1.62e400p-24;
inline constexpr double k_log_step_lo_f32 = 0x1.7f7d1cp-43;

/// tanh on quarters of octaves from 2^-4 on. Rows: bases, values, coefficients. Error 0.343 of a
/// last place.
inline constexpr std::array<std::array<double, 32>, 8> k_tanh_f32 = {{
    {0x1.1ffe80p+1, 0x1.5fe9c0p+1, 0x1.a00840p+1, 0x1.dffd80p+1, 0x1.1ff500p+2, 0x1.600600p+2,
     0x1.9fef80p+2, 0x1.e0d280p+2, 0x1.1c0040p+3, 0x1.63ffc0p+3, 0x1.a00000p+3, 0x1.e00000p+3,
     0x0.0p+0,      0x1.5fe340p-4, 0x1.a00400p-4, 0x1.e00680p-4, 0x1.1fef40p-3, 0x1.601d00p-3,
     0x1.a00fc0p-3, 0x1.dffb80p-3, 0x1.1ffc40p-2, 0x1.601140p-2, 0x1.a01b80p-2, 0x1.dff600p-2,
     0x1.200140p-1, 0x1.600340p-1, 0x1.9ffd40p-1, 0x1.e00ec0p-1, 0x1.200380p+0, 0x1.5ffd80p+0,
     0x1.9fee00p+0, 0x1.e00a40p+0},
    {0x1.f4bf94p-1, 0x1.fbd398p-1, 0x1.fe76acp-1, 0x1.ff6f12p-1, 0x1.ffdf9cp-1, 0x1.fffba0p-1,
     0x1.ffff68p-1, 0x1.ffffecp-1, 0x1.fffffep-1, 0x1.000000p+0, 0x1.000000p+0, 0x1.000000p+0,
     0x0.0p+0,      0x1.5f0648p-4, 0x1.9e974cp-4, 0x1.ddd6fcp-4, 0x1.1e0d64p-3, 0x1.5caf30p-3,
     0x1.9a6e3ap-3, 0x1.d7621ap-3, 0x1.18a022p-2, 0x1.52d222p-2, 0x1.8a9f4cp-2, 0x1.bfa654p-2,
     0x1.05095cp-1, 0x1.3159f8p-1, 0x1.57877cp-1, 0x1.77df06p-1, 0x1.9e5f20p-1, 0x1.c27784p-1,
     0x1.d9c1cep-1, 0x1.e87a76p-1},
    {0x1.6418b2p-5,  0x1.0a0354p-6,  0x1.88bcf2p-8,  0x1.21b302p-9,  0x1.031938p-11, 0x1.17fff2p-14,
     0x1.2ffe40p-17, 0x1.401d7ap-20, 0x1.236926p-24, 0x1.64913ep-31, 0x1.681366p-36, 0x1.a614c6p-42,
     0x1.9f233ep-38, 0x1.fc3d5cp-1,  0x1.fac124p-1,  0x1.f9082ap-1,  0x1.f602f0p-1,  0x1.f1289ap-1,
     0x1.eb6fd6p-1,  0x1.e4e02ep-1,  0x1.d98c2ap-1,  0x1.c7f20ep-1,  0x1.b3f628p-1,  0x1.9e2738p-1,
     0x1.7ae9f6p-1,  0x1.49e440p-1,  0x1.1981d6p-1,  0x1.d820dap-2,  0x1.614832p-2,  0x1.ceaf38p-3,
     0x1.268484p-3,  0x1.6fb38ep-4},
    {-0x1.5c4562p-5,  -0x1.07d81ep-6,  -0x1.878f04p-8,  -0x1.216184p-9, -0x1.030750p-11,
     -0x1.17f55ap-14, -0x1.2fc8a0p-17, -0x1.422a54p-20, 0x1.22ba9cp-24, -0x1.10517cp-28,
     -0x1.c17578p-34, -0x1.076d94p-39, -0x1.75d9fep-28, -0x1.5c7210p-4, -0x1.9a593ep-4,
     -0x1.d75766p-4,  -0x1.1877e8p-3,  -0x1.529368p-3,  -0x1.89f350p-3, -0x1.be6852p-3,
     -0x1.038cacp-2,  -0x1.2db9fep-2,  -0x1.5003dcp-2,  -0x1.6a19fcp-2, -0x1.825e3cp-2,
     -0x1.897cf0p-2,  -0x1.79c1f2p-2,  -0x1.5a99a4p-2,  -0x1.1deb04p-2, -0x1.971408p-3,
     -0x1.1084e6p-3,  -0x1.5ecf2ap-4},
    {0x1.bbd818p-6,  0x1.5a087ap-7,  0x1.03751cp-8,  0x1.80f60ep-10, 0x1.58d6bap-12, 0x1.74e3acp-15,
     0x1.94e288p-18, 0x1.ab3542p-21, 0x1.c173c0p-24, 0x1.d2de02p-30, 0x1.d692c0p-37, 0x1.13cd9ep-42,
     -0x1.55551ep-2, -0x1.4c14a2p-2, -0x1.467e10p-2, -0x1.427c80p-2, -0x1.3ad6acp-2, -0x1.2ea596p-2,
     -0x1.202a36p-2, -0x1.0f7deap-2, -0x1.e91a18p-3, -0x1.9836acp-3, -0x1.42204ep-3, -0x1.d77f4cp-4,
     -0x1.bd30dcp-5, 0x1.d79762p-7,  0x1.070c7ep-4,  0x1.844a7ep-4,  0x1.c68b56p-4,  0x1.97db86p-4,
     0x1.33fc0ep-4,  0x1.a840ecp-5},
    {-0x1.93d040p-7,  -0x1.4eb4f2p-8,  -0x1.0063a8p-9,  -0x1.7f00cep-11, -0x1.58b92cp-13,
     -0x1.75e396p-16, -0x1.9b9488p-19, -0x1.6966b6p-22, -0x1.3d715ep-22, 0x1.751b78p-28,
     0x1.58b6dep-33,  0x1.94130ep-39,  -0x1.7a59c8p-15, 0x1.6a665ap-5,   0x1.d3733ap-4,
     0x1.ddfd64p-4,   0x1.38419ep-4,   0x1.9c13cep-4,   0x1.1545acp-3,   0x1.f43d4ep-4,
     0x1.31c9c6p-3,   0x1.517204p-3,   0x1.594468p-3,   0x1.5b8414p-3,   0x1.39a908p-3,
     0x1.e9f4a2p-4,   0x1.471d88p-4,   0x1.60f162p-5,   0x1.ab4916p-9,   -0x1.5db2fep-6,
     -0x1.9d3740p-6,  -0x1.559e76p-6},
    {0x1.049798p-8,  0x1.f6a08cp-10, 0x1.93ccf8p-11, 0x1.32eba0p-12,  0x1.1edeccp-14,
     0x1.3728fap-17, 0x1.51ddcep-20, 0x1.56b07cp-23, -0x1.54b8e0p-25, -0x1.082552p-30,
     0x1.c429f6p-39, 0x1.090370p-44, 0x1.1357acp-3,  0x1.0afd80p+3,   -0x1.5b741cp+3,
     -0x1.4585a4p+2, -0x1.329a20p-1, 0x1.82f3b6p-3,  0x1.0f3a92p-3,   -0x1.04c7aep+0,
     0x1.797428p-5,  0x1.0b3b38p-6,  -0x1.c91e94p-5, 0x1.fbd85cp-6,   -0x1.40bbbcp-5,
     -0x1.ee9e02p-5, -0x1.dd4b76p-5, -0x1.b4a534p-5, -0x1.055ee8p-5,  -0x1.37eb2ap-7,
     0x1.6d536cp-10, 0x1.2d4c7ap-8},
    {-0x1.7aefeap-11, -0x1.1a8db8p-11, -0x1.f720b8p-13, -0x1.a43bf0p-14, -0x1.784eeap-16,
     -0x1.8b3146p-19, -0x1.474606p-22, -0x1.a074a8p-23, 0x1.372666p-23,  -0x1.b71c44p-29,
     -0x1.9f75c8p-34, -0x1.e700aep-40, -0x1.9da3c2p-7,  0x1.0be40ep+7,   -0x1.f1ef92p+8,
     -0x1.988f84p+8,  0x1.b51f30p+4,   0x1.6ee5e2p+3,   -0x1.15fc48p+5,  0x1.982992p+4,
     0x1.1d5576p-2,   -0x1.bdb83ap-2,  0x1.6492f8p-1,   -0x1.d57a5ap-1,  0x1.657980p-7,
     -0x1.cba1c4p-6,  0x1.199588p-7,   0x1.3e87e6p-5,   0x1.2e9a46p-6,   0x1.5f7b84p-7,
     0x1.0ff55ep-8,   0x1.2e8c2ap-12},
}};

/// 2^(i/16).
inline constexpr std::array<double, 16> k_exp2_f32 = {
    0x1.000000p+0, 0x1.0b5586p+0, 0x1.172b84p+0, 0x1.2387a6p+0, 0x1.306fe0p+0, 0x1.3dea64p+0,
    0x1.4bfdaep+0, 0x1.5ab07ep+0, 0x1.6a09e6p+0, 0x1.7a1148p+0, 0x1.8ace54p+0, 0x1.9c4918p+0,
    0x1.ae89fap+0, 0x1.c199bep+0, 0x1.d5818ep+0, 0x1.ea4afap+0,
};

/// What that lost, as a part of it.
inline constexpr std::array<double, 16> k_exp2_lost_f32 = {
    0x0.0p+0,        0x1.8d96d4p-25,  -0x1.9c0c22p-27, 0x1.964904p-25,
    0x1.125002p-25,  0x1.370be4p-25,  -0x1.0a3550p-25, -0x1.00d8acp-27,
    0x1.26055cp-26,  -0x1.05cb44p-25, 0x1.67a1cap-28,  0x1.a3b5e4p-28,
    -0x1.f9c304p-27, -0x1.6961b4p-28, -0x1.a5217cp-28, 0x1.61428ep-28,
};

/// ln 2 / 16, and what that lost.
inline constexpr double k_exp_step_f32 = 0x1.62e430p-5;
inline constexpr double k_exp_step_lost_f32 = -0x1.05c610p-33;

/// 2^(i/8).
inline constexpr std::array<double, 8> k_exp2_f64 = {
    0x1.0000000000000p+0, 0x1.172b83c7d517bp+0, 0x1.306fe0a31b715p+0, 0x1.4bfdad5362a27p+0,
    0x1.6a09e667f3bcdp+0, 0x1.8ace5422aa0dbp+0, 0x1.ae89f995ad3adp+0, 0x1.d5818dcfba487p+0,
};

/// What that lost, as a part of it.
inline constexpr std::array<double, 8> k_exp2_lost_f64 = {
    0x0.0p+0,
    -0x1.01b15eaa59348p-55,
    0x1.34d754db0abb6p-55,
    0x1.690cebb7aafb0p-56,
    -0x1.3b3efbf5e2228p-54,
    0x1.db72fc1f0eab4p-55,
    0x1.c1a7792cb3387p-55,
    0x1.4a385a63d07a7p-56,
};

/// ln 2 / 8, and what that lost.
inline constexpr double k_exp_step_f64 = 0x1.62e42fefa39efp-4;
inline constexpr double k_exp_step_lost_f64 = 0x1.abc9e3b39803fp-59;

} // namespace nngc::codegen
