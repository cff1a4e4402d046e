#include "dns/sha1.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "dns/message.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace dns {

namespace {

constexpr size_t kBlock = 64;

// The five words of FIPS 180-4 6.1, a to e.
using Sha1State = std::array<uint32_t, 5>;
constexpr Sha1State kInitial = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

constexpr uint32_t rotate(uint32_t word, int by) {
    return word << by | word >> (32 - by);
}

// The function and constant of the four stretches of twenty rounds.
template <int kStretch>
uint32_t mix(uint32_t b, uint32_t c, uint32_t d) {
    if constexpr (kStretch == 0) return (d ^ (b & (c ^ d))) + 0x5a827999;
    if constexpr (kStretch == 1) return (b ^ c ^ d) + 0x6ed9eba1;
    if constexpr (kStretch == 2) return ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
    return (b ^ c ^ d) + 0xca62c1d6;
}

template <int kStretch>
void twenty_rounds(Sha1State& s, uint32_t (&words)[16]) {
    for (size_t round = 20 * kStretch; round < 20 * (kStretch + 1); ++round) {
        uint32_t& word = words[round % 16];
        if (round >= 16)
            word = rotate(
                words[(round + 13) % 16] ^ words[(round + 8) % 16] ^ words[(round + 2) % 16] ^ word,
                1);
        uint32_t next = rotate(s[0], 5) + mix<kStretch>(s[1], s[2], s[3]) + s[4] + word;
        s = {next, s[0], rotate(s[1], 30), s[2], s[3]};
    }
}

void compress_portable(Sha1State& state, const uint8_t* octets, size_t blocks) {
    for (; blocks > 0; --blocks, octets += kBlock) {
        uint32_t words[16];
        for (size_t i = 0; i < 16; ++i) words[i] = load32(octets + 4 * i);
        Sha1State s = state;
        twenty_rounds<0>(s, words);
        twenty_rounds<1>(s, words);
        twenty_rounds<2>(s, words);
        twenty_rounds<3>(s, words);
        for (size_t i = 0; i < 5; ++i) state[i] += s[i];
    }
}

#if defined(__x86_64__)

#define APEX_SHA1_TARGET __attribute__((target("sha,sse4.1")))

bool detect_sha1() {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & bit_SSE4_1) == 0 || (c & bit_SSSE3) == 0)
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

// Four words, the first of them in the highest lane, as the instructions want them.
struct Sha1Lanes {
    __m128i abcd;
    __m128i e;
};

// Rounds 4 * kGroup to 4 * kGroup + 3. `w` holds the last sixteen words of the schedule.
template <int kGroup>
APEX_SHA1_TARGET inline __attribute__((always_inline)) void four_rounds(Sha1Lanes& s,
                                                                        __m128i (&w)[4]) {
    __m128i& words = w[kGroup % 4];
    if constexpr (kGroup >= 4) {
        __m128i mixed =
            _mm_xor_si128(_mm_sha1msg1_epu32(words, w[(kGroup + 1) % 4]), w[(kGroup + 2) % 4]);
        words = _mm_sha1msg2_epu32(mixed, w[(kGroup + 3) % 4]);
    }
    __m128i before = s.abcd;
    __m128i input = kGroup == 0 ? _mm_add_epi32(s.e, words) : _mm_sha1nexte_epu32(s.e, words);
    s.abcd = _mm_sha1rnds4_epu32(s.abcd, input, kGroup / 5);
    s.e = before;
}

template <int... kGroups>
APEX_SHA1_TARGET inline __attribute__((always_inline)) void all_rounds(
    Sha1Lanes& s, __m128i (&w)[4], std::integer_sequence<int, kGroups...>) {
    (four_rounds<kGroups>(s, w), ...);
}

APEX_SHA1_TARGET inline __attribute__((always_inline)) void compress_block(Sha1Lanes& s,
                                                                           __m128i (&w)[4]) {
    Sha1Lanes before = s;
    all_rounds(s, w, std::make_integer_sequence<int, 20>());
    s.abcd = _mm_add_epi32(s.abcd, before.abcd);
    s.e = _mm_sha1nexte_epu32(s.e, before.e);
}

APEX_SHA1_TARGET inline __attribute__((always_inline)) __m128i load_words(const uint8_t* from) {
    const __m128i reverse = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
    return _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), reverse);
}

APEX_SHA1_TARGET inline __attribute__((always_inline)) Sha1Lanes load_state(
    const Sha1State& state) {
    __m128i abcd = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data()));
    return {_mm_shuffle_epi32(abcd, 0x1b), _mm_set_epi32(static_cast<int>(state[4]), 0, 0, 0)};
}

APEX_SHA1_TARGET inline __attribute__((always_inline)) void store_state(const Sha1Lanes& s,
                                                                        Sha1State& state) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data()), _mm_shuffle_epi32(s.abcd, 0x1b));
    state[4] = static_cast<uint32_t>(_mm_extract_epi32(s.e, 3));
}

