#include "signer/sign_zone.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "signer/chain.h"
#include "signer/set_signer.h"
#include "zones/builder.h"
#include "zones/parallel.h"

namespace signer {

namespace {

// So many that all threads end at about the same time, so few that a piece is worth its batch.
constexpr size_t kPiecesPerThread = 64;
constexpr size_t kFewestNames = 32, kMostNames = 4096;

struct HashItem {
    dns::Sha1Digest hash;
    uint32_t rank;

    bool operator<(const HashItem& other) const {
        return hash != other.hash ? hash < other.hash : rank < other.rank;
    }
};

// The input without changes on top of its base, and its apex as it is to be.
struct Prepared {
    std::shared_ptr<const zones::Zone> zone;
    std::shared_ptr<const zones::Zone> with_apex;
    zones::NodeView apex;  // of with_apex
    std::vector<NameRole> roles;
    size_t name_count() const { return roles.size(); }
    zones::NodeView node(size_t rank) const {
        return rank == 0 ? apex : zone->base().by_rank(rank);
    }
};

// One share of the work: records, signatures and NSEC (or NSEC3) of some names, into one batch.
class PieceSigner {
  public:
    PieceSigner(const Prepared& prepared, std::span<const ZoneKey> keys,
                const SigningOptions& options, zoneparser::RecordBatch& batch)
        : prepared_(prepared),
          policy_(options.policy),
          signer_(prepared.zone->origin(), keys, options),
          negative_ttl_(zone_negative_ttl(prepared.apex)),
          batch_(batch) {}

    // `next` is the rank of the next name with NSEC; none if it has none itself.
    dns::Result<void> add_name(size_t rank, std::optional<size_t> next) {
        zones::NodeView node = prepared_.node(rank);
        if (node.is_empty()) return {};
        NameRole role = prepared_.roles[rank];
        owner_ = prepared_.zone->absolute(node.name());
        run_open_ = false;
        if (next) make_nsec(node, role, *next);
        size_t i = 0;
        for (; i < node.rrset_count() && node.entries()[i].type < dns::type::RRSIG; ++i)
            append(node.rrset(i));
        auto done = sign_node(node, role, next.has_value());
        if (!done.ok()) return done;
        if (next) append(dns::type::NSEC, negative_ttl_, rdata_, {});
        for (; i < node.rrset_count(); ++i)
            if (!is_made_by_signing(node.entries()[i].type)) append(node.rrset(i));
        return {};
    }

    dns::Result<void> add_hash(const HashItem& item, const HashItem& next) {
        HashedOwner label(item.hash);
        owner_ = prepared_.zone->absolute(label.relative());
        run_open_ = false;
        write_nsec3_rdata(policy_, next.hash, prepared_.node(item.rank), prepared_.roles[item.rank],
                          rdata_);
        append(dns::type::NSEC3, negative_ttl_, rdata_, {});
        store(dns::type::NSEC3);
        return sign(label.relative(), dns::type::NSEC3, wire_);
    }

  private:
    void make_nsec(const zones::NodeView& node, NameRole role, size_t next) {
        write_nsec_rdata(prepared_.zone->absolute(prepared_.node(next).name()), node, role, rdata_);
        store(dns::type::NSEC);
    }

    // The record in rdata_ as it would be stored.
    void store(uint16_t type) {
        wire_.resize(zones::RecordView::kHead + rdata_.size());
        zones::write_record(wire_.data(), type, negative_ttl_, rdata_);
    }

    // All signatures of a name, in the order of the types that they cover.
    dns::Result<void> sign_node(const zones::NodeView& node, NameRole role, bool with_nsec) {
        for (size_t i = 0; i <= node.rrset_count(); ++i) {
            uint16_t type = i < node.rrset_count() ? node.entries()[i].type : UINT16_MAX;
            if (with_nsec && type >= dns::type::NSEC) {
                auto done = sign(node.name(), dns::type::NSEC, wire_);
                if (!done.ok()) return done;
                with_nsec = false;
            }
            // The digest of the zone comes last, and so does its signature.
            bool later = node.is_apex() && type == dns::type::ZONEMD;
            if (i == node.rrset_count() || is_made_by_signing(type) || later ||
                !is_signed_at(role, type))
                continue;
            auto done = sign(node.name(), type, node.rrset(i).wire());
            if (!done.ok()) return done;
        }
        return {};
    }

