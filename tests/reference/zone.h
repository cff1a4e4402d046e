// The reference: what a zone has to answer, written straight from the RFCs over a plain sorted list
// of records, to be read aloud next to them. It is slow, and shares nothing with zones/ but words.
//
//   records, sorted by owner, type, type covered, rdata
//      example.         SOA  ...
//      example.         NS   ns.example.
//      *.w.example.     TXT  "..."            w.example. exists, too: an empty non-terminal
//
// Who uses it: the properties of random zones (tests/properties), which compare zones::lookup,
// Zone::locate, at_or_before and changes of zones with it.
// How it grows: an Answer holds owned records, nothing encoded, and names no section. Comparing
// whole answers means more functions beside lookup() that use only lookup(), rrsets_at() and
// names(): a chain is lookup() again with the target of the alias (a redirect: with the name
// substituted), glue is rrsets_at() of the NS targets below the cut, a negative answer is the SOA
// of rrsets_at() the origin, a denial of existence is at_or_before().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/reference/name.h"

namespace apex_tests::reference {

namespace type {
inline constexpr uint16_t A = 1, NS = 2, CNAME = 5, SOA = 6, PTR = 12, MX = 15, TXT = 16, SIG = 24,
                          KEY = 25, AAAA = 28, SRV = 33, NAPTR = 35, DNAME = 39, DS = 43,
                          RRSIG = 46, NSEC = 47, ANY = 255;
}

struct Record {
    Name owner;
    uint16_t type = 0;
    uint32_t ttl = 0;
    std::string rdata;  // wire octets, uncompressed
    size_t line = 0;    // where it was written, if that matters

    // Signatures are RRsets of their own, one per type covered (RFC 2181 5.2, RFC 4035 2.2).
    uint16_t covered() const;
};

// The records of one owner, type and type covered: canonical order, none twice, one TTL.
struct Rrset {
    Name owner;
    uint16_t type = 0;
    uint16_t covered = 0;
    uint32_t ttl = 0;
    std::vector<std::string> rdata;
    std::vector<size_t> lines;

    bool same_content(const Rrset& other) const {
        return type == other.type && covered == other.covered && ttl == other.ttl &&
               rdata == other.rdata;
    }
};

enum class Fact { answer, alias, redirect, referral, no_data, no_name };
const char* to_string(Fact fact);

struct Answer {
    Fact fact = Fact::no_name;
    Name owner;                 // of the RRsets, or of what has no data; none for no_name
    std::vector<Rrset> rrsets;  // one; for ANY and RRSIG all that there are
    Name encloser;              // the closest encloser, or the cut or DNAME that ended the search
    bool from_wildcard = false;
};

struct Located {
    bool exists = false;  // as a name of this zone that the search came to
    Name encloser;
    std::optional<Name> crossing;  // the topmost cut at or above, or DNAME above
};

class Zone {
  public:
    // Takes records in the order of the text; those outside the zone are left out.
    Zone(Name origin, const std::vector<Record>& records);

    const Name& origin() const { return origin_; }
    const std::vector<Rrset>& rrsets() const { return rrsets_; }
    size_t record_count() const;
    // Every name that exists, empty non-terminals too, in canonical order.
    const std::vector<Name>& names() const { return names_; }

    bool exists(const Name& name) const;
    // Owns NSEC3 (with its signatures) and nothing else, and nothing is below it: the zone acts as
    // if there were no such name (RFC 5155 7.2.8).
    bool hidden(const Name& name) const;
    std::vector<Rrset> rrsets_at(const Name& name) const;
    std::optional<Rrset> rrset(const Name& name, uint16_t type, uint16_t covered = 0) const;
    bool is_cut(const Name& name) const;
    // How many names exist directly below.
    size_t children(const Name& name) const;
    // The last name that exists and is not behind `name` in canonical order.
    Name at_or_before(const Name& name) const;

    Located locate(const Name& qname) const;
    Answer lookup(const Name& qname, uint16_t qtype) const;

  private:
    Answer answer_from(const Name& node, const Name& encloser, uint16_t qtype) const;

    Name origin_;
    std::vector<Rrset> rrsets_;
    std::vector<Name> names_;  // lower case
};

// One RRset of two zones that is not the same in both; none where a zone has none.
struct Change {
    Name owner;
    std::optional<Rrset> before, after;
};
// In canonical order of the owners, then by type and type covered.
std::vector<Change> difference(const Zone& before, const Zone& after);

// Rdata with the names that RFC 4034 6.2 and RFC 6840 5.1 want in lower case so.
std::string canonical_rdata(uint16_t type, const std::string& rdata);

}  // namespace apex_tests::reference