APEX_SHA1_TARGET void compress_fast(Sha1State& state, const uint8_t* octets, size_t blocks) {
    Sha1Lanes s = load_state(state);
    for (; blocks > 0; --blocks, octets += kBlock) {
        __m128i w[4] = {load_words(octets), load_words(octets + 16), load_words(octets + 32),
                        load_words(octets + 48)};
        compress_block(s, w);
    }
    store_state(s, state);
}

// Hashes the digest and what follows it in `block`, again and again. A digest is the first five
// words of the next block in the very lanes that it came in: nothing is stored in between.
APEX_SHA1_TARGET void iterate_fast(Sha1State& state, const uint8_t* block, unsigned times) {
    const __m128i second = load_words(block + 16), third = load_words(block + 32),
                  fourth = load_words(block + 48);
    const Sha1Lanes initial = load_state(kInitial);
    Sha1Lanes s = load_state(state);
    for (; times > 0; --times) {
        __m128i w[4] = {s.abcd, _mm_blend_epi16(second, s.e, 0xc0), third, fourth};
        s = initial;
        compress_block(s, w);
    }
    store_state(s, state);
}

#undef APEX_SHA1_TARGET

#else

bool detect_sha1() {
    return false;
}
void compress_fast(Sha1State& state, const uint8_t* octets, size_t blocks) {
    compress_portable(state, octets, blocks);
}
void iterate_fast(Sha1State&, const uint8_t*, unsigned) {}

#endif

// Asked once: the instruction that tells is slow on virtual machines.
const bool kHasSha1 = detect_sha1();

bool is_fast(Sha1Way way) {
    return way == Sha1Way::fastest && kHasSha1;
}

void compress(Sha1State& state, const uint8_t* octets, size_t blocks, Sha1Way way) {
    if (is_fast(way))
        compress_fast(state, octets, blocks);
    else
        compress_portable(state, octets, blocks);
}

// The octets behind the message of `size` octets that ends at `end`, to a whole number of blocks:
// a one bit, zeros, the size in bits. Returns their number.
size_t pad(uint8_t* end, size_t size) {
    size_t padding = kBlock - (size + 8) % kBlock;
    std::memset(end, 0, padding + 8);
    end[0] = 0x80;
    uint64_t bits = uint64_t{size} * 8;
    store32(end + padding, static_cast<uint32_t>(bits >> 32));
    store32(end + padding + 4, static_cast<uint32_t>(bits));
    return padding + 8;
}

void store_digest(const Sha1State& state, uint8_t* to) {
    for (size_t i = 0; i < 5; ++i) store32(to + 4 * i, state[i]);
}

Sha1Digest digest_of(const Sha1State& state) {
    Sha1Digest digest;
    store_digest(state, digest.data());
    return digest;
}

}  // namespace

bool processor_has_sha1() {
    return kHasSha1;
}

Sha1Digest sha1(Octets octets, Sha1Way way) {
    Sha1State state = kInitial;
    const size_t whole = octets.size() / kBlock * kBlock;
    compress(state, octets.data(), whole / kBlock, way);
    uint8_t last[2 * kBlock];
    const size_t left = octets.size() - whole;
    if (left > 0) std::memcpy(last, octets.data() + whole, left);
    const size_t padding = pad(last + left, octets.size());
    compress(state, last, (left + padding) / kBlock, way);
    return digest_of(state);
}

Sha1Digest nsec3_hash(NameView absolute, Octets salt, unsigned iterations, Sha1Way way) {
    constexpr size_t kMostSalt = 255, kDigest = 20;
    uint8_t octets[kMaxName + kMostSalt + kBlock + 8];
    const size_t name_size = std::min(absolute.size(), kMaxName);
    const size_t salt_size = std::min(salt.size(), kMostSalt);
    auto append_salt = [&](size_t at) {
        if (salt_size > 0) std::memcpy(octets + at, salt.data(), salt_size);
        return at + salt_size + pad(octets + at + salt_size, at + salt_size);
    };

    Sha1State state = kInitial;
    lower_copy(octets, absolute.data(), name_size);
    compress(state, octets, append_salt(name_size) / kBlock, way);
    if (iterations == 0) return digest_of(state);

    const size_t blocks = append_salt(kDigest) / kBlock;
    if (blocks == 1 && is_fast(way)) {
        iterate_fast(state, octets, iterations);
        return digest_of(state);
    }
    for (; iterations > 0; --iterations) {
        store_digest(state, octets);
        state = kInitial;
        compress(state, octets, blocks, way);
    }
    return digest_of(state);
}

void write_nsec3_label(const Sha1Digest& digest, uint8_t* to) {
    constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
    *to++ = 32;
    for (size_t at = 0; at < digest.size(); at += 5) {
        uint64_t bits = uint64_t{digest[at]} << 32 | load32(digest.data() + at + 1);
        for (int shift = 35; shift >= 0; shift -= 5)
            *to++ = static_cast<uint8_t>(kDigits[bits >> shift & 31]);
    }
}

}  // namespace dns
