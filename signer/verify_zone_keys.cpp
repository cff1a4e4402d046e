#include "signer/verify_zone_keys.h"

#include <algorithm>
#include <tuple>

#include "signer/algorithm.h"

namespace signer {

namespace {

using zones::report;
using zones::RrsetView;

auto order_of(const VerifiedKey& key) {
    return std::tuple(key.tag, key.algorithm);
}

uint32_t number(size_t count) {
    return static_cast<uint32_t>(count);
}

// As resolvers do, so that no choice of keys makes each signature cost as much as a thousand.
constexpr int kMostOfOneTag = 8;
constexpr uint8_t kSha1 = 1;  // as a digest: RFC 9905

struct Ds {
    uint16_t tag;
    uint8_t algorithm, digest_type;
    dns::Octets rdata;

    explicit Ds(dns::Octets all)
        : tag(static_cast<uint16_t>(all[0] << 8 | all[1])),
          algorithm(all[2]),
          digest_type(all[3]),
          rdata(all) {}
    bool is_of(const VerifiedKey& key, dns::NameView origin) const {
        if (key.tag != tag || key.algorithm != algorithm) return false;
        std::vector<uint8_t> made = make_ds(origin, key.rdata, digest_type);
        return std::equal(made.begin(), made.end(), rdata.begin(), rdata.end());
    }
};

}  // namespace

VerifiedKeys::VerifiedKeys(VerifyContext& context) {
    RrsetView set = context.zone().apex().find(dns::type::DNSKEY);
    if (!set) return;
    size_t record = 0;
    for (zones::RecordView key : set) read_key(context, set, record++, key.rdata());
    std::stable_sort(keys_.begin(), keys_.end(), [](const VerifiedKey& a, const VerifiedKey& b) {
        return order_of(a) < order_of(b);
    });
    for (const VerifiedKey& key : keys_)
        if (!key.revoked) algorithms_.push_back(key.algorithm);
    std::sort(algorithms_.begin(), algorithms_.end());
    algorithms_.erase(std::unique(algorithms_.begin(), algorithms_.end()), algorithms_.end());
    tell_shared_tags(context, set);
}

void VerifiedKeys::read_key(VerifyContext& context, const RrsetView& set, size_t record,
                            dns::Octets rdata) {
    constexpr uint8_t kProtocol = 3;
    if (rdata.size() < 4) return;
    DnskeyView view(rdata);
    if ((view.flags() & key_flag::zone) == 0 || view.protocol() != kProtocol) return;
    VerifiedKey key;
    key.tag = key_tag(rdata);
    key.algorithm = view.algorithm();
    key.revoked = (view.flags() & key_flag::revoked) != 0;
    key.entry_point = (view.flags() & key_flag::entry_point) != 0;
    key.record = record;
    key.rdata.assign(rdata.begin(), rdata.end());
    auto read = context.options.read_key(key.algorithm, view.public_key());
    if (read.ok()) {
        key.key = std::move(read.value());
    } else {
        const Algorithm* algorithm = find_algorithm(key.algorithm);
        bool known = algorithm != nullptr && algorithm->verifies;
        report(context.rules, known ? rule::dnskey_unreadable : rule::dnskey_not_checked,
               set.place(record), uint32_t{key.tag}, read.fault().sentence);
    }
    keys_.push_back(std::move(key));
}

void VerifiedKeys::tell_shared_tags(VerifyContext& context, const RrsetView& set) const {
    for (size_t first = 0, end; first < keys_.size(); first = end) {
        for (end = first + 1; end < keys_.size(); ++end)
            if (order_of(keys_[end]) != order_of(keys_[first])) break;
        if (end - first > 1)
            report(context.rules, rule::key_tag_shared, set.place(keys_[first + 1].record),
                   number(end - first), uint32_t{keys_[first].algorithm},
                   uint32_t{keys_[first].tag});
    }
}

std::span<const VerifiedKey> VerifiedKeys::find(uint16_t tag, uint8_t algorithm) const {
    std::tuple wanted(tag, algorithm);
    auto first = std::lower_bound(
        keys_.begin(), keys_.end(), wanted,
        [](const VerifiedKey& key, const auto& other) { return order_of(key) < other; });
    auto end = first;
    while (end != keys_.end() && end - first < kMostOfOneTag && order_of(*end) == wanted) ++end;
    return {first, end};
}

namespace {

// What the DS set of the parent leads to (RFC 4035 5.2).
class ParentSide {
  public:
    ParentSide(VerifyContext& context, const VerifiedKeys& keys, const std::vector<bool>& signing)
        : context_(context), keys_(keys), signing_(signing) {}

