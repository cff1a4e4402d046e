// What tests of signing share: zones from text, keys that count, RRsets as text.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <map>

#include "dns/rdata_text.h"
#include "signer/sign_zone.h"
#include "tests/support/fake_key.h"
#include "tests/zones/make_zone.h"

namespace apex_tests {

inline constexpr dns::UnixTime kSigningTime = 1'800'000'000;
using SignedZone = std::shared_ptr<const zones::Zone>;
using Keys = std::vector<signer::ZoneKey>;

inline signer::SigningPolicy nsec3(bool opt_out = false) {
    signer::SigningPolicy policy;
    policy.denial = signer::Denial::nsec3;
    policy.opt_out = opt_out;
    return policy;
}

// A key that tells how often it signed; from the `fails_after`th time on it does not.
class CountingKey : public FakePrivateKey {
  public:
    CountingKey() : FakePrivateKey(7) {}
    dns::Result<void> sign(dns::Octets data, std::span<uint8_t> signature) const override {
        if (++signed_ > fails_after) return dns::Fault{"the key is out of order"};
        return FakePrivateKey::sign(data, signature);
    }
    size_t take_count() const { return signed_.exchange(0); }
    size_t fails_after = SIZE_MAX;

  private:
    mutable std::atomic<size_t> signed_{0};
};

struct CountedKeys {
    std::shared_ptr<CountingKey> secret = std::make_shared<CountingKey>();
    Keys keys{fake_zone_key(7, FakeRole::csk)};
    CountedKeys() { keys[0].secret = secret; }
};

inline Keys ksk_and_zsk() {
    return {fake_zone_key(1, FakeRole::ksk), fake_zone_key(2, FakeRole::zsk)};
}

inline MadeZone example_zone(const std::string& text) {
    return zone_from_text(text, reference::from_text("example."));
}

inline SignedZone sign(const zones::Zone& zone, const Keys& keys,
                       const signer::SigningPolicy& policy = {}, unsigned threads = 1) {
    signer::SigningOptions options;
    options.policy = policy;
    options.now = kSigningTime;
    options.threads = threads;
    auto made = signer::sign_zone(zone, keys, options);
    REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.fault().sentence));
    return *made;
}

// "owner TYPE" (of signatures "owner RRSIG TYPE") to "ttl rdata, rdata"; of signatures to their
// tags.
using RrsetTexts = std::map<std::string, std::string>;
inline RrsetTexts texts_of(const zones::Zone& zone) {
    RrsetTexts texts;
    for (zones::Zone::Cursor at(zone); at; at.next())
        for (size_t i = 0; i < (*at).rrset_count(); ++i) {
            zones::RrsetView rrset = (*at).rrset(i);
            std::string owner = dns::to_text(zone.absolute((*at).name()));
            std::string what = owner + " " + dns::type_text(rrset.type());
            if (rrset.covered() != 0) what += " " + dns::type_text(rrset.covered());
            std::string& text = texts[what];
            if (rrset.covered() == 0) text = std::to_string(rrset.ttl());
            for (zones::RecordView record : rrset) {
                if (!text.empty()) text += text.find(' ') == std::string::npos ? " " : ", ";
                text += rrset.covered() != 0
                            ? std::to_string(signer::RrsigView(record.rdata()).key_tag())
                            : dns::rdata_text(rrset.type(), record.rdata());
            }
        }
    return texts;
}

inline std::string fault_of(const zones::Zone& zone, const Keys& keys,
                            const signer::SigningPolicy& policy = {}) {
    signer::SigningOptions options;
    options.policy = policy;
    options.now = kSigningTime;
    auto made = signer::sign_zone(zone, keys, options);
    return made.ok() ? "" : made.fault().sentence;
}

}  // namespace apex_tests
