#include "server/publish/zone_content.h"

#include "dns/siphash.h"
#include "zones/diff.h"

namespace server {

namespace {

constexpr dns::SipKey kContent{0x61706578'7a6f6e65, 0x636f6e74'656e7473};
// The serial and what follows it in an SOA (RFC 1035 3.3.13).
constexpr size_t kFromSerial = 20, kSerial = 4;

uint64_t digest(dns::Octets octets) {
    return dns::siphash<1, 3>(kContent, octets.data(), octets.size());
}

uint64_t digest_of(const zones::RrsetView& rrset) {
    if (!rrset) return 0;
    dns::Octets wire = rrset.wire();
    if (rrset.type() != dns::type::SOA || wire.size() < kFromSerial) return digest(wire);
    return digest(wire.first(wire.size() - kFromSerial)) * 31 +
           digest(wire.last(kFromSerial - kSerial));
}

}  // namespace

uint64_t content_of(const zones::Zone& zone) {
    dns::SipState<1, 3> state(kContent);
    for (zones::Zone::Cursor at(zone); at; at.next()) {
        const zones::NodeView& node = *at;
        state.absorb(digest({node.name().data(), node.name().size()}));
        for (size_t i = 0; i < node.rrset_count(); ++i) state.absorb(digest_of(node.rrset(i)));
    }
    return state.digest();
}

uint64_t content_over(uint64_t content, const zones::Zone& below, const zones::Zone& merged) {
    dns::SipState<1, 3> state(kContent);
    state.absorb(content);
    zones::for_each_change(
        below, merged,
        [&](dns::NameView owner, const zones::RrsetView& before, const zones::RrsetView& after) {
            const zones::RrsetView& named = before ? before : after;
            state.absorb(digest({owner.data(), owner.size()}));
            state.absorb(uint64_t{named.type()} << 16 | named.covered());
            state.absorb(digest_of(after));
        });
    return state.digest();
}

void set_serial(zones::OwnedRrset& soa, uint32_t serial) {
    uint8_t* at = soa.wire.data() + soa.wire.size() - kFromSerial;
    for (size_t i = 0; i < kSerial; ++i) at[i] = static_cast<uint8_t>(serial >> (24 - 8 * i));
}

zones::RrsetChange soa_change(const zones::Zone& zone, uint32_t serial) {
    const zones::RrsetView soa = zone.apex().find(dns::type::SOA);
    zones::RrsetChange change{dns::Name(zone.origin()), zones::own(soa), zones::own(soa)};
    set_serial(change.after, serial);
    return change;
}

}  // namespace server