    void verify(const std::vector<std::vector<uint8_t>>& ds_set, dns::Place place) {
        if (ds_set.empty()) return;
        bool leads = false;
        for (const std::vector<uint8_t>& rdata : ds_set) {
            if (rdata.size() < 4) continue;
            Ds ds(rdata);
            if (ds.digest_type == kSha1)
                report(context_.rules, zones::rule::deprecated_digest, place,
                       zones::TypeWord{dns::type::DS}, context_.zone().apex(), uint32_t{kSha1},
                       "SHA-1");
            bool of_key = false;
            for (size_t i = 0; i < keys_.all().size(); ++i) {
                if (!ds.is_of(keys_.all()[i], context_.zone().origin())) continue;
                of_key = true;
                leads = leads || (signing_[i] && !keys_.all()[i].revoked);
            }
            if (!of_key)
                report(context_.rules, rule::ds_without_key, place, uint32_t{ds.tag},
                       uint32_t{ds.algorithm}, uint32_t{ds.digest_type});
        }
        if (!leads)
            report(context_.rules, rule::ds_leads_nowhere, place, number(ds_set.size()));
        else
            verify_algorithms(ds_set, place);
    }

  private:
    void verify_algorithms(const std::vector<std::vector<uint8_t>>& ds_set, dns::Place place) {
        std::vector<uint8_t> told;
        for (const std::vector<uint8_t>& rdata : ds_set) {
            if (rdata.size() < 4) continue;
            uint8_t algorithm = Ds(rdata).algorithm;
            if (std::count(told.begin(), told.end(), algorithm) > 0) continue;
            told.push_back(algorithm);
            if (!std::binary_search(keys_.algorithms().begin(), keys_.algorithms().end(),
                                    algorithm))
                report(context_.rules, rule::ds_algorithm_without_key, place, uint32_t{algorithm});
        }
    }

    VerifyContext& context_;
    const VerifiedKeys& keys_;
    const std::vector<bool>& signing_;
};

}  // namespace

void verify_entry(VerifyContext& context, const VerifiedKeys& keys,
                  const std::vector<bool>& signing) {
    RrsetView set = context.zone().apex().find(dns::type::DNSKEY);
    bool any_entry_point = false, entry_point_signs = false, any_signs = false;
    for (size_t i = 0; i < keys.all().size(); ++i) {
        const VerifiedKey& key = keys.all()[i];
        if (key.revoked) {
            if (!signing[i])
                report(context.rules, rule::revoked_key_not_signing, set.place(key.record),
                       uint32_t{key.tag});
            continue;
        }
        any_entry_point = any_entry_point || key.entry_point;
        any_signs = any_signs || signing[i];
        entry_point_signs = entry_point_signs || (key.entry_point && signing[i]);
    }
    // Why no key signs it is told where its signatures are.
    if (!any_signs) return;
    if (context.options.ds)
        ParentSide(context, keys, signing).verify(*context.options.ds, set.place(0));
    else if (any_entry_point && !entry_point_signs)
        report(context.rules, rule::dnskey_not_signed, set.place(0));
}

namespace {

struct ChildRecords {
    RrsetView set;
    const char* mnemonic;
    bool asks_for_deletion = false;  // RFC 8078 4
    bool asks_for_keys = false;

    ChildRecords(const zones::NodeView& apex, uint16_t type, const char* name, size_t algorithm_at)
        : set(apex.find(type)), mnemonic(name) {
        if (!set) return;
        for (zones::RecordView record : set) {
            bool deletion =
                record.rdata().size() <= algorithm_at || record.rdata()[algorithm_at] == 0;
            (deletion ? asks_for_deletion : asks_for_keys) = true;
        }
    }
};

class ChildSide {
  public:
    ChildSide(VerifyContext& context, const VerifiedKeys& keys, const std::vector<bool>& signing)
        : context_(context), keys_(keys), signing_(signing) {}

    void verify() {
        for (const ChildRecords* records : {&cds_, &cdnskey_})
            if (records->asks_for_deletion && records->asks_for_keys)
                report(context_.rules, rule::cds_delete_mixed, records->set.place(0),
                       records->mnemonic);
        if (cds_.asks_for_keys) verify_ds();
        if (cdnskey_.asks_for_keys) verify_dnskey();
        if (cds_.set && cdnskey_.set) compare();
    }

