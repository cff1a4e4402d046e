#include "signer/digest.h"

#include <array>
#include <new>

#include "signer/openssl_handles.h"

namespace signer {

namespace {

constexpr std::array kNames = {"SHA1", "SHA256", "SHA384", "SHA512"};

// Fetching takes longer than hashing a record does, so it is done once.
struct FetchedDigests {
    std::array<EVP_MD*, kNames.size()> all{};
    FetchedDigests() {
        for (size_t i = 0; i < kNames.size(); ++i)
            all[i] = EVP_MD_fetch(nullptr, kNames[i], nullptr);
    }
};

}  // namespace

const EVP_MD* fetched(Hash hash) {
    static const FetchedDigests digests;
    return digests.all[static_cast<size_t>(hash)];
}

struct Digest::State {
    DigestContext context;
};

Digest::Digest(Hash hash) : state_(std::make_unique<State>()) {
    state_->context.reset(EVP_MD_CTX_new());
    if (EVP_DigestInit_ex2(state_->context.get(), fetched(hash), nullptr) != 1)
        throw std::bad_alloc();
}
Digest::Digest(Digest&& other) noexcept = default;
Digest::~Digest() = default;

void Digest::add(dns::Octets octets) {
    EVP_DigestUpdate(state_->context.get(), octets.data(), octets.size());
}

std::vector<uint8_t> Digest::finish() {
    std::vector<uint8_t> result(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    EVP_DigestFinal_ex(state_->context.get(), result.data(), &size);
    result.resize(size);
    return result;
}

std::vector<uint8_t> digest(Hash hash, dns::Octets octets) {
    Digest whole(hash);
    whole.add(octets);
    return whole.finish();
}

}  // namespace signer
