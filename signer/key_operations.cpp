#include "signer/key_operations.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace signer {

namespace {

constexpr KeyForm kForms[] = {
    {5, KeyKind::rsa, "RSA", "", Hash::sha1, 0},
    {7, KeyKind::rsa, "RSA", "", Hash::sha1, 0},
    {8, KeyKind::rsa, "RSA", "", Hash::sha256, 0},
    {10, KeyKind::rsa, "RSA", "", Hash::sha512, 0},
    {13, KeyKind::ecdsa, "EC", "P-256", Hash::sha256, 32},
    {14, KeyKind::ecdsa, "EC", "P-384", Hash::sha384, 48},
    {15, KeyKind::eddsa, "ED25519", "", std::nullopt, 0},
    {16, KeyKind::eddsa, "ED448", "", std::nullopt, 0},
};

// DER of two integers of at most 49 octets each: every length fits one octet.
//
//   30 size  02 size r  02 size s        integers: big endian, no needless zeros, never negative
constexpr size_t kMostWidth = 48;
constexpr size_t kMostDer = 2 + 2 * (2 + 1 + kMostWidth);
constexpr uint8_t kSequence = 0x30, kInteger = 0x02;

struct Der {
    std::array<uint8_t, kMostDer> octets;
    size_t size = 2;

    void append_integer(dns::Octets number) {
        while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
        bool high = number[0] & 0x80;
        octets[size++] = kInteger;
        octets[size++] = static_cast<uint8_t>(number.size() + high);
        if (high) octets[size++] = 0;
        std::memcpy(octets.data() + size, number.data(), number.size());
        size += number.size();
    }
    void close() {
        octets[0] = kSequence;
        octets[1] = static_cast<uint8_t>(size - 2);
    }
};

// Reads the integer at the start of `der` into `out`, zeros before it; what is left of `der`.
bool take_integer(dns::Octets& der, std::span<uint8_t> out) {
    if (der.size() < 2 || der[0] != kInteger || der[1] > der.size() - 2) return false;
    dns::Octets number = der.subspan(2, der[1]);
    der = der.subspan(2 + number.size());
    while (!number.empty() && number[0] == 0) number = number.subspan(1);
    if (number.size() > out.size()) return false;
    std::fill(out.begin(), out.end(), uint8_t{0});
    std::copy(number.begin(), number.end(), out.end() - static_cast<ptrdiff_t>(number.size()));
    return true;
}

bool read_der(dns::Octets der, std::span<uint8_t> signature) {
    if (der.size() < 2 || der[0] != kSequence) return false;
    der = der.subspan(2);
    size_t width = signature.size() / 2;
    return take_integer(der, signature.first(width)) && take_integer(der, signature.last(width));
}

}  // namespace

const KeyForm* find_form(uint8_t algorithm) {
    for (const KeyForm& form : kForms)
        if (form.number == algorithm) return &form;
    return nullptr;
}

std::unique_ptr<KeyOperations::Prepared> KeyOperations::make() const {
    auto prepared = std::make_unique<Prepared>();
    prepared->digest.reset(EVP_MD_CTX_new());
    if (prepared->digest == nullptr) return nullptr;
    if (!form_.hash) return prepared;
    prepared->key.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    EVP_PKEY_CTX* key = prepared->key.get();
    if (key == nullptr) return nullptr;
    int begun = use_ == Use::sign ? EVP_PKEY_sign_init(key) : EVP_PKEY_verify_init(key);
    if (begun != 1) return nullptr;
    if (form_.kind == KeyKind::rsa && EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PADDING) != 1)
        return nullptr;
    if (EVP_PKEY_CTX_set_signature_md(key, fetched(*form_.hash)) != 1) return nullptr;
    return prepared;
}

dns::Result<std::unique_ptr<KeyOperations>> KeyOperations::prepare(const KeyForm& form,
                                                                   KeyHandle key, Use use) {
    std::unique_ptr<KeyOperations> made(new KeyOperations(form, std::move(key), use));
    if (!form.hash) {
        made->whole_.reset(EVP_MD_CTX_new());
        auto begin = use == Use::sign ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex;
        if (begin(made->whole_.get(), nullptr, nullptr, nullptr, nullptr, made->key_.get(),
                  nullptr) != 1)
            return dns::Fault{openssl_reason()};
    }
    auto first = made->make();
    if (first == nullptr) return dns::Fault{openssl_reason()};
    made->pool_.push_back(std::move(first));
    return made;
}

