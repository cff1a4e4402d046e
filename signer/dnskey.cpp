#include "signer/dnskey.h"

#include <algorithm>

#include "signer/digest.h"
#include "signer/openssl_handles.h"

namespace signer {

std::vector<uint8_t> make_dnskey(uint16_t flags, uint8_t algorithm, dns::Octets public_key) {
    constexpr uint8_t kProtocol = 3;  // RFC 4034 2.1.2
    std::vector<uint8_t> rdata(4 + public_key.size());
    rdata[0] = static_cast<uint8_t>(flags >> 8);
    rdata[1] = static_cast<uint8_t>(flags);
    rdata[2] = kProtocol;
    rdata[3] = algorithm;
    std::copy(public_key.begin(), public_key.end(), rdata.begin() + 4);
    return rdata;
}

uint16_t key_tag(dns::Octets dnskey) {
    constexpr uint8_t kRsaMd5 = 1;
    if (dnskey.size() >= 8 && dnskey[3] == kRsaMd5) {
        dns::Octets last = dnskey.last(3);
        return static_cast<uint16_t>(last[0] << 8 | last[1]);
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < dnskey.size(); ++i)
        sum += i % 2 == 0 ? uint64_t{dnskey[i]} << 8 : dnskey[i];
    return static_cast<uint16_t>(sum + (sum >> 16));
}

std::vector<uint8_t> make_ds(dns::NameView owner, dns::Octets dnskey, uint8_t digest_type) {
    Hash hash;
    switch (digest_type) {
        case 1:
            hash = Hash::sha1;
            break;
        case 2:
            hash = Hash::sha256;
            break;  // RFC 4509
        case 4:
            hash = Hash::sha384;
            break;  // RFC 6605 2
        default:
            return {};
    }
    if (fetched(hash) == nullptr) return {};  // an OpenSSL whose policy has no SHA-1
    std::vector<uint8_t> canonical(owner.size());
    dns::lower_copy(canonical.data(), owner.data(), owner.size());
    Digest over(hash);
    over.add(canonical);
    over.add(dnskey);
    std::vector<uint8_t> octets = over.finish();

    uint16_t tag = key_tag(dnskey);
    std::vector<uint8_t> ds(4 + octets.size());
    ds[0] = static_cast<uint8_t>(tag >> 8);
    ds[1] = static_cast<uint8_t>(tag);
    ds[2] = DnskeyView(dnskey).algorithm();
    ds[3] = digest_type;
    std::copy(octets.begin(), octets.end(), ds.begin() + 4);
    return ds;
}

}  // namespace signer
