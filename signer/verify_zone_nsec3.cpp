#include "signer/verify_zone_nsec3.h"

#include <algorithm>

#include "signer/chain.h"

namespace signer {

namespace {

using zones::NodeView;
using zones::report;
using zones::RrsetView;

constexpr uint8_t kSha1 = 1;
constexpr uint8_t kOptOut = 1;
// Zones have one chain, or two while they change; each costs a hash of every name.
constexpr size_t kMostChains = 4;

int digit_of(uint8_t octet) {
    uint8_t low = dns::lower(octet);
    if (low >= '0' && low <= '9') return low - '0';
    return low >= 'a' && low <= 'v' ? low - 'a' + 10 : -1;
}

// The hash that an owner's first label stands for (RFC 4648 7); false if it is none.
bool read_hash(dns::NameView label, dns::Sha1Digest& hash) {
    if (label.size() != dns::kNsec3Label - 1) return false;
    uint32_t bits = 0;
    unsigned held = 0;
    size_t out = 0;
    for (size_t i = 0; i < label.size(); ++i) {
        int digit = digit_of(label.data()[i]);
        if (digit < 0) return false;
        bits = bits << 5 | static_cast<uint32_t>(digit);
        held += 5;
        if (held < 8) continue;
        held -= 8;
        hash[out++] = static_cast<uint8_t>(bits >> held);
    }
    return true;
}

std::string hash_text(const dns::Sha1Digest& hash) {
    uint8_t label[dns::kNsec3Label];
    dns::write_nsec3_label(hash, label);
    return {reinterpret_cast<const char*>(label) + 1, dns::kNsec3Label - 1};
}

// What follows the parameters: length octet and next hash, bitmap.
dns::Octets behind_salt(dns::Octets rdata) {
    return rdata.size() < 5 || rdata.size() < size_t{6} + rdata[4] ? dns::Octets()
                                                                   : rdata.subspan(5 + rdata[4]);
}

bool next_hash(dns::Octets rdata, dns::Sha1Digest& hash) {
    dns::Octets rest = behind_salt(rdata);
    if (rest.size() < 1 + hash.size() || rest[0] != hash.size()) return false;
    std::copy_n(rest.begin() + 1, hash.size(), hash.begin());
    return true;
}

dns::Octets bitmap_of(dns::Octets rdata) {
    dns::Octets rest = behind_salt(rdata);
    return rest.empty() || rest.size() < size_t{1} + rest[0] ? dns::Octets()
                                                             : rest.subspan(1 + rest[0]);
}

std::string unlike(const HashParameters& found, const HashParameters& wanted) {
    if (found.algorithm != wanted.algorithm)
        return "hash algorithm " + std::to_string(found.algorithm);
    if (found.iterations != wanted.iterations)
        return std::to_string(found.iterations) + " iterations instead of " +
               std::to_string(wanted.iterations);
    if (found.salt != wanted.salt) return "another salt";
    return "flags " + std::to_string(found.flags) + ", of which only 1 is known";
}

}  // namespace

bool HashParameters::read(dns::Octets rdata, HashParameters& out) {
    if (rdata.size() < 5 || rdata.size() < size_t{5} + rdata[4]) return false;
    out.algorithm = rdata[0];
    out.flags = rdata[1];
    out.iterations = static_cast<uint16_t>(rdata[2] << 8 | rdata[3]);
    out.salt.assign(rdata.begin() + 5, rdata.begin() + 5 + rdata[4]);
    return true;
}

std::vector<HashParameters> usable_chains(VerifyContext& context) {
    std::vector<HashParameters> chains;
    RrsetView set = context.zone().apex().find(dns::type::NSEC3PARAM);
    if (!set) return chains;
    size_t most = context.options.limits.nsec3_iterations;
    size_t record = 0;
    for (zones::RecordView row : set) {
        dns::Place place = set.place(record++);
        HashParameters parameters;
        // RFC 5155 4.1.2: flags say that it is not to be used.
        if (!HashParameters::read(row.rdata(), parameters) || parameters.flags != 0) continue;
        std::string why;
        if (parameters.algorithm != kSha1)
            why = "hash algorithm " + std::to_string(parameters.algorithm) + " is not known";
        else if (parameters.iterations > most)
            why = "it has " + std::to_string(parameters.iterations) +
                  " iterations, and apex takes at most " + std::to_string(most);
        else if (chains.size() == kMostChains)
            why = "there are " + std::to_string(kMostChains) + " others";
        if (!why.empty()) {
            report(context.rules, rule::nsec3_not_checked, place, why);
            continue;
        }
        if (parameters.iterations > 0)
            report(context.rules, rule::nsec3_iterations_above_zero, place,
                   uint32_t{parameters.iterations});
        if (!parameters.salt.empty())
            report(context.rules, rule::nsec3_salt, place,
                   static_cast<uint32_t>(parameters.salt.size()));
        chains.push_back(std::move(parameters));
    }
    return chains;
}

HashedChain::HashedChain(VerifyContext& context, HashParameters parameters,
                         std::span<const HashParameters> all)
    : parameters_(std::move(parameters)) {
    gather(context, all);
    chain_.settle();
    others_.settle();
}

void HashedChain::Entries::settle() {
    // They are in order already, but for labels that only begin like hashes.
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
    named = std::make_unique<std::atomic<bool>[]>(rows.size());
}

size_t HashedChain::Entries::position(const dns::Sha1Digest& hash) const {
    auto at = std::lower_bound(
        rows.begin(), rows.end(), hash,
        [](const Entry& entry, const dns::Sha1Digest& wanted) { return entry.hash < wanted; });
    return static_cast<size_t>(at - rows.begin());
}

const HashedChain::Entry* HashedChain::Entries::mark(const dns::Sha1Digest& hash) {
    size_t at = position(hash);
    if (at == rows.size() || rows[at].hash != hash) return nullptr;
    named[at].store(true, std::memory_order_relaxed);
    return &rows[at];
}

void HashedChain::gather(VerifyContext& context, std::span<const HashParameters> all) {
    uint32_t wanted_ttl = zone_negative_ttl(context.zone().apex());
    bool ttl_told = false;
    for (uint32_t rank = 0; rank < context.roles.size(); ++rank) {
        NodeView node = context.base().by_rank(rank);
        RrsetView nsec3 = node.find(dns::type::NSEC3);
        if (!nsec3) continue;
        verify_chain_ttl(context, nsec3, wanted_ttl, ttl_told);
        add_owner(context, rank, nsec3, all);
    }
}

void HashedChain::add_owner(VerifyContext& context, uint32_t rank, const RrsetView& nsec3,
                            std::span<const HashParameters> all) {
    NodeView node = context.base().by_rank(rank);
    Entry entry{{}, rank, 0, false};
    bool placed = node.name().label_count() == 1 && context.roles[rank] != NameRole::hidden;
    if (!placed || !read_hash(node.name().first_label(), entry.hash)) {
        report(context.rules, rule::nsec3_extra, nsec3.place(0), node,
               "its owner is no hash below the apex");
        return;
    }
    bool of_chain = false, of_other_chain = false;
    size_t record = 0;
    for (zones::RecordView row : nsec3) {
        size_t at = record++;
        HashParameters found;
        if (!HashParameters::read(row.rdata(), found)) continue;
        // Whoever validates passes by records with other flags (RFC 5155 8.2).
        bool known_flags = (found.flags & ~kOptOut) == 0;
        if (found.same_chain(parameters_) && known_flags) {
            if (of_chain) {
                report(context.rules, rule::nsec3_extra, nsec3.place(at), node,
                       "it has another one of the same chain");
                continue;
            }
            entry.record = static_cast<uint16_t>(at);
            entry.opt_out = (found.flags & kOptOut) != 0;
            of_chain = true;
        }
        for (const HashParameters& other : all)
            of_other_chain = of_other_chain || (found.same_chain(other) && known_flags);
    }
    if (of_chain)
        chain_.rows.push_back(entry);
    else if (!of_other_chain)
        others_.rows.push_back(entry);
}

bool HashedChain::is_in_opt_out_span(const dns::Sha1Digest& hash) const {
    if (chain_.rows.empty()) return false;
    size_t behind = chain_.position(hash);
    return chain_.rows[behind == 0 ? chain_.rows.size() - 1 : behind - 1].opt_out;
}

void HashedChain::note_missing(const dns::Sha1Digest& hash) {
    std::lock_guard guard(mutex_);
    missing_.push_back(hash);
}

namespace {

RrsetView rrset_at(const VerifyContext& context, uint32_t rank) {
    return context.base().by_rank(rank).find(dns::type::NSEC3);
}

dns::Octets rdata_at(const VerifyContext& context, uint32_t rank, size_t record) {
    for (zones::RecordView row : rrset_at(context, rank))
        if (record-- == 0) return row.rdata();
    return {};
}

// An empty non-terminal stands where the first name below it does.
dns::Place place_of(const VerifyContext& context, const NodeView& node) {
    for (size_t rank = node.head().rank; rank < context.roles.size(); ++rank) {
        NodeView at = context.base().by_rank(rank);
        if (at.rrset_count() > 0) return at.rrset(0).place(0);
    }
    return {};
}

}  // namespace

void HashedChain::verify_name(VerifyContext& context, const NodeView& node, NameRole role) {
    if (!may_have_hash(role)) return;
    dns::Name absolute = context.zone().absolute(node.name());
    dns::Sha1Digest hash = dns::nsec3_hash(absolute, parameters_.salt, parameters_.iterations);
    const Entry* entry = chain_.mark(hash);
    if (entry == nullptr) entry = others_.mark(hash);
    if (entry != nullptr) return verify_bitmap(context, *entry, node, role);
    if (!needs_hash(role) && is_in_opt_out_span(hash)) return;
    note_missing(hash);
    report(context.rules, rule::nsec3_missing, place_of(context, node), node, hash_text(hash));
}

void HashedChain::verify_bitmap(VerifyContext& context, const Entry& entry, const NodeView& node,
                                NameRole role) const {
    // At a name without authoritative data there is nothing that is signed.
    std::vector<uint16_t> present;
    if (owns_data(role)) present = types_present(node, role);
    if (role == NameRole::authoritative || role == NameRole::signed_cut) {
        present.push_back(dns::type::RRSIG);
        std::sort(present.begin(), present.end());
    }
    dns::Octets rdata = rdata_at(context, entry.rank, entry.record);
    std::string difference = bitmap_difference(types_of_bitmap(bitmap_of(rdata)), present);
    if (!difference.empty())
        report(context.rules, rule::nsec3_bitmap, rrset_at(context, entry.rank).place(entry.record),
               node, difference);
}

void HashedChain::finish(VerifyContext& context) {
    std::sort(missing_.begin(), missing_.end());
    std::vector<Link> chain = links(context);
    for (size_t i = 0; i < chain.size(); ++i) verify_link(context, chain, i);
}

// The chain, and those of the others that were meant to be in it.
std::vector<HashedChain::Link> HashedChain::links(VerifyContext& context) {
    std::vector<Link> chain;
    auto place = [&](const Entry& entry) {
        return rrset_at(context, entry.rank).place(entry.record);
    };
    for (size_t i = 0; i < chain_.rows.size(); ++i) {
        const Entry& entry = chain_.rows[i];
        chain.push_back({&entry, chain_.named[i].load(std::memory_order_relaxed)});
        if (!chain.back().named)
            report(context.rules, rule::nsec3_extra, place(entry),
                   context.base().by_rank(entry.rank), "no name of the zone has this hash");
    }
    size_t foreign = 0;
    for (size_t i = 0; i < others_.rows.size(); ++i) {
        const Entry& entry = others_.rows[i];
        if (!others_.named[i].load(std::memory_order_relaxed)) {
            ++foreign;
            continue;
        }
        chain.push_back({&entry, true});
        HashParameters found;
        HashParameters::read(rdata_at(context, entry.rank, entry.record), found);
        report(context.rules, rule::nsec3_parameters, place(entry),
               context.base().by_rank(entry.rank), unlike(found, parameters_));
    }
    if (foreign > 0)
        report(context.rules, rule::nsec3_foreign, place(others_.rows[0]),
               static_cast<uint32_t>(foreign));
    std::sort(chain.begin(), chain.end(),
              [](const Link& a, const Link& b) { return a.entry->hash < b.entry->hash; });
    return chain;
}

// A link may also lead to a hash that is missing, or to one that is too many: that is told already.
void HashedChain::verify_link(VerifyContext& context, const std::vector<Link>& chain,
                              size_t at) const {
    constexpr size_t kMostExtra = 8;
    const Entry& from = *chain[at].entry;
    dns::Sha1Digest next;
    if (!next_hash(rdata_at(context, from.rank, from.record), next)) next = from.hash;
    size_t to = at;
    for (size_t steps = 0; steps <= kMostExtra; ++steps) {
        to = (to + 1) % chain.size();
        if (chain[to].entry->hash == next) return;
        if (chain[to].named) break;
    }
    if (std::binary_search(missing_.begin(), missing_.end(), next)) return;
    report(context.rules, rule::nsec3_next, rrset_at(context, from.rank).place(from.record),
           context.base().by_rank(from.rank), hash_text(next), hash_text(chain[to].entry->hash));
}

}  // namespace signer
