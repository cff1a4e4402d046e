// SipHash (Aumasson, Bernstein 2012) over 64-bit words, with the rounds as a parameter: 2-4 where a
// protocol asks for it (RFC 9018 cookies), 1-3 for hash tables that hold what strangers chose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace dns {

struct SipKey {
    uint64_t k0 = 0, k1 = 0;
};

template <int Compression, int Finalization>
class SipState {
public:
    constexpr explicit SipState(SipKey key)
        : v0_(key.k0 ^ 0x736f6d6570736575), v1_(key.k1 ^ 0x646f72616e646f6d),
          v2_(key.k0 ^ 0x6c7967656e657261), v3_(key.k1 ^ 0x7465646279746573) {}

    constexpr void absorb(uint64_t word) {
        v3_ ^= word;
        for (int i = 0; i < Compression; ++i) round();
        v0_ ^= word;
    }

    // Leaves the state as it is: more can be absorbed afterwards.
    constexpr uint64_t digest() const {
        SipState end = *this;
        end.v2_ ^= 0xff;
        for (int i = 0; i < Finalization; ++i) end.round();
        return end.v0_ ^ end.v1_ ^ end.v2_ ^ end.v3_;
    }

private:
    static constexpr uint64_t rotate(uint64_t word, int by) { return word << by | word >> (64 - by); }
    constexpr void round() {
        v0_ += v1_, v1_ = rotate(v1_, 13) ^ v0_, v0_ = rotate(v0_, 32);
        v2_ += v3_, v3_ = rotate(v3_, 16) ^ v2_;
        v0_ += v3_, v3_ = rotate(v3_, 21) ^ v0_;
        v2_ += v1_, v1_ = rotate(v1_, 17) ^ v2_, v2_ = rotate(v2_, 32);
    }
    uint64_t v0_, v1_, v2_, v3_;
};

// The whole function over octets, as its paper defines it.
template <int Compression, int Finalization>
uint64_t siphash(SipKey key, const uint8_t* data, size_t size) {
    SipState<Compression, Finalization> state(key);
    size_t at = 0;
    uint64_t word;
    for (; at + 8 <= size; at += 8) {
        std::memcpy(&word, data + at, 8);
        state.absorb(word);
    }
    word = uint64_t{size & 0xff} << 56;
    for (size_t i = 0; at + i < size; ++i) word |= uint64_t{data[at + i]} << (8 * i);
    state.absorb(word);
    return state.digest();
}

inline uint64_t siphash24(SipKey key, const uint8_t* data, size_t size) {
    return siphash<2, 4>(key, data, size);
}

}  // namespace dns
