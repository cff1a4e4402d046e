// What may be chosen for zones: at the file's top, in a template or for one zone. Each inherits
// from the one before; choices that come out the same are made once.
//
//   top -> template -> zone
#pragma once

#include <map>
#include <memory>
#include <string>

#include "server/config/policies_reader.h"

namespace server {

class ChoicesReader {
  public:
    ChoicesReader();

    // A policy that `dnssec` can name from now on.
    void add_policy(std::shared_ptr<const DnssecPolicy> policy) {
        policies_[policy->name] = std::move(policy);
    }
    // Choices of a table that inherits from `from`; `from` itself if the table chooses nothing.
    // At the top, allow-query is the view's and no zone's.
    std::shared_ptr<const ZoneChoices> read(TableReader& reader, const toml::table& table,
                                            Section section,
                                            const std::shared_ptr<const ZoneChoices>& from);

  private:
    bool read_rules(TableReader& reader, const toml::table& table, Section section);
    void read_dnssec(TableReader& reader, const toml::node& node, const ConfigurationRow& row,
                     ZoneChoices& choices);

    // A change of a rule's severity, by the rule's name.
    using Rules = std::map<std::string, std::string, std::less<>>;
    struct Draft {
        Rules rules;
        std::shared_ptr<const ZoneChoices> made;
    };
    std::shared_ptr<const ZoneChoices> keep(ZoneChoices choices);

    Policies policies_;
    Rules rules_;  // of the table that is being read, with those that it inherits
    std::map<std::string, Draft> drafts_;  // by ZoneChoices::key
};

}  // namespace server