// What one call borrows from the pool.
class KeyOperations::Lent {
  public:
    explicit Lent(KeyOperations& of) : of_(of) {
        {
            std::lock_guard lock(of_.mutex_);
            if (!of_.pool_.empty()) {
                prepared_ = std::move(of_.pool_.back());
                of_.pool_.pop_back();
            }
        }
        if (prepared_ == nullptr) prepared_ = of_.make();
    }
    ~Lent() {
        if (prepared_ == nullptr) return;
        std::lock_guard lock(of_.mutex_);
        of_.pool_.push_back(std::move(prepared_));
    }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;

    explicit operator bool() const { return prepared_ != nullptr; }
    EVP_MD_CTX* digest() const { return prepared_->digest.get(); }
    EVP_PKEY_CTX* key() const { return prepared_->key.get(); }

    // The data's digest; false if OpenSSL fails.
    bool hash(dns::Octets data, uint8_t* out, unsigned& size) {
        return EVP_DigestInit_ex2(digest(), fetched(*of_.form_.hash), nullptr) == 1 &&
               EVP_DigestUpdate(digest(), data.data(), data.size()) == 1 &&
               EVP_DigestFinal_ex(digest(), out, &size) == 1;
    }

  private:
    KeyOperations& of_;
    std::unique_ptr<Prepared> prepared_;
};

bool KeyOperations::sign(dns::Octets data, std::span<uint8_t> signature) {
    Lent lent(*this);
    if (!lent) return false;
    size_t size = signature.size();
    if (form_.kind == KeyKind::eddsa)
        return EVP_MD_CTX_copy_ex(lent.digest(), whole_.get()) == 1 &&
               EVP_DigestSign(lent.digest(), signature.data(), &size, data.data(), data.size()) ==
                   1 &&
               size == signature.size();

    std::array<uint8_t, EVP_MAX_MD_SIZE> hash;
    unsigned hash_size = 0;
    if (!lent.hash(data, hash.data(), hash_size)) return false;
    if (form_.kind == KeyKind::rsa)
        return EVP_PKEY_sign(lent.key(), signature.data(), &size, hash.data(), hash_size) == 1 &&
               size == signature.size();
    std::array<uint8_t, kMostDer> der;
    size = der.size();
    return signature.size() == 2 * form_.width &&
           EVP_PKEY_sign(lent.key(), der.data(), &size, hash.data(), hash_size) == 1 &&
           read_der({der.data(), size}, signature);
}

bool KeyOperations::verify(dns::Octets data, dns::Octets signature) {
    bool good = verifies(data, signature);
    // A forged signature's reasons are not to be found by who asks OpenSSL next.
    if (!good) ERR_clear_error();
    return good;
}

bool KeyOperations::verifies(dns::Octets data, dns::Octets signature) {
    Lent lent(*this);
    if (!lent) return false;
    if (form_.kind == KeyKind::eddsa)
        return EVP_MD_CTX_copy_ex(lent.digest(), whole_.get()) == 1 &&
               EVP_DigestVerify(lent.digest(), signature.data(), signature.size(), data.data(),
                                data.size()) == 1;

    std::array<uint8_t, EVP_MAX_MD_SIZE> hash;
    unsigned hash_size = 0;
    if (!lent.hash(data, hash.data(), hash_size)) return false;
    if (form_.kind == KeyKind::rsa)
        return EVP_PKEY_verify(lent.key(), signature.data(), signature.size(), hash.data(),
                               hash_size) == 1;
    if (signature.size() != 2 * form_.width) return false;
    Der der;
    der.append_integer(signature.first(form_.width));
    der.append_integer(signature.last(form_.width));
    der.close();
    return EVP_PKEY_verify(lent.key(), der.octets.data(), der.size, hash.data(), hash_size) == 1;
}

}  // namespace signer
