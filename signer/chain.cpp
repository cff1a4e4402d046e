#include "signer/chain.h"

#include <algorithm>

namespace signer {

void BitmapWriter::add(uint16_t type) {
    uint8_t window = static_cast<uint8_t>(type >> 8);
    if (window_at_ == kNone || out_[window_at_] != window) {
        window_at_ = out_.size();
        out_.push_back(window);
        out_.push_back(0);
    }
    size_t octet = (type & 0xff) / 8;
    uint8_t& length = out_[window_at_ + 1];
    if (octet >= length) {
        length = static_cast<uint8_t>(octet + 1);
        out_.resize(window_at_ + 2 + length);
    }
    uint8_t& bits = out_[window_at_ + 2 + octet];
    bits = static_cast<uint8_t>(bits | 0x80 >> type % 8);
}

namespace {

bool is_cut(NameRole role) {
    return role == NameRole::unsigned_cut || role == NameRole::signed_cut;
}

// A wildcard is needed for the proof of what it does not have (RFC 5155 7.2.5), so what makes it
// exist is not left out.
bool has_wildcard_label(dns::NameView name) {
    dns::LabelOffsets labels(name);
    for (size_t i = 0; i < labels.count; ++i)
        if (name.suffix(labels.at[i]).is_wildcard()) return true;
    return false;
}

bool listed(NameRole role, uint16_t type) {
    if (is_made_by_signing(type)) return false;
    return !is_cut(role) || type == dns::type::NS || type == dns::type::DS;
}

}  // namespace

bool in_chain(const SigningPolicy& policy, const zones::NodeView& node, NameRole role) {
    if (policy.denial == Denial::nsec) return owns_data(role);
    if (needs_hash(role)) return true;
    if (!may_have_hash(role)) return false;
    return !policy.opt_out || (role == NameRole::unsigned_cut && has_wildcard_label(node.name()));
}

void keep_paths(const SigningPolicy& policy, const zones::Base& base,
                std::vector<NameRole>& roles) {
    if (!policy.opt_out) return;
    for (size_t rank = 0; rank < roles.size(); ++rank) {
        if (roles[rank] != NameRole::unsigned_cut) continue;
        dns::NameView name = base.by_rank(rank).name();
        if (!has_wildcard_label(name)) continue;
        dns::LabelOffsets labels(name);
        for (size_t i = 1; i < labels.count; ++i) {
            NameRole& above = roles[base.rank_at_or_before(name.suffix(labels.at[i]))];
            if (above == NameRole::unsigned_path) above = NameRole::path;
        }
    }
}

void append_bitmap(const zones::NodeView& node, NameRole role, Denial denial,
                   std::vector<uint8_t>& out) {
    if (!owns_data(role)) return;
    bool nsec = denial == Denial::nsec;
    bool signs = nsec || has_signed_data(role);
    BitmapWriter bitmap(out);
    bool own_done = false;
    for (size_t i = 0; i < node.rrset_count(); ++i) {
        uint16_t type = node.entries()[i].type;
        if (!listed(role, type)) continue;
        if (type > dns::type::RRSIG && !own_done) {
            if (signs) bitmap.add(dns::type::RRSIG);
            if (nsec) bitmap.add(dns::type::NSEC);
            own_done = true;
        }
        bitmap.add(type);
    }
    if (own_done) return;
    if (signs) bitmap.add(dns::type::RRSIG);
    if (nsec) bitmap.add(dns::type::NSEC);
}

uint32_t zone_negative_ttl(const zones::NodeView& apex) {
    zones::RrsetView soa = apex.find(dns::type::SOA);
    if (!soa) return 0;
    dns::Octets rdata = soa.first().rdata();
    if (rdata.size() < 4) return 0;
    const uint8_t* at = rdata.data() + rdata.size() - 4;
    uint32_t minimum = uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
    return std::min(minimum, soa.ttl());
}

namespace {

// Algorithm SHA-1, flags, iterations, salt: RFC 5155 4.2, and the beginning of 3.2.
void append_parameters(const SigningPolicy& policy, uint8_t flags, std::vector<uint8_t>& out) {
    out.push_back(1);
    out.push_back(flags);
    out.push_back(static_cast<uint8_t>(policy.iterations >> 8));
    out.push_back(static_cast<uint8_t>(policy.iterations));
    out.push_back(static_cast<uint8_t>(policy.salt.size()));
    out.insert(out.end(), policy.salt.begin(), policy.salt.end());
}

}  // namespace

std::vector<uint8_t> nsec3param_rdata(const SigningPolicy& policy) {
    std::vector<uint8_t> rdata;
    append_parameters(policy, 0, rdata);  // no flags: RFC 5155 4.1.2
    return rdata;
}

void write_nsec_rdata(dns::NameView next, const zones::NodeView& node, NameRole role,
                      std::vector<uint8_t>& out) {
    // In lower case: so it does not depend on who wrote the name first.
    out.resize(next.size());
    dns::lower_copy(out.data(), next.data(), next.size());
    append_bitmap(node, role, Denial::nsec, out);
}

void write_nsec3_rdata(const SigningPolicy& policy, const dns::Sha1Digest& next,
                       const zones::NodeView& node, NameRole role, std::vector<uint8_t>& out) {
    out.clear();
    append_parameters(policy, policy.opt_out ? 1 : 0, out);
    out.push_back(static_cast<uint8_t>(next.size()));
    out.insert(out.end(), next.begin(), next.end());
    append_bitmap(node, role, Denial::nsec3, out);
}

dns::Sha1Digest hash_of(const SigningPolicy& policy, const zones::Zone& zone,
                        dns::NameView relative) {
    return dns::nsec3_hash(zone.absolute(relative), policy.salt, policy.iterations);
}

dns::Fault hash_collision(const zones::Zone& zone, dns::NameView one, dns::NameView other) {
    return dns::Fault{dns::to_text(zone.absolute(one)) + " and " +
                      dns::to_text(zone.absolute(other)) +
                      " have the same NSEC3 hash; choose another salt, or NSEC"};
}

dns::Result<void> check_room_for_hashes(const SigningPolicy& policy, dns::NameView origin) {
    if (policy.denial == Denial::nsec || origin.size() + dns::kNsec3Label <= dns::kMaxName)
        return {};
    return dns::Fault{"there is no room for a hash in front of " + dns::to_text(origin) +
                      "; sign this zone with NSEC"};
}

}  // namespace signer
