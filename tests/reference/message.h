// A message as the reference sees it: plain values, read octet by octet from RFC 1035 4.1 and RFC
// 6891 6.1, and sharing nothing with dns/query or dns/message_writer.
//
//   octets -> read_message() -> Message { id, flags, question, three lists of records, OPT }
//
// For the responder (responder.h), the scenarios (tests/scenarios) and the fuzzer of whole answers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/reference/zone.h"

namespace apex_tests::reference {

inline constexpr size_t kAnswer = 0, kAuthority = 1, kAdditional = 2;

struct Question {
    Name name;
    uint16_t type = 0;
    uint16_t rr_class = 1;
    std::string octets;  // as they stand in the message
};

struct Option {
    uint16_t code = 0;
    std::string octets;
};

struct Edns {
    uint16_t udp_size = 0;
    uint8_t extended_rcode = 0;
    uint8_t version = 0;
    bool dnssec_ok = false;
    uint16_t other_flags = 0;
    std::vector<Option> options;

    const Option* find(uint16_t code) const;
    size_t wire_size() const;
};

struct MessageRecord {
    Name owner;
    uint16_t type = 0;
    uint16_t rr_class = 1;
    uint32_t ttl = 0;
    std::string rdata;  // names in it uncompressed, where RFC 1035's types allow compression
};

struct Message {
    uint16_t id = 0;
    uint16_t flags = 0;
    std::optional<Question> question;
    std::array<std::vector<MessageRecord>, 3> sections;  // without OPT
    std::optional<Edns> edns;
    size_t size = 0;

    bool has(uint16_t flag) const { return (flags & flag) != 0; }
    uint16_t rcode() const {
        return static_cast<uint16_t>((edns ? edns->extended_rcode << 4 : 0) | (flags & 15));
    }
};

// A reply: every octet must make sense. `why` says what does not.
std::optional<Message> read_message(std::span<const uint8_t> octets, std::string& why);

// A request: what RFC 1035, 6891, 7873 and 9619 make of it.
enum class Verdict { good, silent, format_error, bad_version, not_implemented };
struct ReadRequest {
    Verdict verdict = Verdict::good;
    Message message;  // as far as it could be read
    // More than one reading is right: a TSIG record, a version that this server does not know in a
    // message that it cannot read, a pointer into the header.
    bool doubtful = false;
};
ReadRequest read_request(std::span<const uint8_t> octets);

// The RRsets of a section, in the order of their first records.
std::vector<Rrset> rrsets_of(const std::vector<MessageRecord>& records);

// What a request of a test says, and its octets.
struct Ask {
    Name name;
    uint16_t type = type::A;
    uint16_t rr_class = 1;
    uint16_t id = 0x1234;
    uint16_t flags = 0;
    std::optional<Edns> edns;
};
std::string to_octets(const Ask& ask);
std::string to_octets(const Edns& edns);  // the OPT record

// For complaints: about as dig prints it.
std::string to_text(const Rrset& rrset);
std::string to_text(const Message& message);

}  // namespace apex_tests::reference
