#include "signer/openssl_keys.h"

#include <openssl/core_names.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include <array>
#include <cstring>
#include <string>

#include "signer/algorithm.h"
#include "signer/key_operations.h"
#include "signer/public_key.h"
#include "signer/rsa_field.h"

namespace signer {

namespace {

constexpr size_t kMostPem = 64 * 1024;

struct RsaPart {
    const char* label;
    const char* parameter;  // of OpenSSL
};
constexpr RsaPart kRsaParts[] = {
    {"Modulus", OSSL_PKEY_PARAM_RSA_N},           {"PublicExponent", OSSL_PKEY_PARAM_RSA_E},
    {"PrivateExponent", OSSL_PKEY_PARAM_RSA_D},   {"Prime1", OSSL_PKEY_PARAM_RSA_FACTOR1},
    {"Prime2", OSSL_PKEY_PARAM_RSA_FACTOR2},      {"Exponent1", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {"Exponent2", OSSL_PKEY_PARAM_RSA_EXPONENT2}, {"Coefficient", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};
constexpr const char* kRsaLabels[] = {
    kRsaParts[0].label, kRsaParts[1].label, kRsaParts[2].label, kRsaParts[3].label,
    kRsaParts[4].label, kRsaParts[5].label, kRsaParts[6].label, kRsaParts[7].label,
};
constexpr const char* kOtherLabels[] = {"PrivateKey"};

BigNumber number_of(dns::Octets octets) {
    // BN_secure_new: the parameters that are built of it are cleansed as well.
    BigNumber number(BN_secure_new());
    BN_bin2bn(octets.data(), static_cast<int>(octets.size()), number.get());
    return number;
}

BigNumber parameter_of(EVP_PKEY* key, const char* name) {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key, name, &number);
    return BigNumber(number);
}

// Big endian; as long as it is, or `width` octets.
template <class Out = std::vector<uint8_t>>
Out octets_of(const BIGNUM* number, size_t width = 0) {
    if (width == 0) width = static_cast<size_t>(BN_num_bytes(number));
    Out octets(width);
    BN_bn2binpad(number, octets.data(), static_cast<int>(width));
    return octets;
}

dns::Fault bad_parts(const Algorithm& row) {
    return {std::string("its numbers are no ") + row.mnemonic + " key: " + openssl_reason()};
}

class OpensslKey : public SecretKey {
  public:
    OpensslKey(const Algorithm& row, const KeyForm& form, std::vector<uint8_t> public_key,
               size_t signature_size, std::unique_ptr<KeyOperations> operations)
        : row_(row),
          form_(form),
          public_key_(std::move(public_key)),
          signature_size_(signature_size),
          operations_(std::move(operations)) {}

    uint8_t algorithm() const override { return row_.number; }
    dns::Octets public_key() const override { return public_key_; }
    size_t signature_size() const override { return signature_size_; }

    dns::Result<void> sign(dns::Octets data, std::span<uint8_t> signature) const override {
        if (operations_->sign(data, signature)) return {};
        return dns::Fault{std::string("no ") + row_.mnemonic +
                          " signature could be made: " + openssl_reason()};
    }

    std::vector<SecretField> fields() const override {
        EVP_PKEY* key = operations_->key();
        std::vector<SecretField> fields;
        if (form_.kind == KeyKind::rsa) {
            for (const RsaPart& part : kRsaParts)
                fields.push_back(
                    {part.label, octets_of<SecretOctets>(parameter_of(key, part.parameter).get())});
        } else if (form_.kind == KeyKind::ecdsa) {
            BigNumber scalar = parameter_of(key, OSSL_PKEY_PARAM_PRIV_KEY);
            fields.push_back({kOtherLabels[0], octets_of<SecretOctets>(scalar.get(), form_.width)});
        } else {
            SecretOctets seed(row_.public_key_size);
            size_t size = seed.size();
            EVP_PKEY_get_raw_private_key(key, seed.data(), &size);
            fields.push_back({kOtherLabels[0], std::move(seed)});
        }
        return fields;
    }

  private:
    const Algorithm& row_;
    const KeyForm& form_;
    const std::vector<uint8_t> public_key_;
    const size_t signature_size_;
    const std::unique_ptr<KeyOperations> operations_;
};

// The public key field; empty if a part is missing.
std::vector<uint8_t> public_field(const Algorithm& row, const KeyForm& form, EVP_PKEY* key) {
    const char* first_name =
        form.kind == KeyKind::rsa ? OSSL_PKEY_PARAM_RSA_E : OSSL_PKEY_PARAM_EC_PUB_X;
    const char* second_name =
        form.kind == KeyKind::rsa ? OSSL_PKEY_PARAM_RSA_N : OSSL_PKEY_PARAM_EC_PUB_Y;
    if (form.kind == KeyKind::eddsa) {
        std::vector<uint8_t> octets(row.public_key_size);
        size_t size = octets.size();
        if (EVP_PKEY_get_raw_public_key(key, octets.data(), &size) != 1) octets.clear();
        return octets;
    }
    BigNumber first = parameter_of(key, first_name), second = parameter_of(key, second_name);
    if (first == nullptr || second == nullptr) return {};
    if (form.kind == KeyKind::rsa)
        return write_rsa_field(octets_of(first.get()), octets_of(second.get()));
    std::vector<uint8_t> point = octets_of(first.get(), form.width);
    std::vector<uint8_t> y = octets_of(second.get(), form.width);
    point.insert(point.end(), y.begin(), y.end());
    return point;
}

bool has_two_primes(EVP_PKEY* key) {
    for (const RsaPart& part : kRsaParts)
        if (parameter_of(key, part.parameter) == nullptr) return false;
    return parameter_of(key, OSSL_PKEY_PARAM_RSA_FACTOR3) == nullptr;
}

// The last step of every way to a key.
SecretKeyResult finish(const Algorithm& row, const KeyForm& form, KeyHandle key) {
    std::vector<uint8_t> field = public_field(row, form, key.get());
    size_t signature_size = row.signature_size;
    if (form.kind == KeyKind::rsa) {
        auto parts = read_rsa_field(field);
        if (!parts.ok()) return dns::Fault{"the key " + parts.fault().sentence};
        signature_size = parts->modulus.size();
        if (!has_two_primes(key.get()))
            return dns::Fault{"an RSA key without its two primes cannot be kept in a key file"};
    }
    auto operations = KeyOperations::prepare(form, std::move(key), KeyOperations::Use::sign);
    if (!operations.ok()) return bad_parts(row);
    return SecretKeyResult(std::make_shared<const OpensslKey>(
        row, form, std::move(field), signature_size, std::move(operations.value())));
}

// The public half may have been read rather than computed: then they are tried together.
SecretKeyResult finish_tried(const Algorithm& row, const KeyForm& form, KeyHandle key) {
    auto made = finish(row, form, std::move(key));
    if (!made.ok()) return made;
    static constexpr std::array<uint8_t, 4> kText = {'t', 'r', 'y', '.'};
    std::vector<uint8_t> signature(made.value()->signature_size());
    auto signed_text = made.value()->sign(kText, signature);
    if (!signed_text.ok()) return bad_parts(row);
    auto public_key = read_public_key(row.number, made.value()->public_key());
    if (!public_key.ok()) return public_key.fault();
    if (!public_key.value()->verify(kText, signature))
        return dns::Fault{"its private and public numbers do not belong together"};
    return made;
}

SecretKeyResult read_rsa(const Algorithm& row, const KeyForm& form,
                         std::span<const SecretField> fields) {
    ParameterBuilder parts(OSSL_PARAM_BLD_new());
    std::vector<BigNumber> numbers;  // must outlive `parts`
    for (size_t i = 0; i < std::size(kRsaParts); ++i) {
        if (fields[i].octets.size() > kMostModulusBits / 8 + 1)
            return dns::Fault{std::string(fields[i].label) +
                              " is too long: a modulus has at most " +
                              std::to_string(kMostModulusBits) + " bits"};
        numbers.push_back(number_of(fields[i].octets));
        OSSL_PARAM_BLD_push_BN(parts.get(), kRsaParts[i].parameter, numbers.back().get());
    }
    KeyHandle key = build_key(form.type, EVP_PKEY_KEYPAIR, parts.get());
    if (key == nullptr) return bad_parts(row);
    return finish_tried(row, form, std::move(key));
}

SecretKeyResult read_ecdsa(const Algorithm& row, const KeyForm& form, const SecretOctets& octets) {
    CurveHandle curve(EC_GROUP_new_by_curve_name(EC_curve_nist2nid(form.group)));
    if (octets.size() > form.width)
        return dns::Fault{std::string("an ") + row.mnemonic + " private key has " +
                          std::to_string(form.width) + " octets, not " +
                          std::to_string(octets.size())};
    BigNumber scalar = number_of(octets);
    BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
    if (BN_is_zero(scalar.get()) || BN_cmp(scalar.get(), EC_GROUP_get0_order(curve.get())) >= 0)
        return dns::Fault{std::string("its number is no ") + row.mnemonic + " private key"};
    PointHandle point(EC_POINT_new(curve.get()));
    std::vector<uint8_t> encoded(1 + 2 * form.width);
    if (EC_POINT_mul(curve.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) != 1 ||
        EC_POINT_point2oct(curve.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(),
                           encoded.size(), nullptr) != encoded.size())
        return bad_parts(row);
    ParameterBuilder parts(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, form.group, 0);
    OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded.data(),
                                     encoded.size());
    OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get());
    KeyHandle key = build_key(form.type, EVP_PKEY_KEYPAIR, parts.get());
    if (key == nullptr) return bad_parts(row);
    return finish(row, form, std::move(key));
}

SecretKeyResult read_eddsa(const Algorithm& row, const KeyForm& form, const SecretOctets& seed) {
    if (seed.size() != row.public_key_size)
        return dns::Fault{std::string("an ") + row.mnemonic + " private key has " +
                          std::to_string(row.public_key_size) + " octets, not " +
                          std::to_string(seed.size())};
    KeyHandle key(
        EVP_PKEY_new_raw_private_key_ex(nullptr, form.type, nullptr, seed.data(), seed.size()));
    if (key == nullptr) return bad_parts(row);
    return finish(row, form, std::move(key));
}

// Both rows of an algorithm that keys can be made of.
struct Known {
    const Algorithm* row = nullptr;
    const KeyForm* form = nullptr;
    explicit Known(uint8_t algorithm) {
        const Algorithm* found = find_algorithm(algorithm);
        if (found != nullptr && found->signs) row = found, form = find_form(algorithm);
    }
    explicit operator bool() const { return row != nullptr && form != nullptr; }
};

dns::Fault unknown(uint8_t algorithm) {
    return {"algorithm " + std::to_string(algorithm) + " is not one that apex signs with"};
}

bool is_of(const KeyForm& form, EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, form.type) != 1) return false;
    if (form.kind != KeyKind::ecdsa) return true;
    std::array<char, 64> group{};
    if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) return false;
    int wanted = EC_curve_nist2nid(form.group);
    return OBJ_txt2nid(group.data()) == wanted || EC_curve_nist2nid(group.data()) == wanted;
}

