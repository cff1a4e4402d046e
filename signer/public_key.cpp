#include "signer/public_key.h"

#include <openssl/core_names.h>

#include <algorithm>
#include <string>

#include "signer/algorithm.h"
#include "signer/key_operations.h"
#include "signer/rsa_field.h"

namespace signer {

namespace {

class OpensslPublicKey : public PublicKey {
  public:
    explicit OpensslPublicKey(std::unique_ptr<KeyOperations> operations)
        : operations_(std::move(operations)) {}
    bool verify(dns::Octets data, dns::Octets signature) const override {
        return operations_->verify(data, signature);
    }

  private:
    const std::unique_ptr<KeyOperations> operations_;
};

KeyHandle build_rsa(const RsaField& field) {
    BigNumber modulus(
        BN_bin2bn(field.modulus.data(), static_cast<int>(field.modulus.size()), nullptr));
    BigNumber exponent(
        BN_bin2bn(field.exponent.data(), static_cast<int>(field.exponent.size()), nullptr));
    ParameterBuilder parts(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    return build_key("RSA", EVP_PKEY_PUBLIC_KEY, parts.get());
}

// Null as well if the point is not on the curve.
KeyHandle build_ecdsa(const KeyForm& form, dns::Octets public_key) {
    std::vector<uint8_t> point(1 + public_key.size(), POINT_CONVERSION_UNCOMPRESSED);
    std::copy(public_key.begin(), public_key.end(), point.begin() + 1);
    ParameterBuilder parts(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, form.group, 0);
    OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    return build_key(form.type, EVP_PKEY_PUBLIC_KEY, parts.get());
}

}  // namespace

dns::Result<std::unique_ptr<PublicKey>> read_public_key(uint8_t algorithm, dns::Octets public_key) {
    const Algorithm* row = find_algorithm(algorithm);
    const KeyForm* form = find_form(algorithm);
    if (row == nullptr || form == nullptr || !row->verifies)
        return dns::Fault{"algorithm " + std::to_string(algorithm) + " is not known here"};
    const std::string mnemonic = row->mnemonic;
    if (row->public_key_size != 0 && public_key.size() != row->public_key_size)
        return dns::Fault{"an " + mnemonic + " key has " + std::to_string(row->public_key_size) +
                          " octets, not " + std::to_string(public_key.size())};
    KeyHandle key;
    if (form->kind == KeyKind::rsa) {
        auto field = read_rsa_field(public_key);
        if (!field.ok()) return dns::Fault{"the " + mnemonic + " key " + field.fault().sentence};
        key = build_rsa(field.value());
    } else if (form->kind == KeyKind::ecdsa) {
        key = build_ecdsa(*form, public_key);
    } else {
        key.reset(EVP_PKEY_new_raw_public_key_ex(nullptr, form->type, nullptr, public_key.data(),
                                                 public_key.size()));
    }
    if (key == nullptr)
        return dns::Fault{"these octets are no " + mnemonic + " key: " + openssl_reason()};
    auto operations = KeyOperations::prepare(*form, std::move(key), KeyOperations::Use::verify);
    if (!operations.ok())
        return dns::Fault{mnemonic + " is not to be had here: " + operations.fault().sentence};
    return std::unique_ptr<PublicKey>(
        std::make_unique<OpensslPublicKey>(std::move(operations.value())));
}

}  // namespace signer
