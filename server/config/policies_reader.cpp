#include "server/config/policies_reader.h"

namespace server {

namespace {

constexpr uint32_t kDay = signer::SigningPolicy::kDay;

// One table, value by value. A key without a value leaves what stands in the policy.
class PolicyReader {
  public:
    PolicyReader(TableReader& reader, const toml::table& table) : reader_(reader), table_(table) {}

    template <class Number>
    void number(const char* key, Number& out, uint32_t unit = 1) {
        const ConfigurationRow& row = *find_row(Section::policy, key);
        const toml::node* node = reader_.find(table_, row);
        if (node == nullptr) return;
        auto value = reader_.number(*node, row);
        good_ = good_ && value.has_value();
        if (value) out = static_cast<Number>(*value * unit);
    }
    void boolean(const char* key, bool& out) {
        const ConfigurationRow& row = *find_row(Section::policy, key);
        const toml::node* node = reader_.find(table_, row);
        if (node == nullptr) return;
        if (node->is_boolean()) {
            out = node->as_boolean()->get();
        } else {
            reader_.wrong_type(*node, row);
            good_ = false;
        }
    }
    // The chosen word's number among the row's choices.
    void choice(const char* key, size_t& out) {
        const ConfigurationRow& row = *find_row(Section::policy, key);
        const toml::node* node = reader_.find(table_, row);
        if (node == nullptr) return;
        auto value = reader_.choice(*node, row);
        good_ = good_ && value.has_value();
        if (value) out = *value;
    }
    bool good() const { return good_; }

  private:
    TableReader& reader_;
    const toml::table& table_;
    bool good_ = true;
};

}  // namespace

std::string DnssecPolicy::key() const {
    std::string text = name + " " + algorithm;
    for (uint64_t number :
         {uint64_t{static_cast<uint8_t>(cds)}, uint64_t{signing.validity},
          uint64_t{signing.renew_before}, uint64_t{signing.jitter},
          uint64_t{static_cast<uint8_t>(signing.denial)}, uint64_t{signing.iterations},
          uint64_t{signing.opt_out}, uint64_t{signing.zonemd}, uint64_t{signing.dnskey_ttl}})
        text += " " + std::to_string(number);
    return text;
}

std::shared_ptr<const DnssecPolicy> read_policy(TableReader& reader, std::string_view name,
                                                const toml::table& table) {
    reader.check_keys(table, Section::policy);
    auto policy = std::make_shared<DnssecPolicy>();
    policy->name = name;
    signer::SigningPolicy& signing = policy->signing;
    PolicyReader values(reader, table);
    size_t algorithm = SIZE_MAX, denial = 0, cds = 0;
    values.choice("algorithm", algorithm);
    values.choice("denial", denial);
    values.choice("cds", cds);
    values.number("iterations", signing.iterations);
    values.boolean("opt-out", signing.opt_out);
    values.number("validity-days", signing.validity, kDay);
    values.number("renew-days", signing.renew_before, kDay);
    values.boolean("zonemd", signing.zonemd);
    values.number("dnskey-ttl", signing.dnskey_ttl);
    if (!values.good()) return nullptr;
    signing.denial = denial == 0 ? signer::Denial::nsec : signer::Denial::nsec3;
    policy->cds = cds == 0 ? CdsChoice::automatic : CdsChoice::never;
    if (algorithm != SIZE_MAX)
        policy->algorithm = choices_of(*find_row(Section::policy, "algorithm"))[algorithm];
    if (auto checked = signer::check_policy(signing); !checked.ok()) {
        reader.report(configuration_rule::bad_value, table.source(), {checked.fault().sentence});
        return nullptr;
    }
    return policy;
}

}  // namespace server