    dns::Result<void> sign(dns::NameView relative, uint16_t type, dns::Octets wire) {
        SignableRrset rrset{owner_, type, wire};
        uint32_t ttl = rrset.ttl();
        return signer_.sign(relative, rrset,
                            [&](dns::Octets rdata) { append(dns::type::RRSIG, ttl, rdata, {}); });
    }

    void append(const zones::RrsetView& rrset) {
        size_t index = 0;
        for (zones::RecordView record : rrset)
            append(rrset.type(), record.ttl(), record.rdata(), rrset.place(index++));
    }

    void append(uint16_t type, uint32_t ttl, dns::Octets rdata, dns::Place place) {
        if (!run_open_) batch_.open_run(owner_);
        run_open_ = true;
        batch_.append({place, ttl, type, static_cast<uint16_t>(rdata.size())}, rdata.data());
    }

    const Prepared& prepared_;
    const SigningPolicy& policy_;
    SetSigner signer_;
    uint32_t negative_ttl_;
    zoneparser::RecordBatch& batch_;
    dns::Name owner_;
    bool run_open_ = false;
    std::vector<uint8_t> rdata_;  // of the name's NSEC or NSEC3 record
    std::vector<uint8_t> wire_;   // the same as stored
};

class ZoneSigning {
  public:
    ZoneSigning(Prepared prepared, std::span<const ZoneKey> keys, const SigningOptions& options)
        : prepared_(std::move(prepared)),
          keys_(keys),
          options_(options),
          origin_(prepared_.zone->origin()),
          prepare_(zones::preparation(origin_)) {}

    dns::Result<std::shared_ptr<const zones::Zone>> run() {
        all_work_ = prepared_.name_count();
        if (hashed())
            all_work_ += static_cast<size_t>(
                std::count_if(prepared_.roles.begin(), prepared_.roles.end(), may_have_hash));
        sign_names();
        if (hashed() && !failed_) sign_hashes();
        if (failed_) return *fault_;
        auto built = build();
        if (!built.ok() || !options_.policy.zonemd) return built;
        auto seal = seal_zone(**built, keys_, options_);
        if (!seal.ok()) return seal.fault();
        return (*built)->apply(*seal);
    }

  private:
    bool hashed() const { return options_.policy.denial == Denial::nsec3; }

    // Calls work(piece, first, end) for the pieces of [0, count); each fills batch `first_batch` +
    // piece.
    template <class Work>
    void in_pieces(size_t count, size_t names_per_piece, Work work) {
        size_t pieces = (count + names_per_piece - 1) / names_per_piece;
        size_t first_batch = batches_.size();
        for (size_t i = 0; i < pieces; ++i)
            batches_.push_back(std::make_unique<zoneparser::RecordBatch>());
        zones::share_out(options_.threads, pieces, [&](size_t piece) {
            if (failed_) return;
            zoneparser::RecordBatch& batch = *batches_[first_batch + piece];
            size_t first = piece * names_per_piece;
            size_t end = std::min(first + names_per_piece, count);
            PieceSigner signer(prepared_, keys_, options_, batch);
            auto done = work(signer, piece, first, end);
            if (!done.ok()) return fail(first_batch + piece, done.fault());
            prepare_(batch);
            batch.octets.release_spare();
            uint64_t now = done_work_ += end - first;
            if (options_.progress) options_.progress->signed_names(now, all_work_);
        });
    }

    size_t names_per_piece(size_t names) const {
        size_t pieces = std::max<size_t>(options_.threads, 1) * kPiecesPerThread;
        return std::clamp(names / pieces, kFewestNames, kMostNames);
    }

    // The first fault in the order of the names, of those that were met.
    void fail(size_t piece, const dns::Fault& fault) {
        std::lock_guard guard(fault_mutex_);
        if (!fault_ || piece < fault_piece_) {
            fault_ = fault;
            fault_piece_ = piece;
        }
        failed_ = true;
    }

    size_t next_owner(size_t rank, size_t end) const {
        while (rank < end && !owns_data(prepared_.roles[rank])) ++rank;
        return rank;
    }

