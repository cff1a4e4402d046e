// OpenSSL's objects as values that free themselves, for the sources of signer/ that call it.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#include <memory>
#include <string>

#include "signer/digest.h"

namespace signer {

template <auto Free>
struct FreedBy {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

using BioHandle = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;
using BigNumber = std::unique_ptr<BIGNUM, FreedBy<BN_clear_free>>;
using CurveHandle = std::unique_ptr<EC_GROUP, FreedBy<EC_GROUP_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreedBy<EVP_PKEY_CTX_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreedBy<EVP_MAC_CTX_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreedBy<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreedBy<OSSL_PARAM_free>>;
using PointHandle = std::unique_ptr<EC_POINT, FreedBy<EC_POINT_clear_free>>;

// The hash function, fetched at the first call of any.
const EVP_MD* fetched(Hash hash);

// A key of these parts; null if OpenSSL will not have them. `selection`: EVP_PKEY_KEYPAIR or
// EVP_PKEY_PUBLIC_KEY.
KeyHandle build_key(const char* type, int selection, OSSL_PARAM_BLD* parts);

// What OpenSSL says about its last fault on this thread, which it then forgets: "bad decrypt".
std::string openssl_reason();

}  // namespace signer
