#include "signer/secret.h"

#include <openssl/crypto.h>

namespace signer {

void cleanse(void* memory, size_t size) {
    OPENSSL_cleanse(memory, size);
}

}  // namespace signer
