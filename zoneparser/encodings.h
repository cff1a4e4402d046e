// Hex, base64 and base32hex in zone text, by table. Long data may be cut into words anywhere
// (RFC 4034 2.2, 5.3), so hex and base64 are fed word by word and remember what is left over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace zoneparser {

class HexDecoder {
  public:
    // The most octets that a word of this size gives.
    static constexpr size_t room(size_t size) { return (size + 1) / 2; }
    // False at the first octet that is no hex digit.
    bool feed(std::string_view text, uint8_t*& out);
    bool complete() const { return !odd_; }

  private:
    bool odd_ = false;
    uint8_t high_ = 0;
};

class Base64Decoder {
  public:
    static constexpr size_t room(size_t size) { return (size + 3) / 4 * 3; }
    // False at the first octet out of place.
    bool feed(std::string_view text, uint8_t*& out);
    // With padding as RFC 4648 4 wants it.
    bool complete() const { return held_ == 0; }

  private:
    bool take(uint8_t octet, uint8_t*& out);

    uint32_t bits_ = 0;
    uint8_t held_ = 0;  // characters of the group that is open, padding counted
    uint8_t padding_ = 0;
};

// RFC 4648 7 without padding, any case; writes at most text.size() * 5 / 8 octets. 0 if it is none.
size_t decode_base32hex(std::string_view text, uint8_t* out);

}  // namespace zoneparser
