#include "signer/piece_signer.h"

#include <algorithm>

namespace signer {

namespace {

constexpr size_t kMaxMessage = 65535;
// Header and question; a pointer to the owner in front of each record.
constexpr size_t kMessageHead = 12 + 4, kOwnerPointer = 2;

// The next of the buffers that are used again and again: their octets stay where they are.
std::vector<uint8_t>& next_buffer(std::deque<std::vector<uint8_t>>& buffers, size_t& used) {
    if (used == buffers.size()) buffers.emplace_back();
    std::vector<uint8_t>& buffer = buffers[used++];
    buffer.clear();
    return buffer;
}

uint32_t ttl_of(const zones::RrsetParts& rrset) {
    return zones::RecordView(rrset.wire.data()).ttl();
}

size_t octets_in_message(const zones::RrsetParts& rrset) {
    return rrset.wire.size() + kOwnerPointer * rrset.count;
}

}  // namespace

PieceSigner::PieceSigner(const PreparedZone& zone, std::span<const ZoneKey> keys,
                         const SigningOptions& options)
    : zone_(zone),
      options_(options),
      signer_(zone.zone().origin(), keys, options),
      digest_(zone.zone().origin(), keys),
      room_(options.reuse != nullptr ? options.reuse->make_room() : nullptr),
      data_keys_(signer_.data_keys()) {}

void PieceSigner::open(zones::ShareWriter& writer, Position first) {
    writer_ = &writer;
    labels_.clear();
    facts_ = {};
    facts_.longest_ttl = zone_.negative_ttl();
    if (first == Position()) return writer.open_first(true);
    NameWalk::Item item;
    if (!NameWalk(zone_, first, zone_.end(), labels_).next(item)) return;
    // The last name in front that is written: the apex is.
    size_t rank = first.rank - 1;
    while (!zone_.stays(rank)) --rank;
    dns::NameView before = zone_.node(rank).name();
    if (first.hash == 0) return writer.open(before, item.name);
    const HashedOwner label(zone_.hashes()[first.hash - 1].hash);
    if (dns::canonical_compare(before, label.relative()) < 0) before = label.relative();
    writer.open(before, item.name);
}

dns::Result<void> PieceSigner::sign(const Piece& piece) {
    assemble(piece);
    signer_.look_in(nullptr);
    bool stands = false;
    if (piece.stretch != Piece::kNone && room_ != nullptr &&
        options_.reuse->load(piece.stretch, *room_)) {
        stands = takes_stretch(piece);
        signer_.look_in(room_.get());
    }
    facts_.stretches += stands;
    std::span<const StretchSignatures::Set> sets;
    if (stands) sets = room_->sets();
    for (size_t i = 0, at = 0; i < names_.size(); ++i) {
        size_t end = at;
        while (end < sets.size() && sets[end].name == i) ++end;
        signatures_.clear();
        octets_used_ = 0;
        if (!stands || !take(i, sets.subspan(at, end - at)))
            if (auto done = make(i); !done.ok()) return done;
        at = end;
        if (auto done = write(i); !done.ok()) return done;
    }
    return {};
}

// ---- records -----------------------------------------------------------------------------------

void PieceSigner::assemble(const Piece& piece) {
    names_.clear();
    rrsets_.clear();
    places_.clear();
    made_used_ = 0;
    NameWalk walk(zone_, piece.first, piece.end, labels_);
    for (NameWalk::Item item; walk.next(item);) assemble(item, piece);
}

void PieceSigner::assemble(const NameWalk::Item& item, const Piece& piece) {
    NameParts name{item.name, NameRole::hashed, rrsets_.size(), places_.size(), {}};
    zones::NodeView node;
    if (item.rank) {
        node = zone_.node(*item.rank);
        name.role = zone_.role(*item.rank);
    }
    size_t i = 0;
    const size_t count = node ? node.rrset_count() : 0;
    for (; i < count && node.entries()[i].type < dns::type::NSEC; ++i) add(node, i);
    if (item.rank && options_.policy.denial == Denial::nsec && owns_data(name.role)) {
        size_t next = zone_.next_owner(*item.rank + 1, piece.end.rank);
        if (next == piece.end.rank) next = piece.owner_behind;
        write_nsec_rdata(zone_.zone().absolute(zone_.node(next).name()), node, name.role, rdata_);
        add_made(dns::type::NSEC);
    }
    for (; i < count && node.entries()[i].type < dns::type::NSEC3; ++i) add(node, i);
    if (item.hash) {
        const std::vector<HashItem>& hashes = zone_.hashes();
        const size_t rank = hashes[*item.hash].rank;
        write_nsec3_rdata(options_.policy, hashes[(*item.hash + 1) % hashes.size()].hash,
                          zone_.node(rank), zone_.role(rank), rdata_);
        add_made(dns::type::NSEC3);
    }
    for (; i < count; ++i) add(node, i);
    if (rrsets_.size() == name.first_rrset) return;
    DigestState digest;
    digest.absorb(dns::Octets(name.name.data(), name.name.size()));
    for (size_t k = name.first_rrset; k < rrsets_.size(); ++k) {
        digest.absorb(rrsets_[k].wire);
        facts_.longest_ttl = std::max(facts_.longest_ttl, ttl_of(rrsets_[k]));
    }
    name.digest = digest.digest();
    names_.push_back(name);
}

void PieceSigner::add(const zones::NodeView& node, size_t index) {
    if (is_made_by_signing(node.entries()[index].type)) return;
    const zones::RrsetView rrset = node.rrset(index);
    rrsets_.push_back({rrset.type(), rrset.covered(), static_cast<uint16_t>(rrset.count()),
                       zones::has_links(rrset.type()), rrset.wire()});
    for (size_t k = 0; k < rrset.count(); ++k) places_.push_back(rrset.place(k));
}

// The record in rdata_.
void PieceSigner::add_made(uint16_t type) {
    std::vector<uint8_t>& wire = next_buffer(made_, made_used_);
    zones::append_record(wire, type, zone_.negative_ttl(), rdata_);
    rrsets_.push_back({type, 0, 1, false, wire});
    places_.emplace_back();
}

// ---- signatures --------------------------------------------------------------------------------

// Whether names and records are those that the stretch was stored for.
bool PieceSigner::takes_stretch(const Piece& piece) {
    const SignatureStretch& stretch = options_.reuse->stretches()[piece.stretch];
    if (names_.size() != stretch.names) return false;
    digest_.begin();
    for (const NameParts& name : names_) digest_.add(name.digest);
    return digest_.digest() == stretch.digest;
}

bool PieceSigner::is_signed(const NameParts& name, const zones::RrsetParts& rrset) const {
    // The digest of the zone comes last, and so does its signature.
    if (name.name.empty() && rrset.type == dns::type::ZONEMD) return false;
    return rrset.type == dns::type::NSEC3 || is_signed_at(name.role, rrset.type);
}

bool PieceSigner::take(size_t name, std::span<const StretchSignatures::Set> sets) {
    size_t at = 0;
    for (size_t i = names_[name].first_rrset; i < rrsets_end(name); ++i) {
        if (!is_signed(names_[name], rrsets_[i])) continue;
        if (at == sets.size() || sets[at].covered() != rrsets_[i].type ||
            sets[at].count != data_keys_)
            return false;
        const StretchSignatures::Set& set = sets[at++];
        for (size_t octet = 0; octet < set.records.size();) {
            zones::RecordView record(set.records.data() + octet);
            octet += record.wire().size();
            const RrsigView rrsig(record.rdata());
            if (rrsig.covered() != rrsets_[i].type || !signer_.is_by_data_key(rrsig) ||
                is_due(options_.policy, rrsig.times(), options_.now))
                return false;
        }
        signatures_.push_back({dns::type::RRSIG, rrsets_[i].type, set.count, false, set.records});
    }
    return at == sets.size();
}

dns::Result<void> PieceSigner::make(size_t name) {
    signatures_.clear();
    for (size_t i = names_[name].first_rrset; i < rrsets_end(name); ++i)
        if (is_signed(names_[name], rrsets_[i]))
            if (auto done = make(names_[name], rrsets_[i]); !done.ok()) return done;
    return {};
}

dns::Result<void> PieceSigner::make(const NameParts& name, const zones::RrsetParts& rrset) {
    const dns::Name owner = zone_.zone().absolute(name.name);
    const SignableRrset signable{owner, rrset.type, rrset.wire};
    std::vector<uint8_t>& wire = next_buffer(signature_octets_, octets_used_);
    uint16_t count = 0;
    auto done = signer_.sign(name.name, signable, [&](dns::Octets rdata, bool is_new) {
        zones::append_record(wire, dns::type::RRSIG, signable.ttl(), rdata);
        ++count;
        if (!is_new) return;
        if (facts_.made++ % kMostSampled == 0) facts_.sample.push_back(owner);
        if (facts_.owners.size() < SigningFacts::kFew) facts_.owners.push_back(owner);
    });
    if (!done.ok() || count == 0) return done;
    if (count > 1) {
        std::vector<zones::LooseRecord> records;
        for (size_t at = 0; at < wire.size();) {
            zones::RecordView record(wire.data() + at);
            at += record.wire().size();
            records.push_back({dns::type::RRSIG, record.ttl(), record.rdata(), {}});
        }
        zones::OwnedRrset sorted;
        if (!zones::make_rrset(records, sorted))
            return dns::Fault{"the signatures over " + dns::to_text(owner) + " " +
                              dns::type_text(rrset.type) +
                              " are more than an RRset can hold; sign with fewer keys"};
        wire = std::move(sorted.wire);
        count = sorted.count;
    }
    signatures_.push_back({dns::type::RRSIG, rrset.type, count, false, wire});
    return {};
}

// ---- writing -----------------------------------------------------------------------------------

bool PieceSigner::fits_message(const NameParts& name, const zones::RrsetParts& rrset) const {
    if (rrset.wire.size() < kMaxMessage / 4) return true;  // whatever the signatures
    size_t octets =
        kMessageHead + name.name.size() + zone_.zone().origin().size() + octets_in_message(rrset);
    for (const zones::RrsetParts& signatures : signatures_)
        if (signatures.covered == rrset.type) octets += octets_in_message(signatures);
    return octets <= kMaxMessage;
}

void PieceSigner::note(dns::Octets rrsig) {
    ++facts_.signatures;
    facts_.next_due = std::min(facts_.next_due,
                               due_time(options_.policy, RrsigView(rrsig).times(), options_.now));
}

dns::Result<void> PieceSigner::write(size_t index) {
    const NameParts& name = names_[index];
    ContentDigest content(name.digest);
    all_.clear();
    all_places_.clear();
    size_t i = name.first_rrset, place = name.first_place;
    const size_t end = rrsets_end(index);
    auto add = [&] {
        all_.push_back(rrsets_[i]);
        for (size_t k = 0; k < rrsets_[i].count; ++k) all_places_.push_back(places_[place++]);
        ++i;
    };
    for (size_t k = i; k < end; ++k)
        if (!fits_message(name, rrsets_[k]))
            return dns::Fault{"with its signatures, the zone cannot be served: " +
                              dns::to_text(zone_.zone().absolute(name.name)) + " " +
                              dns::type_text(rrsets_[k].type) +
                              " would not fit any message; give it fewer records"};
    while (i < end && rrsets_[i].type < dns::type::RRSIG) add();
    for (const zones::RrsetParts& signatures : signatures_) {
        all_.push_back(signatures);
        all_places_.resize(all_places_.size() + signatures.count);
        for (size_t at = 0; at < signatures.wire.size();) {
            zones::RecordView record(signatures.wire.data() + at);
            at += record.wire().size();
            note(record.rdata());
            content.add_signature(record.rdata());
        }
    }
    while (i < end) add();
    if (!name.name.empty()) facts_.content += content.digest();
    writer_->add(name.name, all_, all_places_);
    return {};
}

}  // namespace signer
