// The reference responder: what a server has to answer to the octets of a request, from DESIGN
// section 3 and the RFCs alone, slow and readable. It says what must be in a reply, what may be and
// what must not; where the RFCs leave a choice (which RRset for ANY) there are several replies.
//
//   octets -> read_request -> view, zone -> the chain of lookups -> Expected, once or more
//   reply octets -> read_message -> differences() in message_comparison.h
//
// Who uses it: the scenarios (tests/scenarios) show that it says what the RFCs print; the
// properties of random zones and the fuzzer compare respond() with it.
#pragma once

#include "tests/reference/denial.h"
#include "tests/reference/message.h"
#include "tests/reference/networks.h"

namespace apex_tests::reference {

struct ServedZone {
    Name name;
    std::vector<Record> records;
    std::optional<Zone> zone;  // none: not loaded
    std::optional<Networks> allow_query;
};

struct View {
    std::string name = "default";
    std::optional<Networks> clients;
    std::optional<Networks> destinations;
    std::optional<Networks> allow_query;
    bool follow_view = false;
    std::vector<ServedZone> zones;
};

struct World {
    std::vector<View> views{1};
    uint16_t udp_size = 1232;
    bool cookies = true;
    std::string nsid, version, server_id;
};

enum class Transport { udp, tcp, tls };
struct Asker {
    std::string address = "192.0.2.250";
    std::string local = "127.0.0.1";
    Transport transport = Transport::udp;
};

enum class Need {
    required,  // an answer that does not hold it is truncated, and says so
    glue,      // as required, but the rest is kept (RFC 9471)
    wanted,    // is there if there is room
    allowed,
};

struct Item {
    size_t section = kAnswer;
    Rrset rrset;
    Need need = Need::required;
    std::optional<uint32_t> other_ttl;  // that is right, too
};

// At most so many names has an additional section (DESIGN 3).
inline constexpr size_t kMostTargets = 13;

enum class Kind { positive, no_data, no_name, referral, error, any };
enum class Choice { no, yes, either };

struct Expected {
    bool silent = false;
    std::vector<uint16_t> rcodes;  // any of these
    Choice aa = Choice::no;
    Choice question = Choice::yes;
    Choice opt = Choice::no;
    std::vector<Item> items;
    size_t targets = 0;        // names that the additional section is about
    bool any_records = false;  // what a text of the server says (CHAOS)
    std::string text;          // the string that it says

    std::optional<uint16_t> extended_error;  // must be told if there is EDNS
    bool any_extended_error = false;
    Choice nsid = Choice::no, keepalive = Choice::no, padding = Choice::no, expire = Choice::no;
    Choice zone_version = Choice::no;
    std::string zone_version_octets, expire_octets;
    std::string client_cookie;  // empty: no cookie in the reply

    size_t limit = 512;
    Kind kind = Kind::any;
    bool referral = false;  // the last name is below a cut
    // Nothing is said about this request: more than one reading is right.
    bool doubtful = false;
};

// At least one; the reply has to agree with one of them.
std::vector<Expected> expected_replies(const World& world, std::span<const uint8_t> request,
                                       const Asker& asker);

}  // namespace apex_tests::reference
