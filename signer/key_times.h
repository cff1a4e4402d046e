// When a key does what: the times of a key file, and the states that they lead through.
//
//              Publish           Activate         Inactive          Delete
//     hidden ----------> published -------> active -------> retired -------> removed
//                            |                |                |               ^
//                            +----------------+----------------+               |
//                                             | Revoke                         |
//                                             +------------> revoked ----------+
//
//   state       in the DNSKEY set     signs
//   hidden      no                    nothing
//   published   yes                   nothing
//   active      yes                   what its role says (key_set.h)
//   retired     yes                   nothing
//   revoked     yes, with REVOKE      the DNSKEY set (RFC 5011 2.1)
//   removed     no                    nothing
//
// A step may be left out, and a key is published as soon as it is active. A key without any times
// is active always; one that has some, but no Publish and no Activate, waits hidden until it gets
// them.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "dns/base/clock.h"

namespace signer {

enum class KeyTime : uint8_t {
    created,
    publish,
    activate,
    revoke,
    inactive,
    remove,
    ds_publish,
    sync_publish,
    sync_delete,
    count
};
inline constexpr size_t kKeyTimes = static_cast<size_t>(KeyTime::count);

struct KeyTimeRow {
    KeyTime time;
    const char* label;  // in key files, BIND's word
};
std::span<const KeyTimeRow> key_time_rows();  // in the order of a file
const KeyTimeRow* find_key_time(std::string_view label);

enum class KeyState : uint8_t { hidden, published, active, retired, revoked, removed };

struct KeyStateRow {
    KeyState state;
    const char* word;
    bool published;
    bool signs;
};
const KeyStateRow& row_of(KeyState state);

class KeyTimes {
  public:
    std::optional<dns::UnixTime>& operator[](KeyTime time) { return all_[index(time)]; }
    std::optional<dns::UnixTime> operator[](KeyTime time) const { return all_[index(time)]; }
    bool operator==(const KeyTimes&) const = default;
    // No time at all is known, not even when the key was made.
    bool none() const { return *this == KeyTimes(); }

    KeyState state_at(dns::UnixTime now) const;
    // The next moment after `now` at which the state is another, if there is one.
    std::optional<dns::UnixTime> next_step(dns::UnixTime now) const;

    // When it is first seen, first signs, stops signing: none if never. A key without times is seen
    // and signs since kAlways.
    static constexpr dns::UnixTime kAlways = INT64_MIN;
    std::optional<dns::UnixTime> published_from() const;
    std::optional<dns::UnixTime> active_from() const;
    std::optional<dns::UnixTime> active_until() const;

  private:
    static size_t index(KeyTime time) { return static_cast<size_t>(time); }
    std::array<std::optional<dns::UnixTime>, kKeyTimes> all_{};
};

}  // namespace signer