// Asks nobody for a password.
int no_password(char*, int, int, void*) {
    return -1;
}

KeyHandle read_pem(std::string_view text) {
    if (text.size() > kMostPem) return nullptr;
    BioHandle source(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    return KeyHandle(PEM_read_bio_PrivateKey(source.get(), nullptr, no_password, nullptr));
}

}  // namespace

std::span<const char* const> secret_labels(uint8_t algorithm) {
    const KeyForm* form = find_form(algorithm);
    if (form != nullptr && form->kind == KeyKind::rsa) return kRsaLabels;
    return kOtherLabels;
}

SecretKeyResult generate_key(uint8_t algorithm, unsigned rsa_bits) {
    Known known(algorithm);
    if (!known) return unknown(algorithm);
    KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, known.form->type, nullptr));
    EVP_PKEY* key = nullptr;
    bool begun = context != nullptr && EVP_PKEY_keygen_init(context.get()) == 1;
    if (begun && known.form->kind == KeyKind::rsa) {
        if (rsa_bits < kLeastNewRsaBits || rsa_bits > kMostModulusBits)
            return dns::Fault{"an RSA key has " + std::to_string(kLeastNewRsaBits) + " to " +
                              std::to_string(kMostModulusBits) + " bits, not " +
                              std::to_string(rsa_bits)};
        size_t bits = rsa_bits;
        OSSL_PARAM wish[] = {OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &bits),
                             OSSL_PARAM_construct_end()};
        begun = EVP_PKEY_CTX_set_params(context.get(), wish) == 1;
    } else if (begun && known.form->kind == KeyKind::ecdsa) {
        begun = EVP_PKEY_CTX_set_group_name(context.get(), known.form->group) == 1;
    }
    if (!begun || EVP_PKEY_generate(context.get(), &key) != 1)
        return dns::Fault{"OpenSSL could not make a key: " + openssl_reason()};
    return finish(*known.row, *known.form, KeyHandle(key));
}

