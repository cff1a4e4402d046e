#include "signer/sign_zone.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "signer/piece_signer.h"
#include "zones/parallel.h"

namespace signer {

namespace {

// So many that all threads end at about the same time, so few that a part is worth its memory.
constexpr size_t kPartsPerThread = 64;
constexpr size_t kFewestNames = 32, kMostNames = 4096;
constexpr size_t kNamesPerPiece = 512;

// Consecutive pieces [first, end).
struct Part {
    size_t first, end;
};

class ZoneSigning {
  public:
    ZoneSigning(PreparedZone prepared, std::span<const ZoneKey> keys, const SigningOptions& options)
        : prepared_(std::move(prepared)), keys_(keys), options_(options) {}

    dns::Result<std::shared_ptr<const zones::Zone>> run() {
        plan_pieces();
        plan_owners();
        plan_parts();
        const zones::Zone& zone = prepared_.zone();
        zones::BaseWriter writer(dns::Name(zone.origin()), zone.base().key(), parts_.size(),
                                 bounds());
        zones::share_out(options_.threads, parts_.size(),
                         [&](size_t part) { write(writer, part); });
        if (fault_) return *fault_;
        std::shared_ptr<const zones::Base> base = writer.finish(options_.threads);
        if (base == nullptr)
            return dns::Fault{
                "with its signatures, the zone cannot be served: it is more than can be numbered"};
        auto made = std::make_shared<const zones::Zone>(std::move(base), options_.threads);
        tell_facts();
        if (!options_.policy.zonemd) return made;
        auto seal = seal_zone(*made, keys_, options_);
        if (!seal.ok()) return seal.fault();
        return made->apply(*seal);
    }

  private:
    // The apex is a piece of its own; then stretches as far as there are any, and what is between.
    void plan_pieces() {
        Position at{1, 0};
        pieces_.push_back({{}, at, Piece::kNone, 0});
        std::span<const SignatureStretch> stretches;
        if (options_.reuse != nullptr) stretches = options_.reuse->stretches();
        for (size_t i = 0; i < stretches.size(); ++i) {
            if (stretches[i].first.empty()) continue;
            const Position first = prepared_.in_front_of(stretches[i].first);
            const Position end = prepared_.behind(stretches[i].last);
            if (first.rank < at.rank || first.hash < at.hash || end.rank < first.rank ||
                end.hash < first.hash || end == first)
                continue;
            add_pieces(at, first);
            pieces_.push_back({first, end, i, 0});
            at = end;
        }
        add_pieces(at, prepared_.end());
    }

    // Hashes fall evenly between names, as a rule; where they do not, a piece is larger.
    void add_pieces(Position first, Position end) {
        size_t each = prepared_.hashes().empty() ? kNamesPerPiece : kNamesPerPiece / 2;
        each = std::min(each, names_per_part());
        while (first.rank + each < end.rank) {
            Position next = prepared_.in_front_of(prepared_.node(first.rank + each).name());
            pieces_.push_back({first, next, Piece::kNone, 0});
            first = next;
        }
        if (!(first == end)) pieces_.push_back({first, end, Piece::kNone, 0});
    }

    void plan_owners() {
        size_t behind = 0;  // behind the last comes the apex
        for (size_t i = pieces_.size(); i-- > 0;) {
            Piece& piece = pieces_[i];
            piece.owner_behind = behind;
            size_t first = prepared_.next_owner(piece.first.rank, piece.end.rank);
            if (first < piece.end.rank) behind = first;
        }
    }

    size_t names_per_part() const {
        size_t parts = std::max<size_t>(options_.threads, 1) * kPartsPerThread;
        return std::clamp(prepared_.end().in_front() / parts, kFewestNames, kMostNames);
    }

    void plan_parts() {
        for (size_t first = 0, end; first < pieces_.size(); first = end) {
            size_t names = 0;
            for (end = first; end < pieces_.size() && names < names_per_part(); ++end)
                names += pieces_[end].end.in_front() - pieces_[end].first.in_front();
            parts_.push_back({first, end});
        }
        facts_.resize(parts_.size());
    }

