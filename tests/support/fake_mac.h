// A keyed hash for tests that tells what it was made of: 64 octets, quick to make, worth nothing.
#pragma once

#include <string>
#include <vector>

#include "dns/mac.h"
#include "dns/siphash.h"

namespace apex_tests {

// The octets of the last MAC.
inline void fake_mac(dns::SipKey secret, const std::string& octets, uint8_t* to) {
    for (uint64_t i = 0; i < dns::kMostMac / 8; ++i) {
        const uint64_t word =
            dns::siphash24({secret.k0 + i, secret.k1},
                           reinterpret_cast<const uint8_t*>(octets.data()), octets.size());
        std::memcpy(to + 8 * i, &word, 8);
    }
}

inline void append(std::string& out, dns::Octets octets) {
    out.append(reinterpret_cast<const char*>(octets.data()), octets.size());
}

class FakeMac : public dns::Mac {
  public:
    FakeMac(dns::SipKey secret, std::string* told) : secret_(secret), told_(told) {}
    void add(dns::Octets octets) override { append(octets_, octets); }
    bool finish(uint8_t* to) override {
        fake_mac(secret_, octets_, to);
        *told_ = octets_;
        octets_.clear();
        return true;
    }

  private:
    dns::SipKey secret_;
    std::string* told_;
    std::string octets_;
};

// One thread only.
class FakeMacKey : public dns::MacKey {
  public:
    explicit FakeMacKey(dns::SipKey secret) : secret_(secret) { told_.reserve(1 << 16); }
    size_t size() const override { return dns::kMostMac; }
    bool compute(std::span<const dns::Octets> pieces, uint8_t* to) const override {
        told_.clear();
        for (dns::Octets piece : pieces) append(told_, piece);
        if (fails) return false;
        fake_mac(secret_, told_, to);
        return true;
    }
    std::unique_ptr<dns::Mac> start() const override {
        return std::make_unique<FakeMac>(secret_, &told_);
    }
    // What the last MAC was made of.
    dns::Octets told() const {
        return {reinterpret_cast<const uint8_t*>(told_.data()), told_.size()};
    }
    // That MAC.
    std::vector<uint8_t> last(size_t size) const {
        std::vector<uint8_t> mac(dns::kMostMac);
        fake_mac(secret_, told_, mac.data());
        mac.resize(size);
        return mac;
    }

    bool fails = false;

  private:
    dns::SipKey secret_;
    mutable std::string told_;
};

}  // namespace apex_tests
