#include "signer/openssl_handles.h"

#include <openssl/err.h>

namespace signer {

KeyHandle build_key(const char* type, int selection, OSSL_PARAM_BLD* parts) {
    Parameters parameters(OSSL_PARAM_BLD_to_param(parts));
    KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1)
        return nullptr;
    return KeyHandle(key);
}

std::string openssl_reason() {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    std::string text = reason == nullptr ? "OpenSSL gives no reason" : reason;
    ERR_clear_error();
    return text;
}

}  // namespace signer