    zones::BaseBounds bounds() const {
        const zones::Base& base = prepared_.zone().base();
        constexpr size_t kNode = 64, kBitmap = 64;  // without names; what is longer is rare
        const size_t origin = prepared_.zone().origin().size();
        size_t signatures = 0;  // over one RRset, octets
        for (const ZoneKey& key : keys_)
            if (key.secret != nullptr)
                signatures += sizeof(zones::RrsetEntry) + zones::RecordView::kHead +
                              RrsigView::kHead + origin + key.secret->signature_size() + 8;
        zones::BaseBounds most;
        most.names = prepared_.end().in_front();
        most.records = base.record_count() + prepared_.apex().record_count();
        most.octets = 2 * base.memory() + 64 * parts_.size() +
                      most.names * (kNode + kBitmap + origin + signatures) +
                      most.records * (signatures + kBitmap);
        return most;
    }

    void write(zones::BaseWriter& writer, size_t index) {
        if (failed_) return;
        const Part part = parts_[index];
        zones::ShareWriter names(writer.open(index, places_of(part)));
        std::unique_ptr<PieceSigner> signer = borrow_signer();
        signer->open(names, pieces_[part.first].first);
        for (size_t i = part.first; i < part.end; ++i) {
            if (auto done = signer->sign(pieces_[i]); !done.ok()) return fail(i, done.fault());
            const Piece& piece = pieces_[i];
            uint64_t now = done_ += piece.end.in_front() - piece.first.in_front();
            if (options_.progress != nullptr)
                options_.progress->signed_names(now, prepared_.end().in_front());
        }
        names.end();
        writer.place(index);
        facts_[index] = signer->take_facts();
        std::lock_guard guard(mutex_);
        spare_.push_back(std::move(signer));
    }

    std::unique_ptr<PieceSigner> borrow_signer() {
        {
            std::lock_guard guard(mutex_);
            if (!spare_.empty()) {
                std::unique_ptr<PieceSigner> signer = std::move(spare_.back());
                spare_.pop_back();
                return signer;
            }
        }
        return std::make_unique<PieceSigner>(prepared_, keys_, options_);
    }

    void fail(size_t piece, const dns::Fault& fault) {
        std::lock_guard guard(mutex_);
        // The first in the order of the names, of those that were met.
        if (!fault_ || piece < fault_piece_) {
            fault_ = fault;
            fault_piece_ = piece;
        }
        failed_ = true;
    }

    void tell_facts() const {
        if (options_.facts == nullptr) return;
        SigningFacts& all = *options_.facts = {};
        for (const SigningFacts& facts : facts_) {
            all.content += facts.content;
            all.longest_ttl = std::max(all.longest_ttl, facts.longest_ttl);
            all.next_due = std::min(all.next_due, facts.next_due);
            all.signatures += facts.signatures;
            all.made += facts.made;
            all.stretches += facts.stretches;
            all.sample.insert(all.sample.end(), facts.sample.begin(), facts.sample.end());
            for (const dns::Name& owner : facts.owners)
                if (all.owners.size() < SigningFacts::kFew) all.owners.push_back(owner);
        }
    }

    // Records of the input whose places may be kept.
    size_t places_of(Part part) const {
        size_t count = 0;
        const size_t end = pieces_[part.end - 1].end.rank;
        for (size_t rank = pieces_[part.first].first.rank; rank < end; ++rank)
            count += prepared_.node(rank).record_count();
        return count;
    }

    PreparedZone prepared_;
    std::span<const ZoneKey> keys_;
    const SigningOptions& options_;
    std::vector<Piece> pieces_;
    std::vector<Part> parts_;
    std::vector<SigningFacts> facts_;  // of each part
    std::atomic<uint64_t> done_{0};
    std::atomic<bool> failed_{false};
    std::mutex mutex_;  // of what follows
    std::vector<std::unique_ptr<PieceSigner>> spare_;
    std::optional<dns::Fault> fault_;
    size_t fault_piece_ = 0;
};

}  // namespace

dns::Result<std::shared_ptr<const zones::Zone>> sign_zone(const zones::Zone& input,
                                                          std::span<const ZoneKey> keys,
                                                          const SigningOptions& options) {
    auto prepared = PreparedZone::make(input, keys, options);
    if (!prepared.ok()) return prepared.fault();
    return ZoneSigning(std::move(prepared).value(), keys, options).run();
}

}  // namespace signer
