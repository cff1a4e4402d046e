#include "dns/message.h"

#include <iterator>

namespace dns {

namespace {

struct Word {
    uint16_t number;
    const char* text;
};

// The registries "Domain Name System (DNS) Parameters" of RFC 6895, in the words of dig.
constexpr Word kRcodes[] = {
    {0, "NOERROR"},  {1, "FORMERR"},    {2, "SERVFAIL"}, {3, "NXDOMAIN"},  {4, "NOTIMP"},
    {5, "REFUSED"},  {6, "YXDOMAIN"},   {7, "YXRRSET"},  {8, "NXRRSET"},   {9, "NOTAUTH"},
    {10, "NOTZONE"}, {11, "DSOTYPENI"}, {16, "BADVERS"}, {17, "BADKEY"},   {18, "BADTIME"},
    {19, "BADMODE"}, {20, "BADNAME"},   {21, "BADALG"},  {22, "BADTRUNC"}, {23, "BADCOOKIE"},
};

constexpr Word kOpcodes[] = {
    {0, "QUERY"}, {1, "IQUERY"}, {2, "STATUS"}, {4, "NOTIFY"}, {5, "UPDATE"}, {6, "DSO"},
};

constexpr Word kClasses[] = {
    {1, "IN"}, {3, "CH"}, {4, "HS"}, {254, "NONE"}, {255, "ANY"},
};

constexpr Word kOptions[] = {
    {1, "LLQ"},
    {2, "UL"},
    {3, "NSID"},
    {5, "DAU"},
    {6, "DHU"},
    {7, "N3U"},
    {8, "CLIENT-SUBNET"},
    {9, "EXPIRE"},
    {10, "COOKIE"},
    {11, "TCP-KEEPALIVE"},
    {12, "PAD"},
    {13, "CHAIN"},
    {14, "KEY-TAG"},
    {15, "EDE"},
    {16, "CLIENT-TAG"},
    {17, "SERVER-TAG"},
    {18, "REPORT-CHANNEL"},
    {19, "ZONEVERSION"},
    {20292, "UMBRELLA-IDENT"},
    {26946, "DEVICEID"},
};

// RFC 8914 5.2, and what was registered since.
constexpr Word kExtendedErrors[] = {
    {0, "Other"},
    {1, "Unsupported DNSKEY Algorithm"},
    {2, "Unsupported DS Digest Type"},
    {3, "Stale Answer"},
    {4, "Forged Answer"},
    {5, "DNSSEC Indeterminate"},
    {6, "DNSSEC Bogus"},
    {7, "Signature Expired"},
    {8, "Signature Not Yet Valid"},
    {9, "DNSKEY Missing"},
    {10, "RRSIGs Missing"},
    {11, "No Zone Key Bit Set"},
    {12, "NSEC Missing"},
    {13, "Cached Error"},
    {14, "Not Ready"},
    {15, "Blocked"},
    {16, "Censored"},
    {17, "Filtered"},
    {18, "Prohibited"},
    {19, "Stale NXDOMAIN Answer"},
    {20, "Not Authoritative"},
    {21, "Not Supported"},
    {22, "No Reachable Authority"},
    {23, "Network Error"},
    {24, "Invalid Data"},
    {25, "Signature Expired before Valid"},
    {26, "Too Early"},
    {27, "Unsupported NSEC3 Iterations Value"},
    {28, "Unable to conform to policy"},
    {29, "Synthesized"},
    {30, "Invalid Query Type"},
};

template <size_t kCount>
std::string text_of(const Word (&words)[kCount], uint16_t number, const char* otherwise) {
    for (const Word& word : words)
        if (word.number == number) return word.text;
    return otherwise + std::to_string(number);
}

}  // namespace

std::string rcode_text(uint16_t rcode) {
    return text_of(kRcodes, rcode, "RCODE");
}
std::string opcode_text(uint8_t opcode) {
    return text_of(kOpcodes, opcode, "OPCODE");
}
std::string class_text(uint16_t rr_class) {
    return text_of(kClasses, rr_class, "CLASS");
}
std::string edns_option_text(uint16_t option) {
    return text_of(kOptions, option, "OPTION");
}
std::string extended_error_text(uint16_t code) {
    return text_of(kExtendedErrors, code, "EDE");
}

}  // namespace dns
