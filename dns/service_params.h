// The parameters of SVCB and HTTPS records (RFC 9460): the keys that IANA has registered, with what
// their values hold, and the check of a whole list.
//
//   wire   key u16, size u16, value   key u16, size u16, value ...   keys ascending
//   text   alpn="h2,h3" port=8443     keyNNNNN="..." for what has no name
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dns/rdata.h"

namespace dns {

enum class ServiceValue : uint8_t {
    opaque,     // any octets
    none,       // no value
    keys,       // list of u16 keys, ascending (RFC 9460 8)
    protocols,  // list of character-strings, at least one, none empty (RFC 9460 7.1)
    segments,   // the same, but the list may be empty (RFC 9953 3)
    port,
    ipv4s,
    ipv6s,
    base64,         // any octets, at least one
    path_template,  // a URI template with the variable dns (RFC 9461 5)
    groups,         // list of u16 without duplicates
    weights,        // list of character-string and u8 of at most 100
};

struct ServiceKey {
    uint16_t number;
    const char* name;
    ServiceValue value;
};

namespace service_key {
inline constexpr uint16_t mandatory = 0, alpn = 1, no_default_alpn = 2, invalid = 65535;
}

std::span<const ServiceKey> all_service_keys();
// Null for a key without a name.
const ServiceKey* find_service_key(uint16_t number);
// A name, or keyNNNNN without leading zeros (RFC 9460 2.1).
bool read_service_key(std::string_view text, uint16_t& number);
void append_service_key(std::string& out, uint16_t number);

// One parameter of a list; next() returns false at the end and at what is cut short.
class ServiceParamWalk {
  public:
    explicit ServiceParamWalk(Octets params) : params_(params) {}
    bool next(uint16_t& key, Octets& value);
    bool at_end() const { return at_ == params_.size(); }

  private:
    Octets params_;
    size_t at_ = 0;
};

// What is wrong with a list; the field is the key's name where it has one. An empty reason:
// nothing.
RdataFault check_service_params(Octets params);
void append_service_params(std::string& out, Octets params);

}  // namespace dns
