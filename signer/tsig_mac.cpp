#include "signer/tsig_mac.h"

#include <openssl/core_names.h>

#include "signer/openssl_handles.h"

namespace signer {

namespace {

// Fetching takes longer than a MAC does, so it is done once.
EVP_MAC* fetched_hmac() {
    static EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    return hmac;
}

bool add_to(EVP_MAC_CTX* context, dns::Octets octets) {
    return EVP_MAC_update(context, octets.data(), octets.size()) == 1;
}

bool finish_to(EVP_MAC_CTX* context, uint8_t* to) {
    size_t written = 0;
    return EVP_MAC_final(context, to, &written, dns::kMostMac) == 1;
}

// A context that has the secret is never used itself, but copied for each MAC: copies are cheaper
// than beginning with the secret, and any thread may make one.
class HmacInMaking : public dns::Mac {
  public:
    HmacInMaking(EVP_MAC_CTX* with_secret, MacContext copy)
        : with_secret_(with_secret), context_(std::move(copy)) {}

    void add(dns::Octets octets) override { good_ = good_ && add_to(context_.get(), octets); }
    bool finish(uint8_t* to) override {
        const bool good = good_ && finish_to(context_.get(), to);
        context_.reset(EVP_MAC_CTX_dup(with_secret_));
        good_ = context_ != nullptr;
        return good;
    }

  private:
    EVP_MAC_CTX* with_secret_;
    MacContext context_;
    bool good_ = true;
};

class HmacKey : public dns::MacKey {
  public:
    HmacKey(MacContext with_secret, size_t size)
        : with_secret_(std::move(with_secret)), size_(size) {}

    size_t size() const override { return size_; }
    bool compute(std::span<const dns::Octets> pieces, uint8_t* to) const override {
        MacContext context(EVP_MAC_CTX_dup(with_secret_.get()));
        bool good = context != nullptr;
        for (dns::Octets piece : pieces) good = good && add_to(context.get(), piece);
        return good && finish_to(context.get(), to);
    }
    std::unique_ptr<dns::Mac> start() const override {
        MacContext context(EVP_MAC_CTX_dup(with_secret_.get()));
        if (context == nullptr) return nullptr;
        return std::make_unique<HmacInMaking>(with_secret_.get(), std::move(context));
    }

  private:
    MacContext with_secret_;
    size_t size_;
};

}  // namespace

dns::Result<std::shared_ptr<const dns::MacKey>> make_mac_key(dns::TsigAlgorithm algorithm,
                                                             dns::Octets secret) {
    const dns::TsigAlgorithmRow& row = dns::algorithm_row(algorithm);
    MacContext context(EVP_MAC_CTX_new(fetched_hmac()));
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(row.hash), 0),
        OSSL_PARAM_construct_end()};
    if (context == nullptr ||
        EVP_MAC_init(context.get(), secret.data(), secret.size(), parameters) != 1)
        return dns::Fault{std::string(row.word) + " is not to be had: " + openssl_reason()};
    return std::shared_ptr<const dns::MacKey>(
        std::make_shared<HmacKey>(std::move(context), row.hash_size));
}

dns::Result<dns::TsigKey> make_tsig_key(dns::NameView name, dns::TsigAlgorithm algorithm,
                                        dns::Octets secret, size_t least_mac) {
    auto mac = make_mac_key(algorithm, secret);
    if (!mac.ok()) return mac.fault();
    return dns::TsigKey{dns::Name(name), algorithm, least_mac, std::move(mac.value())};
}

}  // namespace signer