    void sign_names() {
        size_t names = prepared_.name_count();
        size_t each = names_per_piece(names);
        size_t pieces = (names + each - 1) / each;
        // The next name with NSEC behind each piece; behind the last, the apex.
        std::vector<size_t> behind(pieces + 1, 0);
        for (size_t i = pieces; i-- > 1;) {
            size_t end = std::min((i + 1) * each, names);
            size_t first = next_owner(i * each, end);
            behind[i] = first < end ? first : behind[i + 1];
        }
        std::vector<std::vector<HashItem>> hashes(hashed() ? pieces : 0);
        in_pieces(names, each, [&](PieceSigner& signer, size_t piece, size_t first, size_t end) {
            for (size_t rank = first; rank < end; ++rank) {
                std::optional<size_t> next;
                if (!hashed() && owns_data(prepared_.roles[rank])) {
                    next = next_owner(rank + 1, end);
                    if (next == end) next = behind[piece + 1];
                }
                auto done = signer.add_name(rank, next);
                if (!done.ok()) return done;
                if (hashed()) add_hash(rank, hashes[piece]);
            }
            return dns::Result<void>();
        });
        for (const std::vector<HashItem>& of_piece : hashes)
            hashes_.insert(hashes_.end(), of_piece.begin(), of_piece.end());
    }

    void add_hash(size_t rank, std::vector<HashItem>& out) const {
        zones::NodeView node = prepared_.node(rank);
        if (!in_chain(options_.policy, node, prepared_.roles[rank])) return;
        out.push_back(
            {hash_of(options_.policy, *prepared_.zone, node.name()), static_cast<uint32_t>(rank)});
    }

    void sign_hashes() {
        std::sort(hashes_.begin(), hashes_.end());
        for (size_t i = 1; i < hashes_.size(); ++i)
            if (hashes_[i].hash == hashes_[i - 1].hash)
                return fail(
                    0, hash_collision(*prepared_.zone, prepared_.node(hashes_[i - 1].rank).name(),
                                      prepared_.node(hashes_[i].rank).name()));
        size_t count = hashes_.size();
        in_pieces(count, names_per_piece(count),
                  [&](PieceSigner& signer, size_t, size_t first, size_t end) {
                      for (size_t i = first; i < end; ++i) {
                          auto done = signer.add_hash(hashes_[i], hashes_[(i + 1) % count]);
                          if (!done.ok()) return done;
                      }
                      return dns::Result<void>();
                  });
    }

    dns::Result<std::shared_ptr<const zones::Zone>> build() {
        zoneparser::ParsedZone parsed;
        for (const auto& batch : batches_) parsed.record_count += batch->record_count;
        parsed.batches = std::move(batches_);
        zones::BuildOptions build;
        // What the input was let have is not asked again.
        build.limits.rrset_records = build.limits.types_per_name = SIZE_MAX;
        build.threads = options_.threads;
        build.key = prepared_.zone->base().key();
        dns::Severities severities;
        dns::Findings findings(severities);
        auto zone = zones::build(parsed, origin_, findings, build);
        for (const dns::Finding& finding : findings.rows())
            if (finding.severity == dns::Severity::error)
                return dns::Fault{"with its signatures, the zone cannot be served: " +
                                  finding.sentence()};
        return zone;
    }

    Prepared prepared_;
    std::span<const ZoneKey> keys_;
    const SigningOptions& options_;
    dns::Name origin_;
    zoneparser::Parser::Prepare prepare_;
    std::vector<std::unique_ptr<zoneparser::RecordBatch>> batches_;
    std::vector<HashItem> hashes_;
    uint64_t all_work_ = 0;
    std::atomic<uint64_t> done_work_{0};
    std::atomic<bool> failed_{false};
    std::mutex fault_mutex_;
    std::optional<dns::Fault> fault_;
    size_t fault_piece_ = 0;
};

}  // namespace

dns::Result<std::shared_ptr<const zones::Zone>> sign_zone(const zones::Zone& input,
                                                          std::span<const ZoneKey> keys,
                                                          const SigningOptions& options) {
    for (const auto& good : {check_policy(options.policy), check_keys(keys),
                             check_room_for_hashes(options.policy, input.origin())})
        if (!good.ok()) return good.fault();
    Prepared prepared;
    prepared.zone =
        input.changes().empty() ? std::make_shared<const zones::Zone>(input) : input.fold();
    if (!prepared.zone->changes().empty())
        return dns::Fault{"the zone is more than can be numbered with its changes"};
    auto with_apex =
        prepared.zone->apply(apex_changes(*prepared.zone, keys, options.policy, options.now));
    if (!with_apex.ok()) return with_apex.fault();
    prepared.with_apex = *with_apex;
    prepared.apex = prepared.with_apex->apex();
    prepared.roles = name_roles(prepared.zone->base());
    keep_paths(options.policy, prepared.zone->base(), prepared.roles);
    return ZoneSigning(std::move(prepared), keys, options).run();
}

}  // namespace signer
