// The grammar of rdata: each field kind of dns/rr_types has one leaf here (Boost.Spirit X3 inside
// the .cpp files), chosen at run time by the type's row.
//
// A leaf sees whole tokens and consumes all of each; it appends octets on success only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dns/name.h"
#include "dns/rdata.h"
#include "zoneparser/token.h"

namespace zoneparser {

// Where rdata is put together: fixed room for the longest there can be.
class RdataBuffer {
public:
    void clear() { size_ = 0; }
    size_t size() const { return size_; }
    size_t room() const { return dns::kMaxRdata - size_; }
    const uint8_t* data() const { return octets_; }
    dns::Octets octets() const { return {octets_, size_}; }

    // Room for `count` more octets to be written in place, or null.
    uint8_t* grow(size_t count) {
        if (count > room()) return nullptr;
        uint8_t* at = octets_ + size_;
        size_ += count;
        return at;
    }
    void shrink_to(size_t size) { size_ = size; }
    // What was written already, to be changed in place.
    uint8_t* at(size_t offset) { return octets_ + offset; }
    bool append(const void* from, size_t count);
    bool append_u8(uint8_t value);
    bool append_u16(uint16_t value);
    bool append_u32(uint32_t value);

private:
    size_t size_ = 0;
    uint8_t octets_[dns::kMaxRdata];
};

// What is wrong with a record's data: "invalid preference in MX", and where.
struct FieldFault {
    enum class Kind : uint8_t { missing, invalid, extra, too_long };
    Kind kind = Kind::invalid;
    size_t token = 0;          // index into the tokens given; their count: at the end of the entry
    const char* field = "";    // the label of the row
    std::string reason;        // "'70000' is more than 65535"; may be empty
    const char* hint = "";
};

// Reads the tokens behind the type into rdata, in the type's own notation or as `\# size hex`.
// `type` may have no row (then only the generic form is read).
bool parse_rdata(uint16_t type, Tokens tokens, dns::NameView origin, RdataBuffer& out,
                 FieldFault& fault);

// A name as an entry writes it: absolute, relative to `origin`, or "@". `reason` says why not.
// Writes at most dns::kMaxName octets to `out`; returns their count, 0 if it is no name.
size_t parse_name(const Token& token, dns::NameView origin, uint8_t* out, std::string& reason);
// For the command line and the configuration: an absolute name, the final dot may be missing.
bool parse_name(std::string_view text, dns::Name& out, std::string& reason);

// Seconds, also with units (1w2d3h4m5s, any case, each at most once); false if neither or over 2^32-1.
bool parse_period(std::string_view text, uint32_t& seconds);

// Unescapes \X and \DDD into `out` (at most token.size() octets); false for a bad escape.
bool unescape(const Token& token, uint8_t* out, size_t& size, std::string& reason);

}  // namespace zoneparser
