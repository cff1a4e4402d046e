// Random zones that have in them what makes zones hard: wildcards in every position, empty
// non-terminals, cuts with glue, cuts below cuts, aliases, redirects, records below what hides
// them, chains of NSEC and NSEC3, owners in other case, unsorted and repeated, labels of any octets,
// names of any legal length.
#pragma once

#include "tests/properties/property.h"

namespace apex_tests {

struct ZoneSize {
    size_t least_names = 1;
    size_t most_names = 24;
};

class ZoneMaker {
  public:
    ZoneMaker(Random& random, reference::Name origin)
        : random_(random), origin_(std::move(origin)), pool_{origin_} {}

    // Records in the order of the text.
    Records make(ZoneSize size);
    // What a day's work may make of them: names and RRsets added, removed and replaced.
    Records changed(Records records, size_t changes);

    // A name at or below the apex: one that exists, one near it, or any other.
    reference::Name question(const reference::Zone& zone);

  private:
    void add_name(Records& out);
    void add_host(const reference::Name& owner, Records& out);
    void add_cut(const reference::Name& owner, Records& out);
    void add_alias(const reference::Name& owner, Records& out);
    void add_other(const reference::Name& owner, Records& out);
    void add_signatures(const reference::Name& owner, Records& out);
    void add_denial(Records& out);
    void add_hashed_owner(Records& out);
    std::string chain_parameters();
    void add(const reference::Name& owner, uint16_t type, std::string rdata, Records& out);
    void change_once(Records& records);
    void disturb(Records& records);

    std::string label();
    reference::Name new_name();
    reference::Name long_name();
    reference::Name other_case(reference::Name name);
    reference::Name some_target();

    Random& random_;
    reference::Name origin_;
    std::vector<reference::Name> pool_;  // names so far, for more names below and beside them
};

reference::Name random_origin(Random& random);
// A type that a question may ask for.
uint16_t random_type(Random& random);

}  // namespace apex_tests