SecretKeyResult key_from_fields(uint8_t algorithm, std::span<const SecretField> fields) {
    Known known(algorithm);
    if (!known) return unknown(algorithm);
    auto labels = secret_labels(algorithm);
    for (size_t i = 0; i < labels.size(); ++i)
        if (i >= fields.size() || std::strcmp(fields[i].label, labels[i]) != 0)
            return dns::Fault{std::string("the field ") + labels[i] + " is missing"};
    switch (known.form->kind) {
        case KeyKind::rsa:
            return read_rsa(*known.row, *known.form, fields);
        case KeyKind::ecdsa:
            return read_ecdsa(*known.row, *known.form, fields[0].octets);
        case KeyKind::eddsa:
            break;
    }
    return read_eddsa(*known.row, *known.form, fields[0].octets);
}

SecretKeyResult key_from_pem(uint8_t algorithm, std::string_view text) {
    Known known(algorithm);
    if (!known) return unknown(algorithm);
    KeyHandle key = read_pem(text);
    if (key == nullptr) {
        openssl_reason();
        return dns::Fault{"it holds no private key in PEM form that is free of a password"};
    }
    if (!is_of(*known.form, key.get()))
        return dns::Fault{std::string("its key is not of algorithm ") + known.row->mnemonic};
    return finish_tried(*known.row, *known.form, std::move(key));
}

std::vector<uint8_t> algorithms_of_pem(std::string_view text) {
    std::vector<uint8_t> algorithms;
    KeyHandle key = read_pem(text);
    openssl_reason();
    for (const Algorithm& row : all_algorithms())
        if (key != nullptr && row.signs && is_of(*find_form(row.number), key.get()))
            algorithms.push_back(row.number);
    return algorithms;
}

}  // namespace signer