  private:
    void verify_ds() {
        bool leads = false;
        size_t record = 0;
        for (zones::RecordView cds : cds_.set) {
            dns::Place place = cds_.set.place(record++);
            if (cds.rdata().size() < 4 || cds.rdata()[2] == 0) continue;
            Ds ds(cds.rdata());
            tell(ds.tag, place, cds_, leads,
                 [&](const VerifiedKey& key) { return ds.is_of(key, context_.zone().origin()); });
        }
        if (!leads) report(context_.rules, rule::cds_breaks_chain, cds_.set.place(0), "CDS");
    }

    void verify_dnskey() {
        bool leads = false;
        size_t record = 0;
        for (zones::RecordView cdnskey : cdnskey_.set) {
            dns::Place place = cdnskey_.set.place(record++);
            dns::Octets rdata = cdnskey.rdata();
            if (rdata.size() < 4 || rdata[3] == 0) continue;
            tell(key_tag(rdata), place, cdnskey_, leads, [&](const VerifiedKey& key) {
                return std::equal(key.rdata.begin(), key.rdata.end(), rdata.begin(), rdata.end());
            });
        }
        if (!leads)
            report(context_.rules, rule::cds_breaks_chain, cdnskey_.set.place(0), "CDNSKEY");
    }

    template <class IsOf>
    void tell(uint16_t tag, dns::Place place, const ChildRecords& records, bool& leads,
              IsOf is_of) {
        bool of_key = false;
        for (size_t i = 0; i < keys_.all().size(); ++i) {
            if (!is_of(keys_.all()[i])) continue;
            of_key = true;
            leads = leads || (signing_[i] && !keys_.all()[i].revoked);
        }
        if (!of_key)
            report(context_.rules, rule::cds_without_key, place, records.mnemonic, uint32_t{tag});
    }

    // RFC 7344 4: the same keys, whatever the digests.
    void compare() {
        if (cds_.asks_for_deletion != cdnskey_.asks_for_deletion) {
            report(context_.rules, rule::cds_differs, cds_.set.place(0),
                   "one asks for the DS records to be taken away, the other does not");
            return;
        }
        std::vector<bool> named(cdnskey_.set.count());
        size_t record = 0;
        for (zones::RecordView cds : cds_.set) {
            dns::Place place = cds_.set.place(record++);
            if (cds.rdata().size() < 4 || cds.rdata()[2] == 0) continue;
            Ds ds(cds.rdata());
            if (!find_cdnskey(ds, named))
                report(context_.rules, rule::cds_differs, place,
                       "no CDNSKEY record is the key with tag " + std::to_string(ds.tag));
        }
        record = 0;
        for (zones::RecordView cdnskey : cdnskey_.set) {
            size_t at = record++;
            dns::Octets rdata = cdnskey.rdata();
            if (named[at] || rdata.size() < 4 || rdata[3] == 0) continue;
            report(context_.rules, rule::cds_differs, cdnskey_.set.place(at),
                   "no CDS record is of the key with tag " + std::to_string(key_tag(rdata)));
        }
    }

    bool find_cdnskey(const Ds& ds, std::vector<bool>& named) const {
        bool known_digest = ds.digest_type == 1 || ds.digest_type == 2 || ds.digest_type == 4;
        bool found = false;
        size_t record = 0;
        for (zones::RecordView cdnskey : cdnskey_.set) {
            size_t at = record++;
            dns::Octets rdata = cdnskey.rdata();
            if (rdata.size() < 4 || rdata[3] != ds.algorithm || key_tag(rdata) != ds.tag) continue;
            // Of a digest that is not known here, the tag has to do.
            VerifiedKey key{ds.tag, ds.algorithm, false, false, at, {rdata.begin(), rdata.end()},
                            nullptr};
            if (known_digest && !ds.is_of(key, context_.zone().origin())) continue;
            named[at] = found = true;
        }
        return found;
    }

    VerifyContext& context_;
    const VerifiedKeys& keys_;
    const std::vector<bool>& signing_;
    ChildRecords cds_{context_.zone().apex(), dns::type::CDS, "CDS", 2};
    ChildRecords cdnskey_{context_.zone().apex(), dns::type::CDNSKEY, "CDNSKEY", 3};
};

}  // namespace

void verify_child_records(VerifyContext& context, const VerifiedKeys& keys,
                          const std::vector<bool>& signing) {
    ChildSide(context, keys, signing).verify();
}

}  // namespace signer
