#include "server/answer/opt_reply.h"

namespace server {

namespace {

// Owner, type, size, extended rcode, version, flags, length of the options.
constexpr size_t kOptHead = 11;
constexpr size_t kOptionHead = 4;
constexpr size_t kKeepaliveSize = 2, kExpireSize = 4, kErrorSize = 2, kZoneVersionSize = 6;
// RFC 8467 4.1: replies in blocks of 468 octets.
constexpr size_t kPaddingBlock = 468;

void put_head(dns::MessageWriter& writer, uint16_t option, size_t size) {
    static_cast<void>(writer.put16(option) && writer.put16(static_cast<uint16_t>(size)));
}

}  // namespace

// RFC 7314 3.1: whoever keeps a copy of the zone asks together with its SOA.
bool OptReply::sends_expire(const dns::EdnsRequest& request) const {
    return request.expire && type == dns::type::SOA && zone != nullptr && zone->loaded();
}

bool OptReply::sends_zone_version(const dns::EdnsRequest& request) const {
    return request.zone_version && zone != nullptr && zone->loaded();
}

size_t OptReply::size(const dns::EdnsRequest& request) const {
    if (!present) return 0;
    size_t size = kOptHead;
    if (cookie_size > 0) size += kOptionHead + cookie_size;
    if (extended_error != dns::extended_error::none) size += kOptionHead + kErrorSize;
    if (request.nsid && !settings->nsid.empty()) size += kOptionHead + settings->nsid.size();
    if (request.keepalive && transport != Transport::udp) size += kOptionHead + kKeepaliveSize;
    if (sends_expire(request)) size += kOptionHead + kExpireSize;
    if (sends_zone_version(request)) size += kOptionHead + kZoneVersionSize;
    return size;
}

void OptReply::write(const dns::EdnsRequest& request, uint16_t rcode,
                     dns::MessageWriter& writer) const {
    if (!present) return;
    size_t options_size = size(request) - kOptHead;
    size_t padding = 0;
    if (request.padding && transport == Transport::tls) {
        size_t unpadded = writer.size() + kOptHead + options_size + kOptionHead + writer.reserved();
        padding = (kPaddingBlock - unpadded % kPaddingBlock) % kPaddingBlock;
        if (unpadded + padding > writer.limit())
            padding = 0;
        else
            options_size += kOptionHead + padding;
    }
    const uint8_t head[kOptHead] = {0,
                                    0,
                                    dns::type::OPT,
                                    static_cast<uint8_t>(settings->udp_size >> 8),
                                    static_cast<uint8_t>(settings->udp_size),
                                    static_cast<uint8_t>(rcode >> 4),
                                    0,
                                    static_cast<uint8_t>(request.dnssec_ok ? 0x80 : 0),
                                    0,
                                    static_cast<uint8_t>(options_size >> 8),
                                    static_cast<uint8_t>(options_size)};
    bool fits = writer.put(head);
    if (cookie_size > 0) {
        put_head(writer, dns::edns_option::cookie, cookie_size);
        fits = fits && writer.put({cookie.data(), cookie_size});
    }
    if (extended_error != dns::extended_error::none) {
        put_head(writer, dns::edns_option::extended_error, kErrorSize);
        fits = fits && writer.put16(extended_error);
    }
    if (request.nsid && !settings->nsid.empty()) {
        put_head(writer, dns::edns_option::nsid, settings->nsid.size());
        fits = fits && writer.put({reinterpret_cast<const uint8_t*>(settings->nsid.data()),
                                   settings->nsid.size()});
    }
    if (request.keepalive && transport != Transport::udp) {
        put_head(writer, dns::edns_option::keepalive, kKeepaliveSize);
        fits = fits && writer.put16(settings->keepalive);
    }
    if (sends_expire(request)) {
        put_head(writer, dns::edns_option::expire, kExpireSize);
        fits = fits && writer.put32(zone->expire());
    }
    if (sends_zone_version(request)) {
        // RFC 9660 2: labels of the zone's name, type 0 (SOA serial), the serial.
        put_head(writer, dns::edns_option::zone_version, kZoneVersionSize);
        fits = fits && writer.put16(static_cast<uint16_t>(zone->label_count() << 8)) &&
               writer.put32(zone->serial());
    }
    if (padding > 0) {
        static constexpr uint8_t kZeros[kPaddingBlock] = {};
        put_head(writer, dns::edns_option::padding, padding);
        fits = fits && writer.put({kZeros, padding});
    }
    static_cast<void>(fits);  // the room was kept
}

}  // namespace server
