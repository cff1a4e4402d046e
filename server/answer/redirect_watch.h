// DNAMEs that are the same in two versions of their zone: below them as much differs as below their
// targets, so they wait for names below those to be found different.
//
//   old.example DNAME new.example       www.new.example differs  -->  so may www.old.example
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "zones/zone.h"

namespace server {

class RedirectWatch {
  public:
    void add_zone(const zones::Zone& before, const zones::Zone& after);
    bool empty() const { return rows_.empty(); }

    // For each that was not told yet and that leads some name to `name`: `use` is given its owner
    // and that name, and returns whether that differs, too; then it counts as told.
    using Use = std::function<bool(const dns::Name& owner, const dns::Name& from)>;
    void for_each_leading_to(const dns::Name& name, const Use& use);

    // Counts as told the one whose owner has this key (key_of()). False if it did already.
    bool tell(const std::string& owner_key);

  private:
    struct Row {
        dns::Name owner;
        bool told = false;
        size_t tries = 0;
    };
    std::vector<Row> rows_;
    std::unordered_map<std::string, size_t> by_owner_;
    std::unordered_multimap<std::string, size_t> by_target_;
};

}  // namespace server
