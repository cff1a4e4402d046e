// A piece of the names of a zone that is being signed: their records put together, their
// signatures found or made, and all of it written.
//
//   names --assemble--> RRsets without signatures --digest--> the stretch as it was?
//                                                     yes: signatures as they stand in it
//                                                     no:  found one by one, or made
//                                             --write--> part of a base
#pragma once

#include "signer/prepared_zone.h"
#include "signer/set_signer.h"
#include "zones/share_writer.h"

namespace signer {

struct Piece {
    static constexpr size_t kNone = SIZE_MAX;
    Position first, end;
    size_t stretch = kNone;  // of the source of signatures
    // The rank of the next name with NSEC at or behind the end.
    size_t owner_behind = 0;
};

// One a thread, for one part of the base after the other: its buffers are dear to make.
class PieceSigner {
  public:
    PieceSigner(const PreparedZone& zone, std::span<const ZoneKey> keys,
                const SigningOptions& options);

    // A part begins at `first`; what is written goes to `writer` from here on, until it ends.
    void open(zones::ShareWriter& writer, Position first);
    dns::Result<void> sign(const Piece& piece);
    // Of the part.
    SigningFacts take_facts() { return std::move(facts_); }

  private:
    struct NameParts {
        dns::NameView name;
        NameRole role;
        size_t first_rrset, first_place;
        SignatureDigest digest;
    };
    static constexpr size_t kMostSampled = 100;  // one in so many new signatures

    void assemble(const Piece& piece);
    void assemble(const NameWalk::Item& item, const Piece& piece);
    void add(const zones::NodeView& node, size_t index);
    void add_made(uint16_t type);
    bool takes_stretch(const Piece& piece);
    size_t rrsets_end(size_t name) const {
        return name + 1 < names_.size() ? names_[name + 1].first_rrset : rrsets_.size();
    }
    bool is_signed(const NameParts& name, const zones::RrsetParts& rrset) const;
    // The RRSIG RRsets of a name, into signatures_; false or a fault if it cannot be.
    bool take(size_t name, std::span<const StretchSignatures::Set> sets);
    dns::Result<void> make(size_t name);
    dns::Result<void> make(const NameParts& name, const zones::RrsetParts& rrset);
    dns::Result<void> write(size_t name);
    bool fits_message(const NameParts& name, const zones::RrsetParts& rrset) const;
    void note(dns::Octets rrsig);

    const PreparedZone& zone_;
    const SigningOptions& options_;
    SetSigner signer_;
    StretchDigest digest_;
    std::unique_ptr<StretchSignatures> room_;
    size_t data_keys_;
    zones::ShareWriter* writer_ = nullptr;
    std::deque<HashedOwner> labels_;  // of the part
    SigningFacts facts_;

    // Of the piece.
    std::vector<NameParts> names_;
    std::vector<zones::RrsetParts> rrsets_;
    std::vector<dns::Place> places_;
    std::deque<std::vector<uint8_t>> made_;  // NSEC and NSEC3, as stored
    size_t made_used_ = 0;
    // Of the name.
    std::vector<uint8_t> rdata_;
    std::vector<zones::RrsetParts> signatures_, all_;
    std::deque<std::vector<uint8_t>> signature_octets_;
    size_t octets_used_ = 0;
    std::vector<dns::Place> all_places_;
};

}  // namespace signer
